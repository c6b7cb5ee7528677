"""In: the words of a command line. Out: as `provender`, for `python -m pipeline.cli`."""

from pipeline.cli import app

app()
