"""From a webhook to what the workflow does about it, one at a time on an idle machine."""

import asyncio
import json
import time
from collections.abc import Sequence

from benchmarks.house import OURS, SECRET, Opened, Side, temporal, until, working
from benchmarks.load import Sender, sender
from benchmarks.pairs import percentile
from benchmarks.plan import Plan
from benchmarks.processes import Task, child
from benchmarks.report import Row
from lifecycle.request import Coordinator

TITLE = "Reaction, routed by id"
MOST_P50, MOST_P99 = 0.08, 0.8
REST_SECONDS = 0.2
"""Before each webhook, so that nothing is under way."""


async def _deliver(one: Side, to: Sender, opened: Opened, kind: str) -> float:
    """Deliver the last event of a kind, and return when it was sent."""
    body = json.dumps(one.event(opened, kind).wire()).encode()
    request = to.request(body, SECRET)
    await asyncio.sleep(REST_SECONDS)
    began = time.perf_counter()
    await to.send(request)
    return began


async def _to_a_call(one: Side, to: Sender, opened: Opened) -> float:
    """Return the seconds from "accepted" to the first request for the refund."""
    one.approve(opened)
    await _deliver(one, to, opened, "fulfillment_return.pending")
    one.receive(opened)
    calls = one.sandbox.world.books.calls
    known = len(calls)
    began = await _deliver(one, to, opened, "fulfillment_return.accepted")
    return await until(lambda: time.perf_counter() - began if len(calls) > known else None)


async def _to_the_end(one: Side, to: Sender, opened: Opened) -> float:
    """Return the seconds from "complete" to the result of the workflow."""
    await one.pay(opened)
    ended = asyncio.create_task(one.handle(opened).result())
    began = await _deliver(one, to, opened, "refund.complete")
    await ended
    return time.perf_counter() - began


async def run(plan: Plan) -> list[Row]:
    """Measure both reactions of each return in turn."""
    calls, ends = [], []
    async with temporal() as address, working(address, OURS) as (ours, _):
        task = Task(kind="receiver", temporal=address, namespace=OURS)
        async with child(task) as receiver, sender(receiver.url, 1) as to:
            for _ in range(plan.reactions):
                opened = await ours.open(Coordinator.DIGITAL_RIVER)
                calls.append(await _to_a_call(ours, to, opened))
                ends.append(await _to_the_end(ours, to, opened))
    return [
        _row("webhook in → the workflow has closed the return", ends[1:]),
        _row("webhook in → first request to Digital River for the refund", calls[1:]),
    ]


def _row(what: str, seconds: Sequence[float]) -> Row:
    p50, p99 = percentile(seconds, 50), percentile(seconds, 99)
    return Row(
        what=f"{what}, {len(seconds)} times",
        figure=f"p50 {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms",
        budget=f"p50 ≤ {MOST_P50 * 1000:.0f} ms, p99 ≤ {MOST_P99 * 1000:.0f} ms",
        within=p50 <= MOST_P50 and p99 <= MOST_P99,
    )
