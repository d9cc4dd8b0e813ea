"""What a return that ended hands over: its follow-up pays nothing that people have dealt with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from lifecycle.carrying import MOST_CARRIED, MOST_WRITTEN, carried
from lifecycle.fact_json import write_fact
from lifecycle.facts import (
    CancelRequested,
    Chargeback,
    Decision,
    DisputeResolved,
    EndedBefore,
    Fact,
    InDoubt,
    ReturnClaimed,
    ReturnsListed,
    TooManyMessages,
)
from lifecycle.flood import MOST_FACTS
from lifecycle.identity import refund_key
from lifecycle.late import follow_up_of
from lifecycle.ledger import Ledger
from lifecycle.request import Coordinator
from lifecycle.steps import AcceptItems, Answer, Close, IssueRefund, Outcome, Units, Wait, Waiting
from lifecycle.units import arrived, set_aside
from tests.builders.returns import (
    Life,
    a_digital_river_life,
    a_request,
    a_third_party_life,
    an_accepted_life,
    at,
    chargeback,
    fulfillment_order_seen,
    order_seen,
    refund_seen,
    refused,
    return_seen,
    shipment,
)

FIRST, SECOND = refund_key("ret_1", 1), refund_key("ret_1", 2)
ONE_A = (Units(item_id="a", quantity=1),)


def follow_up(
    ended: Life,
    *seen: Fact,
    news: str = "1 more unit(s) were accepted",
    taken: datetime = at(61),  # noqa: B008 - a constant
) -> Life:
    """Begin the follow-up of a return that ended after two months; then it reads what there is."""
    life = Life(follow_up_of(ended.request, "ret_1"))
    closing = ended.step
    assert isinstance(closing, Close), closing
    before = EndedBefore(outcome=closing.outcome, news=news, taken=taken)
    life.tell(*carried(ended.ledger, closing.outcome), before)
    refunds = [one.best for one in ended.ledger.refunds.values()]
    life.tell(*seen, *refunds, order_seen(), fulfillment_order_seen(), ReturnsListed(taken=at(62)))
    life.tell(ReturnClaimed(return_id="ret_1"))
    return life


def accepted(ended: Life, quantities: dict[str, int]) -> Fact:
    """Return the snapshot of the return that its follow-up reads."""
    return return_seen(ended.request, "accepted", quantities, taken=at(62))


def one_of_two() -> Life:
    """Begin a fulfillment return of which one of two units was accepted."""
    life = a_digital_river_life({"a": 2})
    life.tell(return_seen(life.request, "accepted", {"a": 1}, taken=at(4)))
    return life


def ending(life: Life) -> Life:
    """Let what is still waited for pass."""
    while isinstance(life.step, Wait):
        life.let_pass()
    return life


def failed_and_settled() -> Life:
    """Return a life whose refund failed and was paid by hand."""
    life = one_of_two()
    life.tell(refund_seen({"a": 1}, "failed", key=FIRST, taken=at(5)))
    life.decide(Answer.SETTLE_BY_HAND)
    return ending(life)


def refused_and_settled() -> Life:
    """Return a life whose refund was refused and paid by hand."""
    life = one_of_two()
    life.tell(refused(FIRST, status=400, taken=at(5)))
    life.decide(Answer.SETTLE_BY_HAND)
    return ending(life)


def overdue_and_settled() -> Life:
    """Return a life whose refund took too long, was paid by hand, and then failed."""
    life = one_of_two()
    life.tell(refund_seen({"a": 1}, key=FIRST, taken=at(5)))
    life.let_pass()
    life.decide(Answer.SETTLE_BY_HAND)
    ending(life)
    life.tell(refund_seen({"a": 1}, "failed", key=FIRST, taken=at(61)))
    return life


@pytest.mark.parametrize("end", [failed_and_settled, refused_and_settled, overdue_and_settled])
def test_settled_units_are_not_offered(end: Callable[[], Life]) -> None:
    """One unit was paid by hand; the one that is accepted later is all that may be refunded."""
    ended = end()
    life = follow_up(ended, accepted(ended, {"a": 2}))

    assert life.question.id == "approve_refund:ret_1:2"
    assert "To be refunded for ret_1: 1 of a." in life.question.reason
    assert "had ended as partially_refunded; then 1 more" in life.question.reason
    step = life.decide(Answer.APPROVE, when=at(63))
    assert isinstance(step, IssueRefund)
    assert step.items == ONE_A

    life.tell(refund_seen({"a": 1}, "succeeded", refund_id="re_9", key=step.key, taken=at(63)))
    assert life.step == Close(outcome=Outcome.PARTIALLY_REFUNDED)


@pytest.mark.parametrize("end", [failed_and_settled, refused_and_settled])
def test_all_settled(end: Callable[[], Life]) -> None:
    """Where nothing new is owed, a person takes note of the news, and it ends as before."""
    ended = end()
    life = follow_up(ended, accepted(ended, {"a": 1}), news="the order was looked at")

    life.let_pass()
    assert life.question.id == "ended_before:1"
    step = life.decide(Answer.ACKNOWLEDGE, when=at(70))
    assert step == Close(outcome=Outcome.PARTIALLY_REFUNDED)


def test_what_digital_river_did_not_refund_was_settled() -> None:
    """A refund that never came is waited for no more."""
    ended = a_third_party_life({"a": 2})
    ended.tell(return_seen(ended.request, "accepted", taken=at(4)))
    ended.let_pass()
    ended.decide(Answer.SETTLE_BY_HAND)

    life = follow_up(ended, accepted(ended, {"a": 2}))
    life.decide(Answer.ACKNOWLEDGE, when=at(63))
    assert life.step == Close(outcome=Outcome.PARTIALLY_REFUNDED)


def test_a_flooded_return_that_was_settled() -> None:
    """A person ended it by hand, with all that had come."""
    ended = an_accepted_life()
    ended.tell(TooManyMessages(at=at(5)))
    ended.decide(Answer.SETTLE_BY_HAND)

    life = follow_up(ended, accepted(ended, {"a": 1}))
    life.decide(Answer.ACKNOWLEDGE, when=at(63))
    assert life.step == Close(outcome=Outcome.PARTIALLY_REFUNDED)


def a_short_settlement(*last: Fact) -> Life:
    """Return a life of two units of which one came and was settled at the deadline."""
    life = a_third_party_life({"a": 2})
    life.tell(shipment({"a": 1}, when=at(3)))
    life.let_pass()
    life.decide(Answer.REFUND_RECEIVED_PART)
    life.tell(*last)
    return life


def test_the_rest_after_a_short_settlement() -> None:
    """The second unit is refunded by us when a person approves it; nothing is accepted."""
    paid = refund_seen({"a": 1}, "succeeded", key=FIRST, taken=at(35))
    ended = a_short_settlement(paid)
    life = follow_up(ended, return_seen(ended.request, taken=at(62)), news="parcel parcel-2 came")
    assert "parcel parcel-2 came" in life.question.reason

    life.tell(shipment({"a": 1}, reference="parcel-2", when=at(62)))
    assert "To be refunded for ret_1: 1 of a." in life.question.reason
    step = life.decide(Answer.APPROVE, when=at(63))
    assert isinstance(step, IssueRefund)
    assert (step.items, step.key) == (ONE_A, SECOND)

    second = refund_seen({"a": 1}, "succeeded", refund_id="re_2", key=SECOND, taken=at(64))
    assert life.tell(second) == Close(outcome=Outcome.REFUNDED)


def test_the_rest_after_a_settlement_by_hand() -> None:
    """Accepting would make Digital River pay the settled unit again: only the rest is refunded."""
    ended = a_short_settlement(refused(FIRST, status=400, taken=at(35)))
    ended.decide(Answer.SETTLE_BY_HAND)
    life = follow_up(ended, return_seen(ended.request, taken=at(62)))
    life.tell(shipment({"a": 1}, reference="parcel-2", when=at(62)))

    step = life.decide(Answer.APPROVE, when=at(63))
    assert isinstance(step, IssueRefund)
    assert step.items == ONE_A


def test_a_settlement_of_a_follow_up_is_added() -> None:
    """What the follow-up settles, too, the next one does not offer either."""
    ended = refused_and_settled()
    second = follow_up(ended, accepted(ended, {"a": 2}))
    second.decide(Answer.APPROVE, when=at(63))
    second.tell(refused(SECOND, status=400, taken=at(63)))
    second.decide(Answer.SETTLE_BY_HAND, when=at(64))
    third = follow_up(second, accepted(ended, {"a": 2}), taken=at(65))

    assert third.question.id == "ended_before:1"


def test_a_late_parcel_completes_the_return() -> None:
    """Parcels are known, so that the one with the rest makes it ready to be accepted."""
    ended = a_third_party_life({"a": 2})
    ended.tell(shipment({"a": 1}, when=at(3)))
    ended.let_pass()
    ended.decide(Answer.GIVE_UP)
    life = follow_up(ended, return_seen(ended.request, taken=at(62)))
    assert life.wait.what is Waiting.GOODS
    life.tell(shipment({"a": 1}, reference="parcel-2", when=at(62)))

    step = life.decide(Answer.APPROVE, when=at(63))
    assert isinstance(step, AcceptItems)
    assert step.items == (Units(item_id="a", quantity=2),)


BY_WORD = [order_seen("dispute", taken=at(5)), order_seen("complete", taken=at(9))]


@pytest.mark.parametrize("by_word", [False, True])
def test_nothing_is_paid_after_a_chargeback(*, by_word: bool) -> None:
    """Whether the bank or a person told it: more goods are told to a person, and not paid."""
    ended = one_of_two()
    if by_word:
        ended.tell(*BY_WORD)
        ended.look_up()
        ended.decide(Answer.CHARGED_BACK)
    else:
        ended.tell(chargeback())
    life = follow_up(ended, accepted(ended, {"a": 2}))

    assert life.question.answers == (Answer.ACKNOWLEDGE,)
    assert "had ended as charged_back; then 1 more" in life.question.reason
    assert life.decide(Answer.ACKNOWLEDGE, when=at(63)) == Close(outcome=Outcome.CHARGED_BACK)


def test_a_dispute_that_was_resolved_after_all() -> None:
    """The bank has the last word: a return that went on hands no chargeback over."""
    ended = one_of_two()
    ended.tell(refund_seen({"a": 1}, key=FIRST, taken=at(4)), *BY_WORD)
    ended.look_up()
    ended.decide(Answer.CHARGED_BACK)
    ended.tell(DisputeResolved(order_id="order-1", taken=at(10)))
    ended.tell(refund_seen({"a": 1}, "succeeded", key=FIRST, taken=at(11)))
    life = follow_up(ending(ended), accepted(ended, {"a": 2}))

    assert "To be refunded for ret_1: 1 of a." in life.question.reason


def test_a_refund_that_was_paid_twice_is_told_once() -> None:
    """A person has taken note of it: the follow-up tells what is new only."""
    ended = an_accepted_life()
    ended.tell(chargeback(), refund_seen({"a": 1}, "succeeded", key=FIRST, taken=at(6)))
    ended.decide(Answer.ACKNOWLEDGE)
    life = follow_up(ended, accepted(ended, {"a": 1}))

    assert life.question.id == "ended_before:1"


def test_what_was_approved_then_is_asked_now() -> None:
    """No approval, and no retry, of the ended return lets money out of its follow-up."""
    ended = an_accepted_life()
    ended.tell(refund_seen({"a": 1}, "failed", key=FIRST, taken=at(5)))
    ended.decide(Answer.RETRY)
    ended.tell(refused(SECOND, status=400, taken=at(6)))
    ended.decide(Answer.GIVE_UP)
    life = follow_up(ended, accepted(ended, {"a": 1}))

    assert life.question.id == "refund_failed:re_1:ended"


def test_a_refund_that_was_given_up_stays_so() -> None:
    """Nobody is asked about it again; what is new is offered."""
    ended = one_of_two()
    ended.tell(refund_seen({"a": 1}, "failed", key=FIRST, taken=at(5)))
    ended.decide(Answer.GIVE_UP)
    life = follow_up(ending(ended), accepted(ended, {"a": 2}))

    assert "To be refunded for ret_1: 1 of a." in life.question.reason


def test_what_comes_beyond_an_accepted_return_is_set_aside() -> None:
    """The parcels of accepted units are handed over, too: one more unit is one too many."""
    ended = a_third_party_life()
    ended.tell(shipment({"a": 1}, when=at(3)), return_seen(ended.request, "accepted", taken=at(4)))
    ended.tell(refund_seen({"a": 1}, "failed", refund_id="re_1", key=FIRST, taken=at(5)))
    ended.decide(Answer.SETTLE_BY_HAND)

    life = follow_up(ended, accepted(ended, {"a": 1}), news="parcel late came")
    life.tell(shipment({"a": 1}, reference="late", when=at(62)))
    assert (arrived(life.ledger)["a"], set_aside(life.ledger)["a"]) == (1, 1)
    assert life.question.id.startswith("ended_before:")
    assert isinstance(life.decide(Answer.ACKNOWLEDGE), Close)


@pytest.mark.parametrize(
    ("question", "answer", "holds"),
    [
        ("refund_failed:re_1:ended", Answer.GIVE_UP, True),
        ("digital_river_unreachable:ret_1:refund:1:20260311T090000Z:a=1", Answer.GIVE_UP, True),
        ("short_at_deadline:ret_1:20260401T090000Z", Answer.GIVE_UP, False),
        ("short_at_deadline:ret_1:20260401T090000Z", Answer.ACKNOWLEDGE, True),
        ("ended_before:1", Answer.ACKNOWLEDGE, False),
        ("refund_failed:re_1:ended", Answer.RETRY, False),
    ],
)
def test_which_decisions_carry(question: str, answer: Answer, *, holds: bool) -> None:
    """What is so stays so; what was to be done, or was about an earlier end, is asked anew."""
    life = a_third_party_life()
    decision = Decision(question=question, answer=answer, who="ann", why="seen", at=at(9))
    life.tell(decision)
    assert (decision in carried(life.ledger, Outcome.EXPIRED)) == holds


def test_what_does_not_carry() -> None:
    """A cancellation, a doubt, a flood and the news of an earlier end are that workflow's alone."""
    ended = a_third_party_life()
    ended.tell(CancelRequested(who="ann", why="keeps it", at=at(3)), TooManyMessages(at=at(4)))
    ended.tell(InDoubt(key="ret_1:accept:a", absent=at(3)))
    ended.tell(EndedBefore(outcome="expired", news="a parcel came", taken=at(2)))
    assert carried(ended.ledger, Outcome.REFUNDED) == ()


def test_before_the_return_is_known() -> None:
    """A chargeback, and a parcel that came first, are handed over all the same."""
    ledger = Ledger(a_request(Coordinator.THIRD_PARTY, {"a": 1}), "w")
    parcel = shipment({"a": 1}, when=at(3))
    ledger.record_all([chargeback(), parcel], "test")

    assert carried(ledger, Outcome.CHARGED_BACK) == (
        Chargeback(order_id="order-1", taken=at(0)),
        parcel,
    )


def far_too_many_parcels(lines: int) -> tuple[Fact, ...]:
    """Return what is handed over of a chargeback and of parcels with so many lines each."""
    ledger = Ledger(a_request(Coordinator.THIRD_PARTY, {"a": 1}), "w")
    units = {f"30000000{n:04}": 1 for n in range(lines)}
    for n in range(2 * MOST_FACTS):
        ledger.record(shipment(units, reference=f"p{n:04}", when=at(3)), "test")
    ledger.record(chargeback(), "test")
    return carried(ledger, Outcome.CHARGED_BACK)


def test_bounded_in_number() -> None:
    """Of far too many parcels some are left out: the follow-up is not flooded by them."""
    facts = far_too_many_parcels(1)
    assert len(facts) == MOST_CARRIED < MOST_FACTS
    assert facts[0] == chargeback()


def test_bounded_in_size() -> None:
    """Nor is its first message larger than Temporal takes."""
    written = sum(len(str(write_fact(fact))) for fact in far_too_many_parcels(100))
    assert MOST_WRITTEN / 2 < written < MOST_WRITTEN


def test_told_again() -> None:
    """Two that start the follow-up at once tell it the same: nothing changes."""
    ended = failed_and_settled()
    life = follow_up(ended, accepted(ended, {"a": 2}))
    step = life.step
    (again,) = life.ledger.ended_before

    told = carried(ended.ledger, Outcome.PARTIALLY_REFUNDED)
    assert life.tell(*told, again) == step
    assert len(life.ledger.decisions) == 1
