"""What comes after the end: which of it money depends on, and how it is followed up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from lifecycle.facts import Fact, RefundItem, RefundSeen
from lifecycle.late import Ended, Sign, follow_up_of, news_of
from lifecycle.request import Coordinator
from tests.builders.returns import (
    START,
    a_request,
    chargeback,
    order_seen,
    refund_seen,
    return_seen,
)

REQUEST = a_request(Coordinator.THIRD_PARTY, {"a": 2})


def ended(outcome: str = "refunded", accepted: int = 2, **refunds: str) -> Ended:
    """Return how a return of two units had ended."""
    return Ended(
        outcome=outcome,
        return_id="ret_1",
        requested={"a": 2},
        accepted=accepted,
        refunds=refunds,
    )


def a_refund(state: str, **changes: int | None) -> RefundSeen:
    """Return a refund of one unit, or of as many as is said."""
    return refund_seen({"a": 1} | changes, state)


MONEY: list[tuple[str, Ended, Fact]] = [
    ("1 more unit(s)", ended("partially_refunded", 1), return_seen(REQUEST, "accepted")),
    ("2 more unit(s)", ended("cancelled", 0), return_seen(REQUEST, "accepted")),
    ("believed succeeded", ended(re_1="succeeded"), a_refund("failed")),
    ("believed succeeded", ended(re_1="succeeded"), a_refund("expired")),
    ("believed failed", ended("partially_refunded", re_1="failed"), a_refund("succeeded")),
    ("believed pending", ended("refund_failed", re_1="pending"), a_refund("succeeded")),
    ("was not known", ended(), a_refund("succeeded")),
    ("the bank paid", ended(), chargeback()),
    ("the bank paid", ended("partially_refunded"), chargeback()),
    ("the bank paid", ended("refund_failed", re_1="pending"), chargeback()),
]


@pytest.mark.parametrize(("words", "before", "fact"), MONEY)
@pytest.mark.parametrize("sign", [Sign.MARK, Sign.FIT])
def test_money_depends_on_it(words: str, before: Ended, fact: Fact, sign: Sign) -> None:
    """More was accepted, a refund ended otherwise than was believed, or the bank paid."""
    assert words in (news_of(before, fact, sign) or "")


NO_MONEY: list[tuple[Ended, Fact]] = [
    (ended(), return_seen(REQUEST, "accepted")),
    (ended("expired", 0), return_seen(REQUEST)),
    (ended("expired", 0), return_seen(REQUEST, "accepted", return_id="ret_2")),
    (ended(re_1="succeeded"), a_refund("succeeded")),
    (ended("refund_failed", re_1="failed"), a_refund("failed")),
    (ended("refund_failed", re_1="pending"), a_refund("failed")),
    (ended("refund_failed", re_1="expired"), a_refund("failed")),
    (ended(), a_refund("failed")),
    (ended(), a_refund("pending_information")),
    (ended(), a_refund("reversed")),
    (ended("charged_back", re_1="succeeded"), chargeback()),
    (ended("expired", 0), chargeback()),
    (ended("refund_failed", re_1="failed"), chargeback()),
    (ended(), order_seen("dispute")),
]


@pytest.mark.parametrize(("before", "fact"), NO_MONEY)
def test_nothing_depends_on_it(before: Ended, fact: Fact) -> None:
    """What was known, did not move money, or is another return's."""
    assert news_of(before, fact, Sign.MARK) is None


@pytest.mark.parametrize(
    "fact",
    [
        a_refund("succeeded", a=3),
        a_refund("succeeded", b=1),
        replace(a_refund("succeeded"), items=()),
        replace(a_refund("succeeded"), items=(RefundItem(item_id="a", type="shipping"),)),
    ],
    ids=["more units", "another item", "of the whole order", "no goods"],
)
def test_a_refund_that_does_not_fit(fact: RefundSeen) -> None:
    """Without a mark it is the return's only by items and units."""
    assert news_of(ended(), fact, Sign.FIT) is None
    assert news_of(ended(), fact, Sign.MARK) is not None


@pytest.mark.parametrize("units", [1, 2, None])
def test_a_refund_that_fits(units: int | None) -> None:
    """Up to all units of the return; where no number is said, one is enough."""
    before = replace(ended(), requested={"a": units or 1})
    fact = a_refund("succeeded", a=units)
    assert news_of(before, fact, Sign.FIT) == "refund re_1 succeeded, which was not known"


@pytest.mark.parametrize(("minutes", "fits"), [(-6, False), (-5, True), (0, True), (600, True)])
def test_a_refund_of_another_time(minutes: int, *, fits: bool) -> None:
    """Made before any workflow on the return began it is not its, however clocks differ."""
    before = replace(ended(), begun=START)
    fact = replace(a_refund("succeeded"), created=START + timedelta(minutes=minutes))
    assert (news_of(before, fact, Sign.FIT) is not None) == fits
    assert news_of(before, fact, Sign.MARK) is not None


def test_a_refund_that_open_returns_were_told_of() -> None:
    """It is an ended return's only if that knew its id."""
    fact = a_refund("failed")
    assert news_of(ended(), fact, Sign.ID) is None
    knew = replace(ended(), refunds={fact.refund_id: "succeeded"})
    assert news_of(knew, fact, Sign.ID) is not None


@pytest.mark.parametrize("ask", [True, False])
def test_follow_up(*, ask: bool) -> None:
    """It is the first request without its lines, of one return; a follow-up of it is the same."""
    request = follow_up_of(REQUEST, "ret_1", ask=ask)

    assert (request.adopt, request.lines, request.rma) == ("ret_1", (), REQUEST.rma)
    assert bool(request.policy.ask_before_refund) == ask
    assert follow_up_of(request, "ret_1", ask=ask) == request
