"""`kill -9` of the only worker while returns are open, and another one that takes over."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from benchmarks.house import OURS, Opened, Side, side, temporal
from benchmarks.pairs import percentile
from benchmarks.plan import Plan
from benchmarks.processes import child
from benchmarks.report import Row
from lifecycle.fact_json import write_fact
from lifecycle.facts import Chargeback
from lifecycle.request import Coordinator
from workflows.messages import EventMessage
from workflows.names import DIGITAL_RIVER_EVENT

TITLE = "Recovery after `kill -9` of the only worker"
MOST_SECONDS = 3.0
IN_FLIGHT = 16


@dataclass(frozen=True, slots=True)
class Recovered:
    """Seconds from the kill."""

    ready: float
    """Until the next worker polls."""
    progress: Sequence[float]
    """Until each return has gone on, the first one first."""


async def _open(one: Side, returns: int) -> list[Opened]:
    room = asyncio.Semaphore(IN_FLIGHT)

    async def one_more() -> Opened:
        async with room:
            return await one.open(Coordinator.THIRD_PARTY)

    return await asyncio.gather(*(one_more() for _ in range(returns)))


async def _go_on(one: Side, opened: Opened, killed: float) -> float:
    """Signal what ends a return at once, and return when it has ended."""
    taken = datetime.now(UTC)
    fact = write_fact(Chargeback(order_id=opened.order_id, taken=taken))
    message = EventMessage.model_validate(
        {"event_id": f"chargeback-{opened.order_id}", "type": "order.chargeback", "facts": [fact]}
    )
    handle = one.handle(opened)
    await handle.signal(DIGITAL_RIVER_EVENT, message)
    await handle.result()
    return time.perf_counter() - killed


async def _recover(one: Side, returns: int) -> Recovered:
    """Open returns, kill their worker, start the next one, and have every return go on."""
    async with child(one.worker_task) as first:
        opened = await _open(one, returns)
        await first.kill()
    killed = time.perf_counter()
    progress = asyncio.gather(*(_go_on(one, each, killed) for each in opened))
    async with child(one.worker_task):
        ready = time.perf_counter() - killed
        return Recovered(ready, sorted(await progress))


async def run(plan: Plan) -> list[Row]:
    """Kill a worker a few times, each time with as many returns open."""
    async with temporal() as address, side(address, OURS) as ours:
        found = [await _recover(ours, plan.open_returns) for _ in range(plan.kills)]
    firsts = [one.progress[0] for one in found]
    first = percentile(firsts, 50)
    half = percentile([percentile(one.progress, 50) for one in found], 50)
    last = percentile([one.progress[-1] for one in found], 50)
    ready = percentile([one.ready for one in found], 50)
    return [
        Row(
            what=f"first progress, {plan.open_returns} open returns, median of {plan.kills} kills",
            figure=f"{first:.1f} s after the kill, {ready:.1f} s of them until a worker was up",
            budget=f"≤ {MOST_SECONDS:.0f} s",
            within=first <= MOST_SECONDS,
        ),
        Row(
            what="half of the returns, and all of them, were replayed and had gone on",
            figure=f"{half:.1f} s and {last:.1f} s",
        ),
    ]
