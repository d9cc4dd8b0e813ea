"""Creating the return once, though answers are lost, and what Digital River's refusal means."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from lifecycle.facts import CallGivenUp, InDoubt, LookAlikes, ReturnClaimed, ReturnsListed
from lifecycle.policy import Policy
from lifecycle.request import Coordinator
from lifecycle.steps import CheckShipped, Close, Create, Outcome, Wait, Waiting
from tests.builders.returns import (
    START,
    WAREHOUSE,
    Life,
    a_request,
    at,
    fulfillment_order_seen,
    order_seen,
    refused,
    return_seen,
)


@pytest.fixture
def life() -> Life:
    """Begin a third-party return that is about to be created, without a mark in its reason."""
    policy = Policy(tag_reason=False)
    life = Life(a_request(Coordinator.THIRD_PARTY, {"a": 1}, policy=policy))
    life.tell(order_seen(), ReturnsListed(taken=START))
    return life


def create(life: Life) -> Create:
    """Return the create that is due; fails when another step is."""
    step = life.step
    assert isinstance(step, Create), step
    return step


def key(life: Life) -> str:
    """Return the key of the create."""
    return life.ledger.return_key


@pytest.mark.parametrize("coordinator", list(Coordinator))
def test_what_the_shop_asked_for_is_sent(coordinator: Coordinator) -> None:
    """Where the goods are to go, and the shop's own notes; nothing where there are none."""
    plain = a_request(coordinator, {"a": 1})
    noted = plain.model_copy(update={"location": WAREHOUSE, "metadata": {"ticket": "T-17"}})
    sent = []
    for request in (plain, noted):
        life = Life(request)
        life.tell(order_seen(), fulfillment_order_seen(), ReturnsListed(taken=START))
        sent.append((create(life).location, create(life).metadata))
    assert sent == [(None, None), (WAREHOUSE, {"ticket": "T-17"})]


def test_second_look_after_a_lost_answer(life: Life) -> None:
    """A create in doubt is looked for again a minute later, before anything is sent."""
    life.tell(InDoubt(key=key(life), absent=at(1)))

    assert create(life).not_before == at(1, seconds=60)


@pytest.mark.parametrize("coordinator", list(Coordinator))
def test_dispute_does_not_undo_a_lost_create(coordinator: Coordinator) -> None:
    """A return that may be there is looked for, although the order is disputed since."""
    life = Life(a_request(coordinator, {"a": 1}))
    life.tell(order_seen(), fulfillment_order_seen(), ReturnsListed(taken=START))
    life.tell(InDoubt(key=key(life), absent=at(1)), order_seen("dispute", taken=at(1)))

    assert create(life).not_before == at(1, seconds=60)


def test_pause_doubles(life: Life) -> None:
    """Each further doubt doubles the pause, counted from the last read."""
    pauses = []
    for n in range(5):
        life.tell(InDoubt(key=key(life), absent=at(hours=n)))
        not_before = create(life).not_before
        assert not_before is not None
        pauses.append(not_before - at(hours=n))

    assert pauses == [timedelta(seconds=60 * 2**n) for n in range(5)]


def test_pause_does_not_depend_on_the_order(life: Life) -> None:
    """Doubts told twice or out of order make the same pause."""
    for day in (2, 1, 2):
        life.tell(InDoubt(key=key(life), absent=at(hours=day)))

    assert create(life).not_before == at(hours=2, seconds=120)


def test_doubt_for_too_long(life: Life) -> None:
    """A create that stays in doubt for as long as a call may take asks a person."""
    life.tell(InDoubt(key=key(life), absent=at(0)), InDoubt(key=key(life), absent=at(3)))

    assert life.question.id == f"in_doubt:{key(life)}:2"

    life.decide("retry")
    assert create(life).not_before is not None

    life.tell(InDoubt(key=key(life), absent=at(4)))
    assert life.question.id == f"in_doubt:{key(life)}:3"

    assert life.decide("give_up") == Close(outcome=Outcome.CANCELLED)


def test_given_up_may_have_been_sent(life: Life) -> None:
    """After a create that was given up, a person's retry still looks before it sends."""
    life.tell(CallGivenUp(key=key(life), message="timed out", at=at(3)))

    assert life.question.answers == ("retry", "give_up")
    assert "timed out" in life.question.reason

    life.decide("retry", when=at(3))
    assert create(life).not_before == at(3, seconds=60)


def test_given_up_again(life: Life) -> None:
    """Giving up a second time is another question, and giving in ends the return."""
    life.tell(CallGivenUp(key=key(life), message="timed out", at=at(3)))
    first = life.question.id
    life.decide("retry")
    life.tell(CallGivenUp(key=key(life), message="timed out", at=at(6)))

    assert life.question.id != first
    assert life.decide("give_up") == Close(outcome=Outcome.CANCELLED)


def test_given_up_once_more_by_a_late_word(life: Life) -> None:
    """The latest giving up is the one that is asked about, whichever is heard of first."""
    life.tell(CallGivenUp(key=key(life), message="timed out", at=at(6)))
    asked = life.question

    life.tell(CallGivenUp(key=key(life), message="refused", at=at(3)))

    assert life.question == asked


def test_check_given_up() -> None:
    """A read that did not get through leaves nothing in doubt: its retry is the read itself."""
    life = Life(a_request(Coordinator.DIGITAL_RIVER, {"a": 1}))
    check = life.step
    assert isinstance(check, CheckShipped)
    life.tell(CallGivenUp(key=check.key, message="timed out", at=at(3)))

    assert life.decide("retry") == check

    life.tell(order_seen(), fulfillment_order_seen())
    assert create(life).not_before is None


def test_check_given_in() -> None:
    """A person may stop a return whose first read never got through."""
    life = Life(a_request(Coordinator.DIGITAL_RIVER, {"a": 1}))
    check = life.step
    assert isinstance(check, CheckShipped)
    life.tell(CallGivenUp(key=check.key, message="timed out", at=at(3)))

    assert life.decide("give_up") == Close(outcome=Outcome.CANCELLED)


def test_look_alikes(life: Life) -> None:
    """Objects that could be the one of a lost create are a person's to tell apart."""
    alike = [replace(return_seen(life.request, return_id=f"ret_{n}"), key=None) for n in (8, 9)]
    life.tell(*alike, LookAlikes(key=key(life), object_ids=("ret_9", "ret_8")))

    assert life.question.answers == ("adopt:ret_8", "adopt:ret_9", "retry", "give_up")

    step = life.decide("adopt:ret_9")
    assert isinstance(step, Wait)
    assert step.what is Waiting.GOODS
    assert life.ledger.claimed == {"ret_9"}


def test_no_look_alike_is_ours(life: Life) -> None:
    """Look-alikes that a person ruled out do not stop the next try."""
    life.tell(LookAlikes(key=key(life), object_ids=("ret_8",)))
    life.decide("retry")

    assert create(life).not_ours == ("ret_8",)

    life.tell(LookAlikes(key=key(life), object_ids=("ret_9",)))
    assert life.question.id == f"look_alikes:{key(life)}:2"


def test_look_alikes_given_up(life: Life) -> None:
    """A person may stop a return whose create cannot be told from others."""
    life.tell(LookAlikes(key=key(life), object_ids=("ret_8",)))

    assert life.decide("give_up") == Close(outcome=Outcome.CANCELLED)


def test_created(life: Life) -> None:
    """The answer to a create ends the creating, doubts or not."""
    life.tell(InDoubt(key=key(life), absent=at(1)))

    step = life.tell(replace(return_seen(life.request), key=None), ReturnClaimed(return_id="ret_1"))

    assert isinstance(step, Wait)


def test_refused_because_held(life: Life) -> None:
    """A refusal for quantity names the lines whose units another return holds."""
    other = a_request(Coordinator.THIRD_PARTY, {"a": 1}, request_id="request-2")
    life.tell(return_seen(other, return_id="ret_2"))

    step = life.tell(refused(key(life), code="quantity_too_large"))

    assert isinstance(step, Close)
    assert step.refusal is not None
    assert [(line.order_item_id, line.code) for line in step.refusal.lines] == [("a", "units_held")]


def test_refused_because_too_many(life: Life) -> None:
    """A refusal for quantity does not blame a return of other items."""
    other = a_request(Coordinator.THIRD_PARTY, {"b": 1}, request_id="request-2")
    life.tell(return_seen(other, return_id="ret_2"))

    step = life.tell(refused(key(life), code="quantity_too_large"))

    assert isinstance(step, Close)
    assert step.refusal is not None
    assert step.refusal.code == "quantity_too_large"
    assert step.refusal.message == "More units were asked for than can be returned."


def test_refused_because_held_by_a_fulfillment_return() -> None:
    """Units in another fulfillment return are held, unless the fulfiller rejected it."""
    for state, code in (("pending", "units_held"), ("rejected", "quantity_too_large")):
        life = Life(a_request(Coordinator.DIGITAL_RIVER, {"a": 2}))
        other = a_request(Coordinator.DIGITAL_RIVER, {"a": 1}, request_id="request-2")
        life.tell(
            order_seen(),
            fulfillment_order_seen(),
            return_seen(other, state, return_id="ret_2"),
            refused(life.ledger.return_key, code="quantity_too_large"),
        )

        step = life.step

        assert isinstance(step, Close)
        assert step.refusal is not None
        assert step.refusal.code == code


def test_refused_otherwise(life: Life) -> None:
    """Any other refusal keeps Digital River's code and says what it said."""
    step = life.tell(refused(key(life), code="restricted_update"))

    assert isinstance(step, Close)
    assert step.outcome is Outcome.NOT_RETURNABLE
    assert step.refusal is not None
    assert step.refusal.code == "restricted_update"
    assert step.refusal.message == "This return cannot be opened: It cannot be done."


def test_refused_in_a_dispute() -> None:
    """A dispute that began meanwhile explains the refusal, better than its code does."""
    life = Life(a_request(Coordinator.DIGITAL_RIVER, {"a": 1}))
    life.tell(fulfillment_order_seen(), order_seen("dispute"))

    step = life.tell(refused(key(life), code="restricted_update"))

    assert isinstance(step, Close)
    assert step.refusal is not None
    assert step.refusal.code == "order_disputed"


def test_refused_but_there(life: Life) -> None:
    """A return that bears our mark wins over the refusal: the create was done before."""
    life.tell(refused(key(life), code="quantity_too_large"))

    assert isinstance(life.tell(return_seen(life.request)), Wait)
