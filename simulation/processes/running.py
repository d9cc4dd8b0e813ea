"""From a plan of T3 to a verdict: the same returns undisturbed, then with all that goes wrong."""

import asyncio
import os
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from temporalio.client import WorkflowHistory
from temporalio.service import RPCError

from lifecycle.request import ReturnRequest
from simulation.books import Violation
from simulation.processes.evidence import Evidence, gather_evidence, hold
from simulation.processes.house import House, run_house
from simulation.processes.people import Lived, People
from simulation.processes.plan import HousePlan, Kill, draw_house

LIMIT_SECONDS = 90.0
"""For the returns of one plan to end, however much goes wrong."""
PAUSE_SECONDS = 0.1


@dataclass
class HouseVerdict:
    """How a plan went."""

    plan: HousePlan
    violation: str | None = None
    ends: list[str] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)
    """Processes that died, by name and moment."""
    seconds: float = 0.0
    too_slow: bool = False
    """Whether a parcel was late because this machine was: then the ends may differ."""


async def run_house_plan(plan: HousePlan) -> HouseVerdict:
    """Run a plan in a house of its own, and judge it."""
    verdict, begun = HouseVerdict(plan), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="upriver-t3-") as logs:
        async with run_house(Path(logs)) as house:
            try:
                calm = await live_through(house, plan.undisturbed, verdict)
                rough = await live_through(house, plan, verdict)
                verdict.ends = [one.outcome for one in rough]
                _compare(calm, rough, verdict)
            except Violation as broken:
                verdict.violation = str(broken)
            except Exception as error:  # noqa: BLE001 - any error of the product is a finding
                verdict.violation = f"error: {type(error).__name__}: {error}"
    verdict.seconds = time.monotonic() - begun
    return verdict


def _compare(calm: Sequence[Evidence], rough: Sequence[Evidence], verdict: HouseVerdict) -> None:
    verdict.too_slow = any(one.lived.too_late for one in (*calm, *rough))
    for one, other in zip(calm, rough, strict=True):
        if one.summary != other.summary and not verdict.too_slow:
            raise Violation(
                f"L4: {other.lived.workflow_id} ({other.lived.life.course}): {one.summary} "
                f"undisturbed, {other.summary} disturbed"
            )


async def live_through(house: House, plan: HousePlan, verdict: HouseVerdict) -> list[Evidence]:
    """Let the returns of a plan live, and judge what is left behind. Raises `Violation`."""
    await house.hire(plan.caches)
    switches = {"rate_limit": None, "retry_after_seconds": 0.5, "eager_refunds": plan.eager}
    await house.put("/sandbox/switches", switches)
    people = People(house, plan)
    await people.place_orders()
    faults = {
        "calls": [rule.model_dump() for rule in plan.calls],
        "lists": [rule.model_dump() for rule in plan.lists],
        "deliveries": [rule.model_dump() for rule in plan.deliveries],
        "seed": plan.seed,
    }
    await house.put("/sandbox/faults", faults)
    house.calls.begin(_losses(house, plan, "write", verdict))
    house.deliveries.begin(_losses(house, plan, "ack", verdict))
    supervisor = asyncio.create_task(house.supervise())
    killers = [
        asyncio.create_task(_kill_at_event(house, kill, people.lived[kill.life], verdict))
        for kill in plan.kills
        if kill.moment == "event"
    ]
    try:
        await _let_live(people)
    finally:
        for task in (*killers, supervisor):
            task.cancel()
        await asyncio.gather(*killers, supervisor, return_exceptions=True)
        await house.put("/sandbox/faults", {})
    return await _judge(house, people)


async def _let_live(people: People) -> None:
    """Let all returns live at once; each must end."""
    tasks = {asyncio.create_task(people.live(one)): one for one in people.lived}
    done, late = await asyncio.wait(tasks, timeout=LIMIT_SECONDS)
    for task in late:
        task.cancel()
    for task in done:
        task.result()
    if late:
        one = tasks[late.pop()]
        raise Violation(f"L1: {one.workflow_id} ({one.life.course}) {await people.look(one)}")


async def _judge(house: House, people: People) -> list[Evidence]:
    if house.fallen:
        raise Violation(f"error: {house.fallen[0]} ended by itself")
    histories = [await _until_there(partial(_history, house, one)) for one in people.lived]
    world = await house.books()
    found = [
        await gather_evidence(one, world, history, _others(one, people.lived))
        for one, history in zip(people.lived, histories, strict=True)
    ]
    await hold(found, house.deliveries.carried, house.words())
    return found


def _others(one: Lived, lived: Sequence[Lived]) -> tuple[ReturnRequest, ...]:
    """Return the other requests for the same order."""
    requests = [other.request for other in lived if other is not one]
    return tuple(each for each in requests if each.order_id == one.request.order_id)


async def _history(house: House, one: Lived) -> WorkflowHistory:
    return await house.client.get_workflow_handle(one.workflow_id).fetch_history()


async def _until_there(ask: Callable[[], Awaitable[WorkflowHistory]]) -> WorkflowHistory:
    """Ask Temporal, which may just be starting again."""
    while True:
        with suppress(RPCError):
            return await ask()
        await asyncio.sleep(PAUSE_SECONDS)


def _losses(
    house: House, plan: HousePlan, moment: str, verdict: HouseVerdict
) -> dict[int, Callable[[], Awaitable[object]]]:
    return {
        kill.n: partial(_kill, house, kill, verdict) for kill in plan.kills if kill.moment == moment
    }


async def _kill(house: House, kill: Kill, verdict: HouseVerdict) -> None:
    verdict.kills[f"{kill.service} at {kill.moment}"] += 1
    # Shielded: what has been killed must be started again, even when the plan is over.
    await asyncio.shield(house.restart(kill.service, kill.worker))


async def _kill_at_event(house: House, kill: Kill, one: Lived, verdict: HouseVerdict) -> None:
    """Kill when the history of a return has so many events; never, when it ends before."""
    handle = house.client.get_workflow_handle(one.workflow_id)
    while True:
        with suppress(RPCError):
            async for event in handle.fetch_history_events(wait_new_event=True):
                if event.event_id >= kill.n:
                    await _kill(house, kill, verdict)
                    return
            return
        await asyncio.sleep(PAUSE_SECONDS)


async def simulate_houses(
    first: int, seeds: int, told: Callable[[HouseVerdict], None]
) -> list[HouseVerdict]:
    """Run so many plans, a few at a time, and tell of each as it ends."""
    room = asyncio.Semaphore(os.cpu_count() or 1)

    async def one(seed: int) -> HouseVerdict:
        async with room:
            verdict = await run_house_plan(draw_house(seed))
            told(verdict)
            return verdict

    return await asyncio.gather(*(one(seed) for seed in range(first, first + seeds)))
