"""Every object that Digital River sends, and the states that each is known to take.

Each model reads every form of its object that is known (docs/digital-river.md, Object schemas):
`Return.model_validate(...)` takes what a webhook, a list or the answer to a create holds. States
are open: a field holds any text, and the enumeration beside it names what is known.
"""

from __future__ import annotations

from enum import StrEnum

from digital_river.events import Event, EventData, EventType, Webhook
from digital_river.orders import (
    Charge,
    ChargeCapture,
    ChargeRefund,
    ChargeRefundState,
    ChargeState,
    FulfillmentOrder,
    FulfillmentOrderItem,
    FulfillmentOrderItemState,
    FulfillmentOrderState,
    Order,
    OrderItem,
    OrderItemState,
    OrderState,
    Payment,
    Shipment,
    ShipmentItem,
    Surcharge,
)
from digital_river.places import Address, Location
from digital_river.refunds import (
    Refund,
    RefundItem,
    RefundItemType,
    RefundState,
    RefundType,
    TokenInformation,
)
from digital_river.returns import (
    FulfillmentReturn,
    FulfillmentReturnItem,
    FulfillmentReturnItemState,
    FulfillmentReturnState,
    FulfillmentReturnType,
    Return,
    ReturnItem,
    ReturnItemState,
    ReturnState,
)
from digital_river.wire import Wire

__all__ = [
    "Address",
    "Charge",
    "ChargeCapture",
    "ChargeRefund",
    "ChargeRefundState",
    "ChargeState",
    "ErrorBody",
    "ErrorDetail",
    "ErrorType",
    "Event",
    "EventData",
    "EventType",
    "FulfillmentOrder",
    "FulfillmentOrderItem",
    "FulfillmentOrderItemState",
    "FulfillmentOrderState",
    "FulfillmentReturn",
    "FulfillmentReturnItem",
    "FulfillmentReturnItemState",
    "FulfillmentReturnState",
    "FulfillmentReturnType",
    "Location",
    "Order",
    "OrderItem",
    "OrderItemState",
    "OrderState",
    "Payment",
    "Refund",
    "RefundItem",
    "RefundItemType",
    "RefundState",
    "RefundType",
    "Return",
    "ReturnItem",
    "ReturnItemState",
    "ReturnState",
    "Shipment",
    "ShipmentItem",
    "Surcharge",
    "TokenInformation",
    "Webhook",
]


class ErrorType(StrEnum):
    """The kinds of error, one per status."""

    BAD_REQUEST = "bad_request"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    NOT_ACCEPTABLE = "not_acceptable"
    REQUEST_TIMEOUT = "request_timeout"
    CONFLICT = "conflict"
    TOO_MANY_REQUESTS = "too_many_requests"
    INTERNAL_SERVER_ERROR = "internal_server_error"
    BAD_GATEWAY = "bad_gateway"
    SERVICE_UNAVAILABLE = "service_unavailable"
    GATEWAY_TIMEOUT = "gateway_timeout"


class ErrorDetail(Wire):
    """One thing that was wrong. The parameter may be an alias of the field that was sent."""

    code: str | None = None
    parameter: str | None = None
    message: str | None = None


class ErrorBody(Wire):
    """What a refusal says, all of it optional."""

    type: str | None = None
    """One of `ErrorType`, or a word that is new."""
    errors: tuple[ErrorDetail, ...] = ()
