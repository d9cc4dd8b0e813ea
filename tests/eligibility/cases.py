"""Requests that the shop's rules are asked about: at first glance, nothing speaks against any."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from eligibility.case import AskedLine, Case

ORDERED = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
"""Late in the evening: days are counted, not hours."""


def days(number: float) -> datetime:
    """Return a time so many days after the order."""
    return ORDERED + timedelta(days=number)


def a_line(item: str = "a", **fields: object) -> AskedLine:
    """Make a line of two units at 10.00 each."""
    known: dict[str, Any] = {"quantity": 2, "sku": f"sku-{item}", "worth": Decimal(20), **fields}
    return AskedLine(order_item_id=item, **known)


def a_case(*lines: AskedLine, **fields: object) -> Case:
    """Make the case of an order that was sent two days after it was placed, and asked at once."""
    known: dict[str, Any] = {
        "asked": days(2),
        "currency": "EUR",
        "lines": lines or (a_line(),),
        "ordered": ORDERED,
        "fulfilled": days(2),
        **fields,
    }
    return Case(**known)
