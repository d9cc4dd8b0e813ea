"""Resources as JSON, in Digital River's spelling (docs/digital-river.md §3)."""

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING

from .balance import available, item_available, refunded
from .clock import milliseconds_time, resource_time
from .json_types import JsonObject
from .money import NOTHING
from .resources import (
    PRODUCT,
    Charge,
    ChargeRefund,
    FulfillmentOrder,
    FulfillmentOrderItem,
    FulfillmentReturn,
    FulfillmentReturnItem,
    Order,
    OrderItem,
    Refund,
    RefundItem,
    Return,
)

if TYPE_CHECKING:
    from .world import World


def order(world: "World", one: Order) -> JsonObject:
    """Spell an order; `refundedAmount` appears with the first refund."""
    total = sum((item.value + item.shipping for item in one.items), NOTHING)
    back = refunded(world, one)
    shown = _present(
        id=one.id,
        createdTime=resource_time(one.created),
        updatedTime=resource_time(one.updated),
        upstreamId=one.upstream_id,
        currency=one.currency,
        state=one.state,
        stateTransitions={name: resource_time(when) for name, when in one.transitions.items()},
        totalAmount=float(total),
        subtotal=_total(item.amount for item in one.items),
        totalTax=_total(item.tax for item in one.items),
        totalShipping=_total(item.shipping for item in one.items),
        capturedAmount=_total(charge.captured for charge in one.charges),
        cancelledAmount=0.0,
        refundedAmount=float(back) if back else None,
        availableToRefundAmount=float(available(world, one)),
        items=[_order_item(world, one, item) for item in one.items],
        payment={"charges": [charge_in_payload(charge) for charge in one.charges]},
        shipTo={"name": one.customer_last_name} if one.customer_last_name else None,
        metadata=one.metadata or None,
        requestToBeForgotten=one.forgotten,
        liveMode=False,
    )
    return {**one.personal, **shown}


def _order_item(world: "World", one: Order, item: OrderItem) -> JsonObject:
    return _present(
        id=item.id,
        skuId=item.sku_id,
        quantity=item.quantity,
        amount=float(item.amount),
        tax={"rate": float(item.tax_rate), "amount": float(item.tax)},
        shipping={"amount": float(item.shipping), "taxAmount": 0.0},
        state=item.state,
        availableToRefundAmount=float(item_available(world, one, item)),
        metadata=item.metadata or None,
    )


def charge_in_payload(one: Charge, rows: Iterable[ChargeRefund] | None = None) -> JsonObject:
    """Spell a charge inside an order or a refund: its refund rows carry no ids (§2.8)."""
    rows = one.rows if rows is None else rows
    return {
        **one.personal,
        "id": one.id,
        "createdTime": resource_time(one.created),
        "currency": one.currency,
        "amount": float(one.amount),
        "state": "complete" if one.captured else "capturable",
        "captured": bool(one.captured),
        "refunded": any(row.state == "complete" for row in one.rows),
        "refunds": [_charge_refund(row) for row in rows],
        "sourceId": one.source_id,
    }


def charge(one: Charge) -> JsonObject:
    """Spell a charge by itself."""
    rows = [
        {"id": row.id, "updatedTime": resource_time(row.updated), **_charge_refund(row)}
        for row in one.rows
    ]
    return {**charge_in_payload(one), "orderId": one.order_id, "refunds": rows}


def _charge_refund(row: ChargeRefund) -> JsonObject:
    return {
        "createdTime": resource_time(row.created),
        "amount": float(row.amount),
        "state": row.state,
    }


def fulfillment_order(one: FulfillmentOrder) -> JsonObject:
    """Spell a fulfillment order; its own ids and its items' ids are numbers (§7 C13)."""
    shipped = any(item.shipped or item.returned for item in one.items)
    cancelled = all(item.cancelled == item.quantity for item in one.items)
    return {
        **one.personal,
        "id": one.id,
        "createdTime": resource_time(one.created),
        "upstreamId": one.order_id,
        "upstreamOrderTime": resource_time(one.created),
        "currency": one.currency,
        "state": "cancelled" if cancelled else "shipped" if shipped else "pending",
        "items": [_fulfillment_order_item(item) for item in one.items],
        "liveMode": False,
    }


def _fulfillment_order_item(item: FulfillmentOrderItem) -> JsonObject:
    return {
        "id": item.id,
        "upstreamId": item.order_item_id,
        "inventoryItemId": item.sku_id,
        "quantity": item.quantity,
        "pending": item.pending,
        "backordered": item.backordered,
        "shipped": item.shipped,
        "cancelled": item.cancelled,
        "returned": item.returned,
        "state": _fulfillment_item_state(item),
        "subtotal": float(item.amount),
        "tax": {"amount": float(item.tax)},
        "total": float(item.amount + item.tax),
    }


def _fulfillment_item_state(item: FulfillmentOrderItem) -> str:
    if item.shipped or item.returned:
        return "shipped"
    if item.backordered:
        return "backordered"
    return "pending" if item.pending else "cancelled"


def fulfillment_return(one: FulfillmentReturn) -> JsonObject:
    """Spell a fulfillment return; the mode is spelled `livemode` here (§7 C2)."""
    return _present(
        id=one.id,
        createdTime=resource_time(one.created),
        fulfillmentOrderId=one.fulfillment_order_id,
        upstreamId=one.upstream_id,
        reason=one.reason,
        state=one.state,
        type=one.type,
        items=[_fulfillment_return_item(item) for item in one.items],
        location=one.location,
        livemode=False,
    )


def _fulfillment_return_item(item: FulfillmentReturnItem) -> JsonObject:
    return _present(
        fulfillmentOrderItemId=item.fulfillment_order_item_id,
        inventoryItemId=item.inventory_item_id,
        quantity=item.quantity,
        quantityAccepted=item.quantity_accepted,
        state=item.state,
        unitAttributes=item.unit_attributes,
    )


def return_(one: Return, *, refund_ids: bool = False) -> JsonObject:
    """Spell a return; only a read of an accepted one names its refunds (§6.13)."""
    return _present(
        id=one.id,
        createdTime=resource_time(one.created),
        currency=one.currency,
        items=[
            {
                "itemId": item.item_id,
                "amount": float(item.amount),
                "quantity": item.quantity,
                "quantityAccepted": item.quantity_accepted,
                "skuId": item.sku_id,
                "state": item.state,
            }
            for item in one.items
        ],
        orderId=one.order_id,
        reason=one.reason,
        state=one.state,
        location=one.location,
        metadata=one.metadata or None,
        refundIds=list(one.refund_ids) if refund_ids and one.state == "accepted" else None,
        liveMode=False,
    )


def refund(world: "World", one: Refund) -> JsonObject:
    """Spell a refund; `charges` appear once it is final, `amount` only without items (§3.6)."""
    final = one.state in ("succeeded", "failed")
    return _present(
        id=one.id,
        createdTime=resource_time(one.created),
        currency=one.currency,
        items=[_refund_item(one, item) for item in one.items],
        orderId=one.order_id,
        type=one.type,
        reason=one.reason,
        amount=None if one.items else float(one.value),
        refundedAmount=float(one.refunded_amount),
        state=one.state,
        failureReason=one.failure_reason,
        tokenInformation=_token(one),
        charges=_refund_charges(world, one) if final else None,
        metadata=one.metadata or None,
        liveMode=False,
    )


def _refund_item(one: Refund, item: RefundItem) -> JsonObject:
    silent = one.return_id is not None and one.state in ("pending", "pending_information")
    part = one.parts.get((item.item_id, item.type or PRODUCT), NOTHING)
    back = min(item.value, part) if one.state == "succeeded" else NOTHING
    return _present(
        amount=None if item.amount is None else float(item.amount),
        percent=None if item.percent is None else float(item.percent),
        quantity=item.quantity,
        skuId=item.sku_id,
        itemId=item.item_id,
        type=item.type,
        refundedAmount=None if silent else float(back),
    )


def _token(one: Refund) -> JsonObject | None:
    if one.state != "pending_information" or one.token_expires is None:
        return None
    return {"token": one.token, "expiresTime": milliseconds_time(one.token_expires)}


def _refund_charges(world: "World", one: Refund) -> list[JsonObject]:
    found = []
    for each in world.orders[one.order_id].charges:
        rows = [row for row in each.rows if row.refund_id == one.id]
        if rows:
            spelled = charge_in_payload(each, rows)
            shown = ("id", "captured", "refunded", "refunds", "sourceId")
            found.append({name: spelled[name] for name in shown})
    return found


def _total(amounts: Iterable[Decimal]) -> float:
    return float(sum(amounts, NOTHING))


def _present(**fields: object) -> JsonObject:
    """Leave out what is absent: Digital River documents no explicit null (§3)."""
    return {name: value for name, value in fields.items() if value is not None}
