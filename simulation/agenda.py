"""The virtual clock, and what is to happen when."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from simulation.plan import START


@dataclass
class Clock:
    """The one time of a run; it moves only when the driver moves it."""

    time: datetime = START

    def now(self) -> datetime:
        """Return the time."""
        return self.time

    def seconds(self) -> float:
        """Return the time as seconds, for what counts them."""
        return self.time.timestamp()


@dataclass
class Agenda:
    """What is to happen, the earliest first; at one time, in the order it was put down."""

    entries: list[tuple[datetime, int, object]] = field(default_factory=list)
    _numbers: Callable[[], int] = field(default_factory=lambda: count().__next__)

    def put(self, when: datetime, entry: object) -> None:
        """Put something down."""
        heapq.heappush(self.entries, (when, self._numbers(), entry))

    @property
    def next(self) -> datetime | None:
        """When the next thing is to happen."""
        return self.entries[0][0] if self.entries else None

    def take(self) -> tuple[datetime, object]:
        """Take the next thing out."""
        when, _, entry = heapq.heappop(self.entries)
        return when, entry
