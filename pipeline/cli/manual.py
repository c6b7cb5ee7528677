"""In: the commands. Out: docs/command-line.md, their help in one page; `python -m pipeline.cli.manual` prints it."""

import typer

from pipeline.cli import app

WIDTH = 100

_INTRODUCTION = """# The command line

What `provender --help` and `provender COMMAND --help` print. Each command is a thin cover of a function of the package
`pipeline`; `--json` prints what that function gives. Progress and errors go to standard error, results to standard
output.
"""


def manual() -> str:
    """Return the page, in Markdown."""
    root = typer.main.get_command(app)
    context = root.make_context("provender", [], resilient_parsing=True, terminal_width=WIDTH)
    parts = [_INTRODUCTION, _section("provender", root.get_help(context))]
    for name in root.list_commands(context):  # type: ignore[attr-defined]
        command = root.get_command(context, name)  # type: ignore[attr-defined]
        inner = command.make_context(name, [], parent=context, resilient_parsing=True, terminal_width=WIDTH)
        parts.append(_section(f"provender {name}", command.get_help(inner)))
    return "".join(parts)


def _section(title: str, text: str) -> str:
    lines = "\n".join(line.rstrip() for line in text.strip().splitlines())
    return f"\n## {title}\n\n```text\n{lines}\n```\n"


if __name__ == "__main__":
    print(manual(), end="")
