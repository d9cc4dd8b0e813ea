"""The life of a third-party return: parcels, acceptance, Digital River's refunds, the end."""

from __future__ import annotations

from dataclasses import replace

from lifecycle.facts import CallGivenUp, ReturnsListed
from lifecycle.ours import our_return
from lifecycle.refunding import money_of
from lifecycle.request import Coordinator
from lifecycle.steps import (
    AcceptItems,
    CheckReturnable,
    Close,
    Create,
    IssueRefund,
    Outcome,
    Step,
    Units,
    Wait,
    Waiting,
    Who,
)
from lifecycle.units import arrived, set_aside
from tests.builders.returns import (
    START,
    Life,
    a_request,
    a_third_party_life,
    at,
    order_seen,
    refund_seen,
    refused,
    return_seen,
    shipment,
)


def accept_step(step: Step) -> AcceptItems:
    """Return the acceptance that is due; fails when another step is."""
    assert isinstance(step, AcceptItems), step
    return step


def test_happy_path() -> None:
    """Checked, created, arrived, accepted, refunded by Digital River, closed."""
    life = Life(a_request(Coordinator.THIRD_PARTY, {"a": 2}))
    assert isinstance(life.step, CheckReturnable)

    assert isinstance(life.tell(order_seen(), ReturnsListed(taken=START)), Create)

    assert life.tell(return_seen(life.request)) == Wait(
        what=Waiting.GOODS, who=Who.CUSTOMER, since=at(), until=at(30)
    )

    accept = accept_step(life.tell(shipment({"a": 2}, when=at(5))))
    assert accept.items == (Units(item_id="a", quantity=2),)
    assert accept.whole

    assert life.tell(return_seen(life.request, "accepted", taken=at(5))) == Wait(
        what=Waiting.REFUND, who=Who.DIGITAL_RIVER, since=at(5), until=at(18)
    )

    reason = life.request.sent_reason
    life.tell(refund_seen({"a": 2}, reason=reason, taken=at(6), created=at(6)))
    assert life.wait.what is Waiting.REFUND

    step = life.tell(refund_seen({"a": 2}, "succeeded", reason=reason, taken=at(7)))
    assert step == Close(outcome=Outcome.REFUNDED)


def test_two_shipments() -> None:
    """Each item is accepted once, when its last unit is here, at its full quantity."""
    life = a_third_party_life({"a": 2, "b": 1})

    life.tell(shipment({"a": 1}, when=at(3)))
    assert (life.wait.what, life.wait.since, life.wait.until) == (Waiting.GOODS, at(3), at(33))

    first = accept_step(life.tell(shipment({"a": 1}, reference="parcel-2", when=at(8))))
    assert first.items == (Units(item_id="a", quantity=2),)
    assert not first.whole

    life.tell(return_seen(life.request, "created", {"a": 2}, taken=at(8)))
    assert life.wait.until == at(38)

    second = accept_step(life.tell(shipment({"b": 1}, reference="parcel-3", when=at(9))))
    assert second.items == (Units(item_id="b", quantity=1),)
    assert second.key != first.key


def test_several_refunds() -> None:
    """The return closes when every unit is refunded, not at the first refund."""
    life = a_third_party_life({"a": 1, "b": 1})
    reason = life.request.sent_reason
    life.tell(return_seen(life.request, "accepted", taken=at(5)))

    life.tell(refund_seen({"a": 1}, "succeeded", reason=reason, taken=at(6)))
    assert life.wait.what is Waiting.REFUND

    step = life.tell(
        refund_seen({"b": 1}, "succeeded", reason=reason, refund_id="re_2", taken=at(6))
    )
    assert step == Close(outcome=Outcome.REFUNDED)


def test_early_refunds() -> None:
    """A refund may be complete before the return is seen accepted (contract, C4)."""
    life = a_third_party_life({"a": 1, "b": 1})
    reason = life.request.sent_reason
    life.tell(shipment({"a": 1}, when=at(3)))
    life.tell(
        return_seen(life.request, "created", {"a": 1}, taken=at(3)),
        refund_seen({"a": 1}, "succeeded", reason=reason, taken=at(3), created=at(3)),
    )
    assert life.wait.what is Waiting.GOODS

    life.tell(shipment({"b": 1}, reference="parcel-2", when=at(4)))
    late = refund_seen({"b": 1}, "succeeded", reason=reason, refund_id="re_2", taken=at(4))
    accepted = return_seen(life.request, "accepted", taken=at(5))

    assert isinstance(life.step, AcceptItems)
    life.tell(late)
    assert life.question.id == "refunded_before_acceptance:ret_1:b=1"
    assert life.tell(accepted) == Close(outcome=Outcome.REFUNDED)


def test_accepted_in_the_dashboard() -> None:
    """A return that a person accepted in the Dashboard is not accepted again."""
    life = a_third_party_life({"a": 1})
    life.tell(return_seen(life.request, "accepted", taken=at(2)))

    life.tell(shipment({"a": 1}, when=at(3)))

    assert life.wait.what is Waiting.REFUND


def test_item_accepted_in_the_dashboard() -> None:
    """An item that was accepted in the Dashboard is not accepted again when its parcel comes."""
    life = a_third_party_life({"a": 1, "b": 1})
    life.tell(return_seen(life.request, "created", {"a": 1}, taken=at(2)))

    step = life.tell(shipment({"a": 1, "b": 1}, when=at(3)))

    assert accept_step(step).items == (Units(item_id="b", quantity=1),)


def test_over_receipt() -> None:
    """Units beyond the request are set aside and never accepted."""
    life = a_third_party_life({"a": 1})

    step = life.tell(shipment({"a": 3}, when=at(3)))

    assert accept_step(step).items == (Units(item_id="a", quantity=1),)
    assert arrived(life.ledger) == {"a": 1}
    assert set_aside(life.ledger) == {"a": 2}


def test_corrected_count() -> None:
    """A higher revision of a parcel replaces the lower one, whichever is told first."""
    told = [shipment({"a": 2}, when=at(3)), shipment({"a": 1}, revision=2, when=at(4))]
    for order in (told, told[::-1]):
        life = a_third_party_life({"a": 2})

        life.tell(*order)

        assert arrived(life.ledger) == {"a": 1}
        assert life.wait.what is Waiting.GOODS


def test_same_parcel_told_twice() -> None:
    """The same report of a parcel counts once."""
    life = a_third_party_life({"a": 2})
    parcel = shipment({"a": 1}, when=at(3))

    life.tell(parcel, replace(parcel, at=at(4)))

    assert arrived(life.ledger) == {"a": 1}


def test_nothing_came() -> None:
    """A customer who sends nothing lets the return expire."""
    assert a_third_party_life().let_pass() == Close(outcome=Outcome.EXPIRED)


def test_acceptance_refused() -> None:
    """An acceptance that Digital River refuses is a person's to try again."""
    life = a_third_party_life()
    accept = accept_step(life.tell(shipment({"a": 1}, when=at(3))))

    life.tell(refused(accept.key, taken=at(3)))
    assert life.question.answers == ("retry", "give_up")
    assert "It cannot be done." in life.question.reason

    assert life.decide("retry") == accept

    life.tell(refused(accept.key, taken=at(4)))
    assert life.decide("give_up") == Close(outcome=Outcome.REFUND_FAILED)


def test_acceptance_given_up() -> None:
    """An acceptance that did not get through is a person's to try again."""
    life = a_third_party_life()
    accept = accept_step(life.tell(shipment({"a": 1}, when=at(3))))

    life.tell(CallGivenUp(key=accept.key, message="timed out", at=at(6)))
    assert life.decide("retry") == accept

    life.tell(CallGivenUp(key=accept.key, message="timed out", at=at(9)))
    life.decide("give_up")
    assert life.look() == Close(outcome=Outcome.REFUND_FAILED)


def test_acceptance_given_up_after_a_refund() -> None:
    """Giving one item's acceptance up does not deny the refund that another item had."""
    life = a_third_party_life({"a": 1, "b": 1})
    life.tell(shipment({"a": 1, "b": 1}, when=at(3)))
    pending = refund_seen({"a": 1}, reason=life.request.sent_reason, taken=at(3))
    life.tell(return_seen(life.request, "created", {"a": 1}, taken=at(3)), pending)
    life.tell(refused(accept_step(life.step).key, taken=at(4)))

    life.decide("give_up")
    assert life.wait.what is Waiting.REFUND

    step = life.tell(replace(pending, state="succeeded", taken=at(5)))
    assert step == Close(outcome=Outcome.PARTIALLY_REFUNDED)


def test_no_refund_comes() -> None:
    """When Digital River does not refund an accepted return, a person is asked."""
    life = a_third_party_life()
    life.tell(return_seen(life.request, "accepted", taken=at(5)))

    life.let_pass()
    assert life.question.answers == ("extend_deadline", "settle_by_hand", "give_up")

    life.decide("extend_deadline", when=at(20))
    assert life.wait.what is Waiting.REFUND

    life.let_pass()
    assert life.decide("give_up") == Close(outcome=Outcome.REFUND_FAILED)


def test_missing_refund_settled_by_hand() -> None:
    """A missing refund that a person paid by hand is said to be settled, not refunded."""
    life = a_third_party_life()
    life.tell(return_seen(life.request, "accepted", taken=at(5)))
    life.let_pass()

    assert life.decide("settle_by_hand") == Close(outcome=Outcome.PARTIALLY_REFUNDED)


def test_failed_refund_issued_again() -> None:
    """A refund of Digital River that failed is issued again by us, for its units alone."""
    life = a_third_party_life({"a": 1, "b": 1})
    reason = life.request.sent_reason
    life.tell(
        return_seen(life.request, "accepted", taken=at(5)),
        refund_seen({"a": 1}, "failed", reason=reason, taken=at(6)),
    )

    issue = life.decide("retry")
    assert isinstance(issue, IssueRefund)
    assert issue.items == (Units(item_id="a", quantity=1),)

    life.tell(
        refund_seen({"a": 1}, "succeeded", refund_id="re_2", key=issue.key, taken=at(7)),
    )
    assert life.wait.what is Waiting.REFUND

    step = life.tell(
        refund_seen({"b": 1}, "succeeded", reason=reason, refund_id="re_3", taken=at(8))
    )
    assert step == Close(outcome=Outcome.REFUNDED)


def test_failed_twice() -> None:
    """A second failure is asked about anew, and issued under a new number."""
    life = a_third_party_life()
    life.tell(
        return_seen(life.request, "accepted", taken=at(5)),
        refund_seen({"a": 1}, "failed", reason=life.request.sent_reason, taken=at(6)),
    )
    first = life.decide("retry")
    assert isinstance(first, IssueRefund)
    life.tell(refund_seen({"a": 1}, "failed", refund_id="re_2", key=first.key, taken=at(7)))

    second = life.decide("retry")

    assert isinstance(second, IssueRefund)
    assert second.key == "ret_1:refund:2"
    record = our_return(life.ledger)
    assert record is not None
    assert len(money_of(life.ledger, record).retried) == 2
