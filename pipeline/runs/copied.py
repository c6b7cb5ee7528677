"""In: nothing. Out: a reading process that is a copy of this one and so need not load again what is loaded here.

It stands in for a process started anew (`subprocess.Popen`) where a program of Provender's own starts its workers: on
Linux, while one thread runs (a copy of a process has one, whatever the others held).
"""

import contextlib
import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from multiprocessing import get_context
from pathlib import Path
from typing import IO, TextIO

Serve = Callable[[TextIO, TextIO], None]
"""What a reading process does: read tasks from one stream until it ends, and answer on another."""

LOOK_SECONDS = 0.002
"""Time between two looks at whether one has ended."""

_ENDINGS = (signal.SIGINT, signal.SIGTERM)


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
        self._reaping = threading.Lock()
        with _uninterrupted() as mask:
            self._process = get_context("fork").Process(
                target=_become, args=(serve, pipes, errors.fileno(), dict(environment), mask), daemon=True
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
        """Return its exit status, negative for a signal; in as many threads as like. Raises `TimeoutExpired`."""
        began = time.monotonic()
        while True:
            with self._reaping:  # the system tells the status once, and only one thread may be the one to hear it
                self._process.join(0)
                if self._process.exitcode is not None:
                    return self._process.exitcode
            if timeout is not None and time.monotonic() > began + timeout:
                raise subprocess.TimeoutExpired("a copy of this process", timeout)
            time.sleep(LOOK_SECONDS)


@contextlib.contextmanager
def _uninterrupted() -> Iterator[set[signal.Signals]]:
    """Hold signals back while a process is copied: an exception in what Python does then is printed and forgotten.

    Yields those that were held back before, as `signal.pthread_sigmask` takes them.
    """
    before = {signal.Signals(number) for number in signal.pthread_sigmask(signal.SIG_BLOCK, _ENDINGS)}
    try:
        yield before
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _become(
    serve: Serve, pipes: tuple[int, int], errors: int, environment: dict[str, str], mask: set[signal.Signals]
) -> None:
    """Let go of all that belongs to the process copied: its terminal, signals and files, of which one is a lock."""
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
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
