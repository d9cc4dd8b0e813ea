"""What an open return costs in the memory of its worker: cached, and evicted from the cache."""

import asyncio
from dataclasses import replace

from benchmarks.house import OURS, STRAIGHT, Side, side, temporal
from benchmarks.plan import Plan
from benchmarks.processes import child
from benchmarks.report import Row
from lifecycle.request import Coordinator

TITLE = "Worker: memory per open return, each row a fresh process"
MOST = 1.5
NOTHING = 0.1
"""Of what a cached return takes: less is the noise of an allocator."""

WARM_UP = 60
IN_FLIGHT = 12
SMALL_CACHE = 10
KIB = 1024


async def open_many(one: Side, returns: int) -> None:
    """Open returns that then wait for a parcel."""
    room = asyncio.Semaphore(IN_FLIGHT)

    async def one_more() -> None:
        async with room:
            await one.open(Coordinator.THIRD_PARTY)

    await asyncio.gather(*(one_more() for _ in range(returns)))


async def _grown(one: Side, returns: int, max_cached: int) -> float:
    """Return by how many KiB the worker process grows with each open return."""
    async with child(replace(one.worker_task, max_cached=max_cached)) as worker:
        await open_many(one, WARM_UP)
        before = await worker.memory()
        await open_many(one, returns)
        return (await worker.memory() - before) / returns / KIB


async def run(plan: Plan) -> list[Row]:
    """Open returns of both sides in processes that keep them, and ours in one that does not."""
    room = plan.cached + WARM_UP
    async with (
        temporal() as address,
        side(address, OURS) as ours,
        side(address, STRAIGHT) as straight,
    ):
        cached = await _grown(ours, plan.cached, room)
        anchor = await _grown(straight, plan.cached, room)
        # Returns that no worker ran wait at the server; a fresh process takes only new ones.
        evicted = await _grown(ours, plan.evicted, SMALL_CACHE)
    return [
        Row(
            what=f"resident memory per cached open return, {plan.cached} open",
            figure=f"{cached:.0f} KiB; straight-line {anchor:.0f} KiB",
            ratio=f"{cached / anchor:.2f}",
            budget=f"≤ {MOST} times straight-line",
            within=cached <= MOST * anchor,
        ),
        Row(
            what=f"the same evicted: {plan.evicted} open, a cache of {SMALL_CACHE}",
            figure=f"{evicted:.1f} KiB",
            ratio=f"{evicted / cached:.2f} of a cached one",
            budget=f"none (≤ {NOTHING} times cached)",
            within=evicted <= NOTHING * cached,
        ),
    ]
