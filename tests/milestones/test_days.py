"""A storefront that is away holds nothing up, and hears of all that it can still use."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.e2e.histories import events_of
from tests.metering import serve_metrics
from tests.milestones.conftest import Telling
from tests.milestones.listening import open_shop
from tests.running import idle
from tests.servers import start_leaping_server
from tests.workflows.paths import ACCEPTED_NOW, NOW
from workflows.messages import Told

OPENED, APPROVED, ACCEPTED = "return.opened", "return.approved", "return.accepted"
PENDING, COMPLETE, CLOSED = "refund.pending", "refund.complete", "return.closed"
NEEDS, REMINDER = "refund.needs_bank_details", "refund.bank_details_reminder"


async def told_after_the_end(days: Telling, workflow_id: str) -> Told:
    """Wait for the end of the workflow that tells what is left."""
    handle = days.house.client.get_workflow_handle(f"{workflow_id}-milestones-1", result_type=Told)
    told: Told = await handle.result()
    return told


async def test_refused_tries_and_lost_answers_are_made_good(days: Telling) -> None:
    """The first try is refused and the answer to the second lost: each is taken once, in order."""
    house, shop = days.house, days.shop
    shop.answer = lambda attempt: {1: 503, 2: 500}.get(attempt, 204)
    order = await house.order("digital_river", 1, automation=NOW)
    answer = await house.start(order, 1)
    assert (await house.result(answer.workflow_id)).outcome == "refunded"
    told = [OPENED, APPROVED, ACCEPTED, PENDING, COMPLETE, CLOSED]
    await shop.heard(answer.workflow_id, *told)
    assert (await told_after_the_end(days, answer.workflow_id)).given_up == {}
    assert shop.repeats >= len(told)


async def test_a_storefront_that_is_away_for_a_day_hears_all(
    days: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The return goes its way; all is told, in order, when the storefront is back."""
    monkeypatch.setattr("digital_river.retry_after.LONGEST_RETRY_AFTER", timedelta(hours=12))
    house, shop = days.house, days.shop
    shop.retry_after = f"{6 * 3600}"
    shop.answer = lambda attempt: 503 if len(shop.attempts) == 1 and attempt < 5 else 204
    order = await house.order("digital_river", 1, automation=NOW)
    answer = await house.start(order, 1)
    assert (await house.result(answer.workflow_id)).outcome == "refunded"
    told = await told_after_the_end(days, answer.workflow_id)
    assert told.given_up == {}
    types = [OPENED, APPROVED, ACCEPTED, PENDING, COMPLETE, CLOSED]
    assert shop.types(answer.workflow_id) == types


async def test_after_three_days_a_milestone_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that is untold by then is tried once more; each is counted, and the result has why."""
    monkeypatch.setattr("digital_river.retry_after.LONGEST_RETRY_AFTER", timedelta(hours=12))
    async with (
        serve_metrics() as meter,
        start_leaping_server(meter.runtime) as environment,
        open_shop() as shop,
        idle(environment.client) as house,
        house.workers(storefront=shop.url),
    ):
        shop.answer, shop.retry_after = lambda _: 503, f"{12 * 3600}"
        order = await house.order("digital_river", 1, automation=NOW)
        answer = await house.start(order, 1)
        assert (await house.result(answer.workflow_id)).outcome == "refunded"
        days = Telling(environment, house, shop)
        told = await told_after_the_end(days, answer.workflow_id)
        assert (told.told, len(told.given_up)) == ([], len(shop.attempts))
        assert set(told.given_up.values()) == {"NotTaken: The storefront answered 503."}
        assert 6 <= next(iter(shop.attempts.values())) <= 8
        assert min(shop.attempts.values()) == 1
        assert await meter.value("storefront_milestones_given_up") == len(told.given_up)


async def test_what_is_given_up_is_shown(days: Telling) -> None:
    """A storefront that answers 410 ends the tries; the card and the timeline say so."""
    house, shop = days.house, days.shop
    shop.answer = lambda _: 410
    order = await house.order("digital_river", 1, automation=NOW)
    answer = await house.start(order, 1)
    assert (await house.result(answer.workflow_id)).outcome == "refunded"
    told = await told_after_the_end(days, answer.workflow_id)
    assert told.told == []
    assert told.given_up["closed"] == "NotTaken: The storefront answered 410."
    assert set(shop.attempts.values()) == {1}
    given_up = [
        one.summary
        for one in (await house.returns.show(answer.workflow_id)).facts
        if one.kind == "milestone_given_up"
    ]
    assert given_up[0] == (
        "The storefront was not told of opened: NotTaken: The storefront answered 410."
    )


async def test_three_days_are_what_a_milestone_has(days: Telling) -> None:
    """From when it was reached, whoever tells it; a try is always made."""
    house, shop = days.house, days.shop
    order = await house.order("digital_river", 1, automation=NOW)
    answer = await house.start(order, 1)
    await house.result(answer.workflow_id)
    await told_after_the_end(days, answer.workflow_id)
    limits = [
        event.activity_task_scheduled_event_attributes.schedule_to_close_timeout.ToTimedelta()
        for workflow_id in (answer.workflow_id, f"{answer.workflow_id}-milestones-1")
        for event in await events_of(house, workflow_id)
        if event.activity_task_scheduled_event_attributes.activity_type.name == "tell_storefront"
    ]
    assert len(limits) >= len(shop.of(answer.workflow_id))
    assert all(timedelta(days=2) < limit <= timedelta(days=3) for limit in limits)


async def test_missing_bank_details_are_told_again_before_the_token_expires(
    days: Telling,
) -> None:
    """A week and a day ahead; not after the customer has given them."""
    house, shop = days.house, days.shop
    order = await house.order("digital_river", 1, automation=ACCEPTED_NOW)
    answer = await house.start(order, 1)
    refund = await house.refund(order, 1)
    await house.act(f"/sandbox/refunds/{refund}/require-information")
    told = [OPENED, APPROVED, ACCEPTED, PENDING, NEEDS, REMINDER, REMINDER]
    await shop.heard(answer.workflow_id, *told)
    ids = [one for one in shop.taken if "reminder" in one]
    assert [one.rpartition(":")[2] for one in ids] == ["7", "1"]
    await house.act(f"/sandbox/refunds/{refund}/complete")
    assert (await house.result(answer.workflow_id)).outcome == "refunded"
    await shop.heard(answer.workflow_id, *told, COMPLETE, CLOSED)
