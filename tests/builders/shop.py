"""What the shop's own rules have said of a request."""

from __future__ import annotations

from lifecycle.facts import ReturnsListed
from lifecycle.judgement import EligibilityJudged, ShopFinding, Then
from lifecycle.request import Coordinator
from tests.builders.returns import (
    START,
    Life,
    Quantities,
    a_request,
    fulfillment_order_seen,
    order_seen,
)


def finding(code: str, then: Then, *items: str) -> ShopFinding:
    """Make what one rule has against some items."""
    return ShopFinding(code=code, then=then, message=f"No: {code}.", order_item_ids=items)


def judgement(*findings: ShopFinding) -> EligibilityJudged:
    """Make what all rules have said at the start."""
    return EligibilityJudged(findings=findings, taken=START)


def judged(
    quantities: Quantities,
    *findings: ShopFinding,
    coordinator: Coordinator = Coordinator.THIRD_PARTY,
) -> Life:
    """Begin a return that Digital River would open, and of which the shop's rules say this."""
    life = Life(a_request(coordinator, quantities))
    life.tell(order_seen(), fulfillment_order_seen(), ReturnsListed(taken=START))
    life.tell(judgement(*findings))
    return life
