"""Refunds: what may be asked and what Digital River makes by itself (§2.5, §3.6, §6.6).

Section numbers are those of docs/digital-river.md.
"""

from decimal import Decimal
from http import HTTPStatus
from typing import TYPE_CHECKING

from .balance import available_parts
from .errors import ApiError, Problem, bad_request, invalid, missing, quantity_too_large
from .events import refund_event
from .identifiers import new_refund_id, new_uuid
from .money import CENT, NOTHING, cents, fill, share, spread
from .orders import refuse_disputed
from .resources import (
    PRODUCT,
    SHIPPING,
    ChargeRefund,
    Order,
    OrderItem,
    Part,
    Refund,
    RefundItem,
    Return,
)
from .validation import Body, merge_metadata, metadata_of, reason_of

if TYPE_CHECKING:
    from .world import World

WAYS = ("amount", "percent", "items")
ORDER_TYPES = ("shipping", "duty", "tax", "importer_tax")
ITEM_TYPES = ("shipping", "fees", "duty")
WHOLE = Decimal(100)
LEAST_PERCENT = Decimal("0.01")


def create(world: "World", body: Body) -> Refund:
    """Serve `POST /refunds`; the state of a 201 is always `pending`."""
    order = _asked_order(world, body)
    reason, metadata = reason_of(body), metadata_of(body)
    kind = body.choice("type", ORDER_TYPES)
    refuse_disputed(order, HTTPStatus.BAD_REQUEST)
    if body.required_text("currency") != order.currency:
        raise invalid("currency", f"Currency {body.text('currency')} is not supported.")
    if body.has("items"):
        items, parts = _item_refund(world, order, body.required_objects("items"))
    else:
        items, parts = [], _order_refund(world, order, kind, body)
    if order.scripts.every_refund == "refuse":
        problem = Problem("failed-request", "The refund could not be created.")
        raise ApiError(HTTPStatus.CONFLICT, problem)
    refund = _book(world, order, items, parts)
    refund.type = kind
    refund.reason = reason
    refund.metadata = merge_metadata({}, metadata)
    refund_event(world, "refund.pending", refund)
    return refund


def update(world: "World", refund: Refund, body: Body) -> None:
    """Serve `POST /refunds/{id}`: metadata only."""
    body.only("metadata")
    body.require("metadata")
    refund.metadata = merge_metadata(refund.metadata, metadata_of(body))
    refund_event(world, "refund.updated", refund)


def create_for_return(world: "World", one: Return, units: dict[str, int]) -> Refund | None:
    """Refund accepted units of a return, as far as money is left; its events are the caller's.

    The reason is the return's, its metadata stays behind (§7 U9).
    """
    order = world.orders[one.order_id]
    left = available_parts(world, order)
    lost = CENT * 2 if world.switches.amounts_drift else NOTHING
    items = []
    for item in order.items:
        if item.id in units:
            worth = share(item.value, units[item.id], item.quantity) - lost
            value = max(min(worth, left[(item.id, PRODUCT)]), NOTHING)
            items.append(RefundItem(item.id, item.sku_id, units[item.id], value, amount=value))
    if not any(item.value for item in items):
        return None
    refund = _book(world, order, items, {(item.item_id, PRODUCT): item.value for item in items})
    refund.reason = one.reason
    refund.return_id = one.id
    one.refund_ids.append(refund.id)
    return refund


def _asked_order(world: "World", body: Body) -> Order:
    body.only(
        "orderId",
        "invoiceId",
        "currency",
        "type",
        "reason",
        "metadata",
        "amount",
        "percent",
        "items",
    )
    if body.has("invoiceId"):
        raise invalid("invoiceId", "Refunds of invoices are not supported.")
    order_id = body.required_text("orderId")
    body.require("currency")
    ways = [way for way in WAYS if body.has(way)]
    if not ways:
        raise missing("amount")
    if len(ways) > 1:
        raise invalid(ways[1], "Only one of amount, percent and items is allowed.")
    order = world.orders.get(order_id)
    if order is None:
        raise invalid("orderId", "There is no such order.")
    return order


def _order_refund(
    world: "World", order: Order, kind: str | None, body: Body
) -> dict[Part, Decimal]:
    """Spread an order-level refund over the order's parts."""
    whole = _parts_of_type(order, kind)
    left = available_parts(world, order)
    limits = {part: min(amount, left[part]) for part, amount in whole.items()}
    total = sum(whole.values(), NOTHING)
    amount = _wanted(body, total)
    if kind == "tax" and amount != total:
        raise invalid("percentRequested", "Only full tax refunds are supported.")
    if amount > sum(limits.values(), NOTHING):
        raise _too_much()
    if amount <= NOTHING:
        raise invalid("amountRequested", "There is nothing to refund.")
    shares = spread(amount, list(limits.values()))
    return dict(zip(limits, shares, strict=True))


def _parts_of_type(order: Order, kind: str | None) -> dict[Part, Decimal]:
    if kind is None:
        return order.refundable
    if kind == "shipping":
        return {part: value for part, value in order.refundable.items() if part[1] == SHIPPING}
    if kind == "tax":
        return {
            (item.id, PRODUCT): share(item.tax, item.fulfilled, item.quantity)
            for item in order.items
        }
    return {}


def _item_refund(
    world: "World", order: Order, rows: list[Body]
) -> tuple[list[RefundItem], dict[Part, Decimal]]:
    left = available_parts(world, order)
    known = {item.id: item for item in order.items}
    items: list[RefundItem] = []
    parts: dict[Part, Decimal] = {}
    for place, row in enumerate(rows):
        row.only("itemId", "skuId", "quantity", "amount", "percent", "type")
        found = known.get(row.required_text("itemId"))
        if found is None:
            raise invalid(row.name("itemId"), "The order has no such item.")
        item, part = _refund_item(found, row, place)
        parts[part] = parts.get(part, NOTHING) + item.value
        if parts[part] > left.get(part, NOTHING):
            raise _too_much()
        items.append(item)
    return items, parts


def _refund_item(item: OrderItem, row: Body, place: int) -> tuple[RefundItem, Part]:
    quantity = row.quantity() or item.quantity
    kind = row.choice("type", ITEM_TYPES)
    if quantity > item.quantity:
        message = "Refund quantity is larger than order quantity"
        raise quantity_too_large(f"items[{place}].qty", message)
    if not row.has("amount") and not row.has("percent"):
        raise missing(row.name("amount"))
    if row.has("amount") and row.has("percent"):
        raise invalid(row.name("percent"), "Only one of amount and percent is allowed.")
    worth = {None: item.value, "shipping": item.shipping}.get(kind, NOTHING)
    value = _wanted(row, share(worth, quantity, item.quantity))
    if value <= NOTHING:
        raise invalid("amountRequested", "There is nothing to refund.")
    asked = RefundItem(
        item_id=item.id,
        sku_id=item.sku_id,
        quantity=quantity,
        value=value,
        amount=row.amount("amount"),
        percent=row.amount("percent"),
        type=kind,
    )
    return asked, (item.id, kind or PRODUCT)


def _wanted(body: Body, whole: Decimal) -> Decimal:
    """Return the money that `amount` or `percent` means."""
    amount, percent = body.amount("amount"), body.amount("percent")
    if percent is not None and not LEAST_PERCENT <= percent <= WHOLE:
        raise invalid(body.name("percent"), "A percentage from 0.01 to 100 is expected.")
    if percent is not None:
        return cents(whole * percent / WHOLE)
    if amount is None or amount <= NOTHING or amount != cents(amount):
        raise bad_request("invalid_amount", body.name("amount"), "The amount is not valid.")
    return amount


def _too_much() -> ApiError:
    message = "The requested refund amount is greater than the available amount."
    return invalid("amountRequested", message)


def _book(
    world: "World", order: Order, items: list[RefundItem], parts: dict[Part, Decimal]
) -> Refund:
    """Reserve the money and a row on each charge it comes from, the primary one first (§6.8)."""
    now = world.clock.now()
    value = sum(parts.values(), NOTHING)
    refund = Refund(
        id=new_refund_id(),
        created=now,
        order_id=order.id,
        currency=order.currency,
        value=value,
        parts=parts,
        items=items,
        number=len(order.refund_ids),
    )
    amounts = fill(value, [charge.left for charge in order.charges])
    for charge, amount in zip(order.charges, amounts, strict=True):
        if amount:
            charge.rows.append(ChargeRefund(new_uuid(), refund.id, now, now, amount, "pending"))
    order.refund_ids.append(refund.id)
    world.refunds[refund.id] = refund
    world.open_refunds[refund.id] = refund
    world.changed.set()
    return refund
