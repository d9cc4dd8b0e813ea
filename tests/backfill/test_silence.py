"""A receiver that hears nothing is noticed, and so is a list of events that shows nothing."""

import logging
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.testing import ActivityEnvironment, WorkflowEnvironment

from backfill.silence import NOTHING_LISTED, Alarm, likely_cause, missed_since
from digital_river import CreateWebhook, Webhook
from tests.backfill.filling import approve, fill, opened, scheduled
from tests.metering import metered
from tests.running import Json, Running, eventually, running
from workflows.messages import BackfillReport

MINUTE = timedelta(minutes=1)


async def test_silence_is_noticed(
    alone: WorkflowEnvironment, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Events are made and none is acknowledged: a warning names the endpoint that is disabled."""
    monkeypatch.setattr("backfill.silence.SILENCE", timedelta(0))
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


def test_silence_ends_with_the_next_acknowledged_event() -> None:
    """The oldest event that was missed counts, among those younger than all that were heard."""
    one, two, three = (datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2, 3))
    assert missed_since(None, [], []) is None
    assert missed_since(None, [three, two], []) == two
    assert missed_since(one, [three], []) == one
    assert missed_since(one, [], [two]) is None
    assert missed_since(one, [three], [two]) == three


async def warned_of_the_list(
    house: Running, caplog: pytest.LogCaptureFixture, *, heard: datetime, time: datetime
) -> bool:
    """Say whether a run at that time warns of a list whose newest event was made then."""
    caplog.set_level(logging.WARNING, "temporalio.activity")
    alarm = Alarm(house.client, house.digital_river, timedelta(seconds=60))
    report = BackfillReport(covered_until=time, last_event=heard)
    await ActivityEnvironment().run(alarm.after, report, time)
    told = "Digital River lists no event since" in caplog.text
    caplog.clear()
    return told


async def test_a_list_without_events_is_noticed(
    alone: WorkflowEnvironment, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing listed for a day while a return is open for longer: that is no quiet shop.

    A shop without returns, one whose returns are younger, and one whose list shows an event of
    another kind are quiet.
    """
    async with running(alone.client) as house:
        heard = datetime.now(UTC)
        late = heard + NOTHING_LISTED + MINUTE
        assert not await warned_of_the_list(house, caplog, heard=heard, time=late)
        order, _, _ = await opened(house)
        soon = heard + NOTHING_LISTED - MINUTE
        assert not await warned_of_the_list(house, caplog, heard=heard, time=soon)
        long_ago = heard - NOTHING_LISTED
        assert not await warned_of_the_list(house, caplog, heard=long_ago, time=soon)

        async def warned() -> bool | None:
            return await warned_of_the_list(house, caplog, heard=heard, time=late) or None

        await eventually(warned)
        assert not await warned_of_the_list(house, caplog, heard=late - MINUTE, time=late)
        await house.act("/sandbox/clock", {"advance_seconds": NOTHING_LISTED.total_seconds()})
        await house.act(f"/sandbox/orders/{order.id}/dispute")
        assert not await warned_of_the_list(house, caplog, heard=heard, time=late)
        lost = {"lists": [{"path": "/events", "kind": "lost"}]}
        (await house.control.put("/sandbox/faults", json=lost)).raise_for_status()
        assert await warned_of_the_list(house, caplog, heard=heard, time=late)


async def test_a_lost_list_is_told_with_its_likely_cause(
    alone: WorkflowEnvironment, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From run to run: what was listed last is remembered, then the loss is told and measured."""
    monkeypatch.setattr("backfill.silence.NOTHING_LISTED", timedelta(0))
    caplog.set_level(logging.WARNING, "temporalio.activity")
    async with (
        metered(alone) as metrics,
        running(metrics.client) as house,
        scheduled(house),
    ):
        _, _, return_id = await opened(house)
        await approve(house, return_id)
        heard = await fill(house.client)
        rules: Json = {"lists": [{"path": "/events", "kind": "lost"}]}
        (await house.control.put("/sandbox/faults", json=rules)).raise_for_status()

        async def measured() -> bool | None:
            again = await fill(house.client)
            assert again.last_event == heard.last_event
            return await metrics.value("upriver_events_list_silence_seconds") >= 1 or None

        await eventually(measured)
        assert "1 returns have been open for longer" in caplog.text
        assert "no webhook is registered" in caplog.text
        caplog.clear()
        rules["calls"] = [
            {"path": "/events", "kind": "error", "status": 400, "skip": 1, "times": 1},
            {"path": "/webhooks", "kind": "error", "status": 403},
        ]
        (await house.control.put("/sandbox/faults", json=rules)).raise_for_status()
        await fill(house.client)
    assert "Events of other types cannot be listed" in caplog.text
    assert "the cause cannot be read" in caplog.text
