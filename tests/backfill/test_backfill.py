"""After an outage of the receiver, one back-fill brings every open return up to date."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import (
    Client,
    ScheduleActionExecutionStartWorkflow,
    ScheduleOverlapPolicy,
)
from temporalio.testing import WorkflowEnvironment

from backfill.activity import OVERLAP, TYPES, missed_since
from backfill.schedule import ensure_schedule
from backfill.silence import likely_cause
from backfill.worker import housekeeping_worker
from digital_river import CreateWebhook, Webhook
from tests.e2e.histories import looks_that_told, signals
from tests.metering import metered
from tests.running import Json, Order, Running, eventually, running
from workflows.messages import BackfillReport
from workflows.names import BACKFILL_SCHEDULE

RETURNS = 6
BANK_NOW = {"bank_after_seconds": 0}


@asynccontextmanager
async def scheduled(house: Running) -> AsyncIterator[None]:
    """Run the housekeeping worker; a quarter of an hour that begins starts no run by itself."""
    await ensure_schedule(house.client)
    await house.client.get_schedule_handle(BACKFILL_SCHEDULE).pause()
    async with housekeeping_worker(house.client, house.digital_river, settle=timedelta(0)):
        yield


async def runs(client: Client) -> list[ScheduleActionExecutionStartWorkflow]:
    """Return the runs that the schedule has started; those of one second share their id."""
    described = await client.get_schedule_handle(BACKFILL_SCHEDULE).describe()
    recent = (one.action for one in described.info.recent_actions)
    return [one for one in recent if isinstance(one, ScheduleActionExecutionStartWorkflow)]


async def fill(client: Client) -> BackfillReport:
    """Have the schedule start a back-fill now, and return what it did."""
    before = {one.first_execution_run_id for one in await runs(client)}
    await client.get_schedule_handle(BACKFILL_SCHEDULE).trigger()

    async def started() -> ScheduleActionExecutionStartWorkflow | None:
        new = [one for one in await runs(client) if one.first_execution_run_id not in before]
        return new[0] if new else None

    run = await eventually(started)
    handle = client.get_workflow_handle(
        run.workflow_id, run_id=run.first_execution_run_id, result_type=BackfillReport
    )
    report: BackfillReport = await handle.result()
    return report


async def asked_for_events(house: Running) -> list[Json]:
    """Return the calls to `GET /events` in the books."""
    return [call for call in (await house.books())["calls"] if call["path"] == "/events"]


async def opened(house: Running) -> tuple[Order, str, str]:
    """Open a return of the kind that only the fulfiller moves."""
    order = await house.order("digital_river", 1, automation=BANK_NOW)
    answer = await house.start(order, 1)
    await house.in_phase(answer.workflow_id, "awaiting_approval")
    return order, answer.workflow_id, str(answer.return_id)


async def approve(house: Running, *return_ids: str) -> None:
    """Have the fulfiller approve returns."""
    for return_id in return_ids:
        await house.act(f"/sandbox/fulfillment-returns/{return_id}/approve")


async def receive(house: Running, *return_ids: str) -> None:
    """Have the goods accepted."""
    for return_id in return_ids:
        await house.act(f"/sandbox/fulfillment-returns/{return_id}/receive")


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


async def test_silence_is_noticed(
    alone: WorkflowEnvironment, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Events are made and none is acknowledged: a warning names the endpoint that is disabled."""
    monkeypatch.setattr("backfill.activity.SILENCE", timedelta(0))
    caplog.set_level(logging.WARNING, "temporalio.activity")
    async with running(alone.client) as house, scheduled(house):
        request = CreateWebhook(
            types=("refund.complete",), address="http://127.0.0.1:9/", enabled=False
        )
        disabled = await house.digital_river.create_webhook(request)
        _, _, return_id = await opened(house)
        await approve(house, return_id)
        await fill(house.client)
        refused = {"calls": [{"path": "/webhooks", "kind": "error", "status": 403}]}
        (await house.control.put("/sandbox/faults", json=refused)).raise_for_status()
        again = await fill(house.client)
    assert again.missed_since is not None
    assert "the cause cannot be read" in caplog.text
    assert f"Digital River has disabled the endpoint (webhook {disabled.id})" in caplog.text


async def test_silence_is_measured(alone: WorkflowEnvironment) -> None:
    """The endpoint is disabled: the metrics count what was missed, and grow with the silence."""
    async with (
        metered(alone) as metrics,
        running(metrics.client) as house,
        scheduled(house),
    ):
        request = CreateWebhook(
            types=("refund.complete",), address="http://127.0.0.1:9/", enabled=False
        )
        await house.digital_river.create_webhook(request)
        _, _, return_id = await opened(house)
        await approve(house, return_id)
        await fill(house.client)
        assert await metrics.value("upriver_backfill_events_missed") == 1

        async def silent() -> bool | None:
            await fill(house.client)
            return await metrics.value("upriver_webhook_silence_seconds") >= 1 or None

        await eventually(silent)
        assert await metrics.value("upriver_backfill_events_missed") == 1


def test_likely_causes() -> None:
    """No webhook, one that is enabled, and one that is not, among them."""
    on = Webhook(id="w1", address="https://shop.example/", enabled=True)
    off = Webhook(id="w2", address="https://shop.example/", enabled=False)
    assert "registered" in likely_cause([])
    assert "look at the receiver" in likely_cause([on, off])
    assert "webhook w2" in likely_cause([off])


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


def test_silence_ends_with_the_next_acknowledged_event() -> None:
    """The oldest event that was missed counts, among those younger than all that were heard."""
    one, two, three = (datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2, 3))
    assert missed_since(None, [], []) is None
    assert missed_since(None, [three, two], []) == two
    assert missed_since(one, [three], []) == one
    assert missed_since(one, [], [two]) is None
    assert missed_since(one, [three], [two]) == three
