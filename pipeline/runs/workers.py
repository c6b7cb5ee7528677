"""In: source files. Out: their shards, made by processes of their own: one that hangs or dies costs one source."""

import contextlib
import json
import os
import platform
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import psutil

from pipeline.config import Settings
from pipeline.errors import RunError as RunError
from pipeline.import_path import import_path
from pipeline.own_process import ONE_THREAD
from pipeline.records import SourceRow
from pipeline.runs.copied import Copy, may_be_copied
from pipeline.runs.plan import SourceFile, exhausted_sentence, failed_row
from pipeline.runs.worker import serve
from pipeline.store import OutputFolder
from pipeline.store.folder import disk_sentence

START_SECONDS = 300
"""Longest time that a worker may take to load its models."""
STOP_SECONDS = 5
WATCH_SECONDS = 0.2
"""Time between two looks at the memory of a worker."""
ATTEMPTS = 2
"""A worker that dies by itself may have been short of memory beside others; a source gets so many, then fails."""
KILLS = 7
"""Workers that a source gets where somebody else, such as an operator or the kernel, kills them: it may be innocent."""
WALL = 10
"""Times its processor time that a source may take by the clock, such as where its disk answers no longer."""


class WorkerDied(Exception):
    """The process ended before it answered; `killed` says that it was ended by another."""

    def __init__(self, ending: str, *, killed: bool) -> None:
        super().__init__(ending)
        self.killed = killed


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a source: how many claims its shard holds and why a record of it failed, if one did.

    `failed` is its row for sources.csv where it has no shard, because another attempt may go better; `exhausted` says
    that it ran out of processor time, so that only a higher limit may help. `seconds` are those of each stage.
    """

    source: SourceFile
    n_claims: int = 0
    reason: str = ""
    failed: SourceRow | None = None
    exhausted: bool = False
    seconds: Mapping[str, float] = field(default_factory=dict)


class Workers:
    """A fixed number of worker processes; `process` may be called from as many threads."""

    def __init__(self, count: int, settings: Settings, folder: OutputFolder, *, copied: bool = False) -> None:
        """Say how many; they start with the `with` statement.

        `copied` lets them be copies of this process where that is sound: for programs of Provender's own.
        """
        self._copied = copied
        self._settings = settings
        self._folder = folder
        self.count = count
        self._idle: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        self._all: list[_Worker] = []
        self._lock = threading.Lock()
        self._closed = False
        self._fault: RunError | None = None

    def __enter__(self) -> Self:
        for _ in range(self.count):
            self._idle.put(self._start())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            self.abort()
        for worker in self._all:
            worker.stop()

    def abort(self) -> None:
        """End all workers at once; threads that wait for one get a `RunError`. Safe in a signal handler."""
        self._closed = True
        for worker in self._all:
            worker.process.kill()

    def read(self, batch: Iterable[SourceFile]) -> Iterator[Outcome]:
        """Yield what became of each source of a batch, in order, as soon as it is known. Raises as `process`."""
        return map(self.process, batch)

    def process(self, source: SourceFile) -> Outcome:
        """Make the shard of a source, or say why there is none. Raises `RunError` where no source can be read."""
        own, killed = 0, 0
        while True:
            worker = self._idle.get()
            try:
                if self._closed or self._fault:
                    raise self._fault or RunError("The run was stopped.")
                return self._ask(worker, source)
            except RunError as error:
                self._fault = error
                raise
            except TimeoutError:
                worker = self._replace(worker)
                reason = exhausted_sentence(source, self._settings.max_seconds)
                return Outcome(source, failed=failed_row(source, reason), exhausted=True)
            except MemoryError:
                reason = (
                    f"{source.name} took more than {self._settings.max_memory_mb:,} MB of memory; "
                    "split it, or raise max_memory_mb in the configuration."
                )
                worker = self._replace(worker)
                break
            except WorkerDied as error:
                hint = "; it may need more memory" if error.killed else ""
                reason = f"{source.name} ended the process that read it ({error}){hint}."
                worker = self._replace(worker)
                own, killed = (own, killed + 1) if error.killed else (own + 1, killed)
                if own == ATTEMPTS or killed == KILLS:
                    break
            finally:
                self._idle.put(worker)
        return Outcome(source, failed=failed_row(source, reason))

    def _ask(self, worker: "_Worker", source: SourceFile) -> Outcome:
        if not worker.ready:
            answer = worker.hear(START_SECONDS, self._settings.max_memory_mb)
            if "fatal" in answer:
                raise RunError(answer["fatal"])
            worker.ready = True
        worker.tell(
            {
                "path": str(source.path),
                "root": str(source.root),
                "sha256": source.sha256,
                "n_bytes": source.n_bytes,
                "shard": str(self._folder.shard(source.key)),
                "extracted": str(self._folder.extracted(source.key) or ""),
            }
        )
        answer = {"alive": True}
        while "alive" in answer:
            answer = worker.hear(self._settings.max_seconds, self._settings.max_memory_mb)
        if "disk" in answer:
            raise RunError(disk_sentence(self._folder, answer["disk"]))
        if "failed" in answer:
            return Outcome(source, failed=failed_row(source, answer["failed"]))
        return Outcome(source, answer["claims"], answer["reason"], seconds=answer["seconds"])

    def _replace(self, worker: "_Worker") -> "_Worker":
        worker.stop()
        return self._start()

    def _start(self) -> "_Worker":
        with self._lock:
            if self._closed:
                raise RunError("The run was stopped.")
            log = self._folder.drafts / f"worker-{platform.node()}-{os.getpid()}-{len(self._all)}.log"
            worker = _Worker(log, copied=self._copied and may_be_copied())
            self._all.append(worker)
        # one that has died already is noticed when it is asked to read, which counts as an attempt
        with contextlib.suppress(WorkerDied):
            worker.tell({"settings": self._settings.model_dump(mode="json"), "drafts": str(self._folder.drafts)})
        return worker


class _Worker:
    """One process, and the thread that hears what it says."""

    def __init__(self, log: Path, *, copied: bool) -> None:
        environment = ONE_THREAD | dict(os.environ)
        environment |= {"PYTHONPATH": import_path(), "PYTHONHASHSEED": "0", "PYTHONIOENCODING": "utf-8"}
        with log.open("wb") as errors:
            self.process: subprocess.Popen[str] | Copy = (
                Copy(serve, errors, environment) if copied else _started_anew(errors, environment)
            )
        self.ready = False
        self._log = log
        self._said: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._listener: threading.Thread | None = None

    def tell(self, message: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps(message) + "\n")
            self.process.stdin.flush()
        except OSError as error:
            raise self._died() from error

    def hear(self, seconds: float, megabytes: int) -> dict[str, Any]:
        """Return what it says next, within so many seconds of its processor time and so much memory.

        Raises `TimeoutError`, `MemoryError` and `WorkerDied`.
        """
        if self._listener is None:  # only now: a process with threads is not copied for the next worker
            self._listener = threading.Thread(target=self._listen, args=(self.process.stdout,), daemon=True)
            self._listener.start()
        deadline, spent = time.monotonic() + WALL * seconds, self._processor_seconds()
        while True:
            if self._memory() > megabytes * 1_000_000:
                raise MemoryError
            try:
                message = self._said.get(timeout=WATCH_SECONDS)
            except queue.Empty:
                if self._processor_seconds() - spent > seconds or time.monotonic() > deadline:
                    raise TimeoutError from None
                continue
            if message is None:
                raise self._died()
            return message

    def _memory(self) -> int:
        """How many bytes of memory the process holds; its own limits would count what is only reserved."""
        try:
            return int(psutil.Process(self.process.pid).memory_info().rss)
        except psutil.Error:
            return 0

    def _processor_seconds(self) -> float:
        try:
            times = psutil.Process(self.process.pid).cpu_times()
            return float(times.user + times.system)
        except psutil.Error:
            return 0.0

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _listen(self, lines: IO[str]) -> None:
        for line in lines:
            self._said.put(json.loads(line))
        self._said.put(None)

    def _died(self) -> WorkerDied:
        code = self.process.wait()
        if code < 0:
            killed = -code in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
            return WorkerDied(f"signal {signal.Signals(-code).name}", killed=killed)
        said = self._log.read_text("utf-8", "replace").strip().splitlines()
        return WorkerDied(said[-1][:200] if said else f"exit status {code}", killed=False)


def _started_anew(errors: IO[bytes], environment: dict[str, str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "pipeline.runs.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        env=environment,
        encoding="utf-8",
        start_new_session=True,
    )
