"""Calls that issue a refund: what they carry, and those that are refused, lost or given up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from lifecycle.facts import CallGivenUp, InDoubt
from lifecycle.meanings import meaning_of
from lifecycle.request import Coordinator
from lifecycle.steps import Close, Look, Outcome, Units, Wait, Waiting
from tests.builders.returns import (
    Life,
    a_digital_river_life,
    a_request,
    a_third_party_life,
    an_accepted_life,
    at,
    fulfillment_order_seen,
    refund_seen,
    refund_step,
    refused,
    return_seen,
)

FIRST = "ret_1:refund:1"
SECOND = "ret_1:refund:2"


def test_refused() -> None:
    """A refund that Digital River refuses is a person's; a retry takes a new number."""
    life = an_accepted_life()
    assert refund_step(life.step).key == FIRST
    life.tell(refused(FIRST, status=400, taken=at(4)))
    assert life.question.answers == ("retry", "settle_by_hand", "give_up")

    assert refund_step(life.decide("retry")).key == SECOND

    life.tell(refused(SECOND, status=400, taken=at(5)))
    assert life.decide("give_up") == Close(outcome=Outcome.REFUND_FAILED)


def test_refused_then_settled_by_hand() -> None:
    """A refused refund that a person paid by hand closes in part."""
    life = an_accepted_life()
    life.tell(refused(FIRST, status=400, taken=at(4)))

    assert life.decide("settle_by_hand") == Close(outcome=Outcome.PARTIALLY_REFUNDED)


def test_refused_and_more_accepted_later() -> None:
    """An answer about one unit's refund does not decide over units that are accepted later."""
    life = a_digital_river_life({"a": 2})
    life.tell(return_seen(life.request, "accepted", {"a": 1}, taken=at(4)))
    life.tell(refused(FIRST, status=400, taken=at(4)))
    life.decide("settle_by_hand")

    life.tell(return_seen(life.request, "accepted", {"a": 2}, taken=at(5)))

    step = refund_step(life.step)
    assert (step.key, step.items) == (SECOND, (Units(item_id="a", quantity=1),))


def test_lost_answer() -> None:
    """A refund in doubt is looked for again a minute later, under the same number."""
    life = an_accepted_life()
    life.tell(InDoubt(key=FIRST, absent=at(4)))

    issue = refund_step(life.step)

    assert (issue.key, issue.not_before) == (FIRST, at(4, seconds=60))


@pytest.mark.parametrize("answer", ["retry", "give_up"])
def test_given_up(answer: str) -> None:
    """A refund that did not get through is looked for before it is sent again, or given up."""
    life = an_accepted_life()
    life.tell(CallGivenUp(key=FIRST, message="timed out", at=at(7)))

    step = life.decide(answer)

    if answer == "retry":
        assert refund_step(step).key == FIRST
        assert refund_step(step).not_before == at(7, seconds=60)
    else:
        assert isinstance(step, Look)
        assert step.not_before == at(7, seconds=60)
        assert life.look() == Close(outcome=Outcome.REFUND_FAILED)


def lost_for_days(life: Life) -> None:
    """Let each answer to a refund be lost, until a person is asked."""
    life.tell(InDoubt(key=FIRST, absent=at(4)), InDoubt(key=FIRST, absent=at(8)))
    life.look()


def unreachable(life: Life) -> None:
    """Let Digital River answer no refund, until a person is asked."""
    life.tell(CallGivenUp(key=FIRST, message="timed out", at=at(8)))


@pytest.mark.parametrize("trouble", [lost_for_days, unreachable])
@pytest.mark.parametrize("is_there", [False, True])
def test_a_refund_that_may_have_been_sent_can_be_paid_by_hand(
    trouble: Callable[[Life], None], is_there: bool
) -> None:
    """A look comes before the end, and says whether Digital River paid all the same."""
    life = an_accepted_life()
    trouble(life)
    assert life.question.answers == ("retry", "settle_by_hand", "give_up")
    assert "that no refund was made" in meaning_of(life.question.id, "settle_by_hand")

    life.decide("settle_by_hand")

    found = [refund_seen({"a": 1}, "succeeded", key=FIRST, taken=at(5))] if is_there else []
    outcome = Outcome.REFUNDED if is_there else Outcome.PARTIALLY_REFUNDED
    assert life.look(*found) == Close(outcome=outcome)


def test_given_up_and_there() -> None:
    """A refund that was given up because no answer came, and is there, is not turned away from."""
    life = an_accepted_life()
    life.tell(CallGivenUp(key=FIRST, message="timed out", at=at(7)))
    life.decide("give_up")

    found = refund_seen({"a": 1}, "succeeded", key=FIRST, taken=at(5))

    assert life.look(found) == Close(outcome=Outcome.REFUNDED)


def test_news_counts_before_posting() -> None:
    """A refund step says what is known of the return and of every refund of the order."""
    life = an_accepted_life({"a": 1, "b": 1})
    life.tell(refund_seen({"a": 1}, "succeeded", key=FIRST, taken=at(5)))

    known = {one.object_id: one for one in refund_step(life.step).known}

    assert known["ret_1"].accepted == (
        Units(item_id="fo-a", quantity=1),
        Units(item_id="fo-b", quantity=1),
    )
    assert known["re_1"].state == "succeeded"


def test_the_first_may_be_the_retry() -> None:
    """What Digital River paid in vain is issued again by us as number 1, and that once."""
    life = a_third_party_life()
    life.tell(
        return_seen(life.request, "accepted", taken=at(4)),
        refund_seen({"a": 1}, "failed", reason=life.request.sent_reason, taken=at(5)),
    )
    assert refund_step(life.decide("retry")).key == FIRST

    step = life.tell(refund_seen({"a": 1}, refund_id="re_2", key=FIRST, taken=at(61)))

    assert isinstance(step, Wait)
    assert step.what is Waiting.REFUND


def test_currency_of_the_fulfillment_order() -> None:
    """Where the order was not seen, the first fulfillment order that knows says the currency."""
    life = Life(a_request(Coordinator.DIGITAL_RIVER, {"a": 1}))
    unknown = fulfillment_order_seen(fulfillment_order_id="fo_0")
    life.tell(replace(unknown, currency=None), replace(fulfillment_order_seen(), currency="CHF"))

    step = life.tell(return_seen(life.request, "accepted", taken=at(4)))

    assert refund_step(step).currency == "CHF"
