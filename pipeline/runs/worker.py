"""In: on standard input, settings and then one source a line. Out: shards, and a line for each record and source.

Run as `python -m pipeline.runs.worker` by `pipeline.runs.workers`. It ends when its parent does, however that ends.
"""

import json
import os
import queue
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TextIO

from pipeline.expression_cache import remembered
from pipeline.own_process import set_up
from pipeline.store.folder import DISK_FAULTS

Reply = Callable[[dict[str, Any]], None]


def main() -> None:
    """Read tasks from standard input until it ends, and answer each on standard output."""
    set_up()
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(sys.stdin, answers)


def serve(given: TextIO, answers: TextIO) -> None:
    """Read tasks until the input ends, and answer each."""

    def reply(message: dict[str, Any]) -> None:
        answers.write(json.dumps(message) + "\n")
        answers.flush()

    tasks = _tasks(given)
    try:
        first = next(tasks)
        with remembered():
            extract = _extractor(first)
    except Exception as error:
        said = _sentence(error)
        unexpected = f"Reading could not begin ({type(error).__name__}: {said}); please report this."
        reply({"fatal": said if said.endswith(".") else unexpected})
        return
    reply({"ready": True})
    for task in tasks:
        try:
            extract(task, reply)
        except Exception as error:
            if isinstance(error, OSError) and error.errno in DISK_FAULTS:
                reply({"disk": os.strerror(error.errno)})
            else:
                reply({"failed": _sentence(error)})


def _extractor(first: dict[str, Any]) -> Callable[[dict[str, Any], Reply], None]:
    import pipeline.ingest.reader  # noqa: F401  (the readers' expressions are remembered, too)
    from pipeline.config import Settings
    from pipeline.extractor import Extractor
    from pipeline.runs.extraction import extractions, regraded
    from pipeline.runs.stages import Stages
    from pipeline.store import Extraction, file_hash, write_shard
    from pipeline.store.columnar import hold_back_pandas

    hold_back_pandas()
    extractor = Extractor.load(Settings.model_validate(first["settings"]))
    drafts = Path(first["drafts"])

    def extract(task: dict[str, Any], reply: Reply) -> None:
        path = Path(task["path"])
        n_claims = 0
        reason = ""
        stages = Stages()

        def found() -> Iterator[Extraction]:
            if task["extracted"]:
                yield from regraded(extractor, Path(task["extracted"]), stages)
                return
            yield from extractions(
                extractor, path, Path(task["root"]), sha256=task["sha256"], n_bytes=task["n_bytes"], stages=stages
            )
            if file_hash(path)[0] != task["sha256"]:
                raise RuntimeError(f"{path.name} was changed while it was read; run again.")

        def counted() -> Iterator[Extraction]:
            nonlocal n_claims, reason
            for extraction in found():
                n_claims += len(extraction.rows)
                if extraction.source.status == "failed":
                    reason = extraction.source.reason
                yield extraction
                reply({"alive": True})

        with stages.of("storing"):
            write_shard(Path(task["shard"]), counted(), temporary=drafts)
        reply({"claims": n_claims, "reason": reason, "seconds": stages.taken()})

    return extract


def _tasks(lines: TextIO) -> Iterator[dict[str, Any]]:
    """Yield the tasks; the process ends at once where the input ends, even in the middle of one."""
    waiting: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()

    def listen() -> None:
        for line in lines:
            waiting.put(json.loads(line))
        os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    while True:
        yield waiting.get()


def _sentence(error: BaseException) -> str:
    return " ".join((str(error) or type(error).__name__).split())


if __name__ == "__main__":
    main()
