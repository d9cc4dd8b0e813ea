"""The life of a fulfillment return: approval, goods, our refund, the end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from lifecycle.facts import Resource, ReturnsListed
from lifecycle.ours import our_refunds, our_return
from lifecycle.request import Coordinator
from lifecycle.steps import (
    CheckShipped,
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
from tests.builders.returns import (
    WAREHOUSE,
    Life,
    a_digital_river_life,
    a_request,
    an_accepted_life,
    at,
    fulfillment_order_seen,
    order_seen,
    refund_seen,
    return_seen,
)


def refund_step(step: Step) -> IssueRefund:
    """Return the refund that is to be issued; fails when another step is."""
    assert isinstance(step, IssueRefund), step
    return step


def paid(step: IssueRefund, refund_id: str = "re_1") -> list[str]:
    """Return the ids of what a refund step knows of."""
    return [known.object_id for known in step.known if known.object_id == refund_id]


def test_happy_path() -> None:
    """Checked, created, approved, accepted, refunded, closed: each step follows from one fact."""
    life = Life(a_request(Coordinator.DIGITAL_RIVER, {"a": 2}))
    assert isinstance(life.step, CheckShipped)

    assert isinstance(life.tell(order_seen(), fulfillment_order_seen()), Create)

    assert life.tell(return_seen(life.request)) == Wait(
        what=Waiting.APPROVAL, who=Who.FULFILLER, since=at(), until=at(14)
    )

    approved = return_seen(life.request, "pending", taken=at(2), location=WAREHOUSE)
    assert life.tell(approved) == Wait(
        what=Waiting.GOODS, who=Who.CUSTOMER, since=at(2), until=at(32)
    )

    issue = refund_step(life.tell(return_seen(life.request, "accepted", taken=at(9))))
    assert issue.key == "ret_1:refund:1"
    assert issue.items == (Units(item_id="a", quantity=2),)
    assert issue.currency == "EUR"
    assert issue.resource is Resource.FULFILLMENT_RETURN
    assert issue.reason == life.request.sent_reason

    pending = refund_seen({"a": 2}, key=issue.key, taken=at(9), created=at(9))
    assert life.tell(pending) == Wait(
        what=Waiting.REFUND, who=Who.DIGITAL_RIVER, since=at(9), until=at(23)
    )

    done = replace(pending, state="succeeded", taken=at(10))
    assert life.tell(done) == Close(outcome=Outcome.REFUNDED)


def test_location_stays() -> None:
    """The address to ship to, once seen, outlives snapshots that leave it out."""
    life = a_digital_river_life()
    life.tell(return_seen(life.request, "pending", taken=at(1), location=WAREHOUSE))
    life.tell(return_seen(life.request, "accepted", taken=at(2)))

    record = our_return(life.ledger)

    assert record is not None
    assert record.location == WAREHOUSE


def test_location_of_the_latest() -> None:
    """Of several addresses the one of the greatest snapshot holds, in any order of telling."""
    old = WAREHOUSE.model_copy(update={"name": "Old desk"})
    told = [
        return_seen(a_digital_river_life().request, "pending", taken=at(day), location=place)
        for day, place in ((1, old), (2, WAREHOUSE))
    ]
    for order in (told, told[::-1]):
        life = a_digital_river_life()
        life.tell(*order)
        record = our_return(life.ledger)
        assert record is not None
        assert record.location == WAREHOUSE


@pytest.mark.parametrize("before", ["created", "pending"])
def test_rejected(before: str) -> None:
    """A rejection closes the return, approved or not."""
    life = a_digital_river_life()
    life.tell(return_seen(life.request, before, taken=at(1)))

    assert life.tell(return_seen(life.request, "rejected", taken=at(2))) == Close(
        outcome=Outcome.REJECTED
    )


def test_accepted_with_nothing() -> None:
    """An acceptance of no units is a rejection, after the grace for units still to come."""
    life = a_digital_river_life({"a": 1, "b": 1})
    accepted = return_seen(life.request, "accepted", {}, taken=at(4))
    life.tell(accepted)

    assert life.wait.what is Waiting.MORE_GOODS
    assert life.let_pass() == Close(outcome=Outcome.REJECTED)


def test_mixed_items() -> None:
    """Of an acceptance with a rejected item only the accepted units are refunded."""
    life = a_digital_river_life({"a": 1, "b": 1})
    accepted = return_seen(life.request, "accepted", {"a": 1, "b": 1}, taken=at(4))
    first, second = accepted.items

    step = life.tell(replace(accepted, items=(first, replace(second, state="rejected"))))

    assert refund_step(step).items == (Units(item_id="a", quantity=1),)


def test_fewer_accepted() -> None:
    """Fewer units than asked are refunded at once; after the grace the return closes in part."""
    life = a_digital_river_life({"a": 2})
    step = life.tell(return_seen(life.request, "accepted", {"a": 1}, taken=at(4)))
    issue = refund_step(step)
    assert issue.items == (Units(item_id="a", quantity=1),)

    life.tell(refund_seen({"a": 1}, "succeeded", key=issue.key, taken=at(4)))

    assert life.wait == Wait(what=Waiting.MORE_GOODS, who=Who.FULFILLER, since=at(4), until=at(7))
    assert life.let_pass() == Close(outcome=Outcome.PARTIALLY_REFUNDED)


def test_more_accepted_later() -> None:
    """Units accepted within the grace are refunded by a refund of their own (contract, U4)."""
    life = a_digital_river_life({"a": 2})
    life.tell(return_seen(life.request, "accepted", {"a": 1}, taken=at(4)))
    life.tell(refund_seen({"a": 1}, "succeeded", key="ret_1:refund:1", taken=at(4)))

    issue = refund_step(life.tell(return_seen(life.request, "accepted", {"a": 2}, taken=at(5))))

    assert issue.key == "ret_1:refund:2"
    assert issue.items == (Units(item_id="a", quantity=1),)
    assert paid(issue) == ["re_1"]

    step = life.tell(
        refund_seen({"a": 1}, "succeeded", refund_id="re_2", key=issue.key, taken=at(5))
    )
    assert step == Close(outcome=Outcome.REFUNDED)


def test_accepted_units_never_go_back() -> None:
    """A stale snapshot with fewer units takes nothing back."""
    life = an_accepted_life({"a": 2})
    life.tell(return_seen(life.request, "accepted", {"a": 1}, taken=at(9)))

    assert refund_step(life.step).items == (Units(item_id="a", quantity=2),)


def test_more_accepted_than_asked() -> None:
    """Units beyond the request are never refunded."""
    life = a_digital_river_life({"a": 1})

    step = life.tell(return_seen(life.request, "accepted", {"a": 5}, taken=at(4)))

    assert refund_step(step).items == (Units(item_id="a", quantity=1),)


def test_refunded_in_the_dashboard() -> None:
    """Units that a person refunded in the Dashboard are not refunded again."""
    life = a_digital_river_life({"a": 1, "b": 1})
    reason = life.request.sent_reason
    life.tell(refund_seen({"a": 1}, "succeeded", reason=reason, taken=at(2)))

    step = life.tell(return_seen(life.request, "accepted", taken=at(4)))

    assert refund_step(step).items == (Units(item_id="b", quantity=1),)


def test_whole_line_refunded() -> None:
    """A refund item without a quantity pays for the whole line."""
    life = an_accepted_life({"a": 2})

    step = life.tell(
        refund_seen({"a": None}, "succeeded", reason=life.request.sent_reason, taken=at(2))
    )

    assert step == Close(outcome=Outcome.REFUNDED)


def test_shipping_pays_for_no_unit() -> None:
    """Refunds of shipping or fees leave the goods unpaid."""
    life = an_accepted_life()
    refund = refund_seen({"a": 1}, "succeeded", reason=life.request.sent_reason, taken=at(2))
    shipping = replace(refund, type="shipping")
    fees = replace(refund, refund_id="re_2", items=(replace(refund.items[0], type="fees"),))

    assert isinstance(life.tell(shipping, fees), IssueRefund)


def test_approval_overdue() -> None:
    """A fulfiller who does not answer is a person's to wait for, again and again, or not."""
    life = a_digital_river_life()

    life.let_pass()
    assert life.question.id == "approval_overdue:ret_1:20260316T090000Z"
    assert life.question.answers == ("extend_deadline", "give_up")

    life.decide("extend_deadline", when=at(15))
    assert (life.wait.what, life.wait.until) == (Waiting.APPROVAL, at(29))

    life.let_pass()
    life.decide("extend_deadline", when=at(40))
    assert life.wait.until == at(54)

    life.let_pass()
    assert life.decide("give_up") == Close(outcome=Outcome.EXPIRED)


def test_approved_after_all() -> None:
    """An approval that comes while a person is asked makes the question void."""
    life = a_digital_river_life()
    life.let_pass()

    step = life.tell(return_seen(life.request, "pending", taken=at(20)))

    assert isinstance(step, Wait)
    assert step.until == at(20) + timedelta(days=30)


def test_goods_never_sent() -> None:
    """A customer who sends nothing lets the return expire."""
    life = a_digital_river_life()
    life.tell(return_seen(life.request, "pending", taken=at(2)))

    assert life.let_pass() == Close(outcome=Outcome.EXPIRED)


def test_goods_in_part_at_the_deadline() -> None:
    """Units that the fulfiller took, of a return it never finished, are a person's to refund."""
    life = a_digital_river_life({"a": 2})
    life.tell(return_seen(life.request, "pending", {"a": 1}, taken=at(2)))

    life.let_pass()
    assert life.question.answers == ("refund_received_part", "extend_deadline", "give_up")

    issue = refund_step(life.decide("refund_received_part"))
    assert issue.items == (Units(item_id="a", quantity=1),)
    step = life.tell(refund_seen({"a": 1}, "succeeded", key=issue.key, taken=at(40)))
    assert step == Close(outcome=Outcome.PARTIALLY_REFUNDED)


def test_unknown_states() -> None:
    """States that nobody knows are kept, and end nothing."""
    life = a_digital_river_life()
    before = life.step

    life.tell(return_seen(life.request, "inspected", taken=at(3)))

    assert life.step == before
    record = our_return(life.ledger)
    assert record is not None
    assert record.states.unknown == {"inspected": at(3)}


def test_nothing_but_an_unknown_state() -> None:
    """A return of which only an unknown state was seen is waited for, and shown."""
    life = Life(a_request(Coordinator.DIGITAL_RIVER, {"a": 1}))
    life.tell(order_seen(), fulfillment_order_seen())

    step = life.tell(return_seen(life.request, "inspected", taken=at(3)))

    assert isinstance(step, Wait)
    record = our_return(life.ledger)
    assert record is not None
    assert record.state == "inspected"


def test_item_that_cannot_be_mapped() -> None:
    """Units of an item that the fulfillment order does not know are not refunded."""
    life = a_digital_river_life({"a": 1, "b": 1})
    accepted = return_seen(life.request, "accepted", taken=at(4))
    first, second = accepted.items

    mapped = replace(accepted, items=(first, replace(second, item_id="fo-x")))
    life = Life(life.request)
    step = life.tell(order_seen(), fulfillment_order_seen(), mapped)
    assert refund_step(step).items == (Units(item_id="a", quantity=1),)

    by_hand = [refund_seen({item: 1}, refund_id=f"re_{item}", taken=at(5)) for item in ("a", "b")]
    life.tell(*by_hand, ReturnsListed(taken=at(6)))
    record = our_return(life.ledger)
    assert record is not None
    assert [refund.best.refund_id for refund in our_refunds(life.ledger, record)] == ["re_a"]
