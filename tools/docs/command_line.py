"""In: the commands. Out: docs/command-line.md, their help in one page."""

from collections.abc import Iterator
from typing import Any

import typer

from pipeline.cli import app

WIDTH = 100

_INTRODUCTION = """# The command line

What `provender --help` and `provender COMMAND --help` print. Each command is a thin cover of a function of the package
`pipeline`; `--json` prints what that function gives. Progress and errors go to standard error, results to standard
output.
"""


def command_line() -> str:
    """Return the page, in Markdown."""
    root = typer.main.get_command(app)
    context = root.make_context("provender", [], resilient_parsing=True, terminal_width=WIDTH)
    return "".join([_INTRODUCTION, *_sections("provender", root, context)])


def _sections(name: str, command: Any, context: Any) -> Iterator[str]:
    """Yield the help of a command, then that of the commands below it."""
    yield _section(name, command.get_help(context))
    for part in command.list_commands(context) if hasattr(command, "list_commands") else ():
        below = command.get_command(context, part)
        inner = below.make_context(part, [], parent=context, resilient_parsing=True, terminal_width=WIDTH)
        yield from _sections(f"{name} {part}", below, inner)


def _section(title: str, text: str) -> str:
    lines = "\n".join(line.rstrip() for line in text.strip().splitlines())
    return f"\n## {title}\n\n```text\n{lines}\n```\n"
