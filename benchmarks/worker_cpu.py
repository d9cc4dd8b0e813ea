"""What the worker's processor does for one return: run, and replayed; and for a plain script.

The processes of both sides stay up and warm; only one is given work at a time.
"""

import asyncio
import gc
import time
from collections.abc import Sequence

from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from benchmarks.house import OURS, STRAIGHT, Opened, Side, temporal, working
from benchmarks.pairs import Compared, compare
from benchmarks.plan import Plan
from benchmarks.processes import Child
from benchmarks.report import Row
from benchmarks.straight_line import StraightLineWorkflow
from lifecycle.request import Coordinator
from workflows.converter import data_converter
from workflows.returns import ReturnWorkflow

TITLE = "Worker: CPU of ReturnWorkflow and of a straight-line workflow with the same commands"
MOST = 1.2
IN_FLIGHT = 6
KINDS = tuple(Coordinator)


async def drive(one: Side, returns: int) -> list[Opened]:
    """Drive returns of both kinds from start to end, a few at a time."""
    room = asyncio.Semaphore(IN_FLIGHT)

    async def whole(kind: Coordinator) -> Opened:
        async with room:
            opened = await one.open(kind)
            await one.settle(opened)
            return opened

    return await asyncio.gather(*(whole(KINDS[n % len(KINDS)]) for n in range(returns)))


async def _spent(one: Side, worker: Child, returns: int) -> float:
    """Return the CPU milliseconds of the worker process for each return."""
    before = await worker.cpu()
    await drive(one, returns)
    return (await worker.cpu() - before) / returns * 1000


async def _histories(one: Side, plan: Plan) -> list[WorkflowHistory]:
    """Return histories of returns that ran alone, so that both sides have the same tasks."""
    found = []
    for kind in KINDS:
        opened = await one.open(kind)
        await one.settle(opened)
        found += [await one.handle(opened).fetch_history()] * plan.replays
    return found


async def _replayed(workflow: type, histories: Sequence[WorkflowHistory]) -> float:
    """Return the CPU milliseconds of this process for each history."""
    replayer = Replayer(workflows=[workflow], data_converter=data_converter)
    gc.collect()
    before = time.process_time()
    for history in histories:
        await replayer.replay_workflow(history)
    return (time.process_time() - before) / len(histories) * 1000


async def run(plan: Plan) -> list[Row]:
    """Run both, in pairs, then replay both, in pairs, with nothing else running."""
    async with (
        temporal() as address,
        working(address, OURS) as (ours, worker),
        working(address, STRAIGHT) as (straight, other),
    ):
        for one in (ours, straight):
            await drive(one, IN_FLIGHT)
        ran = [
            (await _spent(ours, worker, plan.returns), await _spent(straight, other, plan.returns))
            for _ in range(plan.pairs)
        ]
        histories = await _histories(ours, plan), await _histories(straight, plan)
    replayed = [
        (
            await _replayed(ReturnWorkflow, histories[0]),
            await _replayed(StraightLineWorkflow, histories[1]),
        )
        for _ in range(plan.pairs)
    ]
    return [
        _row("CPU of the worker process per return, HTTP calls included", compare(ran)),
        _row("CPU of the replay of a whole history", compare(replayed)),
        _same(*histories),
    ]


def _row(what: str, found: Compared) -> Row:
    return Row(
        what=what,
        figure=f"{found.first:.1f} ms; straight-line {found.second:.1f} ms",
        ratio=str(found),
        budget=f"≤ {MOST} times straight-line",
        within=found.ratio <= MOST,
    )


def _same(ours: Sequence[WorkflowHistory], straight: Sequence[WorkflowHistory]) -> Row:
    """Say whether the anchor still does what ReturnWorkflow does, event by event."""
    kinds = [
        [[event.event_type for event in history.events] for history in histories]
        for histories in (ours, straight)
    ]
    events = [len(ours[0].events), len(ours[-1].events)]
    return Row(
        what="the anchor is fair: both histories have the same events in the same order",
        figure=f"{'yes' if kinds[0] == kinds[1] else 'NO'}; {events[0]} and {events[1]} events",
    )
