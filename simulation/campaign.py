"""Many seeds, on every core."""

import asyncio
import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace

from simulation.conductor import run_all
from simulation.drawing import draw
from simulation.leaping import leaping
from simulation.plan import Plan, Tier
from simulation.running import Verdict, run
from simulation.shrinking import shrink

CHUNK = {"t0": 500, "t1": 50, "t2": 50}
TRIED = {"t0": 100, "t1": 25, "t2": 16}
"""Seeds between two looks at whether a planted bug has shown."""

Draw = Callable[[int, Tier], Plan]


@dataclass
class Tally:
    """What became of a tier's seeds."""

    tier: Tier
    plans: int = 0
    returns: int = 0
    seconds: float = 0.0
    ends: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[int, str]] = field(default_factory=list)
    """Seed and violation."""
    torn: list[tuple[int, str]] = field(default_factory=list)
    """Seed and error, of plans that were run a second time."""
    faults: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Fault and the phase in which it struck."""

    def add(self, seed: int, verdict: Verdict) -> None:
        """Count one plan."""
        self.plans += 1
        self.returns += len(verdict.ends)
        self.ends.update(verdict.ends)
        self.faults.update(verdict.faults)
        if verdict.violation:
            self.failures.append((seed, verdict.violation))
        if verdict.torn:
            self.torn.append((seed, verdict.torn))

    def join(self, other: "Tally") -> None:
        """Count what another process ran."""
        self.plans += other.plans
        self.returns += other.returns
        self.ends += other.ends
        self.faults += other.faults
        self.failures += other.failures
        self.torn += other.torn


def simulate(
    tier: Tier, first: int, count: int, budget: float | None = None, draw_plan: Draw = draw
) -> Tally:
    """Run so many seeds, or as many as fit into the budget of seconds."""
    begun, tally = time.monotonic(), Tally(tier)
    with ProcessPoolExecutor(initializer=_quiet) as pool:
        for wave in _waves(tier, first, count, os.cpu_count() or 1):
            for found in pool.map(_run_some, [(tier, *part, draw_plan) for part in wave]):
                tally.join(found)
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


def _run_some(part: tuple[Tier, int, int, Draw]) -> Tally:
    tier, first, count, draw_plan = part
    seeds = range(first, first + count)
    plans = [draw_plan(seed, tier) for seed in seeds]
    tally = Tally(tier)
    for seed, verdict in zip(seeds, asyncio.run(run_plans(plans)), strict=True):
        tally.add(seed, verdict)
    return tally


async def run_plans(plans: Sequence[Plan]) -> list[Verdict]:
    """Run plans of one tier: those of T2 all at once, the others one after another.

    In T2 an error, a task that failed and a history that does not replay count when they repeat:
    mistakes of the SDK, which come and go, bring them, too (docs/reliability.md).
    """
    if plans and plans[0].tier == "t2":
        verdicts = await _leap(plans)
        torn = [place for place, verdict in enumerate(verdicts) if verdict.may_be_torn]
        again = await _leap([plans[place] for place in torn]) if torn else []
        for place, verdict in zip(torn, again, strict=True):
            verdicts[place] = replace(verdict, torn=verdicts[place].violation)
        return verdicts
    return [await run(plan) for plan in plans]


async def _leap(plans: Sequence[Plan]) -> list[Verdict]:
    async with leaping(plans) as house:
        return await run_all(house, plans)


async def first_failure(tier: Tier, most: int) -> tuple[int | None, str]:
    """Return how many seeds it took until one broke a promise, and which; None: none did."""
    _quiet()
    for first in range(0, most, TRIED[tier]):
        plans = [draw(seed, tier) for seed in range(first, min(first + TRIED[tier], most))]
        for number, verdict in enumerate(await run_plans(plans), start=first + 1):
            if verdict.violation:
                return number, verdict.violation
    return None, ""


async def smallest(plan: Plan) -> Plan:
    """Return the smallest plan found that breaks the same promise."""
    [verdict] = await run_plans([plan])

    async def fails(smaller: Plan) -> bool:
        return (await run_plans([smaller]))[0].kind == verdict.kind

    return plan if plan.tier == "t2" else await shrink(plan, fails)
