"""Carrying on with a return that is there already, in any state, without repeating anything."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lifecycle.adopting import may_be_carried_on
from lifecycle.facts import (
    EndedBefore,
    Fact,
    FulfillmentOrderItem,
    Missing,
    RefundSeen,
    Resource,
    ReturnClaimed,
    ReturnOrphaned,
    ReturnSeen,
    ReturnsListed,
)
from lifecycle.identity import follow_up_id, refund_key, return_key, workflow_that_made
from lifecycle.policy import Policy
from lifecycle.request import Coordinator, ReturnRequest
from lifecycle.steps import (
    AcceptItems,
    Adopt,
    Answer,
    Close,
    Create,
    IssueRefund,
    Outcome,
    Wait,
    Waiting,
)
from tests.builders.returns import (
    START,
    Life,
    a_request,
    an_adoption,
    at,
    chargeback,
    fulfillment_order_seen,
    order_seen,
    refund_seen,
    refused,
    return_seen,
    shipment,
)

BOTH = list(Coordinator)
THEIRS = {one: a_request(one, {"a": 2}, request_id="request-9") for one in Coordinator}
"""The request of somebody else, for whom the return was made."""


def theirs(
    coordinator: Coordinator, state: str = "created", accepted: dict[str, int] | None = None
) -> ReturnSeen:
    """Return a return of two units that somebody else started."""
    seen = return_seen(THEIRS[coordinator], state, accepted, taken=at(60))
    return replace(seen, key=None, reason="too_small")


def an_adopted_life(*seen: Fact, policy: Policy | None = None) -> Life:
    """Begin an adoption that has read what there is."""
    (returned,) = (fact for fact in seen if isinstance(fact, ReturnSeen))
    fulfilled = returned.resource is Resource.FULFILLMENT_RETURN
    coordinator = Coordinator.DIGITAL_RIVER if fulfilled else Coordinator.THIRD_PARTY
    life = Life(an_adoption(coordinator, policy))
    life.tell(order_seen(), ReturnsListed(taken=at(99)), *seen, ReturnClaimed(return_id="ret_1"))
    if fulfilled:
        life.tell(fulfillment_order_seen())
    return life


@pytest.mark.parametrize("coordinator", BOTH)
def test_it_reads_first(coordinator: Coordinator) -> None:
    """Nothing is done before the return, its order and its refunds are read."""
    life = Life(an_adoption(coordinator))
    step = life.step

    assert isinstance(step, Adopt)
    assert step.return_id == "ret_1"
    assert (step.resource is Resource.RETURN) == (coordinator is Coordinator.THIRD_PARTY)
    assert life.tell(theirs(coordinator, "accepted"), chargeback()) == step


def test_claimed_is_not_yet_read() -> None:
    """That the return is to be carried on says nothing of its units: it is read all the same."""
    life = Life(an_adoption(Coordinator.THIRD_PARTY))
    step = life.step

    assert life.tell(order_seen(), ReturnClaimed(return_id="ret_1")) == step


@pytest.mark.parametrize("coordinator", BOTH)
def test_units_are_the_returns(coordinator: Coordinator) -> None:
    """What is asked for is what the return was authorised for, in order items."""
    life = an_adopted_life(theirs(coordinator))

    assert life.ledger.requested == {"a": 2}
    assert life.wait.what is (
        Waiting.APPROVAL if coordinator is Coordinator.DIGITAL_RIVER else Waiting.GOODS
    )
    assert life.wait.since == at(60)


def test_the_order_is_learned() -> None:
    """Where the request does not know the order, it is the one that was read."""
    request = an_adoption(Coordinator.DIGITAL_RIVER).model_copy(update={"order_id": ""})
    life = Life(request)

    life.tell(fulfillment_order_seen(), theirs(Coordinator.DIGITAL_RIVER, "accepted"))
    life.tell(ReturnClaimed(return_id="ret_1"), order_seen())
    step = life.decide(Answer.APPROVE)

    assert isinstance(step, IssueRefund)
    assert step.order_id == "order-1"


def test_a_refund_asks_first() -> None:
    """Money moves when a person approved it, and the refund says what the return said."""
    life = an_adopted_life(theirs(Coordinator.DIGITAL_RIVER, "accepted"))

    assert life.question.answers == (Answer.APPROVE, Answer.DECLINE)
    step = life.decide(Answer.APPROVE)

    assert isinstance(step, IssueRefund)
    assert (step.key, step.reason) == (refund_key("ret_1", 1), "too_small")


def test_a_refund_is_declined() -> None:
    """What a person declined is not paid, and the outcome does not say that it was."""
    life = an_adopted_life(theirs(Coordinator.DIGITAL_RIVER, "accepted"))

    assert life.decide(Answer.DECLINE) == Close(outcome=Outcome.REFUND_FAILED)


def test_more_units_ask_again() -> None:
    """An approval is for the units that it was asked for."""
    life = an_adopted_life(theirs(Coordinator.DIGITAL_RIVER, "accepted", {"a": 1}))
    first = life.decide(Answer.APPROVE)
    assert isinstance(first, IssueRefund)
    life.tell(refund_seen({"a": 1}, "succeeded", key=first.key, taken=at(61)))
    life.tell(replace(theirs(Coordinator.DIGITAL_RIVER, "accepted"), taken=at(62)))

    assert life.question.answers == (Answer.APPROVE, Answer.DECLINE)
    second = life.decide(Answer.APPROVE)

    assert isinstance(second, IssueRefund)
    assert (second.key, second.items[0].quantity) == (refund_key("ret_1", 2), 1)


def test_a_retry_is_approved_by_its_own_word() -> None:
    """After a person had a failed refund retried, nobody asks again whether to pay."""
    failed = replace(refund_seen({"a": 2}, "failed"), key=refund_key("ret_1", 1))
    life = an_adopted_life(theirs(Coordinator.DIGITAL_RIVER, "accepted"), failed)

    step = life.decide(Answer.RETRY)

    assert isinstance(step, IssueRefund)
    assert step.key == refund_key("ret_1", 2)


def test_without_asking() -> None:
    """Terms may say that nobody is asked."""
    life = an_adopted_life(theirs(Coordinator.DIGITAL_RIVER, "accepted"), policy=Policy())

    assert isinstance(life.step, IssueRefund)


def test_an_acceptance_asks_first() -> None:
    """Where accepting makes Digital River refund, a person approves the acceptance."""
    life = an_adopted_life(theirs(Coordinator.THIRD_PARTY))
    life.tell(shipment({"a": 2}, when=at(61)))

    assert life.question.answers == (Answer.APPROVE, Answer.DECLINE)
    assert isinstance(life.decide(Answer.APPROVE), AcceptItems)


def test_an_acceptance_is_declined() -> None:
    """Nothing is accepted then."""
    life = an_adopted_life(theirs(Coordinator.THIRD_PARTY))
    life.tell(shipment({"a": 2}, when=at(61)))

    assert life.decide(Answer.DECLINE) == Close(outcome=Outcome.REFUND_FAILED)


REFUNDS: list[RefundSeen] = [
    replace(refund_seen({"a": 2}, "succeeded"), reason="too_small", created=at(1)),
    replace(refund_seen({"a": 2}, "succeeded"), key=refund_key("ret_1", 1)),
]


@pytest.mark.parametrize("refund", REFUNDS, ids=["made by hand", "made by a workflow"])
@pytest.mark.parametrize("coordinator", BOTH)
def test_nothing_is_repeated(coordinator: Coordinator, refund: RefundSeen) -> None:
    """What was accepted and refunded already is neither asked about nor done again."""
    life = an_adopted_life(theirs(coordinator, "accepted"), refund)

    assert life.step == Close(outcome=Outcome.REFUNDED)


def test_rejected() -> None:
    """A return that was rejected before it was adopted closes so."""
    life = an_adopted_life(theirs(Coordinator.DIGITAL_RIVER, "rejected"))

    assert life.step == Close(outcome=Outcome.REJECTED)


@pytest.mark.parametrize("coordinator", BOTH)
def test_another_return_with_the_same_number(coordinator: Coordinator) -> None:
    """The return to adopt was named: another one that bears the mark raises no question."""
    life = an_adopted_life(theirs(coordinator))
    step = life.step

    assert life.tell(replace(theirs(coordinator), return_id="ret_2")) == step
    assert life.tell(ReturnClaimed(return_id="ret_2")) == step


def outcome_and_code(life: Life) -> tuple[Outcome, str]:
    """Return how an adoption was refused."""
    step = life.step
    assert isinstance(step, Close), step
    assert step.refusal is not None
    return step.outcome, step.refusal.code


def test_no_such_return() -> None:
    """A return that Digital River does not know is refused by name."""
    life = Life(an_adoption(Coordinator.THIRD_PARTY))
    life.tell(Missing(resource="return", object_id="ret_1", taken=START))

    assert outcome_and_code(life) == (Outcome.NOT_RETURNABLE, "return_not_found")


def test_no_such_order() -> None:
    """A return whose order is not to be found is refused."""
    life = Life(an_adoption(Coordinator.THIRD_PARTY))
    life.tell(theirs(Coordinator.THIRD_PARTY), ReturnClaimed(return_id="ret_1"))
    life.tell(Missing(resource="order", object_id="order-1", taken=START))

    assert outcome_and_code(life) == (Outcome.NOT_RETURNABLE, "order_not_found")


@pytest.mark.parametrize(
    "source",
    [
        Missing(resource="fulfillment_order", object_id="fo_1", taken=START),
        fulfillment_order_seen(FulfillmentOrderItem(item_id="fo-a", quantity=2, shipped=2)),
    ],
    ids=["missing", "without order items"],
)
def test_units_that_cannot_be_told(source: Fact) -> None:
    """Units of a fulfillment return that no order item is known for are never paid."""
    life = Life(an_adoption(Coordinator.DIGITAL_RIVER))
    life.tell(theirs(Coordinator.DIGITAL_RIVER, "accepted"), ReturnClaimed(return_id="ret_1"))
    life.tell(order_seen(), source)

    assert outcome_and_code(life) == (Outcome.NOT_RETURNABLE, "unmapped_line")


def a_follow_up(coordinator: Coordinator, *seen: Fact) -> Life:
    """Begin the follow-up of the return of `request-9`."""
    first = THEIRS[coordinator]
    request = first.model_copy(
        update={
            "adopt": "ret_1",
            "lines": (),
            "policy": first.policy.model_copy(update={"ask_before_refund": True}),
        }
    )
    life = Life(ReturnRequest.model_validate(request.model_dump()))
    life.tell(order_seen(), fulfillment_order_seen(), *seen, ReturnClaimed(return_id="ret_1"))
    return life


@pytest.mark.parametrize("coordinator", BOTH)
def test_a_follow_up_recognises_its_refunds(coordinator: Coordinator) -> None:
    """By the RMA number of the first request, and by the key of the first workflow."""
    first = THEIRS[coordinator]
    marked = replace(refund_seen({"a": 1}, "succeeded"), reason=first.sent_reason)
    keyed = replace(
        refund_seen({"a": 1}, "succeeded", refund_id="re_2"), key=return_key(first.workflow_id)
    )
    seen = return_seen(first, "accepted")
    if coordinator is Coordinator.DIGITAL_RIVER:
        keyed = replace(keyed, key=refund_key("ret_1", 1))
    life = a_follow_up(coordinator, seen, marked, keyed)

    assert life.step == Close(outcome=Outcome.REFUNDED)


def test_a_chargeback_after_the_refund() -> None:
    """The follow-up tells a person that the customer was paid twice."""
    first = THEIRS[Coordinator.THIRD_PARTY]
    paid = replace(refund_seen({"a": 2}, "succeeded"), reason=first.sent_reason)
    news = EndedBefore(outcome="refunded", news="the bank paid the customer", taken=at(50))
    life = a_follow_up(Coordinator.THIRD_PARTY, return_seen(first, "accepted"), paid)
    life.tell(chargeback(), news)

    assert life.question.id == "paid_twice:re_1"
    assert life.decide(Answer.ACKNOWLEDGE) == Close(outcome=Outcome.CHARGED_BACK)


def test_news_is_read_before_the_end() -> None:
    """Where no other question was asked, a person takes note of what came late; once a piece."""
    first = THEIRS[Coordinator.THIRD_PARTY]
    paid = replace(refund_seen({"a": 2}, "succeeded"), reason=first.sent_reason)
    news = EndedBefore(outcome="refund_failed", news="re_1 succeeded", taken=at(90))
    life = a_follow_up(Coordinator.THIRD_PARTY, return_seen(first, "accepted"), paid)
    life.tell(news)

    assert "ended as refund_failed; then re_1 succeeded" in life.question.reason
    assert life.decide(Answer.ACKNOWLEDGE) == Close(outcome=Outcome.REFUNDED)

    life.tell(replace(news, news="re_2 succeeded", taken=at(91)))
    assert isinstance(life.step, Wait)


@pytest.mark.parametrize("coordinator", BOTH)
def test_our_own_return_is_carried_on(coordinator: Coordinator) -> None:
    """A request for just the units of our return whose workflow has ended adopts that return."""
    life = Life(a_request(coordinator, {"a": 2}, request_id="request-2"))
    held = return_seen(THEIRS[coordinator])
    life.tell(order_seen(), fulfillment_order_seen(), held, ReturnsListed(taken=START))
    life.tell(refused(return_key(life.request.workflow_id), code="quantity_too_large"))
    assert outcome_and_code(life) == (Outcome.NOT_RETURNABLE, "units_held")

    step = life.tell(ReturnOrphaned(return_id="ret_1"))
    assert step == Adopt(key=life.ledger.check_key, resource=held.resource, return_id="ret_1")
    life.tell(ReturnClaimed(return_id="ret_1"))

    assert life.wait.what in (Waiting.GOODS, Waiting.APPROVAL)


@pytest.mark.parametrize("coordinator", BOTH)
@pytest.mark.parametrize(
    ("quantities", "state"),
    [({"a": 1}, "created"), ({"a": 2, "b": 1}, "created"), ({"a": 2}, "accepted")],
    ids=["fewer", "more", "accepted already"],
)
def test_units_held_otherwise(
    coordinator: Coordinator, quantities: dict[str, int], state: str
) -> None:
    """Other units than all of an open return of ours are refused."""
    life = Life(a_request(coordinator, quantities, request_id="request-2"))
    life.tell(order_seen(), fulfillment_order_seen(), return_seen(THEIRS[coordinator], state))
    life.tell(ReturnsListed(taken=START), ReturnOrphaned(return_id="ret_1"))
    life.tell(refused(return_key(life.request.workflow_id), code="quantity_too_large"))

    assert outcome_and_code(life) == (Outcome.NOT_RETURNABLE, "units_held")


@pytest.mark.parametrize(
    ("state", "open_"),
    [
        ("created", True),
        ("pending", True),
        ("accepted", False),
        ("rejected", False),
        ("odd", False),
    ],
)
def test_what_may_be_carried_on(state: str, open_: int) -> None:
    """A return for which goods can still come; a state that nobody knows promises nothing."""
    assert may_be_carried_on(return_seen(THEIRS[Coordinator.DIGITAL_RIVER], state)) == open_


def test_free_units_are_not_adopted() -> None:
    """While units are free a return of its own is created."""
    life = Life(a_request(Coordinator.THIRD_PARTY, {"a": 1}, request_id="request-2"))
    owner = a_request(Coordinator.THIRD_PARTY, {"a": 1}, request_id="request-9")
    life.tell(order_seen(), return_seen(owner), ReturnOrphaned(return_id="ret_1"))

    assert isinstance(life.tell(ReturnsListed(taken=START)), Create)


def test_who_made_a_return() -> None:
    """Its key says it, or its RMA number with the order; anything else is nobody of ours."""
    request = a_request(Coordinator.THIRD_PARTY, {"a": 1})
    tagged = request.sent_reason

    assert workflow_that_made("w:return", tagged, "order-1") == "w"
    assert workflow_that_made("ret_1:refund:1", tagged, "order-1") is None
    assert workflow_that_made(None, tagged, "order-1") == request.workflow_id
    assert workflow_that_made(None, tagged, None) is None
    assert workflow_that_made(None, "too_small", "order-1") is None
    assert follow_up_id("w") == follow_up_id(follow_up_id("w")) == "w-late"
