"""What a rule of the shop can look at: the request, and the order as it was read."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedLine:
    """Units of one order item that the customer wants to send back."""

    order_item_id: str
    quantity: int
    sku: str | None = None
    """None where the order does not tell."""
    worth: Decimal | None = None
    """What these units cost with their tax; None where the order does not tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request for a return, and its order (docs/digital-river.md, Order)."""

    asked: datetime
    """When the customer asked, however late Digital River answers."""
    currency: str
    lines: tuple[AskedLine, ...]
    ordered: datetime
    fulfilled: datetime | None = None
    """None while the order is not fulfilled, or where it does not tell."""
    disputed: datetime | None = None
    """When its payment was last disputed; None if it never was."""
    open_returns: tuple[str, ...] = ()
    """Other returns of the order that are not over; read only where a rule looks at them."""
