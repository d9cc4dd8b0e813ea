"""Where wire becomes fact: models of Digital River's objects into snapshots, for webhooks too.

Only what a rule or a person needs comes through. Personal data, payment data and the bank token
stay behind (docs/digital-river.md, "Refunds").
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from pydantic import JsonValue

from digital_river import models as wire
from lifecycle.amounts import LineMoney, OrderMoney
from lifecycle.facts import (
    Chargeback,
    DisputeResolved,
    Fact,
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

WHOLE = 100
"""Percent."""

CENT = Decimal("0.01")

ENDED = ("accepted", "rejected")
"""States of a return in which nobody needs to know any more where the goods go."""

Model = TypeVar("Model", wire.Order, wire.FulfillmentReturn, wire.Return, wire.Refund)


def order_seen(order: wire.Order, taken: datetime) -> OrderSeen:
    """Take a snapshot of an order."""
    return OrderSeen(
        order_id=order.id,
        state=order.state,
        currency=order.currency,
        lines=tuple(
            OrderLine(item_id=item.id, quantity=item.quantity, state=item.state or "")
            for item in order.items
        ),
        taken=taken,
        updated=order.updated_time,
    )


def fulfillment_order_seen(
    order: wire.FulfillmentOrder, taken: datetime, sold: Iterable[wire.OrderItem] = ()
) -> FulfillmentOrderSeen:
    """Take a snapshot of a fulfillment order; the order's items tell what its units cost."""
    lines = {item.id: item for item in sold}
    return FulfillmentOrderSeen(
        fulfillment_order_id=order.id,
        order_id=order.upstream_id,
        currency=order.currency,
        items=tuple(
            FulfillmentOrderItem(
                item_id=item.id,
                order_item_id=item.upstream_id,
                quantity=item.quantity,
                pending=item.pending,
                backordered=item.backordered,
                shipped=item.shipped,
                cancelled=item.cancelled,
                returned=item.returned,
                value=_value_of(lines.get(item.upstream_id or ""), item.quantity),
            )
            for item in order.items
        ),
        taken=taken,
    )


def order_money(order: wire.Order) -> OrderMoney:
    """Read what of an order can still be refunded."""
    return OrderMoney(
        currency=order.currency,
        left=order.available_to_refund_amount,
        lines=tuple(
            LineMoney(
                item_id=item.id,
                quantity=item.quantity,
                value=_value(item),
                left=item.available_to_refund_amount,
            )
            for item in order.items
        ),
    )


def _value(item: wire.OrderItem) -> Decimal | None:
    """Return what a line cost with its tax, if the order says both."""
    tax = item.tax.amount if item.tax else None
    return None if item.amount is None or tax is None else item.amount + tax


def _value_of(line: wire.OrderItem | None, units: int) -> Decimal | None:
    """Return what some of a line's units cost, to the hundredth."""
    value = _value(line) if line else None
    if line is None or value is None or units == line.quantity:
        return value
    return (value * units / line.quantity).quantize(CENT) if line.quantity else None


def fulfillment_return_seen(seen: wire.FulfillmentReturn, taken: datetime) -> ReturnSeen:
    """Take a snapshot of a fulfillment return."""
    return ReturnSeen(
        resource=Resource.FULFILLMENT_RETURN,
        return_id=seen.id,
        state=seen.state,
        items=tuple(
            ReturnItem(
                item_id=item.fulfillment_order_item_id,
                quantity=item.quantity,
                accepted=item.quantity_accepted,
                state=item.state,
            )
            for item in seen.items
        ),
        taken=taken,
        order_id=seen.upstream_id,
        fulfillment_order_id=seen.fulfillment_order_id,
        type=seen.type if seen.type == "warehouse" else None,
        reason=seen.reason,
        location=_location(seen.location) if seen.state not in ENDED else None,
        created=seen.created_time,
    )


def return_seen(seen: wire.Return, taken: datetime) -> ReturnSeen:
    """Take a snapshot of a return."""
    return ReturnSeen(
        resource=Resource.RETURN,
        return_id=seen.id,
        state=seen.state,
        items=tuple(
            ReturnItem(
                item_id=item.item_id,
                quantity=item.quantity,
                accepted=item.quantity_accepted,
                state=item.state,
                amount=item.amount,
            )
            for item in seen.items
        ),
        taken=taken,
        order_id=seen.order_id,
        reason=seen.reason,
        location=_location(seen.location) if seen.state not in ENDED else None,
        refund_ids=seen.refund_ids,
        key=_text(seen.metadata, "key"),
        created=seen.created_time,
    )


def refund_seen(refund: wire.Refund, taken: datetime) -> RefundSeen:
    """Take a snapshot of a refund; the bank token is left out."""
    token = refund.token_information
    several = refund.state == "succeeded" and len(refund.items) > 1
    return RefundSeen(
        refund_id=refund.id,
        order_id=refund.order_id,
        state=refund.state,
        currency=refund.currency,
        amount=refund.amount,
        refunded_amount=refund.refunded_amount or Decimal(0),
        items=tuple(
            RefundItem(
                item_id=item.item_id,
                quantity=item.quantity,
                amount=item.amount,
                percent=_part(item.percent),
                refunded=item.refunded_amount if several else None,
                type=item.type,
            )
            for item in refund.items
        ),
        taken=taken,
        type=refund.type,
        reason=refund.reason,
        key=_text(refund.metadata, "key"),
        failure_reason=refund.failure_reason,
        expires=(token.expires_time if token else None) or refund.expires_time,
        created=refund.created_time,
    )


def _part(percent: float | None) -> Decimal | None:
    """Return a percentage, if it is not the whole."""
    return None if percent is None or percent >= WHOLE else Decimal(str(percent))


def event_facts(event: wire.Event) -> tuple[Fact, ...]:
    """Return what an event teaches, none if it is about nothing that a return knows.

    Raises pydantic's ValidationError for an object that is not what the contract says.
    """
    if event.type in ("order.dispute", "order.dispute.resolved"):
        seen = order_seen(wire.Order.model_validate(event.object), event.created_time)
        if event.type == "order.dispute":
            return (seen,)
        return seen, DisputeResolved(order_id=seen.order_id, taken=event.created_time)
    if event.type == "order.chargeback":
        order = wire.Order.model_validate(event.object)
        return (Chargeback(order_id=order.id, taken=event.created_time),)
    read = _READERS.get(event.type.partition(".")[0])
    return (read(event.object, event.created_time),) if read else ()


def _reader(
    model: type[Model], snapshot: Callable[[Model, datetime], Fact]
) -> Callable[[dict[str, JsonValue], datetime], Fact]:
    return lambda value, taken: snapshot(model.model_validate(value), taken)


_READERS: dict[str, Callable[[dict[str, JsonValue], datetime], Fact]] = {
    "fulfillment_return": _reader(wire.FulfillmentReturn, fulfillment_return_seen),
    "return": _reader(wire.Return, return_seen),
    "refund": _reader(wire.Refund, refund_seen),
}


def _location(location: wire.Location | None) -> Location | None:
    if location is None or location.address is None:
        return None
    fields = location.address.model_dump(include=set(Address.model_fields))
    return Location(
        address=Address.model_validate(fields),
        name=location.name,
        phone=location.phone,
        email=location.email,
    )


def _text(metadata: dict[str, JsonValue] | None, name: str) -> str | None:
    value = (metadata or {}).get(name)
    return value if isinstance(value, str) else None
