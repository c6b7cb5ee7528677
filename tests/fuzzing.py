"""Coverage-guided fuzzing of what reads strangers' bytes: `python tests/fuzzing.py TARGET SECONDS [FOLDER]` (atheris).

It begins with the kept inputs in `tests/fuzz/TARGET`; what is new goes into FOLDER, and an input that fails lies there
as `crash-...`: once the fault is mended, it belongs into `tests/fuzz/TARGET`, which the tests read each time.
"""

import math
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import get_args

from pipeline.vocabulary import SourceFormat

KEPT = Path(__file__).parent / "fuzz"
LONGEST = 20_000
"""Bytes of an input."""
SLOWEST = 60
"""Seconds that an input may take on a busy machine."""

Target = Callable[[bytes], None]


def reads(kinds: tuple[SourceFormat, ...]) -> Target:
    """What reads bytes as a file of these formats: it gives documents that hold together, or a sentence."""
    from test_ingest_text import check_spans

    from pipeline.config import ReadLimits
    from pipeline.errors import SourceError
    from pipeline.ingest.reader import READERS
    from pipeline.ingest.recognise import recognise
    from pipeline.ingest.source import Source

    limits = ReadLimits(max_unpacked_bytes=1_000_000)

    def target(data: bytes) -> None:
        if not data.strip():
            return
        source = Source("input.dat", data, "0" * 64, len(data), limits)
        try:
            kind = recognise(source)
            for document in READERS[kind](source) if kind in kinds else ():
                check_spans(document)
                document.text.encode()
        except SourceError as error:
            assert str(error).endswith(".") and "report" not in str(error), error
        except RecursionError:
            return  # the reader says that it is nested too deeply

    return target


def statistics_hold() -> Target:
    """What reads statistics in a sentence: their words stand where they say, their numbers are numbers."""
    from pipeline.claims.statistics import statistics
    from pipeline.records import Sentence

    def target(data: bytes) -> None:
        text = data.decode("utf-8", "replace")[:4_000]
        for found in statistics(Sentence(0, 7, 7 + len(text), text)):
            assert 7 <= found.start < found.end <= 7 + len(text), found
            assert text[found.start - 7 : found.end - 7] == found.text, found
            for value in (found.value, found.low, found.high, found.level):
                assert value is None or math.isfinite(value), found

    return target


ALONE: tuple[SourceFormat, ...] = ("text", "html", "jats")
"""Formats that are fuzzed by themselves; all others, most of which are files of records, are fuzzed together."""
TARGETS: Mapping[str, Callable[[], Target]] = {
    **{name: partial(reads, (name,)) for name in ALONE},
    "records": partial(reads, tuple(name for name in get_args(SourceFormat) if name not in ALONE)),
    "statistics": statistics_hold,
}
"""What is fuzzed, by its name."""


def main(name: str, seconds: str, folder: str = "") -> None:
    """Fuzz a target for some seconds."""
    import atheris

    found = Path(folder or tempfile.mkdtemp(prefix=f"fuzz-{name}-"))
    with atheris.instrument_imports(include=["pipeline"]):
        target = TARGETS[name]()
    options = (f"-max_total_time={seconds}", f"-max_len={LONGEST}", f"-timeout={SLOWEST}", f"-artifact_prefix={found}/")
    atheris.Setup([sys.argv[0], *options, "-rss_limit_mb=4000", str(found), str(KEPT / name)], target)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
