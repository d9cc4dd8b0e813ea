"""Disputes park, chargebacks end, and contradictions ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from lifecycle.facts import CallGivenUp, Decision, DisputeResolved
from lifecycle.request import Coordinator
from lifecycle.rules import still_wanted
from lifecycle.steps import (
    AcceptItems,
    Close,
    IssueRefund,
    LookUpDispute,
    Outcome,
    Units,
    Wait,
    Waiting,
    Who,
)
from lifecycle.watching import is_news, known_objects
from tests.builders.returns import (
    Life,
    a_digital_river_life,
    a_request,
    a_third_party_life,
    an_accepted_life,
    at,
    chargeback,
    order_seen,
    refund_seen,
    return_seen,
    shipment,
)


def resolved(when: datetime) -> DisputeResolved:
    """Make Digital River's word that the bank has paid nobody."""
    return DisputeResolved(order_id="order-1", taken=when)


def accept_due() -> Life:
    """Begin a return whose goods are to be accepted."""
    life = a_third_party_life()
    life.tell(shipment({"a": 1}, when=at(3)))
    return life


MONEY_DUE: list[Callable[[], Life]] = [an_accepted_life, accept_due]


@pytest.mark.parametrize("begin", MONEY_DUE)
def test_dispute_parks(begin: Callable[[], Life]) -> None:
    """While the order is disputed nothing is posted; afterwards the same step is due."""
    life = begin()
    due = life.step
    assert isinstance(due, IssueRefund | AcceptItems)

    assert life.tell(order_seen("dispute", taken=at(5))) == Wait(
        what=Waiting.DISPUTE, who=Who.DIGITAL_RIVER, since=at(5)
    )
    after = life.tell(order_seen("complete", taken=at(9)), resolved(at(9)))

    assert isinstance(after, IssueRefund | AcceptItems)
    assert (after.key, after.items) == (due.key, due.items)


def test_older_news_of_the_order() -> None:
    """The latest snapshot of the order holds, in any order of telling."""
    life = an_accepted_life()
    life.tell(
        order_seen("complete", taken=at(9)), order_seen("dispute", taken=at(5)), resolved(at(9))
    )

    assert isinstance(life.step, IssueRefund)


@pytest.mark.parametrize("begin", [*MONEY_DUE, a_third_party_life, a_digital_river_life])
def test_chargeback_ends(begin: Callable[[], Life]) -> None:
    """After a chargeback nothing is paid, disputed or not."""
    life = begin()
    life.tell(order_seen("dispute", taken=at(5)))

    assert life.tell(chargeback()) == Close(outcome=Outcome.CHARGED_BACK)


def test_refund_failed_and_succeeded() -> None:
    """A refund seen both failed and succeeded asks a person, and pays nothing meanwhile (S4)."""
    told = [
        refund_seen({"a": 1}, state, key="ret_1:refund:1", taken=at(day))
        for state, day in (("failed", 5), ("succeeded", 6))
    ]
    for order in (told, told[::-1]):
        life = an_accepted_life()
        life.tell(*order)

        assert life.question.id == "contradiction:re_1"
        assert life.question.answers == ("holds:failed", "holds:succeeded")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_person_is_believed(order: tuple[int, int]) -> None:
    """What a person says holds, and later snapshots of either state change nothing."""
    told = [
        refund_seen({"a": 1}, state, key="ret_1:refund:1", taken=at(day))
        for state, day in (("failed", 5), ("succeeded", 6))
    ]
    life = an_accepted_life()
    life.tell(*(told[n] for n in order))

    assert life.decide("holds:succeeded") == Close(outcome=Outcome.REFUNDED)

    again = refund_seen({"a": 1}, "failed", key="ret_1:refund:1", taken=at(9))
    assert not is_news(known_objects(life.ledger), again)
    assert life.tell(again) == Close(outcome=Outcome.REFUNDED)


def test_failure_believed() -> None:
    """A refund that a person calls failed is asked about like any failed one, and can be retried.

    Digital River may still show the other state: that is no news, so the retry is sent.
    """
    life = an_accepted_life()
    told = [
        refund_seen({"a": 1}, state, key="ret_1:refund:1", taken=at(day))
        for state, day in (("failed", 5), ("succeeded", 6))
    ]
    life.tell(*told)
    life.decide("holds:failed")
    assert life.question.id == "refund_failed:re_1:ended"

    step = life.decide("retry")

    assert isinstance(step, IssueRefund)
    assert not any(is_news(step.known, fact) for fact in told)


def test_accepted_and_rejected() -> None:
    """A return seen both accepted and rejected asks, and pays what the chosen snapshot says."""
    for when in ((4, 5), (5, 4)):
        for holds, items in (("accepted", (Units(item_id="a", quantity=1),)), ("rejected", ())):
            life = a_digital_river_life()
            life.tell(
                return_seen(life.request, "accepted", taken=at(when[0])),
                return_seen(life.request, "rejected", taken=at(when[1])),
            )
            assert life.question.id == "contradiction:ret_1"

            life.decide(f"holds:{holds}")
            step = life.tell(
                return_seen(life.request, "accepted", taken=at(8)),
                return_seen(life.request, "rejected", taken=at(9)),
            )

            if holds == "accepted":
                assert isinstance(step, IssueRefund)
                assert step.items == items
            else:
                assert step == Close(outcome=Outcome.REJECTED)


def test_same_final_state_twice() -> None:
    """The same final state told twice contradicts nothing."""
    life = an_accepted_life()
    life.tell(return_seen(life.request, "accepted", taken=at(9)))

    assert isinstance(life.step, IssueRefund)


def test_unknown_final_is_no_contradiction() -> None:
    """A state that nobody knows contradicts nothing; that it was seen is another question."""
    life = an_accepted_life()
    life.tell(refund_seen({"a": 1}, "succeeded", key="ret_1:refund:1", taken=at(5)))

    life.tell(refund_seen({"a": 1}, "reversed", key="ret_1:refund:1", taken=at(6)))

    assert life.question.id == "unknown_state:re_1:reversed"
    assert life.decide("acknowledge") == Close(outcome=Outcome.REFUNDED)


def test_state_never_seen() -> None:
    """A word on a state that was never seen decides nothing."""
    life = an_accepted_life()
    life.tell(refund_seen({"a": 1}, "pending", key="ret_1:refund:1", taken=at(5)))
    before = life.step

    for object_id in ("ret_1", "re_1", "re_9"):
        life.tell(
            Decision(
                question=f"contradiction:{object_id}",
                answer="holds:lost",
                who="ann",
                why="guessed",
                at=at(6),
            )
        )

    assert life.step == before


@pytest.mark.parametrize("begin", MONEY_DUE)
def test_dispute_left_without_a_word(begin: Callable[[], Life]) -> None:
    """When nobody said how a dispute ended a person is asked, and nothing is paid meanwhile."""
    life = begin()
    due = life.step
    life.tell(order_seen("dispute", taken=at(5)), order_seen("complete", taken=at(9)))
    life.look_up()
    assert life.question.id == "dispute_ended:20260307T090000Z"
    assert life.question.answers == ("dispute_resolved", "charged_back")

    after = life.decide("dispute_resolved")

    assert isinstance(after, IssueRefund | AcceptItems)
    assert isinstance(due, IssueRefund | AcceptItems)
    assert after.key == due.key


@pytest.mark.parametrize("begin", MONEY_DUE)
def test_event_lost_and_found_in_the_feed(begin: Callable[[], Life]) -> None:
    """When Digital River's events say that it was resolved, nobody is asked."""
    life = begin()
    due = life.step
    life.tell(order_seen("dispute", taken=at(5)), order_seen("complete", taken=at(9)))
    step = life.step
    assert isinstance(step, LookUpDispute)
    assert (step.order_id, step.seen) == ("order-1", at(5))

    after = life.look_up(resolved(at(8)))

    assert isinstance(due, IssueRefund | AcceptItems)
    assert isinstance(after, IssueRefund | AcceptItems)
    assert after.key == due.key


@pytest.mark.parametrize("begin", MONEY_DUE)
def test_chargeback_found_in_the_feed(begin: Callable[[], Life]) -> None:
    """When Digital River's events say that the bank paid, the return ends and nobody is asked."""
    life = begin()
    life.tell(order_seen("dispute", taken=at(5)), order_seen("complete", taken=at(9)))

    assert life.look_up(chargeback()) == Close(outcome=Outcome.CHARGED_BACK)


def test_feed_out_of_reach() -> None:
    """When the events cannot be read a person is asked how it ended, and the feed is left."""
    life = an_accepted_life()
    life.tell(order_seen("dispute", taken=at(5)), order_seen("complete", taken=at(9)))
    step = life.step
    assert isinstance(step, LookUpDispute)

    life.tell(CallGivenUp(key=step.key, message="No such page.", at=at(4)))

    assert life.question.id == "dispute_ended:20260307T090000Z"
    assert isinstance(life.decide("dispute_resolved"), IssueRefund)


def test_second_dispute() -> None:
    """A second dispute parks again, and its end is looked up anew."""
    life = an_accepted_life()
    life.tell(order_seen("dispute", taken=at(5)), order_seen("complete", taken=at(6)))
    assert isinstance(life.look_up(resolved(at(6))), IssueRefund)

    life.tell(order_seen("dispute", taken=at(8)))
    assert life.wait.what is Waiting.DISPUTE
    again = life.tell(order_seen("complete", taken=at(9)))

    assert isinstance(again, LookUpDispute)
    assert again.seen == at(8)


def test_event_told_while_the_feed_is_read() -> None:
    """An event that comes late makes the reading needless."""
    life = an_accepted_life()
    life.tell(order_seen("dispute", taken=at(5)), order_seen("complete", taken=at(9)))
    step = life.step
    assert isinstance(step, LookUpDispute)
    assert still_wanted(step, life.ledger)

    life.tell(resolved(at(9)))

    assert not still_wanted(step, life.ledger)


def test_dispute_during_approval() -> None:
    """A dispute before the fulfiller has spoken parks, and ends where it began."""
    life = a_digital_river_life()
    before = life.wait
    life.tell(order_seen("dispute", taken=at(1)))
    assert life.wait.what is Waiting.DISPUTE

    assert life.tell(order_seen("complete", taken=at(2)), resolved(at(2))) == before


def test_dispute_during_a_refund() -> None:
    """A refund under way in a dispute is not issued again, and its success ends the return."""
    life = an_accepted_life()
    life.tell(refund_seen({"a": 1}, key="ret_1:refund:1", taken=at(5)))
    life.tell(order_seen("dispute", taken=at(6)))
    life.tell(refund_seen({"a": 1}, "succeeded", key="ret_1:refund:1", taken=at(7)))
    assert life.wait.what is Waiting.DISPUTE

    end = life.tell(order_seen("complete", taken=at(8)), resolved(at(8)))

    assert end == Close(outcome=Outcome.REFUNDED)


def test_person_says_charged_back() -> None:
    """When a person says that the bank paid, the return ends as after a chargeback."""
    life = an_accepted_life()
    life.tell(order_seen("dispute", taken=at(5)), order_seen("complete", taken=at(9)))
    life.look_up()

    assert life.decide("charged_back") == Close(outcome=Outcome.CHARGED_BACK)


def test_word_on_an_earlier_dispute() -> None:
    """That an earlier dispute was resolved says nothing of a later one."""
    life = an_accepted_life()
    life.tell(order_seen("dispute", taken=at(5)), resolved(at(6)))
    life.tell(order_seen("dispute", taken=at(8)), order_seen("complete", taken=at(9)))
    life.look_up(resolved(at(6)))

    assert life.question.id == "dispute_ended:20260310T090000Z"
    assert isinstance(life.tell(resolved(at(9))), IssueRefund)


def test_digital_river_orders_snapshots() -> None:
    """The order that Digital River updated last holds, whichever was taken last."""
    told = [
        replace(order_seen("dispute", taken=at(5)), updated=at(4)),
        replace(order_seen("complete", taken=at(9)), updated=at(3)),
    ]
    for order in (told, told[::-1]):
        life = an_accepted_life()
        life.tell(*order)

        assert life.wait.what is Waiting.DISPUTE


def test_refund_under_way_at_a_chargeback() -> None:
    """A refund under way is waited for; if it succeeds as well, a person is told, once."""
    life = an_accepted_life()
    life.tell(refund_seen({"a": 1}, key="ret_1:refund:1", taken=at(5)))
    life.tell(chargeback())
    assert life.wait.what is Waiting.REFUND

    life.tell(refund_seen({"a": 1}, "succeeded", key="ret_1:refund:1", taken=at(6)))

    assert life.question.id == "paid_twice:re_1"
    assert life.question.answers == ("acknowledge",)
    assert life.decide("acknowledge") == Close(outcome=Outcome.CHARGED_BACK)


def test_refund_failed_after_a_chargeback() -> None:
    """A refund that failed after a chargeback is not issued again."""
    life = an_accepted_life()
    life.tell(refund_seen({"a": 1}, key="ret_1:refund:1", taken=at(5)), chargeback())

    after = life.tell(refund_seen({"a": 1}, "failed", key="ret_1:refund:1", taken=at(6)))

    assert after == Close(outcome=Outcome.CHARGED_BACK)


def test_chargeback_before_the_return() -> None:
    """Without a return of ours a chargeback ends it at once."""
    life = Life(a_request(Coordinator.THIRD_PARTY, {"a": 1}))

    assert life.tell(chargeback()) == Close(outcome=Outcome.CHARGED_BACK)
