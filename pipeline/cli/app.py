"""In: the words of a command line. Out: the application, its options, and how it speaks of errors."""

import contextlib
import json
import os
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import Annotated, Any

import typer
from rich.console import Console
from typer.core import TyperGroup

WRONG_USAGE = 2
SOME_FAILED = 3
NOT_DONE = 1
INTERRUPTED = 130
DEBUG = "--debug"

MANUAL = """Find what health articles claim about a nutrient and a condition, and grade the evidence.

Sources are web pages saved as text or HTML, PDF, JATS/NXML, MEDLINE/PubMed XML (also .gz), BioC, exports of reference
managers (RIS, NBIB, BibTeX ...), and CSV, XLSX or JSONL of abstracts; the format is recognised by content. Everything
runs on this machine; only provender fetch, and sources in a store (s3://), use the network.

\b
Examples:
  provender run articles/ --out evidence/      read a folder, write the tables
  provender show evidence/                     print the first rows of the tables
  provender explain 3f2a9c0d --out evidence/   say why a row says what it says
  provender read article.pdf                   show what was understood of one file
  provender run new.pdf --against evidence/    say what a new document brings to the tables
  provender fetch pubmed "zinc" --out zinc/    fetch abstracts, to be read

A run writes evidence.csv (a row a claim), evidence.xlsx, report.html (the desk to review them at), comparison.csv and
comparison_matrix.csv (where sources agree and differ), findings.csv and studies.csv (the bodies of evidence and their
studies), sources.csv (what became of each input), texts/ (what the offsets refer to), and what an update of a living
review reports (prisma.csv, searches.csv, history.csv, methods.md). Run again, it reads only what is new.

\b
Exit status:
    0   all sources were read, or fetched
    1   it could not be done (folder in use, disk full, model missing, wrong setting, service not
        reached, sources gone)
    2   wrong usage
    3   done, but some sources failed, or a replay found differences
   70   a fault of Provender itself, with its trace in a file
  130   interrupted; the next run goes on from there

Every setting can be given in a TOML file (--config) or as an environment variable (PROVENDER_WORKERS=4). NO_COLOR=1
switches colours off.
"""


class Commands(TyperGroup):
    """The commands, with wrong usage told in one sentence."""

    def main(self, args: Sequence[str] | None = None, *, standalone_mode: bool = True, **extra: Any) -> Any:  # type: ignore[override]
        """Run the command that the arguments name and, unless used from Python, leave with its exit status."""
        if not standalone_mode:
            return super().main(args, standalone_mode=False, **extra)
        # systemd and containers end a program so; it ends as quietly as by Ctrl-C
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            status = super().main(args, standalone_mode=False, **extra)
        except typer.Abort:
            sys.exit(INTERRUPTED)
        except Exception as error:
            if not hasattr(error, "format_message"):
                sys.exit(_tell_fault(error, in_full=DEBUG in (sys.argv[1:] if args is None else args)))
            if type(error).__name__ == "NoArgsIsHelpError":
                typer.echo(error.format_message())
                sys.exit(WRONG_USAGE)
            context = getattr(error, "ctx", None)
            command = context.command_path if context else "provender"
            sentence = error.format_message().rstrip(".")
            messages.print(f"{sentence}; see {command} --help.", style="red", markup=False)
            sys.exit(WRONG_USAGE)
        sys.exit(status if isinstance(status, int) else 0)


def _kept(trace: str) -> str | None:
    """Write a trace to a file of its own and return the name; None where there is no room for it."""
    try:
        with tempfile.NamedTemporaryFile("wb", prefix="provender-", suffix=".txt", delete=False, buffering=0) as file:
            file.write(trace.encode(errors="replace"))
    except OSError:
        return None
    return file.name


def _tell_fault(error: Exception, *, in_full: bool) -> int:
    """Say that the program itself is at fault, and where the trace is; return the exit status."""
    from pipeline.errors import FAULT

    trace = "".join(traceback.format_exception(error))
    kept = None if in_full else _kept(f"provender {version('provender')}, Python {sys.version}\n{trace}")
    if kept is None:
        messages.print(trace, markup=False)
    place = "above" if kept is None else f"in {kept} (or say {DEBUG})"
    said = f"This is a fault of Provender itself ({type(error).__name__}); please report it with the trace {place}."
    messages.print(said, style="red", markup=False)
    return FAULT


app = typer.Typer(
    name="provender",
    cls=Commands,
    help=MANUAL,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)

output = Console(highlight=False, soft_wrap=True)
messages = Console(stderr=True, highlight=False, soft_wrap=True)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"provender {version('provender')}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave."),
    ] = False,
    debug: Annotated[
        bool, typer.Option(DEBUG, help="Print the trace of a fault of the program, in place of a file with it.")
    ] = False,
) -> None:
    """Hold the options that come before a command."""
    from pipeline.own_process import set_up

    set_up()


@contextlib.contextmanager
def errors_in_words() -> Iterator[None]:
    """Turn errors that a user can mend into one sentence and an exit status; others are faults of the program."""
    from pipeline.errors import ProvenderError

    try:
        yield
    except KeyboardInterrupt:
        messages.print("Interrupted; what was read is kept, so the next run goes on from here.")
        raise typer.Exit(INTERRUPTED) from None
    except ProvenderError as error:
        fail(str(error), error.status)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(NOT_DONE) from None


def fail(sentence: str, status: int) -> None:
    """Print one sentence and leave with an exit status."""
    messages.print(sentence, style="red", markup=False)
    raise typer.Exit(status)


def print_json(value: Any) -> None:
    """Print a value as JSON, for other programs."""
    print(json.dumps(value, ensure_ascii=False, indent=2))
