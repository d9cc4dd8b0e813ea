"""Fulfillment returns: the client's request and the fulfiller's acts (§2.3, §4.2).

Section numbers are those of docs/digital-river.md.
"""

from typing import TYPE_CHECKING

from .errors import bad_request, conflict, invalid, not_found, quantity_too_large, restricted
from .events import fulfillment_return_event
from .identifiers import new_return_id
from .json_types import JsonObject
from .resources import (
    FulfillmentOrder,
    FulfillmentOrderItem,
    FulfillmentReturn,
    FulfillmentReturnItem,
)
from .validation import Body, reason_of

if TYPE_CHECKING:
    from .world import World

DOCK: JsonObject = {
    "address": {
        "line1": "Dock 4, 1 Depot Way",
        "city": "Venlo",
        "postalCode": "5928",
        "state": "LI",
        "country": "NL",
    },
    "name": "Returns desk",
}


def create(world: "World", body: Body, kind: str = "client") -> FulfillmentReturn:
    """Serve `POST /fulfillment-returns`; units must be shipped and not asked back before."""
    body.only("fulfillmentOrderId", "items", "upstreamId", "reason")
    fulfillment_order_id = body.required_id("fulfillmentOrderId")
    upstream_id, reason = body.text("upstreamId"), reason_of(body)
    rows = body.required_objects("items")
    for row in rows:
        row.only("fulfillmentOrderItemId", "quantity", "unitAttributes")
        row.required_id("fulfillmentOrderItemId")
        row.required_quantity()
    one = world.fulfillment_orders.get(fulfillment_order_id)
    if one is None:
        raise invalid("fulfillmentOrderId", "There is no such fulfillment order.")
    fulfillment_return = FulfillmentReturn(
        id=new_return_id(),
        created=world.clock.now(),
        fulfillment_order_id=fulfillment_order_id,
        order_id=one.order_id,
        type=kind,
        items=_asked(world, one, rows),
        upstream_id=upstream_id,
        reason=reason,
    )
    one.fulfillment_return_ids.append(fulfillment_return.id)
    world.fulfillment_returns[fulfillment_return.id] = fulfillment_return
    world.open_fulfillment_returns[fulfillment_return.id] = fulfillment_return
    fulfillment_return_event(world, fulfillment_return)
    world.changed.set()
    return fulfillment_return


def free_units(world: "World", one: FulfillmentOrder) -> dict[str, int]:
    """Return how many units of each item can still be asked back."""
    free = {str(item.id): item.shipped + item.returned for item in one.items}
    for fulfillment_return_id in one.fulfillment_return_ids:
        other = world.fulfillment_returns[fulfillment_return_id]
        for item in other.items:
            if item.state != "rejected":
                free[item.fulfillment_order_item_id] -= item.quantity
    return free


def approve(world: "World", one: FulfillmentReturn, location: JsonObject | None = None) -> None:
    """Let the fulfiller agree and name the place the customer sends the goods to."""
    if one.state != "created":
        raise restricted(f"The fulfillment return is {one.state}.")
    one.state = "pending"
    one.location = location or DOCK
    one.approved = world.clock.now()
    fulfillment_return_event(world, one)
    world.changed.set()


def reject(world: "World", one: FulfillmentReturn) -> None:
    """Let the fulfiller refuse."""
    if one.state not in ("created", "pending"):
        raise restricted(f"The fulfillment return is {one.state}.")
    one.state = "rejected"
    for item in one.items:
        item.state = "rejected"
    world.open_fulfillment_returns.pop(one.id, None)
    fulfillment_return_event(world, one)


def receive(world: "World", one: FulfillmentReturn, units: dict[str, int] | None = None) -> None:
    """Let the fulfiller take units in; they add up over calls, default is all that is left.

    Any accepted unit makes the whole accepted, none makes it rejected (§7 U3, U4). An item that
    is not named stays as it is; one of which nothing is accepted is rejected.
    """
    ready = ("pending", "accepted", "created") if one.type == "warehouse" else _READY
    if one.state not in ready:
        raise restricted(f"The fulfillment return is {one.state}.")
    units = _received(world, one, units)
    if not any(units.values()) and one.state == "accepted":
        raise restricted("No unit is left to receive.")
    if not any(units.values()):
        reject(world, one)
        return
    lines = {str(item.id): item for item in _lines(world, one)}
    for item in one.items:
        if item.fulfillment_order_item_id not in units:
            continue
        count = units[item.fulfillment_order_item_id]
        item.quantity_accepted += count
        item.state = "accepted" if item.quantity_accepted else "rejected"
        line = lines[item.fulfillment_order_item_id]
        line.shipped -= count
        line.returned += count
    one.state = "accepted"
    world.open_fulfillment_returns.pop(one.id, None)
    fulfillment_return_event(world, one)


_READY = ("pending", "accepted")


def _lines(world: "World", one: FulfillmentReturn) -> list[FulfillmentOrderItem]:
    return world.fulfillment_orders[one.fulfillment_order_id].items


def _received(
    world: "World", one: FulfillmentReturn, units: dict[str, int] | None
) -> dict[str, int]:
    shipped = {str(line.id): line.shipped for line in _lines(world, one)}
    left = {
        item_id: min(item.quantity - item.quantity_accepted, shipped[item_id])
        for item in one.items
        for item_id in [item.fulfillment_order_item_id]
    }
    if units is None:
        return left
    for place, (item_id, count) in enumerate(units.items()):
        if item_id not in left:
            raise not_found("Fulfillment return item")
        if count > left[item_id]:
            message = "More units than the fulfillment return has left."
            raise quantity_too_large(f"items[{place}].qty", message)
    return units


def _asked(world: "World", one: FulfillmentOrder, rows: list[Body]) -> list[FulfillmentReturnItem]:
    free = free_units(world, one)
    lines = {str(item.id): item for item in one.items}
    asked: dict[str, FulfillmentReturnItem] = {}
    for place, row in enumerate(rows):
        item_id = row.required_id("fulfillmentOrderItemId")
        quantity = row.required_quantity()
        name = f"items[{place}].qty"
        if item_id not in lines:
            parameter = row.name("fulfillmentOrderItemId")
            raise invalid(parameter, "The fulfillment order has no such item.")
        if item_id in asked:
            raise bad_request("invalid_parameter", row.path, "The item is named twice.")
        if not lines[item_id].shipped and not lines[item_id].returned:
            raise conflict("invalid_parameter", name, "The item is not shipped.")
        if quantity > free[item_id]:
            message = "Return quantity is larger than shipped quantity"
            raise quantity_too_large(name, message)
        asked[item_id] = FulfillmentReturnItem(
            fulfillment_order_item_id=item_id,
            inventory_item_id=lines[item_id].sku_id,
            quantity=quantity,
            unit_attributes=[each.fields for each in row.objects("unitAttributes")] or None,
        )
    return list(asked.values())
