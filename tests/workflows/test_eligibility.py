"""The shop's own rules before a return is opened, on real servers, for both coordinators."""

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal

import pytest

from eligibility.rules import NonReturnableSkus, OpenReturn, ReturnWindow, ValueLimit
from eligibility.shop_rules import ShopRules
from lifecycle.judgement import Then
from lifecycle.request import ReturnRequest
from tests.running import Order, Running, request_for, running
from tests.servers import start_server
from workflows.answers import A_PERSON_LOOKS

EACH = pytest.mark.parametrize("coordinator", ["digital_river", "third_party"])
BANK_NOW = {"bank_after_seconds": 0}
RULES = ShopRules(
    return_window=ReturnWindow(then=Then.REFUSE, days=30),
    non_returnable_skus=NonReturnableSkus(then=Then.REFUSE, skus=frozenset({"voucher"})),
    open_return=OpenReturn(then=Then.ASK),
    value_limit=ValueLimit(then=Then.ASK, limits={"EUR": Decimal(25)}),
)


@pytest.fixture(scope="module")
async def shop() -> AsyncIterator[Running]:
    """Run everything for a shop that has rules."""
    async with (
        start_server() as environment,
        running(environment.client, webhooks=True, shop_rules=RULES) as found,
    ):
        yield found


async def creates(house: Running, order: Order) -> int:
    """Count the creates of returns that were sent for an order."""
    calls = (await house.books())["calls"]
    return sum(
        call["method"] == "POST" and call["path"].endswith("returns") and order.id in str(call)
        for call in calls
    )


async def asked_about(house: Running, coordinator: str) -> tuple[Order, ReturnRequest]:
    """Ask for units that are worth more than the limit, and hear that a person looks at it."""
    order = await house.order(coordinator, 3, automation=BANK_NOW)
    request = request_for(order, 3)
    answer = await house.returns.start(request)
    assert (answer.status, answer.sentence) == ("queued", A_PERSON_LOOKS)
    assert (answer.return_id, answer.refusal) == (None, None)
    return order, request


async def refund(house: Running, order: Order, return_id: str, workflow_id: str) -> None:
    """Bring an open return to its end."""
    if order.coordinator == "digital_river":
        for act in ("approve", "receive"):
            await house.act(f"/sandbox/fulfillment-returns/{return_id}/{act}")
    else:
        await house.arrive(workflow_id, "P1", **{order.items[0]: 3})
    assert (await house.result(workflow_id)).outcome == "refunded"


@EACH
async def test_refused(shop: Running, coordinator: str) -> None:
    """The caller hears why, line by line, and nothing is created at Digital River."""
    order = await shop.order(
        coordinator, lines=[{"quantity": 1, "sku_id": "voucher"}, {"quantity": 1}]
    )
    answer = await shop.start(order, 1, 1)
    assert answer.status == "refused"
    assert answer.refusal is not None
    assert [(one.order_item_id, one.code, one.message) for one in answer.refusal.lines] == [
        (order.items[0], "sku_not_returnable", "This item cannot be returned.")
    ]
    assert (await shop.result(answer.workflow_id)).outcome == "not_returnable"
    assert await creates(shop, order) == 0


@EACH
async def test_refused_after_the_window(shop: Running, coordinator: str) -> None:
    """The sentence has the last day, by when the order was fulfilled."""
    order = await shop.order(coordinator, 1)
    sold = shop.sandbox.world.orders[order.id]
    sold.created -= timedelta(days=40)
    sold.transitions["fulfilled"] -= timedelta(days=31)
    answer = await shop.start(order, 1)
    last = sold.transitions["fulfilled"] + timedelta(days=30)
    assert answer.refusal is not None
    assert (answer.refusal.code, answer.refusal.message) == (
        "return_window_over",
        f"This order could be returned until {last:%Y-%m-%d}.",
    )


@EACH
async def test_approved(shop: Running, coordinator: str) -> None:
    """Asked again, the request is still queued; approved, it is opened, and refunded as ever."""
    order, request = await asked_about(shop, coordinator)
    view = await shop.in_phase(request.workflow_id, "needs_attention")
    assert view.question is not None
    assert view.question.id == f"eligibility:{request.rma}"
    assert "one request may be for 25 EUR. (value_above_limit: all)" in view.question.reason
    again = await shop.returns.start(request)
    assert (again.status, again.sentence) == ("queued", A_PERSON_LOOKS)
    assert await creates(shop, order) == 0

    await shop.resolve(request.workflow_id, "approve")
    waits = "awaiting_approval" if coordinator == "digital_river" else "awaiting_goods"
    await shop.in_phase(request.workflow_id, waits)
    opened = await shop.returns.start(request)
    assert (opened.status, opened.sentence, opened.state) == ("opened", None, "created")
    assert opened.return_id is not None
    await refund(shop, order, opened.return_id, request.workflow_id)
    assert await creates(shop, order) == 1
    ended = await shop.returns.start(request)
    assert (ended.status, ended.return_id) == ("opened", opened.return_id)


async def test_approved_while_digital_river_is_down(shop: Running) -> None:
    """Nobody is asked any more and nothing is open yet: the request is queued, without a reason."""
    order, request = await asked_about(shop, "third_party")
    down = {"method": "GET", "path": "/returns", "kind": "error", "status": 503, "times": 1000}
    (await shop.control.put("/sandbox/faults", json={"calls": [down]})).raise_for_status()
    try:
        await shop.resolve(request.workflow_id, "approve")
        answer = await shop.returns.start(request)
    finally:
        (await shop.control.put("/sandbox/faults", json={})).raise_for_status()
    assert (answer.status, answer.sentence) == ("queued", None)
    await shop.in_phase(request.workflow_id, "awaiting_goods")
    assert (await shop.returns.start(request)).status == "opened"
    assert len([one for one in (await shop.books())["returns"] if one["orderId"] == order.id]) == 1


@EACH
async def test_declined(shop: Running, coordinator: str) -> None:
    """The request is refused with a code of its own, to whoever asks again."""
    order, request = await asked_about(shop, coordinator)
    await shop.resolve(request.workflow_id, "decline")
    assert (await shop.result(request.workflow_id)).outcome == "not_returnable"
    answer = await shop.returns.start(request)
    assert answer.status == "refused"
    assert answer.refusal is not None
    assert answer.refusal.code == "declined"
    assert [line.order_item_id for line in answer.refusal.lines] == order.items
    assert await creates(shop, order) == 0


async def test_cancelled_while_a_person_is_asked(shop: Running) -> None:
    """Nothing was opened, and the caller hears that it was stopped."""
    order, request = await asked_about(shop, "third_party")
    await shop.cancel(request.workflow_id)
    assert (await shop.result(request.workflow_id)).outcome == "cancelled"
    assert (await shop.returns.start(request)).status == "refused"
    assert await creates(shop, order) == 0


@EACH
async def test_a_second_return_of_an_order_is_asked_about(shop: Running, coordinator: str) -> None:
    """While the first is open; once it was cancelled, although Digital River shows it for ever."""
    order = await shop.order(coordinator, 2, 2)
    first = await shop.start(order, 1)
    assert first.status == "opened"
    another = [{"order_item_id": order.items[1], "quantity": 1}]
    second = await shop.start(order, lines=another)
    assert second.status == "queued"
    await shop.cancel(first.workflow_id)
    await shop.result(first.workflow_id)
    third = await shop.start(order, lines=another)
    assert third.status == "opened"
