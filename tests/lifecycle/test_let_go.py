"""Refund calls that a person gave up or settled by hand: they stay so, and nothing else does."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle.facts import CallGivenUp, Decision, InDoubt
from lifecycle.identity import refund_key
from lifecycle.let_go import calls_let_go, name_of, units_named
from lifecycle.policy import Policy, RefundShipping, ShortReturn
from lifecycle.steps import Answer, Close, IssueRefund, Look, Outcome, Step, Units, Waiting
from tests.builders.returns import (
    Life,
    a_digital_river_life,
    a_third_party_life,
    an_accepted_life,
    at,
    fulfillment_order_seen,
    refund_seen,
    refund_step,
    refused,
    return_seen,
    shipment,
    shipped_item,
)

FIRST, SECOND, THIRD = (refund_key("ret_1", n) for n in (1, 2, 3))
ONE_A = (Units(item_id="a", quantity=1),)


def accept(life: Life, *, day: float, **units: int) -> None:
    """Tell that the fulfiller has accepted so many units in all."""
    life.tell(return_seen(life.request, "accepted", units, taken=at(day)))


def half_accepted(**asked: int) -> Life:
    """Begin a return of which one unit of a is accepted, and more may come."""
    life = a_digital_river_life(asked)
    accept(life, day=4, a=1)
    assert refund_step(life.step).key == FIRST
    return life


def let_go(life: Life, answer: str) -> None:
    """Let the refund call that is due fail, and a person let it go."""
    key = refund_step(life.step).key
    if answer == Answer.SETTLE_BY_HAND:
        life.tell(refused(key, status=400, taken=at(5)))
    else:
        life.tell(CallGivenUp(key=key, message="timed out", at=at(5)))
    life.decide(answer)


def end_of(life: Life) -> Step:
    """Return what follows once the look that is due has found nothing."""
    return life.look() if isinstance(life.step, Look) else life.step


LET_GO = pytest.mark.parametrize("answer", [Answer.GIVE_UP, Answer.SETTLE_BY_HAND])


@LET_GO
def test_later_units_have_a_call_of_their_own(answer: str) -> None:
    """Units that are accepted after a call was let go are refunded, under a new key, alone."""
    life = half_accepted(a=2)
    let_go(life, answer)

    accept(life, day=6, a=2)

    step = refund_step(life.step)
    assert (step.key, step.items, step.not_before) == (SECOND, ONE_A, None)
    assert step.preview is True
    paid = refund_seen({"a": 1}, "succeeded", refund_id="re_2", key=SECOND, taken=at(7))
    life.tell(paid)
    assert end_of(life) == Close(outcome=Outcome.PARTIALLY_REFUNDED)


@LET_GO
def test_later_units_of_another_item(answer: str) -> None:
    """The question names the items, and what is accepted later may be another."""
    life = half_accepted(a=1, b=1)
    key = refund_step(life.step).key
    life.tell(refused(key, status=400, taken=at(5)))
    assert life.question.id == f"refund_refused:{FIRST}:a=1"
    assert life.question.reason.startswith("Digital River refused the refund of 1 of a: ")
    life.decide(answer)

    accept(life, day=6, a=1, b=1)

    step = refund_step(life.step)
    assert (step.key, step.items) == (SECOND, (Units(item_id="b", quantity=1),))


def test_a_second_call_given_up() -> None:
    """Each call that is given up is counted, and its units stay given up."""
    life = half_accepted(a=3)
    let_go(life, Answer.GIVE_UP)
    accept(life, day=6, a=2)
    life.tell(InDoubt(key=SECOND, absent=at(6)), InDoubt(key=SECOND, absent=at(10)))
    life.look()
    assert life.question.id == f"in_doubt:{SECOND}:2:a=1"
    assert life.question.reason.startswith("Refund of 1 of a: ")
    life.decide(Answer.GIVE_UP)

    accept(life, day=11, a=3)

    step = refund_step(life.step)
    assert (step.key, step.items) == (THIRD, ONE_A)


def test_an_answer_is_about_what_it_names() -> None:
    """While a question is open, units that come in change it: an answer to the old one is void."""
    life = half_accepted(a=2)
    life.tell(CallGivenUp(key=FIRST, message="timed out", at=at(5)))
    assert life.question.id.startswith(f"digital_river_unreachable:{FIRST}:")
    before = life.question.id
    accept(life, day=6, a=2)

    assert life.question.id == before.removesuffix("a=1") + "a=2"
    life.decide(Answer.GIVE_UP)

    assert isinstance(life.step, Look)
    assert life.look() == Close(outcome=Outcome.REFUND_FAILED)


def test_a_retry_is_for_all_that_is_due() -> None:
    """That a call is tried again is not asked a second time because more is accepted."""
    life = half_accepted(a=2)
    life.tell(CallGivenUp(key=FIRST, message="timed out", at=at(5)))
    life.decide(Answer.RETRY)

    accept(life, day=6, a=2)

    step = refund_step(life.step)
    assert (step.key, step.items[0].quantity) == (FIRST, 2)


def test_given_up_and_there_for_a_part() -> None:
    """A call that got through all the same pays for its units; those given up beside stay so."""
    life = half_accepted(a=3)
    life.tell(CallGivenUp(key=FIRST, message="timed out", at=at(5)))
    accept(life, day=6, a=2)
    life.decide(Answer.GIVE_UP)
    life.tell(refund_seen({"a": 1}, "succeeded", key=FIRST, taken=at(6)))

    accept(life, day=7, a=3)

    step = refund_step(life.step)
    assert (step.key, step.items) == (SECOND, ONE_A)


# Digital River's own refunds, and settlements


def a_settlement() -> Life:
    """Begin a third party's return of two units, of which the one that came is to be refunded."""
    life = a_third_party_life({"a": 2}, Policy(short_return=ShortReturn.SETTLE))
    life.tell(shipment({"a": 1}, when=at(3)))
    life.let_pass()
    return life


def test_settled_by_hand_and_the_rest_arrives() -> None:
    """A unit that was paid by hand is never accepted: Digital River would pay for it, too."""
    life = a_settlement()
    life.tell(refused(FIRST, status=400, taken=at(34)))
    life.decide(Answer.SETTLE_BY_HAND)

    life.tell(shipment({"a": 1}, reference="parcel-2", when=at(35)))

    step = refund_step(life.step)
    assert (step.key, step.items) == (SECOND, ONE_A)


def test_the_other_unit_is_waited_for() -> None:
    """Where a retry was let go, the refund that Digital River still owes is waited for."""
    life = a_third_party_life({"a": 1, "b": 1})
    life.tell(
        return_seen(life.request, "accepted", taken=at(4)),
        refund_seen({"a": 1}, "failed", reason=life.request.sent_reason, taken=at(5)),
    )
    life.decide(Answer.RETRY)
    let_go(life, Answer.SETTLE_BY_HAND)

    assert (life.wait.what, life.wait.question) == (Waiting.REFUND, None)


# What pays for no unit


@LET_GO
def test_shipping_is_not_tried_again(answer: str) -> None:
    """A refund of shipping that was let go stays so, and no such return counts as refunded."""
    wanted = Policy(refund_shipping=RefundShipping.WHEN_ORDER_FULLY_RETURNED)
    life = an_accepted_life({"a": 1}, wanted)
    life.tell(refund_seen({"a": 1}, "succeeded", key=FIRST, taken=at(5)))
    let_go(life, answer)

    assert end_of(life) == Close(outcome=Outcome.PARTIALLY_REFUNDED)


def test_shipping_that_got_through_all_the_same() -> None:
    """A refund of shipping that was given up and is there is like any other."""
    wanted = Policy(refund_shipping=RefundShipping.WHEN_ORDER_FULLY_RETURNED)
    life = an_accepted_life({"a": 1}, wanted)
    life.tell(refund_seen({"a": 1}, "succeeded", key=FIRST, taken=at(5)))
    let_go(life, Answer.GIVE_UP)
    shipping = refund_seen({}, "succeeded", refund_id="re_2", key=SECOND, taken=at(6))

    assert life.look(replace(shipping, type="shipping")) == Close(outcome=Outcome.REFUNDED)


@LET_GO
def test_the_rest_is_not_tried_again(answer: str) -> None:
    """What a refund paid too little is issued once at a person's word, and then let go for good."""
    life = half_accepted(a=2)
    life.tell(fulfillment_order_seen(shipped_item("a", shipped=2, value=Decimal(20)), taken=at(1)))
    short = refund_seen({"a": 1}, "succeeded", key=FIRST, taken=at(5))
    life.tell(replace(short, refunded_amount=Decimal(7)))
    life.decide(Answer.RETRY)
    let_go(life, answer)
    end_of(life)
    assert life.wait.what is Waiting.MORE_GOODS

    accept(life, day=6, a=2)

    step = refund_step(life.step)
    assert (step.key, step.items) == (THIRD, ONE_A)


# Whatever happens

IDS = st.from_regex(r"[A-Za-z0-9._:@/+=-]{1,8}", fullmatch=True)


@given(units=st.dictionaries(IDS, st.integers(1, 99), min_size=1, max_size=3))
def test_a_name_is_read_as_it_was_written(units: dict[str, int]) -> None:
    """Whatever the items are called, an answer lets go the units that its question named."""
    life = a_digital_river_life(units)
    items = tuple(Units(item_id=item, quantity=n) for item, n in units.items())
    name = name_of(items)
    decisions = [
        Decision(question=f"{about}:{name}", answer=Answer.GIVE_UP, who="ann", why="", at=at(5))
        for about in (f"refund_refused:{FIRST}", f"in_doubt:{SECOND}:4")
    ]
    life.tell(*decisions)

    assert calls_let_go(life.ledger, "ret_1") == {FIRST: name, SECOND: name}
    assert units_named(name) == units


@given(
    accepted=st.lists(st.sampled_from("ab"), min_size=1, max_size=6),
    fates=st.lists(st.sampled_from(["paid", "refused", "lost", "retried"]), min_size=6, max_size=6),
)
def test_each_unit_is_paid_for_or_let_go(accepted: list[str], fates: list[str]) -> None:
    """Units are accepted one by one, and each call ends well or is let go: none twice."""
    asked = {item: accepted.count(item) for item in sorted(set(accepted))}
    life = a_digital_river_life(asked)
    so_far = dict.fromkeys(asked, 0)
    keys = []
    for day, (item, fate) in enumerate(zip(accepted, fates, strict=False), start=4):
        so_far[item] += 1
        accept(life, day=day, **so_far)
        step = refund_step(life.step)
        assert step.items == (Units(item_id=item, quantity=1),)
        if fate == "retried":
            life.tell(refused(step.key, status=400, taken=at(day)))
            step = refund_step(life.decide(Answer.RETRY))
        keys.append(step.key)
        if fate in ("paid", "retried"):
            refund = refund_seen(
                {item: 1}, "succeeded", refund_id=f"re_{day}", key=step.key, taken=at(day)
            )
            life.tell(refund)
        else:
            let_go(life, Answer.SETTLE_BY_HAND if fate == "refused" else Answer.GIVE_UP)
        assert not isinstance(life.step, IssueRefund)
    assert len(set(keys)) == len(keys)
    whole = {"refused", "lost"}.isdisjoint(fates[: len(accepted)])
    assert (end_of(life) == Close(outcome=Outcome.REFUNDED)) is whole
