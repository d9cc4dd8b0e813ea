"""Since when a return waits for a person: what an operator sorts the list by."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.builders.returns import (
    Life,
    a_digital_river_life,
    a_third_party_life,
    an_accepted_life,
    at,
    order_seen,
    refund_seen,
    refused,
    return_seen,
    shipment,
)

FIRST = "ret_1:refund:1"


def a_short_life() -> Life:
    """Begin a third-party return of which one of two units came."""
    life = a_third_party_life({"a": 2})
    life.tell(shipment({"a": 1}, when=at(3)))
    return life


def an_automatic_refund() -> Life:
    """Begin a return that Digital River is to refund by itself."""
    life = a_third_party_life()
    life.tell(return_seen(life.request, "accepted", taken=at(4)))
    return life


def a_refund_under_way() -> Life:
    """Begin a return whose refund the bank has."""
    life = an_accepted_life()
    life.tell(refund_seen({"a": 1}, key=FIRST, taken=at(5)))
    return life


@pytest.mark.parametrize(
    "begin", [a_digital_river_life, a_short_life, an_automatic_refund, a_refund_under_way]
)
def test_since_the_deadline(begin: Callable[[], Life]) -> None:
    """A question that a deadline raised is open since then, and the wait before since its start."""
    life = begin()
    waited_since, until = life.wait.since, life.wait.until
    assert waited_since is not None
    assert until is not None
    assert waited_since < until

    life.let_pass()

    assert life.question.answers
    assert life.wait.since == until


def test_since_it_failed() -> None:
    """A question about a refund is open since it was seen to have failed."""
    life = an_accepted_life()
    life.tell(refund_seen({"a": 1}, key=FIRST, taken=at(5)))
    life.tell(refund_seen({"a": 1}, "failed", key=FIRST, taken=at(7)))

    assert life.question.answers
    assert life.wait.since == at(7)


def test_since_it_was_refused() -> None:
    """A question about a refusal is open since Digital River refused."""
    refund, acceptance = an_accepted_life(), a_third_party_life()
    refund.tell(refused(FIRST, taken=at(6)))
    acceptance.tell(shipment({"a": 1}, when=at(3)), refused("ret_1:accept:a", taken=at(6)))

    for life in (refund, acceptance):
        assert life.question.answers
        assert life.wait.since == at(6)


def test_since_the_dispute() -> None:
    """A return is parked since the order was seen disputed."""
    life = a_third_party_life()
    life.tell(order_seen("dispute", taken=at(2)))

    assert life.wait.since == at(2)
