"""Orders: the client's update, disputes and chargebacks (docs/digital-river.md §2.1, §9)."""

from typing import TYPE_CHECKING

from .errors import ApiError, Problem, invalid, restricted
from .events import order_event
from .resources import Order
from .validation import Body, merge_metadata, metadata_of

if TYPE_CHECKING:
    from .world import World


def update(world: "World", order: Order, body: Body) -> None:
    """Serve `POST /orders/{id}`."""
    body.only("requestToBeForgotten", "upstreamId", "metadata", "items")
    forgotten = body.flag("requestToBeForgotten")
    upstream_id = body.text("upstreamId")
    metadata = merge_metadata(order.metadata, metadata_of(body))
    items = {item.id: item for item in order.items}
    changes = []
    for sent in body.objects("items"):
        sent.only("id", "metadata")
        item = items.get(sent.required_text("id"))
        if item is None:
            raise invalid(sent.name("id"), "The order has no such item.")
        changes.append((item, merge_metadata(item.metadata, metadata_of(sent))))
    for item, item_metadata in changes:
        item.metadata = item_metadata
    order.metadata = metadata
    order.upstream_id = upstream_id or order.upstream_id
    order.forgotten = order.forgotten if forgotten is None else forgotten
    order.updated = world.clock.now()


def move(world: "World", order: Order, state: str) -> None:
    """Bring an order into a state and note when."""
    order.state = state
    order.updated = world.clock.now()
    order.transitions[state] = order.updated


def dispute(world: "World", order: Order, *, silent: bool) -> None:
    """Open a dispute: returns and refunds of the order are refused from now on."""
    if order.state == "dispute":
        raise restricted("The order is already under dispute.")
    order.before_dispute = order.state
    move(world, order, "dispute")
    if not silent:
        order_event(world, "order.dispute", order)


def resolve_dispute(world: "World", order: Order, *, silent: bool) -> None:
    """End a dispute in the shop's favour."""
    _leave_dispute(world, order)
    if not silent:
        order_event(world, "order.dispute.resolved", order)


def chargeback(world: "World", order: Order, *, silent: bool) -> None:
    """Let the bank pay the customer: nothing is left to refund."""
    if order.charged_back:
        raise restricted("The order is already charged back.")
    if order.state == "dispute":
        _leave_dispute(world, order)
    order.charged_back = True
    order.updated = world.clock.now()
    if not silent:
        order_event(world, "order.chargeback", order)


def refuse_disputed(order: Order, status: int) -> None:
    """Refuse a return or a refund of a disputed order with the given status."""
    if order.state == "dispute":
        problem = Problem("invalid_parameter", "The order is under dispute.", "order")
        raise ApiError(status, problem)


def _leave_dispute(world: "World", order: Order) -> None:
    if order.before_dispute is None:
        raise restricted("The order is not under dispute.")
    state, order.before_dispute = order.before_dispute, None
    move(world, order, state)
