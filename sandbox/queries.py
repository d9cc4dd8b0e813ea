"""What each list of Digital River can be filtered by (docs/digital-river.md §2)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from . import wire
from .balance import refunded
from .errors import bad_request, invalid
from .events import Event
from .json_types import JsonObject
from .lists import Listing, Query, envelope
from .resources import FulfillmentReturn, Order, Refund, Return
from .webhooks import Webhook
from .world import World

EVENTS_REACH_BACK = timedelta(days=30)
MAX_TYPES = 19


class _Entry(Protocol):
    @property
    def created(self) -> datetime: ...


E = TypeVar("E", bound=_Entry)


def _shown(world: World, path: str, entries: Iterable[tuple[object, E]]) -> list[E]:
    """Return what a list holds: late, lost or twice where a fault says so."""
    if not world.faults.rules.lists:
        return [one for _, one in entries]
    now = world.clock.now()
    return [
        one
        for one_id, one in entries
        for _ in range(world.faults.times_listed(path, str(one_id), now - one.created))
    ]


def orders(world: World, query: Query) -> JsonObject:
    """Serve `GET /orders`."""
    listing = Listing[Order](
        query, _shown(world, "/orders", world.orders.items()), lambda one: one.id
    )
    listing.times("createdTime", lambda one: one.created)
    listing.times("updatedTime", lambda one: one.updated)
    listing.texts("ids", lambda one: [one.id])
    listing.texts("upstreamIds", lambda one: [one.upstream_id])
    listing.texts("state", lambda one: [one.state])
    listing.texts("currency", lambda one: [one.currency])
    listing.texts("skuId", lambda one: [item.sku_id for item in one.items])
    listing.amounts("refundedAmount", lambda one: refunded(world, one))
    page, more = listing.page()
    return envelope([wire.order(world, one) for one in page], more=more)


def fulfillment_orders(world: World, query: Query) -> JsonObject:
    """Serve `GET /fulfillment-orders`, whose answer has no `hasMore` (§7 C13)."""
    listing = Listing(
        query,
        _shown(world, "/fulfillment-orders", world.fulfillment_orders.items()),
        lambda one: str(one.id),
    )
    listing.times("createdTime", lambda one: one.created)
    listing.times("updatedTime", lambda one: one.created)
    listing.texts("ids", lambda one: [str(one.id)])
    listing.texts("upstreamIds", lambda one: [one.order_id])
    page, _ = listing.page()
    return {"data": [wire.fulfillment_order(one) for one in page]}


def fulfillment_returns(world: World, query: Query) -> JsonObject:
    """Serve `GET /fulfillment-returns`."""
    listing = Listing[FulfillmentReturn](
        query,
        _shown(world, "/fulfillment-returns", world.fulfillment_returns.items()),
        lambda one: one.id,
    )
    listing.times("createdTime", lambda one: one.created)
    listing.texts("ids", lambda one: [one.id])
    listing.texts("upstreamIds", lambda one: [one.upstream_id])
    listing.texts("state", lambda one: [one.state])
    listing.texts("fulfillmentOrderId", lambda one: [one.fulfillment_order_id])
    listing.texts("inventoryItemId", lambda one: [item.inventory_item_id for item in one.items])
    page, more = listing.page()
    return envelope([wire.fulfillment_return(one) for one in page], more=more)


def returns(world: World, query: Query) -> JsonObject:
    """Serve `GET /returns`."""
    listing = Listing[Return](
        query, _shown(world, "/returns", world.returns.items()), lambda one: one.id
    )
    listing.times("createdTime", lambda one: one.created)
    listing.texts("ids", lambda one: [one.id])
    listing.texts("state", lambda one: [one.state])
    listing.texts("orderId", lambda one: [one.order_id])
    listing.texts("skuId", lambda one: [item.sku_id for item in one.items])
    page, more = listing.page()
    shown = world.switches.refund_ids
    return envelope([wire.return_(one, refund_ids=shown) for one in page], more=more)


def refunds(world: World, query: Query) -> JsonObject:
    """Serve `GET /refunds`."""
    listing = Listing[Refund](
        query, _shown(world, "/refunds", world.refunds.items()), lambda one: one.id
    )
    listing.times("createdTime", lambda one: one.created)
    listing.texts("ids", lambda one: [one.id])
    listing.texts("state", lambda one: [one.state])
    listing.texts("orderId", lambda one: [one.order_id])
    listing.texts("skuId", lambda one: [item.sku_id for item in one.items])
    listing.texts("reason", lambda one: [one.reason])
    listing.texts("failureReason", lambda one: [one.failure_reason])
    listing.amounts("amount", lambda one: None if one.items else one.value)
    listing.amounts("refundedAmount", lambda one: one.refunded_amount)
    page, more = listing.page()
    return envelope([wire.refund(world, one) for one in page], more=more)


def events(world: World, query: Query) -> JsonObject:
    """Serve `GET /events`, which reaches back 30 days."""
    listing = Listing[Event](
        query, _shown(world, "/events", world.events.items()), lambda one: one.id
    )
    if "createdTime" in query or "createdTime[eq]" in query:
        raise invalid("createdTime", "Only gt, gte, lt and lte are allowed.")
    listing.times("createdTime", lambda one: one.created, exact=True)
    oldest = world.clock.now() - EVENTS_REACH_BACK
    listing.keep(lambda one: one.created >= oldest)
    listing.globs("type", lambda one: one.type)
    listing.texts("types", lambda one: [one.type])
    if "type" in query and "types" in query:
        raise invalid("types", "Only one of type and types is allowed.")
    if len(query.get("types", [])) > MAX_TYPES:
        raise bad_request("limit_exceeded", "types", "Fewer than 20 types are allowed.")
    page, more = listing.page()
    return envelope([one.wire() for one in page], more=more)


def webhooks(world: World, query: Query) -> list[JsonObject]:
    """Serve `GET /webhooks`: a bare array without paging (§2.7)."""
    wanted = {*query.get("type", []), *query.get("types", [])}
    return [one.wire() for one in world.webhooks.values() if _wants_any(one, wanted)]


def _wants_any(one: Webhook, wanted: set[str]) -> bool:
    return not wanted or bool(wanted.intersection(one.types))
