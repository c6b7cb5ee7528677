"""In: the words of a command line. Out: what the command did, on the terminal: `provender`, one module a command."""

from pipeline.cli.app import app
from pipeline.cli.commands import evaluate, explain, fetch, read, restore, review, run, serve, show

__all__ = ["app", "evaluate", "explain", "fetch", "read", "restore", "review", "run", "serve", "show"]
