"""What people and programs see: phase, sentence, card, snapshot."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import cast, get_args

import pytest

from lifecycle.card import draw_card
from lifecycle.facts import DeadlinePassed, Fact, Resource
from lifecycle.phase import phase_of
from lifecycle.request import Coordinator
from lifecycle.sentences import fact_in_words, sentence_for
from lifecycle.snapshot import take_snapshot
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
    Step,
    Units,
    Wait,
    Waiting,
    Who,
)
from tests.builders.returns import (
    START,
    WAREHOUSE,
    Life,
    a_request,
    a_third_party_life,
    an_accepted_life,
    at,
    refund_seen,
    return_seen,
    shipment,
)

ONE = (Units(item_id="a", quantity=1),)
QUESTION = Question(id="q", reason="It failed.", answers=("retry", "give_up"))

CALLS: dict[str, list[Step]] = {
    "opening": [
        CheckShipped(key="k", order_id="o"),
        Adopt(key="k", resource=Resource.RETURN, return_id="r"),
        CheckReturnable(key="k", order_id="o"),
        Create(resource=Resource.RETURN, key="k", order_id="o", items=ONE),
    ],
    "awaiting_goods": [AcceptItems(return_id="r", key="k", items=ONE, whole=True)],
    "refunding": [
        IssueRefund(
            order_id="o",
            return_id="r",
            key="k",
            currency="EUR",
            items=ONE,
            resource=Resource.RETURN,
            known=(),
        ),
        ListReturns(key="k", order_id="o", made=START),
        Look(key="k", order_id="o", return_id="r", resource=Resource.RETURN, not_before=START),
    ],
    "disputed": [LookUpDispute(key="k", order_id="o", seen=START)],
}
PHASES = {
    "opening",
    "awaiting_approval",
    "awaiting_goods",
    "refunding",
    "awaiting_customer",
    "disputed",
    "needs_attention",
    *Outcome,
}


def a_wait(what: Waiting) -> Wait:
    """Return a wait for something."""
    question = QUESTION if what is Waiting.DECISION else None
    return Wait(what=what, who=Who.OPERATOR, until=at(3), question=question)


EVERY_STEP: list[Step] = [
    *(step for steps in CALLS.values() for step in steps),
    *(a_wait(what) for what in Waiting),
    *(Close(outcome=outcome) for outcome in Outcome),
]


def test_every_step_is_covered() -> None:
    """The list of steps below leaves no kind out."""
    call, *others = get_args(Step)
    kinds = {*get_args(call), *others} if get_args(call) else {call, *others}

    assert {type(step) for step in EVERY_STEP} == kinds


@pytest.mark.parametrize("step", EVERY_STEP, ids=repr)
def test_phase_and_sentence(step: Step) -> None:
    """Every step has one of the design's phases and one sentence."""
    sentence = sentence_for(step)

    assert phase_of(step) in PHASES
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert "_" not in sentence


def test_phases_are_told_apart() -> None:
    """Waits and calls have the phase that says who is at it."""
    phases = {what: phase_of(a_wait(what)) for what in Waiting}

    assert phases == {
        Waiting.APPROVAL: "awaiting_approval",
        Waiting.GOODS: "awaiting_goods",
        Waiting.MORE_GOODS: "awaiting_goods",
        Waiting.REFUND: "refunding",
        Waiting.BANK_DETAILS: "awaiting_customer",
        Waiting.DISPUTE: "disputed",
        Waiting.DECISION: "needs_attention",
    }
    for phase, steps in CALLS.items():
        assert {phase_of(step) for step in steps} == {phase}
    assert [phase_of(Close(outcome=outcome)) for outcome in Outcome] == list(Outcome)


def a_full_life() -> Life:
    """Begin a return with a location, parcels, a refund that failed, and an open question."""
    life = a_third_party_life({"a": 2, "b": 1})
    life.tell(
        return_seen(life.request, taken=at(1), location=WAREHOUSE),
        shipment({"a": 3, "b": 1}, when=at(3)),
        return_seen(life.request, "accepted", taken=at(4)),
        refund_seen({"a": 2, "b": 1}, "failed", reason=life.request.sent_reason, taken=at(5)),
    )
    return life


def test_unknown_kinds_are_not_passed_over() -> None:
    """A kind of step or fact that nobody thought of is a bug that shows itself."""
    odd = object()
    for explain in (sentence_for, phase_of):
        with pytest.raises(AssertionError):
            explain(cast("Step", odd))
    with pytest.raises(AssertionError):
        fact_in_words(cast("Fact", odd))
    with pytest.raises(AssertionError):
        a_third_party_life().tell(cast("Fact", odd))


def test_amounts() -> None:
    """The amount of a refund is the whole one's, or its items' together, or not said."""
    life = a_third_party_life()
    refund = refund_seen({"a": 1, "b": 1}, reason=life.request.sent_reason)
    priced = tuple(replace(item, amount=Decimal("10.80")) for item in refund.items)
    life.tell(
        refund,
        replace(refund, refund_id="re_2", items=priced),
        replace(refund, refund_id="re_3", amount=Decimal(5), items=priced),
    )

    view = take_snapshot(life.ledger, life.step)

    assert [one.amount for one in view.refunds] == [None, Decimal("21.60"), Decimal(5)]


def test_snapshot_keys() -> None:
    """The snapshot has the keys of the design, section 8, and those that add to them."""
    life = a_full_life()

    view = json.loads(take_snapshot(life.ledger, life.step).model_dump_json())

    assert list(view) == [
        "workflow_id",
        "rma",
        "order_id",
        "coordinator",
        "phase",
        "outcome",
        "refusal",  # beyond the design: why nothing was opened
        "return",
        "lines",
        "unsound",  # beyond the design: what came damaged or wrong, parcel by parcel
        "refunds",
        "waiting",
        "question",
        "sentence",
        "next",  # beyond the design: what follows, and what may be done now
        "actions",
        "facts",
        "asked",  # these three are beyond the design: for the case file
        "parcels",
        "decisions",
    ]
    assert list(view["return"]) == ["id", "state", "unknown_state", "location"]
    assert {tuple(line) for line in view["lines"]} == {
        ("order_item_id", "requested", "arrived", "accepted", "refunded", "set_aside", "damaged")
    }
    assert {tuple(refund) for refund in view["refunds"]} == {
        (
            *("id", "state", "amount", "refunded_amount", "currency", "failure_reason"),
            *("unknown_state", "created", "ended"),
        )
    }
    assert list(view["waiting"]) == ["what", "who", "since", "until"]
    assert list(view["question"]) == ["id", "reason", "answers", "meanings"]


def test_snapshot_values() -> None:
    """The snapshot says what is known, line by line."""
    life = a_full_life()

    view = json.loads(take_snapshot(life.ledger, life.step).model_dump_json())

    assert view["return"]["id"] == "ret_1"
    assert view["return"]["location"]["address"]["city"] == "Hull"
    assert view["phase"] == "needs_attention"
    assert view["outcome"] is None
    assert view["lines"][0] == {
        "order_item_id": "a",
        "requested": 2,
        "arrived": 2,
        "accepted": 2,
        "refunded": 0,
        "set_aside": 1,
        "damaged": None,
    }
    assert view["refunds"][0]["state"] == "failed"
    assert view["waiting"]["who"] == "operator"
    assert view["question"]["answers"] == ["retry", "settle_by_hand", "give_up"]
    assert len(view["facts"]) == len(life.ledger.timeline)


def test_snapshot_of_refunds() -> None:
    """A refund shows its amounts, and why it failed where the bank says so."""
    life = an_accepted_life()
    failed = refund_seen({"a": 1}, "failed", key="ret_1:refund:1", taken=at(5))
    life.tell(
        replace(failed, amount=Decimal("21.60"), failure_reason="closed_account", created=at(4))
    )

    [view] = take_snapshot(life.ledger, life.step).refunds

    assert view.model_dump() == {
        "id": "re_1",
        "state": "failed",
        "amount": Decimal("21.60"),
        "refunded_amount": Decimal(0),
        "currency": "EUR",
        "failure_reason": "closed_account",
        "unknown_state": None,
        "created": at(4),
        "ended": at(5),
    }


def test_facts_have_their_times() -> None:
    """A fact shows when it was seen or told; that a deadline passed has its time in words."""
    life = a_third_party_life()
    life.tell(
        shipment({"a": 1}, when=at(3)),
        DeadlinePassed(until=at(4)),
        return_seen(life.request, "accepted", taken=at(5)),
    )

    facts = take_snapshot(life.ledger, life.step, last_facts=3).facts

    assert [(one.kind, one.at) for one in facts] == [
        ("shipment", at(3)),
        ("deadline_passed", None),
        ("return", at(5)),
    ]
    assert {one.source for one in facts} == {"test"}


def test_snapshot_of_nothing() -> None:
    """A return of which nothing is known yet has a snapshot, too."""
    life = Life(a_request(Coordinator.DIGITAL_RIVER, {"a": 1}))

    view = json.loads(take_snapshot(life.ledger, life.step).model_dump_json())

    assert view["phase"] == "opening"
    assert view["return"] is None
    assert view["refunds"] == []
    assert view["facts"] == []
    assert view["lines"][0]["requested"] == 1


def test_snapshot_of_the_end() -> None:
    """A closed return says its outcome as its phase, and what came back."""
    life = an_accepted_life()
    life.tell(refund_seen({"a": 1}, "succeeded", key="ret_1:refund:1", taken=at(5)))

    view = json.loads(take_snapshot(life.ledger, life.step).model_dump_json())

    assert view["phase"] == view["outcome"] == "refunded"
    assert view["waiting"] is None
    assert view["lines"][0]["refunded"] == 1
    assert view["refunds"][0]["refunded_amount"] == "21.60"


def test_nothing_personal() -> None:
    """The address for the goods is all that is said of a place, and nobody is named on the card."""
    life = a_full_life()
    step = life.step

    assert "Dock Road" not in draw_card(life.ledger, step)
    facts = take_snapshot(life.ledger, step).facts
    assert not [fact for fact in facts if "Dock Road" in fact.summary]
