"""Wire into facts: every field that a rule reads, in every form that Digital River sends."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from pydantic import JsonValue, ValidationError

from activities.translate import (
    event_facts,
    fulfillment_order_seen,
    fulfillment_return_seen,
    order_seen,
    refund_seen,
    return_seen,
)
from digital_river.models import (
    Event,
    FulfillmentOrder,
    FulfillmentReturn,
    Order,
    OrderItem,
    Refund,
    Return,
)
from lifecycle.fact_json import read_fact, write_fact
from lifecycle.facts import (
    Chargeback,
    DisputeResolved,
    FulfillmentOrderItem,
    FulfillmentOrderSeen,
    OrderLine,
    OrderSeen,
    RefundItem,
    RefundSeen,
    Resource,
    ReturnItem,
    ReturnSeen,
)
from lifecycle.location import Address, Location
from tests.activities.payloads import (
    ORDER,
    PLACE,
    Json,
    a_fulfillment_order,
    a_fulfillment_return,
    a_refund,
    a_return,
    an_event,
)

TAKEN = datetime(2026, 1, 9, 8, 5, 1, 441200, tzinfo=UTC)
MADE = datetime(2026, 1, 5, 10, tzinfo=UTC)
DOCK = Location(
    address=Address(
        line1="Dock 4, 1 Depot Way", city="Venlo", postal_code="5928", state="LI", country="NL"
    ),
    name="Returns desk",
)


def test_an_order() -> None:
    """Of an order its state, currency and lines come through; a line may have no state."""
    assert order_seen(Order.model_validate(ORDER), TAKEN) == OrderSeen(
        order_id="400000000336",
        state="fulfilled",
        currency="EUR",
        lines=(
            OrderLine(item_id="300000010336", quantity=2, state="fulfilled"),
            OrderLine(item_id="300000020336", quantity=1, state=""),
        ),
        taken=TAKEN,
    )


def test_a_fulfillment_order() -> None:
    """Ids that are numbers become text, and all five counters come through."""
    found = FulfillmentOrder.model_validate(a_fulfillment_order())
    assert fulfillment_order_seen(found, TAKEN) == FulfillmentOrderSeen(
        fulfillment_order_id="9292981838",
        order_id="400000000336",
        currency="EUR",
        items=(
            FulfillmentOrderItem(
                item_id="450000001",
                order_item_id="300000010336",
                quantity=15,
                pending=1,
                backordered=2,
                shipped=3,
                cancelled=4,
                returned=5,
            ),
        ),
        taken=TAKEN,
    )


def test_a_fulfillment_return() -> None:
    """Everything of a fulfillment return that a rule reads comes through; its type is the usual."""
    found = FulfillmentReturn.model_validate(a_fulfillment_return(location=PLACE))
    assert fulfillment_return_seen(found, TAKEN) == ReturnSeen(
        resource=Resource.FULFILLMENT_RETURN,
        return_id="ret_1",
        state="pending",
        items=(ReturnItem(item_id="450000001", quantity=2, accepted=1, state="pending"),),
        taken=TAKEN,
        order_id="400000000336",
        fulfillment_order_id="9300000001",
        type=None,
        reason="too_small",
        location=DOCK,
        created=MADE,
    )


def test_a_fulfillment_return_that_nobody_asked_for() -> None:
    """A warehouse's return names neither order nor reason, and has no location."""
    wire = a_fulfillment_return(upstreamId=None, reason=None, type="warehouse")
    seen = fulfillment_return_seen(FulfillmentReturn.model_validate(wire), TAKEN)
    assert (seen.order_id, seen.reason, seen.location) == (None, None, None)
    assert seen.type == "warehouse"


def test_a_return() -> None:
    """Everything of a return that a rule reads comes through."""
    wire = a_return(
        location=PLACE, refundIds=["re_1", "0848750667"], metadata={"key": "w:return", "x": 1}
    )
    assert return_seen(Return.model_validate(wire), TAKEN) == ReturnSeen(
        resource=Resource.RETURN,
        return_id="ret_2",
        state="created",
        items=(
            ReturnItem(
                item_id="300000010336",
                quantity=2,
                accepted=0,
                state="created",
                amount=Decimal(119),
            ),
        ),
        taken=TAKEN,
        order_id="400000000336",
        reason="too_small",
        location=DOCK,
        refund_ids=("re_1", "0848750667"),
        key="w:return",
        created=MADE,
    )


@pytest.mark.parametrize(
    ("state", "location"),
    [("created", DOCK), ("pending", DOCK), ("odd", DOCK), ("accepted", None), ("rejected", None)],
)
def test_where_goods_go(state: str, location: Location | None) -> None:
    """The location comes through for as long as goods may be on their way, and no longer."""
    fulfillment_return = a_fulfillment_return(location=PLACE, state=state)
    seen = fulfillment_return_seen(FulfillmentReturn.model_validate(fulfillment_return), TAKEN)
    assert seen.location == location
    wire = a_return(location=PLACE, state=state)
    assert return_seen(Return.model_validate(wire), TAKEN).location == location


@pytest.mark.parametrize("metadata", [None, {}, {"coupon": "x"}, {"key": 7}, {"key": ["w"]}])
def test_no_key(metadata: JsonValue) -> None:
    """Metadata without a key that is text leaves the object without a key."""
    assert return_seen(Return.model_validate(a_return(metadata=metadata)), TAKEN).key is None
    assert refund_seen(Refund.model_validate(a_refund(metadata=metadata)), TAKEN).key is None


@pytest.mark.parametrize("location", [None, {"name": "Returns desk"}])
def test_no_address(location: JsonValue) -> None:
    """A location that says nowhere is none."""
    assert return_seen(Return.model_validate(a_return(location=location)), TAKEN).location is None


def test_a_sparse_address() -> None:
    """An address with only a country is one, and what it has too much is left out."""
    location: Json = {"address": {"country": "NL", "poBox": "7"}, "organization": "Depot BV"}
    seen = return_seen(Return.model_validate(a_return(location=location)), TAKEN)
    assert seen.location == Location(address=Address(country="NL"))


def test_a_refund_of_items() -> None:
    """An item refund has its items' amounts and no amount of its own."""
    wire = a_refund(
        items=[
            {"itemId": "300000010336", "quantity": 2, "amount": 119.0, "refundedAmount": 119.0},
            {"itemId": "300000010336", "amount": 5, "type": "shipping"},
        ],
        refundedAmount=124.0,
        state="succeeded",
        metadata={"key": "ret_2:refund:1"},
    )
    assert refund_seen(Refund.model_validate(wire), TAKEN) == RefundSeen(
        refund_id="re_1",
        order_id="400000000336",
        state="succeeded",
        currency="EUR",
        refunded_amount=Decimal(124),
        items=(
            RefundItem(
                item_id="300000010336", quantity=2, amount=Decimal(119), refunded=Decimal(119)
            ),
            RefundItem(item_id="300000010336", amount=Decimal(5), type="shipping"),
        ),
        taken=TAKEN,
        reason="too_small",
        key="ret_2:refund:1",
        created=MADE,
    )


def test_a_refund_of_the_order() -> None:
    """An order refund has an amount and a type, no items, and may have failed for a reason."""
    wire = a_refund(
        items=[], amount=21.6, type="shipping", state="failed", failureReason="expired_card"
    )
    seen = refund_seen(Refund.model_validate(wire), TAKEN)
    assert (seen.amount, seen.items, seen.type) == (Decimal("21.6"), (), "shipping")
    assert (seen.state, seen.failure_reason) == ("failed", "expired_card")


def test_a_pending_refund_has_refunded_nothing() -> None:
    """A refund that does not say what was refunded has refunded nothing."""
    wire = a_refund(refundedAmount=None)
    assert refund_seen(Refund.model_validate(wire), TAKEN).refunded_amount == 0


@pytest.mark.parametrize(
    ("fields", "day"),
    [
        ({"tokenInformation": {"token": "t", "expiresTime": "2026-04-09T08:00:00.123Z"}}, 9),
        ({"tokenInformation": {"token": "t"}, "expiresTime": "2026-04-08T08:00:00Z"}, 8),
        ({"expiresTime": "2026-04-07T08:00:00Z"}, 7),
        ({}, None),
    ],
)
def test_when_a_refund_expires(fields: Json, day: int | None) -> None:
    """The token's own expiry comes first, then the refund's."""
    expires = refund_seen(Refund.model_validate(a_refund(**fields)), TAKEN).expires
    assert (expires and expires.day) == day


def test_new_states_come_through() -> None:
    """A state that nobody knows yet is kept as it is."""
    assert refund_seen(Refund.model_validate(a_refund(state="odd")), TAKEN).state == "odd"
    assert return_seen(Return.model_validate(a_return(state="odd")), TAKEN).state == "odd"


@pytest.mark.parametrize(
    ("kind", "wire", "fact"),
    [
        ("fulfillment_return.created", a_fulfillment_return(), ReturnSeen),
        ("fulfillment_return.pending", a_fulfillment_return(), ReturnSeen),
        ("fulfillment_return.accepted", a_fulfillment_return(), ReturnSeen),
        ("fulfillment_return.rejected", a_fulfillment_return(), ReturnSeen),
        ("return.created", a_return(), ReturnSeen),
        ("return.updated", a_return(), ReturnSeen),
        ("return.accepted", a_return(), ReturnSeen),
        ("refund.pending", a_refund(), RefundSeen),
        ("refund.pending_information", a_refund(), RefundSeen),
        ("refund.complete", a_refund(), RefundSeen),
        ("refund.succeeded", a_refund(), RefundSeen),
        ("refund.failed", a_refund(), RefundSeen),
        ("refund.updated", a_refund(), RefundSeen),
        ("refund.of_a_new_kind", a_refund(), RefundSeen),
        ("order.dispute", ORDER, OrderSeen),
    ],
)
def test_events_teach_their_object(kind: str, wire: Json, fact: type[RefundSeen]) -> None:
    """An event teaches its object as it was when the event was made, whatever it is called."""
    [seen] = event_facts(Event.model_validate(an_event(kind, wire)))
    assert isinstance(seen, fact)
    assert seen.state == wire["state"]
    assert seen.taken == TAKEN
    assert read_fact(write_fact(seen)) == seen


def test_the_state_counts_and_not_the_name() -> None:
    """A `refund.pending` whose object has succeeded teaches a success."""
    event = Event.model_validate(an_event("refund.pending", a_refund(state="succeeded")))
    [seen] = event_facts(event)
    assert isinstance(seen, RefundSeen)
    assert seen.state == "succeeded"


def test_a_dispute_that_was_resolved() -> None:
    """The end of a dispute teaches the order, and that the bank has paid nobody."""
    wire = an_event("order.dispute.resolved", ORDER)
    seen, resolved = event_facts(Event.model_validate(wire))
    assert seen == order_seen(Order.model_validate(ORDER), TAKEN)
    assert resolved == DisputeResolved(order_id="400000000336", taken=TAKEN)
    assert read_fact(write_fact(resolved)) == resolved


def test_when_an_order_was_updated() -> None:
    """An order says when it was last updated, by Digital River's clock; an old one may not."""
    wire = {**ORDER, "updatedTime": "2026-01-09T08:05:00Z"}
    seen = order_seen(Order.model_validate(wire), TAKEN)
    assert seen.updated == datetime(2026, 1, 9, 8, 5, tzinfo=UTC)
    assert order_seen(Order.model_validate(ORDER), TAKEN).updated is None


def test_a_chargeback() -> None:
    """A chargeback teaches that the bank has paid."""
    facts = event_facts(Event.model_validate(an_event("order.chargeback", ORDER)))
    assert facts == (Chargeback(order_id="400000000336", taken=TAKEN),)


@pytest.mark.parametrize(
    "kind",
    [
        "order.refunded",
        "order.complete",
        "order.charge.refund.complete",
        "order.charge.refund.failed",
        "order.disputed",
        "fulfillment_order.shipped",
        "logistics_return.received",
        "global_returns.created",
        "refunds.pending",
        "invoice.paid",
        "",
    ],
)
def test_other_events_teach_nothing(kind: str) -> None:
    """Events about nothing that a return knows teach nothing, whatever they hold."""
    assert event_facts(Event.model_validate(an_event(kind, {"id": "x"}))) == ()


@pytest.mark.parametrize("kind", ["return.created", "refund.failed", "order.dispute"])
def test_an_unreadable_object(kind: str) -> None:
    """An object that is not what the contract says is an error, which holds no value of it."""
    event = Event.model_validate(an_event(kind, {"id": "x", "state": ["canary"]}))
    with pytest.raises(ValidationError) as failure:
        event_facts(event)
    assert "canary" not in str(failure.value)


def test_what_a_fulfillment_order_cost() -> None:
    """The order's lines, with their tax, say what the fulfillment order's units cost."""
    found = FulfillmentOrder.model_validate(a_fulfillment_order())
    [item] = found.items
    line: Json = {"id": item.upstream_id, "quantity": item.quantity * 3, "amount": 100}
    taxed = OrderItem.model_validate({**line, "tax": {"rate": 0.2, "amount": 20}})
    assert fulfillment_order_seen(found, TAKEN, [taxed]).items[0].value == Decimal("40.00")
    whole = taxed.model_copy(update={"quantity": item.quantity})
    assert fulfillment_order_seen(found, TAKEN, [whole]).items[0].value == Decimal(120)
    untaxed = OrderItem.model_validate(line)
    assert fulfillment_order_seen(found, TAKEN, [untaxed]).items[0].value is None


def test_a_refund_in_part() -> None:
    """A percentage below the whole comes through, and what went back for each of several items."""
    items: list[JsonValue] = [
        {"itemId": "a", "quantity": 1, "percent": 100.0, "refundedAmount": 10},
        {"itemId": "b", "quantity": 1, "percent": 12.5, "refundedAmount": 1.25},
    ]
    seen = refund_seen(Refund.model_validate(a_refund(items=items, state="succeeded")), TAKEN)
    assert [(item.percent, item.refunded) for item in seen.items] == [
        (None, Decimal(10)),
        (Decimal("12.5"), Decimal("1.25")),
    ]
    alone = refund_seen(Refund.model_validate(a_refund(items=items[:1], state="succeeded")), TAKEN)
    assert alone.items[0].refunded is None
