"""In: how many seconds requests keep apart. Out: the pauses between them, by a clock that the caller may give."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


def _today() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """What tells the time: seconds that only go forward, a way to let them pass, and the date and time of day."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    utc: Callable[[], datetime] = _today


class Pacer:
    """Keeps the starts of requests at least `interval` seconds apart."""

    def __init__(self, interval: float, clock: Clock) -> None:
        """Say how far apart; the first request may start at once."""
        self._interval = interval
        self._clock = clock
        self._next = clock.now()

    def wait(self) -> None:
        """Return when the next request may start."""
        now = self._clock.now()
        if now < self._next:
            self._clock.sleep(self._next - now)
        self._next = max(now, self._next) + self._interval

    def slow_down(self, interval: float) -> None:
        """Keep requests at least so many seconds apart from now on, the coming one included."""
        if interval > self._interval:
            self._next += interval - self._interval
            self._interval = interval
