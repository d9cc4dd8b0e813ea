"""Returns that the client coordinates (docs/digital-river.md §2.4, §4.1, §6.1 to §6.4)."""

from http import HTTPStatus
from typing import TYPE_CHECKING

from . import refunds
from .errors import invalid, missing, quantity_too_large, restricted
from .events import return_accepted_events, return_event
from .identifiers import new_return_id
from .money import CENT, share
from .orders import refuse_disputed
from .resources import Order, OrderItem, Refund, Return, ReturnItem
from .validation import Body, location_of, merge_metadata, metadata_of, reason_of

if TYPE_CHECKING:
    from .world import World


def create(world: "World", body: Body) -> Return:
    """Serve `POST /returns`; units must be fulfilled and in no other return."""
    body.only("orderId", "items", "reason", "location", "metadata")
    order_id = body.required_text("orderId")
    rows = body.required_objects("items")
    for row in rows:
        row.only("itemId", "skuId", "quantity")
        if not row.has("itemId") and not row.has("skuId"):
            raise missing(row.name("itemId"))
        row.required_quantity()
    reason, location, metadata = reason_of(body), location_of(body), metadata_of(body)
    order = world.orders.get(order_id)
    if order is None:
        raise invalid("orderId", "There is no such order.")
    refuse_disputed(order, HTTPStatus.CONFLICT)
    one = Return(
        id=new_return_id(),
        created=world.clock.now(),
        order_id=order.id,
        currency=order.currency,
        items=_authorised(world, order, rows),
        reason=reason,
        location=location,
        metadata=merge_metadata({}, metadata),
    )
    order.return_ids.append(one.id)
    world.returns[one.id] = one
    return_event(world, "return.created", one)
    return one


def update(world: "World", one: Return, body: Body) -> None:
    """Serve `POST /returns/{id}`: metadata, location, or units that arrived."""
    body.only("state", "items", "location", "metadata")
    accepts_all = body.choice("state", ("accepted",)) is not None
    rows = body.objects("items")
    for row in rows:
        row.only("itemId", "skuId", "quantity", "state")
        row.require("state")
        row.choice("state", ("accepted",))
        row.required_quantity()
    location = location_of(body)
    metadata = merge_metadata(one.metadata, metadata_of(body))
    accepting = accepts_all or bool(rows)
    units = {}
    if accepting:
        _refuse_closed(world, one)
        units = _left(one) if accepts_all else _arrived(one, rows)
    one.location = location or one.location
    changed = one.metadata != metadata
    one.metadata = metadata
    if changed:
        return_event(world, "return.updated", one)
    if accepting:
        _take(world, one, units)


def accept(world: "World", one: Return) -> None:
    """Accept the whole return, as a Dashboard user would."""
    _refuse_closed(world, one)
    _take(world, one, _left(one))


def _refuse_closed(world: "World", one: Return) -> None:
    if one.state == "accepted":
        raise restricted("The return is already accepted.")
    refuse_disputed(world.orders[one.order_id], HTTPStatus.CONFLICT)


def _left(one: Return) -> dict[str, int]:
    left = {item.item_id: item.quantity - item.quantity_accepted for item in one.items}
    return {item_id: units for item_id, units in left.items() if units}


def _arrived(one: Return, rows: list[Body]) -> dict[str, int]:
    """Add up the units per item; more than what is left is a conflict (§6.13)."""
    left, units = _left(one), dict[str, int]()
    for place, row in enumerate(rows):
        item_id, sku_id = row.text("itemId"), row.text("skuId")
        item = next((each for each in one.items if _is(each, item_id, sku_id)), None)
        if item is None:
            raise invalid(row.name("itemId"), "The return has no such item.")
        units[item.item_id] = units.get(item.item_id, 0) + row.required_quantity()
        if units[item.item_id] > left.get(item.item_id, 0):
            message = "Return quantity is larger than the authorized quantity"
            raise quantity_too_large(f"items[{place}].qty", message)
    return units


def _is(item: ReturnItem, item_id: str | None, sku_id: str | None) -> bool:
    named = item_id is not None or sku_id is not None
    return named and item_id in (None, item.item_id) and sku_id in (None, item.sku_id)


def _take(world: "World", one: Return, units: dict[str, int]) -> None:
    """Accept units; the return follows with its last item, and then the refunds (§6.4)."""
    if world.switches.amounts_drift and not any(item.quantity_accepted for item in one.items):
        for item in one.items:
            item.amount -= CENT
    for item in one.items:
        item.quantity_accepted += units.get(item.item_id, 0)
    if all(item.state == "accepted" for item in one.items):
        one.state = "accepted"
    made = _refunds_of(world, one, units)
    if one.state == "accepted":
        return_accepted_events(world, one, made)


def _refunds_of(world: "World", one: Return, units: dict[str, int]) -> list[Refund]:
    """Make the refunds due now: at each acceptance when eager, else all at the end."""
    if world.switches.eager_refunds and one.state != "accepted":
        refund = refunds.create_for_return(world, one, units)
        if refund is not None:
            refund.held = True
            one.held_events.append(("refund.pending", refund.id))
        return []
    one.batches.append(units)
    if one.state != "accepted":
        return []
    made = [refunds.create_for_return(world, one, batch) for batch in one.batches]
    return [refund for refund in made if refund is not None]


def _authorised(world: "World", order: Order, rows: list[Body]) -> list[ReturnItem]:
    free = _free_units(world, order)
    asked: dict[str, ReturnItem] = {}
    for place, row in enumerate(rows):
        item = _order_item(order, row)
        quantity = row.required_quantity()
        if item.id in asked:
            raise invalid(row.path, "The item is named twice.")
        if quantity > free[item.id]:
            message = "Return quantity is larger than order quantity"
            raise quantity_too_large(f"items[{place}].qty", message)
        asked[item.id] = ReturnItem(
            item_id=item.id,
            sku_id=item.sku_id,
            quantity=quantity,
            amount=share(item.value, quantity, item.quantity),
        )
    return list(asked.values())


def _order_item(order: Order, row: Body) -> OrderItem:
    item_id, sku_id = row.text("itemId"), row.text("skuId")
    for item in order.items:
        if item_id in (None, item.id) and sku_id in (None, item.sku_id):
            return item
    raise invalid(row.name("itemId" if item_id else "skuId"), "The order has no such item.")


def _free_units(world: "World", order: Order) -> dict[str, int]:
    free = {item.id: item.fulfilled for item in order.items}
    for return_id in order.return_ids:
        for item in world.returns[return_id].items:
            free[item.item_id] -= item.quantity
    return free
