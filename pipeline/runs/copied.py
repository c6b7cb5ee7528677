"""In: nothing. Out: a reading process that is a copy of this one and so need not load again what is loaded here.

It stands in for a process started anew (`subprocess.Popen`) where a program of Provender's own starts its workers: on
Linux, while one thread runs (a copy of a process has one, whatever the others held).
"""

import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from multiprocessing import get_context
from pathlib import Path
from typing import IO, TextIO

Serve = Callable[[TextIO, TextIO], None]
"""What a reading process does: read tasks from one stream until it ends, and answer on another."""


def may_be_copied() -> bool:
    """Whether a copy of this process would be sound."""
    return sys.platform == "linux" and threading.active_count() == 1


class Copy:
    """A copy of this process that serves; with the methods of a `Popen` whose pipes are text."""

    def __init__(self, serve: Serve, errors: IO[bytes], environment: Mapping[str, str]) -> None:
        """Start it; what it says beside its answers goes to `errors`."""
        tasks, given = os.pipe()
        said, answers = os.pipe()
        pipes = tasks, answers
        self._process = get_context("fork").Process(
            target=_become, args=(serve, pipes, errors.fileno(), dict(environment)), daemon=True
        )
        self._process.start()
        for end in pipes:
            os.close(end)
        self.stdin: IO[str] = _text(given, "w")
        self.stdout: IO[str] = _text(said, "r")

    @property
    def pid(self) -> int:
        """Its number."""
        assert self._process.pid is not None
        return self._process.pid

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def terminate(self) -> None:
        """Ask it to end."""
        self._process.terminate()

    def wait(self, timeout: float | None = None) -> int:
        """Return its exit status, negative for a signal. Raises `subprocess.TimeoutExpired`."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("a copy of this process", timeout or 0)
        return self._process.exitcode


def _become(serve: Serve, pipes: tuple[int, int], errors: int, environment: dict[str, str]) -> None:
    """Let go of all that belongs to the process copied: its terminal, signals and files, of which one is a lock."""
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.environ.update(environment)
    for end in (1, 2):
        os.dup2(errors, end)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in [int(entry.name) for entry in Path("/proc/self/fd").iterdir()]:
        if number > 2 and number not in (*pipes, nothing):
            os.dup2(nothing, number, inheritable=False)  # objects here still own the number, and will close it
    tasks, answers = pipes
    serve(_text(tasks, "r"), _text(answers, "w"))
    os._exit(0)


def _text(number: int, mode: str) -> TextIO:
    found = os.fdopen(number, mode, encoding="utf-8")
    assert isinstance(found, io.TextIOWrapper)
    return found
