"""Events: what happened, as Digital River tells it (docs/digital-river.md §3.8, §5.7)."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from . import wire
from .clock import event_time
from .identifiers import chance, new_uuid
from .json_types import JsonObject
from .resources import FulfillmentReturn, Order, Refund, Return

if TYPE_CHECKING:
    from .world import World

VERSION = "2021-12-13"

EVENT_TYPES = (
    "fulfillment_return.created",
    "fulfillment_return.pending",
    "fulfillment_return.accepted",
    "fulfillment_return.rejected",
    "return.created",
    "return.accepted",
    "return.updated",
    "refund.pending",
    "refund.pending_information",
    "refund.complete",
    "refund.failed",
    "refund.updated",
    "order.dispute",
    "order.dispute.resolved",
    "order.chargeback",
)


@dataclass(frozen=True)
class Event:
    """One event; the object is a snapshot of the resource at the moment of rendering."""

    id: str
    type: str
    created: datetime
    object: JsonObject
    order_id: str
    webhook_ids: tuple[str, ...]

    def wire(self) -> JsonObject:
        """Return the envelope that is delivered and listed."""
        return {
            "id": self.id,
            "type": self.type,
            "data": {"object": self.object},
            "liveMode": False,
            "createdTime": event_time(self.created),
            "webhookIds": list(self.webhook_ids),
            "digitalriverVersion": VERSION,
        }


def fulfillment_return_event(world: "World", one: FulfillmentReturn) -> None:
    """Tell that a fulfillment return reached its present state."""
    kind = f"fulfillment_return.{one.state}"
    _emit(world, kind, wire.fulfillment_return(one), one.order_id)


def return_event(world: "World", kind: str, one: Return) -> None:
    """Tell of a return."""
    _emit(world, kind, wire.return_(one), one.order_id)


def refund_event(world: "World", kind: str, refund: Refund) -> None:
    """Tell of a refund, or hold the event until the refund's return is accepted (§7 C4)."""
    if refund.held and refund.return_id is not None:
        world.returns[refund.return_id].held_events.append((kind, refund.id))
        return
    _emit(world, kind, wire.refund(world, refund), refund.order_id)


def return_accepted_events(world: "World", one: Return, new_refunds: list[Refund]) -> None:
    """Tell of an accepted return and its refunds; nothing promises their order (§5.5)."""
    pending: list[tuple[str, str]] = [("refund.pending", refund.id) for refund in new_refunds]
    told = [("return.accepted", ""), *one.held_events, *pending]
    one.held_events = []
    chance.shuffle(told)
    for kind, refund_id in told:
        if refund_id:
            refund = world.refunds[refund_id]
            refund.held = False
            refund_event(world, kind, refund)
        else:
            return_event(world, kind, one)


def order_event(world: "World", kind: str, order: Order) -> None:
    """Tell of an order."""
    _emit(world, kind, wire.order(world, order), order.id)


def _emit(world: "World", kind: str, rendered: JsonObject, order_id: str) -> None:
    if not world.switches.metadata_in_events:
        rendered = {name: value for name, value in rendered.items() if name != "metadata"}
    subscribed = tuple(hook.id for hook in world.webhooks.values() if hook.wants(kind))
    event = Event(new_uuid(), kind, world.clock.now(), rendered, order_id, subscribed)
    world.events[event.id] = event
    if world.courier is not None:
        world.courier.deliver(event)
