"""Refunds that fail, expire, need bank details, or take too long."""

from __future__ import annotations

from dataclasses import replace

from lifecycle.facts import RefundSeen
from lifecycle.ours import our_return
from lifecycle.refunding import money_of
from lifecycle.steps import Close, Outcome, Units, Wait, Waiting, Who
from tests.builders.returns import (
    a_digital_river_life,
    an_accepted_life,
    at,
    refund_seen,
    refund_step,
    return_seen,
)

SECOND = "ret_1:refund:2"


def a_refund(state: str, number: int = 1, *, day: float = 5, item: str = "a") -> RefundSeen:
    """Make a snapshot of our n-th refund."""
    return refund_seen(
        {item: 1},
        state,
        refund_id=f"re_{number}",
        key=f"ret_1:refund:{number}",
        taken=at(day),
        created=at(4 + number / 10),
    )


def test_failed_then_retried() -> None:
    """A failed refund asks; a retry is a new number, and its success ends the return."""
    life = an_accepted_life()
    life.tell(replace(a_refund("failed"), failure_reason="expired_or_canceled_card"))
    assert life.question.id == "refund_failed:re_1:ended"
    assert "expired_or_canceled_card" in life.question.reason
    assert life.question.answers == ("retry", "settle_by_hand", "give_up")

    issue = refund_step(life.decide("retry"))
    assert issue.key == SECOND
    assert issue.items == (Units(item_id="a", quantity=1),)

    life.tell(a_refund("pending", 2, day=6))
    assert life.wait.what is Waiting.REFUND
    assert life.tell(a_refund("succeeded", 2, day=7)) == Close(outcome=Outcome.REFUNDED)


def test_retry_fails_too() -> None:
    """The retry that fails is a question of its own, and only its units are issued again."""
    life = an_accepted_life()
    life.tell(a_refund("failed"))
    life.decide("retry")
    life.tell(a_refund("failed", 2, day=6))
    assert life.question.id == "refund_failed:re_2:ended"

    issue = refund_step(life.decide("retry"))

    assert (issue.key, issue.items) == ("ret_1:refund:3", (Units(item_id="a", quantity=1),))


def test_failed_then_settled_by_hand() -> None:
    """A refund settled by hand is never shown as refunded."""
    life = an_accepted_life()
    life.tell(a_refund("failed"))

    assert life.decide("settle_by_hand") == Close(outcome=Outcome.PARTIALLY_REFUNDED)


def test_failed_then_given_up() -> None:
    """A refund given up, with no other, is a failed return."""
    life = an_accepted_life()
    life.tell(a_refund("failed"))

    assert life.decide("give_up") == Close(outcome=Outcome.REFUND_FAILED)


def test_one_of_two_given_up() -> None:
    """A refund given up beside one that succeeded is a partial refund."""
    life = an_accepted_life({"a": 1, "b": 1})
    life.tell(a_refund("succeeded"), a_refund("failed", 2, item="b"))

    assert life.decide("give_up") == Close(outcome=Outcome.PARTIALLY_REFUNDED)


def test_the_refund_that_failed_last_is_asked_about_first() -> None:
    """And then the one before it."""
    life = an_accepted_life({"a": 1, "b": 1})
    life.tell(a_refund("failed"), a_refund("failed", 2, item="b"))
    assert life.question.id == "refund_failed:re_2:ended"

    life.decide("give_up")
    assert life.question.id == "refund_failed:re_1:ended"


def test_answers_of_similar_ids() -> None:
    """An answer about refund re_10 says nothing about refund re_1."""
    life = an_accepted_life({"a": 1, "b": 1})
    life.tell(a_refund("failed", 10, item="b"))
    life.decide("give_up")

    life.tell(a_refund("failed", 1))

    assert life.question.id == "refund_failed:re_1:ended"


def test_failed_is_not_undone() -> None:
    """A late pending does not take a failure back."""
    life = an_accepted_life()
    life.tell(a_refund("failed"), a_refund("pending", day=9))

    assert life.question.id == "refund_failed:re_1:ended"


def test_retried_in_the_dashboard() -> None:
    """A retry that a person made in the Dashboard answers the question, and makes ours needless."""
    life = an_accepted_life()
    life.tell(a_refund("failed"))
    by_hand = refund_seen(
        {"a": 1}, "succeeded", refund_id="re_9", reason=life.request.sent_reason, taken=at(6)
    )
    assert life.question.id == "refund_failed:re_1:ended"

    assert life.tell(by_hand) == Close(outcome=Outcome.REFUNDED)


def test_expired_is_issued_again_once() -> None:
    """A refund whose token ran out is issued again without asking; the second time it asks."""
    life = an_accepted_life()

    issue = refund_step(life.tell(a_refund("expired")))
    assert issue.key == SECOND

    life.tell(a_refund("expired", 2, day=95))
    assert life.question.id == "refund_expired:re_2:ended"
    assert refund_step(life.decide("retry")).key == "ret_1:refund:3"


def test_bank_details() -> None:
    """Missing bank details wait for the customer until the token expires."""
    life = an_accepted_life()
    asking = replace(a_refund("pending_information"), expires=at(94))

    assert life.tell(asking) == Wait(
        what=Waiting.BANK_DETAILS, who=Who.CUSTOMER, since=at(5), until=at(94)
    )

    life.let_pass()
    assert life.question.id.startswith("refund_overdue:re_1:")
    assert "pending_information" in life.question.reason

    assert refund_step(life.tell(a_refund("expired", day=95))).key == SECOND


def test_bank_details_given() -> None:
    """Details that came let the refund end."""
    life = an_accepted_life()
    life.tell(replace(a_refund("pending_information"), expires=at(94)))

    assert life.tell(a_refund("succeeded", day=9)) == Close(outcome=Outcome.REFUNDED)


def test_bank_details_without_an_end() -> None:
    """A token without an expiry has the deadline of any refund."""
    life = an_accepted_life()
    life.tell(a_refund("pending_information"))

    assert (life.wait.what, life.wait.until) == (Waiting.REFUND, at(18, hours=2.4))


def test_overdue() -> None:
    """A refund that does not end is a person's to wait for, again and again."""
    life = an_accepted_life()
    life.tell(a_refund("pending"))
    life.let_pass()
    assert life.question.answers == ("extend_deadline", "settle_by_hand", "give_up")

    life.decide("extend_deadline", when=at(20))
    assert life.wait.what is Waiting.REFUND

    life.let_pass()
    assert life.decide("settle_by_hand") == Close(outcome=Outcome.PARTIALLY_REFUNDED)


def test_overdue_given_up() -> None:
    """A refund that a person stopped waiting for did not succeed."""
    life = an_accepted_life()
    life.tell(a_refund("pending"))
    life.let_pass()

    assert life.decide("give_up") == Close(outcome=Outcome.REFUND_FAILED)


def test_overdue_then_succeeded() -> None:
    """Money that comes while a person is asked ends the return."""
    life = an_accepted_life()
    life.tell(a_refund("pending"))
    life.let_pass()

    assert life.tell(a_refund("succeeded", day=30)) == Close(outcome=Outcome.REFUNDED)


def test_overdue_beside_bank_details() -> None:
    """A customer's 90 days for bank details do not hide another refund that is overdue."""
    life = an_accepted_life({"a": 1, "b": 1})
    life.tell(
        replace(a_refund("pending_information"), expires=at(94)), a_refund("pending", 2, item="b")
    )
    assert life.wait.what is Waiting.BANK_DETAILS
    assert life.wait.until == at(18, hours=4.8)

    life.let_pass()

    assert life.question.id.startswith("refund_overdue:re_2:")


def test_key_seen_once() -> None:
    """A refund of ours stays ours when a later snapshot leaves its metadata out."""
    life = an_accepted_life()
    life.tell(a_refund("pending"), replace(a_refund("failed", day=6), key=None))

    assert refund_step(life.decide("retry")).key == SECOND


def test_two_refunds_under_way() -> None:
    """While refunds are under way nothing is issued for their units."""
    life = an_accepted_life({"a": 1, "b": 1})

    life.tell(a_refund("pending"), a_refund("pending", 2, item="b"))

    assert life.wait.until == at(18, hours=2.4)
    record = our_return(life.ledger)
    assert record is not None
    assert len(money_of(life.ledger, record).under_way) == 2


def test_refund_of_a_rejected_return() -> None:
    """A goodwill refund of a rejected return is followed to its end."""
    life = a_digital_river_life()
    goodwill = refund_seen({"a": 1}, reason=life.request.sent_reason, taken=at(3), created=at(3))
    life.tell(goodwill, return_seen(life.request, "rejected", taken=at(4)))
    assert life.wait.what is Waiting.REFUND

    step = life.tell(replace(goodwill, state="succeeded", taken=at(5)))

    assert step == Close(outcome=Outcome.PARTIALLY_REFUNDED)


def test_failed_refund_of_a_rejected_return() -> None:
    """A goodwill refund that failed is not hidden, nor paid again: nothing was accepted."""
    life = a_digital_river_life()
    goodwill = refund_seen({"a": 1}, "failed", reason=life.request.sent_reason, taken=at(3))
    life.tell(goodwill, return_seen(life.request, "rejected", taken=at(4)))
    assert life.question.answers == ("settle_by_hand", "give_up")

    assert life.decide("give_up") == Close(outcome=Outcome.REFUND_FAILED)


def test_failed_refund_of_shipping() -> None:
    """A refund that pays for no unit is asked about when it fails, but never issued by us."""
    life = an_accepted_life()
    shipping = replace(
        refund_seen({}, "failed", refund_id="re_9", reason=life.request.sent_reason, taken=at(6)),
        type="shipping",
    )
    life.tell(a_refund("succeeded"), shipping)
    assert life.question.answers == ("settle_by_hand", "give_up")

    assert life.decide("give_up") == Close(outcome=Outcome.REFUNDED)


def test_second_expiry_of_an_older_refund() -> None:
    """Of two refunds that expire, the first to do so is issued again unasked, the other asks."""
    life = an_accepted_life({"a": 1, "b": 1})
    life.tell(a_refund("pending"), a_refund("expired", 2, day=90, item="b"))
    assert refund_step(life.step).items == (Units(item_id="b", quantity=1),)

    life.tell(a_refund("succeeded", 3, day=91, item="b"), a_refund("expired", day=95))

    assert life.question.id == "refund_expired:re_1:ended"


def test_refund_of_an_expired_return() -> None:
    """A return whose customer was refunded all the same did not just expire."""
    life = a_digital_river_life()
    life.tell(
        return_seen(life.request, "pending", taken=at(2)),
        refund_seen({"a": 1}, "succeeded", reason=life.request.sent_reason, taken=at(3)),
    )

    assert life.let_pass() == Close(outcome=Outcome.PARTIALLY_REFUNDED)
