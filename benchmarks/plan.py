"""How much is measured: a default run takes four minutes on an idle machine, a quick one two."""

from dataclasses import dataclass

from benchmarks.pairs import FEWEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The sizes of all benchmarks."""

    pairs: int = FEWEST
    rule_seconds: float = 0.15
    """For each half of a pair."""
    returns: int = 12
    """Driven from start to end in each half of a pair."""
    replays: int = 8
    """Of each kind of return in each half of a pair."""
    cached: int = 500
    evicted: int = 150
    """Open returns, in a process that may keep them and in one that may not."""
    requests: int = 3000
    """Without a signal, in each half of a pair."""
    events_per_second: int = 160
    event_seconds: float = 8.0
    flood: int = 1500
    """Events with a signal, as fast as they are answered."""
    forgeries: int = 150
    """And as many events with a signal, in each half of a pair."""
    reactions: int = 30
    open_returns: int = 200
    """When the worker is killed."""
    kills: int = 3
    listed: int = 10_000
    """Open returns, when they are listed."""


FULL = Plan()
QUICK = Plan(
    rule_seconds=0.05,
    returns=4,
    replays=4,
    cached=100,
    evicted=60,
    requests=600,
    event_seconds=3.0,
    flood=300,
    forgeries=50,
    reactions=10,
    open_returns=40,
    kills=1,
    listed=1000,
)
