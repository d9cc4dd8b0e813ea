"""Identifiers in Digital River's forms (docs/digital-river.md §3), and all else left to chance."""

import random
import uuid

chance = random.Random(random.SystemRandom().getrandbits(64))  # noqa: S311 - nothing secret
"""Where ids and orders come from; whoever seeds it gets the same ones again."""


def new_uuid() -> str:
    """Return the id of an event, a webhook, a charge or a payment source."""
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


def new_return_id() -> str:
    """Return the id of a return or a fulfillment return; the two look alike."""
    return f"ret_{new_uuid()}"


def new_refund_id() -> str:
    """Return the id of a refund."""
    return f"re_{new_uuid()}"
