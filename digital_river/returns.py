"""Returns of both models: fulfillment returns, and returns coordinated by a third party."""

from __future__ import annotations

from enum import StrEnum

from digital_river.places import Location
from digital_river.wire import Identified, LiveMode, Metadata, Money, Quantity, Time, Wire


class FulfillmentReturnState(StrEnum):
    """The known states of a fulfillment return; the last two are final."""

    CREATED = "created"
    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class FulfillmentReturnItemState(StrEnum):
    """The known states of a fulfillment return's item."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class FulfillmentReturnType(StrEnum):
    """Who began a fulfillment return."""

    CLIENT = "client"
    WAREHOUSE = "warehouse"
    """The shipment was refused; nobody asked for this return."""


class ReturnState(StrEnum):
    """The known states of a return; there is no other way to end than `accepted`."""

    CREATED = "created"
    ACCEPTED = "accepted"


class ReturnItemState(StrEnum):
    """The known states of a return's item: accepted once all its units are."""

    CREATED = "created"
    ACCEPTED = "accepted"


class FulfillmentReturnItem(Wire):
    """One line of a fulfillment return."""

    fulfillment_order_item_id: str
    inventory_item_id: str | None = None
    quantity: Quantity
    quantity_accepted: Quantity = 0
    state: str
    """One of `FulfillmentReturnItemState`, or a word that is new."""
    location: Location | None = None


class FulfillmentReturn(Identified):
    """A request to Digital River's fulfiller to take goods back; refunds are up to the client."""

    created_time: Time
    fulfillment_order_id: str
    upstream_id: str | None = None
    """The id of the order, if the client sent it."""
    reason: str | None = None
    state: str
    """One of `FulfillmentReturnState`, or a word that is new."""
    type: str | None = None
    """One of `FulfillmentReturnType`, or a word that is new."""
    location: Location | None = None
    """Where the customer sends the goods; known once the fulfiller approved."""
    items: tuple[FulfillmentReturnItem, ...] = ()
    live_mode: LiveMode = None


class ReturnItem(Wire):
    """One line of a return."""

    item_id: str
    sku_id: str | None = None
    amount: Money | None = None
    """What the authorised units are worth; known to drift by a cent between answers."""
    quantity: Quantity
    """The units that were authorised."""
    quantity_accepted: Quantity = 0
    state: str
    """One of `ReturnItemState`, or a word that is new."""


class Return(Identified):
    """A return that was authorised; Digital River refunds it once every item is accepted."""

    created_time: Time
    updated_time: Time | None = None
    order_id: str
    currency: str | None = None
    items: tuple[ReturnItem, ...] = ()
    reason: str | None = None
    failure_reason: str | None = None
    """Nobody says what it means: no state is a failure."""
    state: str
    """One of `ReturnState`, or a word that is new."""
    location: Location | None = None
    metadata: Metadata | None = None
    refund_ids: tuple[str, ...] = ()
    """The refunds that Digital River made; often missing, even when there are some."""
    live_mode: LiveMode = None
