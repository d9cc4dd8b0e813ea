"""Events, and the webhooks that they are sent to."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import AliasChoices, Field, JsonValue

from digital_river.wire import Identified, LiveMode, Time, Wire


class EventType(StrEnum):
    """The events that a return can cause; there are many more, and new ones may come."""

    FULFILLMENT_RETURN_CREATED = "fulfillment_return.created"
    FULFILLMENT_RETURN_PENDING = "fulfillment_return.pending"
    FULFILLMENT_RETURN_ACCEPTED = "fulfillment_return.accepted"
    FULFILLMENT_RETURN_REJECTED = "fulfillment_return.rejected"
    RETURN_CREATED = "return.created"
    RETURN_UPDATED = "return.updated"
    RETURN_ACCEPTED = "return.accepted"
    REFUND_PENDING = "refund.pending"
    REFUND_PENDING_INFORMATION = "refund.pending_information"
    REFUND_COMPLETE = "refund.complete"
    REFUND_SUCCEEDED = "refund.succeeded"
    REFUND_FAILED = "refund.failed"
    REFUND_UPDATED = "refund.updated"
    FULFILLMENT_ORDER_SHIPPED = "fulfillment_order.shipped"
    ORDER_REFUNDED = "order.refunded"
    ORDER_DISPUTE = "order.dispute"
    ORDER_DISPUTE_RESOLVED = "order.dispute.resolved"
    ORDER_CHARGEBACK = "order.chargeback"


class EventData(Wire):
    """What an event is about."""

    object: dict[str, JsonValue]
    previous_attributes: dict[str, JsonValue] | None = None


class Event(Identified):
    """Something happened. The object is a snapshot of *now*: believe its state, not the type.

    Events come late, early, twice or never; `id` stays the same when one is sent again.
    """

    type: str
    """One of `EventType`, or one of many others."""
    data: EventData
    created_time: Time
    """When the event was made, which may be minutes after its object."""
    webhook_ids: tuple[str, ...] = ()
    """Every webhook that subscribed, not just the one that this came through."""
    version: Annotated[
        str | None,
        Field(validation_alias=AliasChoices("digitalriverVersion", "digitalRiverVersion")),
    ] = None
    """The version of the API that the object is written in."""
    live_mode: LiveMode = None

    @property
    def object(self) -> dict[str, JsonValue]:
        """The object as it came: which model reads it is told by the type."""
        return self.data.object


class Webhook(Identified):
    """An address that events are sent to. Its signing secret is in no answer of the API."""

    types: tuple[str, ...] = ()
    address: str
    api_version: str | None = None
    enabled: bool | None = None
    transport_type: str | None = None
    created_time: Time | None = None
    updated_time: Time | None = None
    live_mode: LiveMode = None
