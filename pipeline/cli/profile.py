"""In: what a run tells of its sources. Out: the processor seconds of each stage of it, and their shares in words."""

import resource
import time
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.runs import Progress

START = "start of other processes"
TABLES = "tables and pictures"


class Profile:
    """The processor time of this process and of those that it has ended since.

    What other processes took beyond their stages is their start: programs, models and tables being loaded, and
    Prefect's server. What a process of another machine takes is counted in the stages alone.
    """

    def __init__(self) -> None:
        """Begin to count."""
        self._stages: Counter[str] = Counter()
        self._own, self._others = time.process_time(), _others()

    def heard(self, tell: Callable[["Progress"], None]) -> Callable[["Progress"], None]:
        """Return a function that hears what `tell` does, and tells it."""

        def hear(event: "Progress") -> None:
            self._stages.update(event.seconds)
            tell(event)

        return hear

    def seconds(self) -> dict[str, float]:
        """Return the processor seconds of each stage, the start first."""
        start = max(0.0, _others() - self._others - self._stages.total())
        taken = {START: start, **self._stages, TABLES: time.process_time() - self._own}
        return {stage: round(seconds, 3) for stage, seconds in taken.items()}

    def __str__(self) -> str:
        """A line for each stage: its share and its seconds."""
        seconds = self.seconds()
        total = sum(seconds.values()) or 1.0
        lines = (
            f"  {share:4.0%}  {taken:8.1f} s  {stage}" for stage, taken in seconds.items() for share in [taken / total]
        )
        return "\n".join([f"Processor time, {total:.1f} s:", *lines])


def _others() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
