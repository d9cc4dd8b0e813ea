"""After an outage of the receiver, one back-fill brings every open return up to date."""

import asyncio
from datetime import UTC, datetime, timedelta

from temporalio.client import ScheduleOverlapPolicy
from temporalio.testing import WorkflowEnvironment

from backfill.activity import OVERLAP, TYPES
from backfill.schedule import ensure_schedule
from tests.backfill.filling import BANK_NOW, approve, fill, opened, receive, scheduled
from tests.e2e.histories import looks_that_told, signals
from tests.running import Json, Running, eventually, running
from workflows.names import BACKFILL_SCHEDULE

RETURNS = 6


async def asked_for_events(house: Running) -> list[Json]:
    """Return the calls to `GET /events` in the books."""
    return [call for call in (await house.books())["calls"] if call["path"] == "/events"]


async def test_all_open_returns_catch_up(alone: WorkflowEnvironment) -> None:
    """No webhook and no look: two back-fills carry every return on, and a further one is quiet."""
    async with running(alone.client) as house, scheduled(house):
        waiting = await opened(house)
        found = await asyncio.gather(*(opened(house) for _ in range(RETURNS)))
        ids, return_ids = [one[1] for one in found], [one[2] for one in found]
        await approve(house, *return_ids)
        await receive(house, *return_ids)
        first = await fill(house.client)
        assert (first.missed, first.acknowledged) == (2 * RETURNS, 0)
        assert first.missed_since is not None
        calls = len(await asked_for_events(house))
        assert calls <= 31
        for order, _, _ in found:
            await house.refund(order, 1)

        async def paid() -> bool | None:
            states = [row["state"] for row in (await house.books())["refunds"]]
            return True if states == ["succeeded"] * RETURNS else None

        await eventually(paid)
        second = await fill(house.client)
        results = await asyncio.gather(*(house.result(one) for one in ids))
        assert [one.outcome for one in results] == ["refunded"] * RETURNS
        assert second.missed == RETURNS
        third = await fill(house.client)
        assert (third.missed, third.missed_since) == (0, first.missed_since)
        assert len(await asked_for_events(house)) == calls + 2
        assert [await looks_that_told(house, one) for one in ids] == [0] * RETURNS
        assert await signals(house, waiting[1]) == []


async def test_while_webhooks_arrive_nothing_is_signalled(alone: WorkflowEnvironment) -> None:
    """What is in the history of a return was acknowledged; each event is signalled once."""
    async with running(alone.client, webhooks=True) as house, scheduled(house):
        _, workflow_id, return_id = await opened(house)
        await approve(house, return_id)
        await house.in_phase(workflow_id, "awaiting_goods")
        report = await fill(house.client)
        assert (report.acknowledged, report.missed, report.missed_since) == (1, 0, None)
        assert len(await signals(house, workflow_id)) == 1
        again = await fill(house.client)
        assert (again.read >= report.read, again.acknowledged, again.missed) == (True, 0, 0)
        assert again.covered_until > report.covered_until


async def test_the_cursor_is_kept_with_an_overlap(alone: WorkflowEnvironment) -> None:
    """The first run reaches back thirty days, the next to shortly before the end of the first."""
    async with running(alone.client) as house, scheduled(house):
        first = await fill(house.client)
        begun = len(await asked_for_events(house))
        await fill(house.client)
        calls = await asked_for_events(house)
    assert begun == 30
    assert all(set(call["query"]["types"]) == set(TYPES) for call in calls)
    since = [datetime.fromisoformat(call["query"]["createdTime[gte]"][0]) for call in calls]
    assert timedelta(days=30) - timedelta(minutes=1) < datetime.now(UTC) - since[0]
    assert since[begun] == first.covered_until - OVERLAP


async def test_an_outage_of_the_events_feed_is_outlasted(alone: WorkflowEnvironment) -> None:
    """503 in the middle: the retry does not begin from the start, and nothing is left out."""
    async with running(alone.client) as house, scheduled(house):
        _, workflow_id, return_id = await opened(house)
        await approve(house, return_id)
        rule = {"path": "/events", "kind": "error", "status": 503, "skip": 5, "times": 1}
        faults = await house.control.put("/sandbox/faults", json={"calls": [rule]})
        faults.raise_for_status()
        report = await fill(house.client)
        await house.in_phase(workflow_id, "awaiting_goods")
        assert report.missed == 1
        assert len(await asked_for_events(house)) < 5 + 1 + 30


async def test_what_came_after_the_end_is_followed_up_once(alone: WorkflowEnvironment) -> None:
    """A missed event for a closed return starts its follow-up; the next run starts nothing more."""
    async with running(alone.client) as house, scheduled(house):
        order = await house.order("third_party", 1, automation=BANK_NOW)
        answer = await house.start(order, 1)
        await house.cancel(answer.workflow_id)
        await house.result(answer.workflow_id)
        await house.act(f"/sandbox/returns/{answer.return_id}/accept")
        late = f"{answer.workflow_id}-late"
        report = await fill(house.client)
        await house.resolve(late, "acknowledge")
        assert (await house.result(late)).outcome == "refunded"
        told = len(await signals(house, late))
        again = await fill(house.client)
        runs = [one async for one in house.client.list_workflows(f"WorkflowId = '{late}'")]
    assert report.read >= 2
    assert (report.acknowledged, report.missed, report.missed_since) == (0, 0, None)
    assert (again.missed, len(runs)) == (0, 1)
    assert told >= 1


async def test_a_closed_return_is_not_told(alone: WorkflowEnvironment) -> None:
    """Events that move no money are neither missed nor acknowledged, and start nothing."""
    async with running(alone.client) as house, scheduled(house):
        order = await house.order("third_party", 1)
        answer = await house.start(order, 1)
        await house.cancel(answer.workflow_id)
        await house.result(answer.workflow_id)
        await house.act(f"/sandbox/orders/{order.id}/dispute")
        await house.act(f"/sandbox/orders/{order.id}/chargeback")
        report = await fill(house.client)
        found = [one async for one in house.client.list_workflows("ReturnId IS NOT NULL")]
    assert report.read >= 2
    assert (report.acknowledged, report.missed, report.missed_since) == (0, 0, None)
    assert len(found) == 1


async def test_a_warehouse_return_is_adopted(alone: WorkflowEnvironment) -> None:
    """The receiver missed its event; the back-fill adopts it, once."""
    async with running(alone.client) as house, scheduled(house):
        order = await house.order("digital_river", 1)
        made = await house.warehouse_return(order)
        report = await fill(house.client)
        workflow_id = f"return-fo{made['fulfillmentOrderId']}-{made['id']}"
        view = await house.in_phase(workflow_id, "awaiting_approval")
        again = await fill(house.client)
    assert (view.order_id, report.missed, again.missed) == (order.id, 1, 0)


async def test_a_paused_schedule_stays_paused(alone: WorkflowEnvironment) -> None:
    """A worker that starts brings the schedule up to date, and leaves it to its operator."""
    await ensure_schedule(alone.client)
    handle = alone.client.get_schedule_handle(BACKFILL_SCHEDULE)
    await handle.pause(note="maintenance")
    await ensure_schedule(alone.client)
    found = (await handle.describe()).schedule
    assert (found.state.paused, found.state.note) == (True, "maintenance")
    assert found.policy.overlap is ScheduleOverlapPolicy.SKIP
