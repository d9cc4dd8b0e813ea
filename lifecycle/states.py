"""The states of Digital River's objects and how far along each one is.

A lower rank never replaces a higher one. States that are not known here are kept and shown, and
rank below all others, so that they can never end anything.
"""

from lifecycle.facts import Resource

UNKNOWN = -1
FINAL = 2

FULFILLMENT_RETURN = {"created": 0, "pending": 1, "accepted": FINAL, "rejected": FINAL}
RETURN = {"created": 0, "accepted": FINAL}
REFUND = {
    "pending": 0,
    "pending_information": 1,
    "succeeded": FINAL,
    "failed": FINAL,
    "expired": FINAL,
}


def return_rank(resource: Resource, state: str) -> int:
    """Return how far along a return in this state is."""
    ranks = RETURN if resource is Resource.RETURN else FULFILLMENT_RETURN
    return ranks.get(state, UNKNOWN)


def refund_rank(state: str) -> int:
    """Return how far along a refund in this state is."""
    return REFUND.get(state, UNKNOWN)
