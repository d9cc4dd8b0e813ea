"""Identifiers in Digital River's forms (docs/digital-river.md §3)."""

import uuid


def new_uuid() -> str:
    """Return the id of an event, a webhook, a charge or a payment source."""
    return str(uuid.uuid4())


def new_return_id() -> str:
    """Return the id of a return or a fulfillment return; the two look alike."""
    return f"ret_{uuid.uuid4()}"


def new_refund_id() -> str:
    """Return the id of a refund."""
    return f"re_{uuid.uuid4()}"
