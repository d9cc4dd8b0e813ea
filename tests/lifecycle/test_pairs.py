"""Two facts of one kind that say different things: in either order, one ledger, and nothing lost.

The properties of tests/lifecycle/test_join.py say the same of any facts, as chance draws them.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from lifecycle.facts import (
    Absent,
    CallGivenUp,
    CallWithdrawn,
    CancelRequested,
    Chargeback,
    DeadlinePassed,
    DisputeLookedUp,
    DisputeResolved,
    EndedBefore,
    Fact,
    InDoubt,
    LookAlikes,
    NotDue,
    ReturnClaimed,
    ReturnOrphaned,
    ReturnsListed,
)
from lifecycle.request import Coordinator
from tests.builders.returns import (
    WAREHOUSE,
    Life,
    a_request,
    at,
    fulfillment_order_seen,
    order_seen,
    refund_seen,
    refused,
    return_seen,
    shipment,
)

REQUEST = a_request(Coordinator.THIRD_PARTY, {"a": 2})
CREATED = return_seen(REQUEST)
FAILED = refund_seen({"a": 1}, "failed", taken=at(2))

PAIRS: list[tuple[Fact, Fact]] = [
    (order_seen(taken=at(1)), order_seen("dispute", taken=at(2))),
    (order_seen("dispute", taken=at(1)), order_seen("dispute", taken=at(2))),
    (order_seen(taken=at(1)), order_seen("complete", taken=at(1))),
    (
        replace(order_seen(taken=at(5)), updated=at(1)),
        replace(order_seen(taken=at(4)), updated=at(2)),
    ),
    (fulfillment_order_seen(taken=at(1)), fulfillment_order_seen(taken=at(2))),
    (CREATED, return_seen(REQUEST, "accepted", taken=at(1))),
    (CREATED, return_seen(REQUEST, "inspected", taken=at(1))),
    (CREATED, return_seen(REQUEST, "created", {"a": 1}, taken=at(1))),
    (CREATED, replace(CREATED, location=WAREHOUSE)),
    (replace(CREATED, refund_ids=("re_1",)), replace(CREATED, refund_ids=("re_2",))),
    (replace(CREATED, key=None), replace(CREATED, taken=at(1))),
    (refund_seen({"a": 1}), refund_seen({"a": 1}, "succeeded", taken=at(1))),
    (FAILED, refund_seen({"a": 1}, "succeeded", taken=at(1))),
    (refund_seen({"a": 1}, key="k"), refund_seen({"a": 1}, taken=at(1))),
    (refund_seen({"a": 1}, key="k"), refund_seen({"a": 1}, key="l")),
    (ReturnsListed(taken=at(1)), ReturnsListed(taken=at(2))),
    (ReturnClaimed(return_id="ret_1"), ReturnClaimed(return_id="ret_2")),
    (ReturnOrphaned(return_id="ret_1"), ReturnOrphaned(return_id="ret_2")),
    (
        EndedBefore(outcome="expired", news="it was accepted", taken=at(1)),
        EndedBefore(outcome="expired", news="re_1 succeeded", taken=at(2)),
    ),
    (refused("k", code="conflict", taken=at(1)), refused("k", taken=at(2))),
    (refused("k"), refused("l")),
    (NotDue(key="k", why="no", taken=at(1)), NotDue(key="l", why="no", taken=at(1))),
    (InDoubt(key="k", absent=at(1)), InDoubt(key="k", absent=at(2))),
    (Absent(key="k", at=at(1)), Absent(key="k", at=at(2))),
    (CallWithdrawn(key="k", at=at(1)), CallWithdrawn(key="k", at=at(2))),
    (LookAlikes(key="k", object_ids=("1",)), LookAlikes(key="k", object_ids=("2",))),
    (
        CallGivenUp(key="k", message="late", at=at(1)),
        CallGivenUp(key="k", message="lost", at=at(2)),
    ),
    (
        CallGivenUp(key="k", message="late", at=at(1)),
        CallGivenUp(key="k", message="lost", at=at(1)),
    ),
    (shipment({"a": 1}, when=at(1)), shipment({"a": 2}, revision=2, when=at(0))),
    (shipment({"a": 1}, when=at(1)), shipment({"a": 2}, when=at(1))),
    (DeadlinePassed(until=at(1)), DeadlinePassed(until=at(2))),
    (
        CancelRequested(who="ann", why="w", at=at(1)),
        CancelRequested(who="bob", why="w", at=at(2)),
    ),
    (
        DisputeResolved(order_id="order-1", taken=at(1)),
        DisputeResolved(order_id="order-1", taken=at(2)),
    ),
    (DisputeLookedUp(seen=at(1)), DisputeLookedUp(seen=at(2))),
    (Chargeback(order_id="order-1", taken=at(1)), Chargeback(order_id="order-1", taken=at(2))),
]


@pytest.mark.parametrize(
    ("one", "other"), PAIRS, ids=[f"{place}-{one.kind}" for place, (one, _) in enumerate(PAIRS)]
)
def test_either_order(one: Fact, other: Fact) -> None:
    """The second of two facts joins the first, whichever it is."""
    lives = [Life(REQUEST), Life(REQUEST)]

    lives[0].tell(one, other)
    lives[1].tell(other, one)

    assert lives[0].ledger == lives[1].ledger
    assert lives[0].step == lives[1].step


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (DisputeLookedUp(seen=at(1)), DisputeLookedUp(seen=at(2))),
        (ReturnsListed(taken=at(1)), ReturnsListed(taken=at(2))),
        (DeadlinePassed(until=at(1)), DeadlinePassed(until=at(2))),
        (
            DisputeResolved(order_id="order-1", taken=at(1)),
            DisputeResolved(order_id="order-1", taken=at(2)),
        ),
    ],
    ids=lambda fact: fact.kind,
)
def test_an_earlier_one_changes_nothing(one: Fact, other: Fact) -> None:
    """What was known later stays when something earlier is told."""
    told, alone = Life(REQUEST), Life(REQUEST)

    told.tell(other, one)
    alone.tell(other)

    assert told.ledger == alone.ledger
