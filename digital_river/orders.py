"""Orders, what coordinates and ships them, and what was charged for them."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from digital_river.places import Location
from digital_river.wire import Identified, LiveMode, Metadata, Money, Quantity, Time, Wire


class OrderState(StrEnum):
    """The known states of an order; others may come."""

    PENDING_PAYMENT = "pending_payment"
    IN_REVIEW = "in_review"
    ACCEPTED = "accepted"
    BLOCKED = "blocked"
    CANCELLED = "cancelled"
    FULFILLED = "fulfilled"
    COMPLETE = "complete"
    RETURNED = "returned"
    DISPUTE = "dispute"


class OrderItemState(StrEnum):
    """The known states of an order's item; others may come."""

    CREATED = "created"
    FULFILLED = "fulfilled"
    PAID = "paid"
    CANCELLED = "cancelled"
    BLOCKED = "blocked"
    RETURNED = "returned"


class FulfillmentOrderState(StrEnum):
    """The known states of a fulfillment order; `shipped` may mean only partly."""

    PENDING = "pending"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"


class FulfillmentOrderItemState(StrEnum):
    """The known states of a fulfillment order's item; `shipped` may mean only partly."""

    PENDING = "pending"
    BACKORDERED = "backordered"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"


class ChargeState(StrEnum):
    """The known states of a charge; others may come."""

    PENDING = "pending"
    CAPTURABLE = "capturable"
    PROCESSING = "processing"
    COMPLETE = "complete"
    CANCELLED = "cancelled"
    FAILED = "failed"


class ChargeRefundState(StrEnum):
    """The known states of one row of a charge's refunds."""

    PENDING = "pending"
    PENDING_INFORMATION = "pending_information"
    COMPLETE = "complete"
    FAILED = "failed"


class ChargeRefund(Wire):
    """One movement of money back to one charge; rows do not map one to one to refunds."""

    id: str | None = None
    created_time: Time | None = None
    updated_time: Time | None = None
    amount: Money | None = None
    state: str
    """One of `ChargeRefundState`, or a word that is new."""
    failure_code: str | None = None
    failure_message: str | None = None


class ChargeCapture(Wire):
    """One capture of a charge: money may be refunded once a capture is `complete`."""

    id: str | None = None
    created_time: Time | None = None
    amount: Money | None = None
    state: str | None = None
    fulfillment_id: str | None = None


class Charge(Identified):
    """What one payment source was charged, and what was given back to it."""

    created_time: Time | None = None
    order_id: str | None = None
    currency: str | None = None
    amount: Money | None = None
    state: str | None = None
    """One of `ChargeState`, or a word that is new; missing inside a refund."""
    captured: bool | None = None
    captures: tuple[ChargeCapture, ...] = ()
    refunded: bool | None = None
    refunds: tuple[ChargeRefund, ...] = ()
    source_id: str | None = None
    type: str | None = None
    live_mode: LiveMode = None


class Surcharge(Wire):
    """A part of a price beside the goods: tax, shipping, duty or fees."""

    rate: float | None = None
    amount: Money | None = None
    tax_amount: Money | None = None


class OrderItem(Wire):
    """One line of an order."""

    id: str
    sku_id: str | None = None
    quantity: Quantity
    amount: Money | None = None
    """The line's total, without tax."""
    state: str | None = None
    """One of `OrderItemState`, or a word that is new."""
    available_to_refund_amount: Money | None = None
    """What is left to refund of the line and its tax: no shipping, duty or fees."""
    tax: Surcharge | None = None
    importer_tax: Surcharge | None = None
    duties: Surcharge | None = None
    fees: Surcharge | None = None
    shipping: Surcharge | None = None
    metadata: Metadata | None = None


class Payment(Wire):
    """How an order was paid."""

    charges: tuple[Charge, ...] = ()


class Order(Identified):
    """A sales order. Returns and refunds call its id `orderId`, fulfillment `upstreamId`."""

    created_time: Time
    updated_time: Time | None = None
    upstream_id: str | None = None
    checkout_id: str | None = None
    customer_id: str | None = None
    email: str | None = None
    currency: str
    state: str
    """One of `OrderState`, or a word that is new."""
    state_transitions: dict[str, Time | None] = Field(default_factory=dict)
    fraud_state: str | None = None
    total_amount: Money | None = None
    subtotal: Money | None = None
    total_tax: Money | None = None
    total_importer_tax: Money | None = None
    total_duty: Money | None = None
    total_fees: Money | None = None
    total_discount: Money | None = None
    total_shipping: Money | None = None
    captured_amount: Money | None = None
    cancelled_amount: Money | None = None
    refunded_amount: Money | None = None
    """Missing until something was refunded."""
    available_to_refund_amount: Money | None = None
    """Captured, less what was refunded and what is being refunded."""
    items: tuple[OrderItem, ...] = ()
    payment: Payment | None = None
    ship_to: Location | None = None
    metadata: Metadata | None = None
    request_to_be_forgotten: bool | None = None
    live_mode: LiveMode = None


class FulfillmentOrderItem(Wire):
    """One line of a fulfillment order; the five counters add up to `quantity`."""

    id: str
    """A number on the wire; what others call `fulfillmentOrderItemId`."""
    upstream_id: str | None = None
    """The id of the order's item, as refunds need it."""
    inventory_item_id: str | None = None
    quantity: Quantity
    pending: Quantity = 0
    backordered: Quantity = 0
    shipped: Quantity = 0
    """How many units can come back."""
    cancelled: Quantity = 0
    returned: Quantity = 0
    state: str | None = None
    """One of `FulfillmentOrderItemState`, or a word that is new."""
    name: str | None = None
    metadata: Metadata | None = None


class FulfillmentOrder(Identified):
    """The copy of an order that Digital River's fulfiller works from."""

    id: str
    """A number on the wire; what others call `fulfillmentOrderId`."""
    created_time: Time
    upstream_order_time: Time | None = None
    upstream_id: str | None = None
    """The id of the order."""
    state: str
    """One of `FulfillmentOrderState`, or a word that is new. Look at the items instead."""
    currency: str | None = None
    ship_to: Location | None = None
    items: tuple[FulfillmentOrderItem, ...] = ()
    metadata: Metadata | None = None
    live_mode: LiveMode = None


class ShipmentItem(Wire):
    """How many units of one line a shipment holds."""

    id: str | None = None
    fulfillment_order_item_id: str | None = None
    fulfillment_order_item_upstream_id: str | None = None
    """The id of the order's item."""
    inventory_item_id: str | None = None
    part_number: str | None = None
    quantity: Quantity
    tracking_urls: tuple[str, ...] = ()


class Shipment(Identified):
    """A parcel that left: the object of the event `fulfillment_order.shipped`."""

    created_time: Time | None = None
    fulfillment_order_id: str | None = None
    fulfillment_order_upstream_id: str | None = None
    """The id of the order."""
    tracking_company: str | None = None
    tracking_number: str | None = None
    tracking_url: str | None = None
    items: tuple[ShipmentItem, ...] = ()
    live_mode: LiveMode = None
