"""What people read of a return, word by word: a sentence for each step, a line for each fact."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from lifecycle.facts import (
    Absent,
    CallGivenUp,
    CallWithdrawn,
    CancelRequested,
    DeadlinePassed,
    Decision,
    DisputeLookedUp,
    DisputeResolved,
    EndedBefore,
    Fact,
    InDoubt,
    LookAlikes,
    MilestoneGivenUp,
    Missing,
    NotDue,
    Resource,
    ReturnClaimed,
    ReturnOrphaned,
    ReturnsListed,
    TooManyMessages,
)
from lifecycle.judgement import Then
from lifecycle.request import Coordinator
from lifecycle.sentences import fact_in_words, sentence_for
from lifecycle.steps import (
    AcceptItems,
    Adopt,
    CheckReturnable,
    CheckShipped,
    Close,
    Create,
    IssueRefund,
    ListReturns,
    Look,
    LookUpDispute,
    Outcome,
    Question,
    Refusal,
    Step,
    Units,
    Wait,
    Waiting,
    Who,
)
from tests.builders.returns import (
    START,
    a_request,
    at,
    chargeback,
    fulfillment_order_seen,
    order_seen,
    refund_seen,
    refused,
    return_seen,
    shipment,
)
from tests.builders.shop import finding, judgement

THREE = (Units(item_id="a", quantity=2), Units(item_id="b", quantity=1))
CREATE = Create(resource=Resource.RETURN, key="k", order_id="o", items=THREE)
REFUND = IssueRefund(
    order_id="o",
    return_id="ret_1",
    key="k",
    currency="EUR",
    items=THREE,
    resource=Resource.RETURN,
    known=(),
)
REFUSAL = Refusal(code="not_shipped", message="Only 1 of this item were sent, not 2.")
QUESTION = Question(id="q", reason="Refund re_1 failed.", answers=("retry",))
DECISION = Decision(question="q", answer="retry", who="ann", why="seen", at=START)
REQUEST = a_request(Coordinator.THIRD_PARTY, {"a": 2, "b": 1})

LOST = "An answer of Digital River was lost; looking a second time, after 2026-03-02 09:01 UTC,"
MAY_THEY = "Asking Digital River whether the units can come back."

CALLS: list[tuple[Step, str]] = [
    (CheckShipped(key="k", order_id="o"), MAY_THEY),
    (CheckReturnable(key="k", order_id="o"), MAY_THEY),
    (
        Adopt(key="k", resource=Resource.RETURN, return_id="ret_1"),
        "Reading ret_1, which is there already.",
    ),
    (CREATE, "Opening the return at Digital River."),
    (replace(CREATE, not_before=at(seconds=60)), f"{LOST} before anything is sent again."),
    (
        replace(CREATE, not_before=at(seconds=60), only_look=True),
        f"{LOST} before the return closes.",
    ),
    (
        AcceptItems(return_id="ret_1", key="k", items=THREE, whole=True),
        "Accepting 3 unit(s) at Digital River.",
    ),
    (REFUND, "Asking Digital River to refund 3 unit(s)."),
    (replace(REFUND, not_before=at(seconds=60)), f"{LOST} before anything is sent again."),
    (
        replace(REFUND, items=(), shipping=True),
        "Asking Digital River to refund the shipping, if all of the order came back.",
    ),
    (
        ListReturns(key="k", order_id="o", made=START),
        "Looking up which return of the order a refund belongs to.",
    ),
    (
        Look(key="k", order_id="o", return_id="r", resource=Resource.RETURN, not_before=START),
        "Looking at Digital River before this return goes on or ends.",
    ),
    (
        LookUpDispute(key="k", order_id="o", seen=START),
        "Looking up how the dispute of the order ended.",
    ),
]

WAITS: dict[Waiting, str] = {
    Waiting.APPROVAL: "Waiting for the fulfiller to approve the return",
    Waiting.GOODS: "Waiting for the customer's goods to arrive",
    Waiting.MORE_GOODS: "Fewer units were accepted than asked; waiting for more",
    Waiting.REFUND: "Waiting for Digital River to complete the refund",
    Waiting.BANK_DETAILS: "Waiting for the customer's bank details",
    Waiting.DISPUTE: "The order is in a payment dispute; nothing is posted until it is resolved",
}

FACTS: list[tuple[Fact, str]] = [
    (order_seen(), "Order order-1 is fulfilled"),
    (fulfillment_order_seen(), "Fulfillment order fo_1: 4 unit(s) shipped"),
    (return_seen(REQUEST, accepted={"a": 2}), "ret_1 is created, 2 of 3 unit(s) accepted"),
    (refund_seen({"a": 1}, "succeeded"), "re_1 is succeeded, 21.60 EUR back"),
    (
        Missing(resource="fulfillment_order", object_id="fo_9", taken=START),
        "Digital River knows no fulfillment order fo_9",
    ),
    (ReturnsListed(taken=START), "All returns of the order were listed"),
    (judgement(), "The shop's rules were asked: the units may come back"),
    (
        judgement(finding("too_late", Then.REFUSE, "a"), finding("dear", Then.ASK, "b")),
        "The shop's rules were asked: too_late (refuse), dear (ask)",
    ),
    (ReturnClaimed(return_id="ret_1"), "ret_1 is this return's"),
    (
        ReturnOrphaned(return_id="ret_1"),
        "ret_1 was made by a workflow of ours that has ended",
    ),
    (
        EndedBefore(outcome="expired", news="parcel P1 came", taken=START),
        "It had ended as expired; then parcel P1 came",
    ),
    (EndedBefore(outcome="expired", taken=START), "It had ended as expired"),
    (
        refused("ret_1:refund:1"),
        "Digital River refused ret_1:refund:1: It cannot be done. (409 invalid_parameter)",
    ),
    (
        NotDue(key="k", why="nothing was paid for shipping", taken=START),
        "k is not due: nothing was paid for shipping",
    ),
    (
        InDoubt(key="k", absent=START),
        "The answer to k was lost, and it is not to be seen yet",
    ),
    (Absent(key="k", at=START), "Looked for k, and it is not to be seen"),
    (LookAlikes(key="k", object_ids=("ret_8", "ret_9")), "ret_8, ret_9 could each be k"),
    (
        CallGivenUp(key="k", message="timed out", at=START),
        "k did not get through: timed out",
    ),
    (CallWithdrawn(key="k", at=START), "k was withdrawn before it got through"),
    (
        replace(
            shipment({"a": 2, "b": 1}, revision=2, when=START),
            damaged=(("a", 1),),
            wrong=(("a kettle", 1),),
        ),
        "Shipment parcel-1 (revision 2) brought a=2, b=1, damaged a=1, wrong a kettle=1",
    ),
    (DeadlinePassed(until=START), "Nothing new until 2026-03-02 09:00 UTC"),
    (
        TooManyMessages(at=START),
        "Too much was told of this return: events are taken into account no more",
    ),
    (
        CancelRequested(who="ann", why="changed her mind", at=START),
        "ann asked to cancel: changed her mind",
    ),
    (
        DisputeResolved(order_id="order-1", taken=START),
        "The dispute of order order-1 was resolved",
    ),
    (
        DisputeLookedUp(seen=START),
        "The events of Digital River were read for how the dispute ended",
    ),
    (chargeback(), "The bank charged order order-1 back"),
    (
        MilestoneGivenUp(key="opened", why="It answered 410.", at=START),
        "The storefront was not told of opened: It answered 410.",
    ),
    (DECISION, "ann decided retry on q: seen"),
    (
        replace(DECISION, answer="settle_by_hand", reference="transfer 17"),
        "ann decided settle_by_hand on q: seen (reference transfer 17)",
    ),
]


def test_no_kind_is_left_out() -> None:
    """The tables above have each kind of call, of wait and of fact."""
    told = {type(step) for step, _ in CALLS} | {Wait, Close}
    assert told == {kind for one in get_args(Step) for kind in get_args(one) or (one,)}
    assert {*WAITS, Waiting.DECISION} == set(Waiting)
    assert {type(fact) for fact, _ in FACTS} == set(get_args(get_args(Fact)[0]))


@pytest.mark.parametrize(("step", "sentence"), CALLS)
def test_a_call(step: Step, sentence: str) -> None:
    """What is asked of Digital River, and what for."""
    assert sentence_for(step) == sentence


@pytest.mark.parametrize(("what", "sentence"), WAITS.items())
def test_a_wait(what: Waiting, sentence: str) -> None:
    """What is waited for, and until when."""
    wait = Wait(what=what, who=Who.CUSTOMER)
    assert sentence_for(wait) == f"{sentence}."
    assert sentence_for(replace(wait, until=at(3))) == f"{sentence}, until 2026-03-05 09:00 UTC."


def test_a_question() -> None:
    """What an operator must decide is said in its own words."""
    wait = Wait(what=Waiting.DECISION, who=Who.OPERATOR, question=QUESTION)
    assert sentence_for(wait) == "An operator must decide: Refund re_1 failed."


def test_the_end() -> None:
    """No two outcomes share a sentence, and a refused return says why."""
    assert len({sentence_for(Close(outcome=outcome)) for outcome in Outcome}) == len(Outcome)
    refused_at_once = sentence_for(Close(outcome=Outcome.NOT_RETURNABLE, refusal=REFUSAL))
    assert refused_at_once == (
        "Refused before anything was created. Only 1 of this item were sent, not 2."
    )


@pytest.mark.parametrize(("fact", "line"), FACTS)
def test_a_fact(fact: Fact, line: str) -> None:
    """What was learned, with the names and numbers that it is about."""
    assert fact_in_words(fact) == line
