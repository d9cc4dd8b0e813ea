"""Milestones reach a storefront over real HTTP: signed, in order, each once."""

from __future__ import annotations

from temporalio.api.enums.v1 import EventType

from tests.e2e.histories import events_of
from tests.milestones.conftest import Telling
from tests.milestones.listening import open_shop, takes_all
from tests.running import idle
from tests.servers import start_server
from workflows.messages import Told

OPENED, APPROVED, ACCEPTED = "return.opened", "return.approved", "return.accepted"
RECEIVED, CLOSED = "return.received", "return.closed"
PENDING, COMPLETE, FAILED = "refund.pending", "refund.complete", "refund.failed"
NEEDS = "refund.needs_bank_details"


async def test_a_fulfillers_return_tells_each_milestone_when_it_is_reached(
    telling: Telling,
) -> None:
    """From opened to closed; where to send the goods is told with the approval."""
    house, shop = telling.house, telling.shop
    order = await house.order("digital_river", 2)
    answer = await house.start(order, 2)
    await shop.heard(answer.workflow_id, OPENED)
    await house.act(f"/sandbox/fulfillment-returns/{answer.return_id}/approve")
    await shop.heard(answer.workflow_id, OPENED, APPROVED)
    await house.act(f"/sandbox/fulfillment-returns/{answer.return_id}/receive")
    refund = await house.refund(order, 1)
    told = [OPENED, APPROVED, ACCEPTED, PENDING]
    await shop.heard(answer.workflow_id, *told)
    await house.act(f"/sandbox/refunds/{refund}/require-information")
    await shop.heard(answer.workflow_id, *told, NEEDS)
    await house.act(f"/sandbox/refunds/{refund}/complete")
    await shop.heard(answer.workflow_id, *told, NEEDS, COMPLETE, CLOSED)
    messages = shop.of(answer.workflow_id)
    assert messages[1]["data"]["return"]["ship_to"]["address"]["country"]
    assert messages[4]["data"]["refund"]["expires"]
    assert messages[5]["data"]["refund"]["refunded_amount"] == "20.0"
    assert messages[6]["data"]["outcome"] == "refunded"


async def test_a_shops_return_tells_of_each_parcel_and_each_refund(telling: Telling) -> None:
    """Two parcels and two refunds; one of them fails, is issued again, and is complete."""
    house, shop = telling.house, telling.shop
    order = await house.order("third_party", 1, 1)
    answer = await house.start(order, 1, 1)
    told = [OPENED, APPROVED]
    await shop.heard(answer.workflow_id, *told)
    for number, item in enumerate(order.items, start=1):
        await house.arrive(answer.workflow_id, f"P{number}", **{item: 1})
        told.append(RECEIVED)
        await shop.heard(answer.workflow_id, *told)
    for number, act, ends in ((1, "complete", COMPLETE), (2, "fail", FAILED)):
        await house.act(f"/sandbox/refunds/{await house.refund(order, number)}/{act}")
        told += [*([ACCEPTED] if number == 1 else []), PENDING, ends]
        await shop.heard(answer.workflow_id, *told)
    await house.resolve(answer.workflow_id, "retry")
    await house.act(f"/sandbox/refunds/{await house.refund(order, 3)}/complete")
    await shop.heard(answer.workflow_id, *told, PENDING, COMPLETE, CLOSED)
    messages = shop.of(answer.workflow_id)
    units = [one["data"]["shipment"]["units"] for one in messages if one["type"] == RECEIVED]
    assert units == [{order.items[0]: 1}, {order.items[1]: 1}]


async def test_a_refusal_is_told_as_the_end(telling: Telling) -> None:
    """Nothing was opened: the storefront hears that the return is closed, and why."""
    house, shop = telling.house, telling.shop
    order = await house.order("digital_river", lines=[{"quantity": 2, "shipped": 0}])
    answer = await house.start(order, 2)
    await shop.heard(answer.workflow_id, CLOSED)
    [message] = shop.of(answer.workflow_id)
    assert message["data"]["outcome"] == "not_returnable"
    assert message["data"]["return"]["refusal"]["code"] == "not_shipped_cancellable"


async def test_a_storefront_that_is_away_holds_no_return_up(telling: Telling) -> None:
    """The return ends at once; what is left, from the first message on, is told later."""
    house, shop = telling.house, telling.shop
    shop.answer = lambda _: 503
    order = await house.order("third_party", 1)
    answer = await house.start(order, 1)
    await shop.tried(f"{answer.workflow_id}:opened")
    await house.cancel(answer.workflow_id)
    assert (await house.result(answer.workflow_id)).outcome == "cancelled"
    assert shop.of(answer.workflow_id) == []
    shop.answer = takes_all
    await shop.heard(answer.workflow_id, OPENED, APPROVED, CLOSED)


async def test_what_is_told_is_seen_in_the_history(telling: Telling) -> None:
    """Each message is an activity with a summary; the end is told by a workflow of its own."""
    house, shop = telling.house, telling.shop
    order = await house.order("third_party", 1)
    answer = await house.start(order, 1)
    await shop.heard(answer.workflow_id, OPENED, APPROVED)
    await house.cancel(answer.workflow_id)
    assert (await house.result(answer.workflow_id)).outcome == "cancelled"
    scheduled = [
        event
        for event in await events_of(house, answer.workflow_id)
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
    ]
    summaries = [event.user_metadata.summary.data.decode() for event in scheduled]
    assert '"Tell the storefront: return.opened"' in summaries
    handle = house.client.get_workflow_handle(
        f"{answer.workflow_id}-milestones-1", result_type=Told
    )
    assert await handle.result() == Told(told=["closed"])
    await shop.heard(answer.workflow_id, OPENED, APPROVED, CLOSED)


async def test_a_return_that_was_open_tells_what_comes_after_the_switch() -> None:
    """A deploy that turns it on: what was reached before the next answer is not told late."""
    async with (
        start_server() as environment,
        open_shop() as shop,
        idle(environment.client, webhooks=True) as house,
    ):
        order = await house.order("digital_river", 1)
        async with house.workers():
            answer = await house.start(order, 1)
            await house.act(f"/sandbox/fulfillment-returns/{answer.return_id}/approve")
            await house.in_phase(answer.workflow_id, "awaiting_goods")
        async with house.workers(storefront=shop.url):
            await house.act(f"/sandbox/fulfillment-returns/{answer.return_id}/receive")
            refund = await house.refund(order, 1)
            await shop.heard(answer.workflow_id, PENDING)
            await house.act(f"/sandbox/refunds/{refund}/complete")
            await shop.heard(answer.workflow_id, PENDING, COMPLETE, CLOSED)
