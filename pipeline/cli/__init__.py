"""In: the words of a command line. Out: what the command did, on the terminal: `provender`, one module a command."""

from pipeline.cli.app import app
from pipeline.cli.commands import (
    desk,
    evaluate,
    explain,
    export,
    fetch,
    read,
    readers,
    replay,
    restore,
    review,
    run,
    serve,
    show,
)

__all__ = [
    "app",
    "desk",
    "evaluate",
    "explain",
    "export",
    "fetch",
    "read",
    "readers",
    "replay",
    "restore",
    "review",
    "run",
    "serve",
    "show",
]
