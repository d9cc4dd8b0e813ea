"""After an outage of the receiver, one back-fill brings every open return up to date."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unittest.mock import AsyncMock

import pytest
from temporalio.client import ScheduleOverlapPolicy
from temporalio.testing import ActivityEnvironment, WorkflowEnvironment

from backfill.activity import HORIZON, OVERLAP, TYPES, Backfill
from backfill.schedule import ensure_schedule
from tests.backfill.filling import BANK_NOW, approve, fill, opened, receive, scheduled
from tests.e2e.histories import looks_that_told, signals
from tests.running import Json, Running, eventually, running
from workflows.messages import BackfillReport
from workflows.names import BACKFILL_SCHEDULE
from workflows.starting import WarehouseReturns

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


async def test_the_first_run_begins_with_the_schedule(alone: WorkflowEnvironment) -> None:
    """The second reads a little again, and nothing of before the first."""
    async with running(alone.client) as house, scheduled(house):
        described = await house.client.get_schedule_handle(BACKFILL_SCHEDULE).describe()
        await fill(house.client)
        await fill(house.client)
        calls = await asked_for_events(house)
    assert all(set(call["query"]["types"]) == set(TYPES) for call in calls)
    since = [datetime.fromisoformat(call["query"]["createdTime[gte]"][0]) for call in calls]
    installed = described.info.created_at
    assert since == [installed, installed]


async def test_the_cursor_is_kept_with_an_overlap(alone: WorkflowEnvironment) -> None:
    """An event may be listed later than it was made; one of before the first run is not read."""
    time = datetime.now(UTC)
    attempt = ActivityEnvironment()
    attempt.info = replace(attempt.info, current_attempt_scheduled_time=time)
    async with running(alone.client) as house:
        activity = Backfill(house.client, house.digital_river, timedelta(0), WarehouseReturns.ASK)
        for begun in (None, time - 2 * OVERLAP, time - OVERLAP / 2):
            last = BackfillReport(covered_until=time, begun=begun)
            await attempt.run(activity.backfill, last)
        calls = await asked_for_events(house)
    since = [datetime.fromisoformat(call["query"]["createdTime[gte]"][0]) for call in calls]
    assert since == [time - OVERLAP, time - OVERLAP, time - OVERLAP / 2]


async def test_a_new_installation_adopts_nothing_of_before(alone: WorkflowEnvironment) -> None:
    """Returns that warehouses began before the schedule was made are the shop's own affair."""
    async with running(alone.client) as house:
        await house.warehouse_return(await house.order("digital_river", 1))
        async with scheduled(house):
            made = await house.warehouse_return(await house.order("digital_river", 1))
            report = await fill(house.client)
            workflow_id = f"return-fo{made['fulfillmentOrderId']}-{made['id']}"
            await house.in_phase(workflow_id, "awaiting_approval")
            again = await fill(house.client)
            found = [one async for one in house.client.list_workflows("ReturnId IS NOT NULL")]
    assert (report.missed, again.missed) == (1, 0)
    assert [one.id for one in found] == [workflow_id]


async def test_a_lost_cursor_begins_with_the_oldest_open_return(
    alone: WorkflowEnvironment,
) -> None:
    """The schedule was deleted: the new one catches up on what returns missed that are older."""
    async with running(alone.client) as house:
        await house.warehouse_return(await house.order("digital_river", 1))
        found = [await opened(house), await opened(house)]
        await approve(house, *(return_id for _, _, return_id in found))
        async with scheduled(house):
            report = await fill(house.client)
            for _, workflow_id, _ in found:
                await house.in_phase(workflow_id, "awaiting_goods")
    assert report.missed == len(found)


async def test_an_outage_of_the_events_feed_is_outlasted(
    alone: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 in the middle: the retry does not begin from the start, and nothing is left out."""
    thirty_days_ago = AsyncMock(return_value=datetime.now(UTC) - HORIZON)
    monkeypatch.setattr("backfill.activity.beginning", thirty_days_ago)
    async with running(alone.client) as house, scheduled(house):
        _, workflow_id, return_id = await opened(house)
        await approve(house, return_id)
        rule = {"path": "/events", "kind": "error", "status": 503, "skip": 5, "times": 1}
        faults = await house.control.put("/sandbox/faults", json={"calls": [rule]})
        faults.raise_for_status()
        report = await fill(house.client)
        await house.in_phase(workflow_id, "awaiting_goods")
        assert report.missed == 1
        assert 30 <= len(await asked_for_events(house)) < 5 + 1 + 30


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


async def test_a_paused_schedule_stays_paused(alone: WorkflowEnvironment) -> None:
    """A worker that starts brings the schedule up to date, and leaves it to its operator."""
    await ensure_schedule(alone.client)
    handle = alone.client.get_schedule_handle(BACKFILL_SCHEDULE)
    await handle.pause(note="maintenance")
    await ensure_schedule(alone.client)
    found = (await handle.describe()).schedule
    assert (found.state.paused, found.state.note) == (True, "maintenance")
    assert found.policy.overlap is ScheduleOverlapPolicy.SKIP
