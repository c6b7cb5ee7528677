"""In: the words of a command line. Out: what the command did, on the terminal: `provender`, one module a command."""

from pipeline.cli.app import app
from pipeline.cli.commands import explain, read, run, show

__all__ = ["app", "explain", "read", "run", "show"]
