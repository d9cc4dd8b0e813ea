"""Many seeds, on every core."""

import asyncio
import logging
import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from simulation.drawing import draw
from simulation.plan import Plan, Tier
from simulation.planted import BUGS, Caught, by_name, hunt
from simulation.running import run
from simulation.shrinking import shrink

CHUNK = {"t0": 500, "t1": 50}


@dataclass
class Tally:
    """What became of a tier's seeds."""

    tier: Tier
    plans: int = 0
    seconds: float = 0.0
    ends: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[int, str]] = field(default_factory=list)
    """Seed and violation."""


def simulate(tier: Tier, first: int, count: int, budget: float | None = None) -> Tally:
    """Run so many seeds, or as many as fit into the budget of seconds."""
    begun, tally = time.monotonic(), Tally(tier)
    with ProcessPoolExecutor(initializer=_quiet) as pool:
        waves = _waves(tier, first, count, os.cpu_count() or 1)
        for wave in waves:
            for found in pool.map(_run_some, [(tier, *part) for part in wave]):
                tally.plans += found.plans
                tally.ends += found.ends
                tally.failures += found.failures
            tally.seconds = time.monotonic() - begun
            if budget is not None and tally.seconds > budget:
                break
    return tally


def _waves(tier: Tier, first: int, count: int, width: int) -> Iterator[Sequence[tuple[int, int]]]:
    size = CHUNK[tier]
    starts = list(range(first, first + count, size))
    parts = [(start, min(size, first + count - start)) for start in starts]
    for place in range(0, len(parts), width):
        yield parts[place : place + width]


def _quiet() -> None:
    """Keep the log still: faults are what is wanted here."""
    logging.disable(logging.CRITICAL)


def _run_some(part: tuple[Tier, int, int]) -> Tally:
    return asyncio.run(_run_each(*part))


async def _run_each(tier: Tier, first: int, count: int) -> Tally:
    tally = Tally(tier)
    for seed in range(first, first + count):
        verdict = await run(draw(seed, tier))
        tally.plans += 1
        tally.ends[verdict.end] += 1
        if verdict.violation:
            tally.failures.append((seed, verdict.violation))
    return tally


async def smallest(plan: Plan) -> Plan:
    """Return the smallest plan found that breaks the same promise."""
    kind = (await run(plan)).kind

    async def fails(smaller: Plan) -> bool:
        return (await run(smaller)).kind == kind

    return await shrink(plan, fails)


def hunt_all() -> Iterator[Caught]:
    """Hunt every planted bug, each in a process."""
    with ProcessPoolExecutor(initializer=_quiet) as pool:
        yield from pool.map(_hunt_one, [bug.name for bug in BUGS])


def _hunt_one(name: str) -> Caught:
    return asyncio.run(hunt(by_name(name)))
