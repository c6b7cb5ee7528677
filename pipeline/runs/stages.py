"""In: the work on a source, stage by stage. Out: the processor seconds that each stage of it took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, get_args

Stage = Literal["reading", "sentences and mentions", "claims", "grading", "storing"]
STAGES: tuple[Stage, ...] = get_args(Stage)


class Stages:
    """The processor seconds of this process by the stage that it was in; a stage within another is only itself."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._seconds: dict[Stage, float] = dict.fromkeys(STAGES, 0.0)

    @contextmanager
    def of(self, stage: Stage) -> Iterator[None]:
        """Count what is done meanwhile as part of a stage."""
        began, within = time.process_time(), sum(self._seconds.values())
        try:
            yield
        finally:
            self._seconds[stage] += time.process_time() - began - (sum(self._seconds.values()) - within)

    def taken(self) -> dict[str, float]:
        """Return the seconds of each stage since this was last asked for."""
        seconds = {str(stage): taken for stage, taken in self._seconds.items()}
        self._seconds = dict.fromkeys(STAGES, 0.0)
        return seconds
