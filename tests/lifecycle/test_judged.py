"""What the shop's own rules said decides whether a return is created, before it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lifecycle.facts import CallGivenUp, CancelRequested, InDoubt, ReturnOrphaned, ReturnsListed
from lifecycle.judgement import ShopFinding, Then
from lifecycle.request import Coordinator
from lifecycle.steps import (
    Adopt,
    Close,
    Create,
    LineRefusal,
    Outcome,
    Refusal,
    Step,
    Waiting,
    Who,
)
from tests.builders.returns import (
    START,
    Life,
    a_request,
    an_adoption,
    at,
    order_seen,
    refused,
    return_seen,
)
from tests.builders.shop import finding, judged, judgement

LATE = finding("return_window_over", Then.REFUSE, "a", "b")
VOUCHER = finding("sku_not_returnable", Then.REFUSE, "b")
DEAR = finding("value_above_limit", Then.ASK, "a", "b")
DISPUTED = finding("order_was_disputed", Then.ASK, "b")
EACH = pytest.mark.parametrize("coordinator", Coordinator)
BOTH = {"a": 1, "b": 1}


def refusal_in(step: Step) -> Refusal:
    """Return the refusal with which a return closes."""
    assert isinstance(step, Close), step
    assert step.outcome is Outcome.NOT_RETURNABLE
    assert step.refusal is not None
    return step.refusal


def refused_line(item: str, code: str) -> LineRefusal:
    """Make the refusal of a line by one of the shop's rules."""
    return LineRefusal(order_item_id=item, code=code, message=f"No: {code}.")


@EACH
def test_no_finding_opens_the_return(coordinator: Coordinator) -> None:
    """The shop's yes changes nothing."""
    assert isinstance(judged(BOTH, coordinator=coordinator).step, Create)


@EACH
def test_a_finding_refuses_its_lines(coordinator: Coordinator) -> None:
    """Each with the rule's code and sentence; nothing is created."""
    refusal = refusal_in(judged(BOTH, VOUCHER, coordinator=coordinator).step)

    assert refusal == Refusal(
        code="sku_not_returnable",
        message="No: sku_not_returnable.",
        lines=(refused_line("b", "sku_not_returnable"),),
    )


def test_a_line_is_refused_once_by_the_first_rule() -> None:
    """One answer per line, in the order of the request."""
    refusal = refusal_in(judged(BOTH, VOUCHER, LATE).step)

    assert refusal.code == "lines_not_returnable"
    assert refusal.message == "2 of the requested lines cannot be returned."
    assert refusal.lines == (
        refused_line("a", "return_window_over"),
        refused_line("b", "sku_not_returnable"),
    )


def test_no_comes_before_a_question() -> None:
    """A person is not asked about what is refused anyway."""
    assert refusal_in(judged(BOTH, DEAR, VOUCHER).step).code == "sku_not_returnable"


def test_digital_river_comes_first_line_by_line() -> None:
    """What Digital River cannot take back is told so, and the other lines as the shop says."""
    life = Life(a_request(Coordinator.THIRD_PARTY, {"a": 3, "b": 1}))
    step = life.tell(order_seen(), ReturnsListed(taken=START), judgement(LATE))

    refusal = refusal_in(step)
    assert [(line.order_item_id, line.code) for line in refusal.lines] == [
        ("a", "quantity_too_large"),
        ("b", "return_window_over"),
    ]
    assert refusal.code == "lines_not_returnable"


@pytest.mark.parametrize("findings", [(), (DEAR,)])
def test_digital_rivers_refusal_stays_where_the_shop_refuses_nothing(
    findings: tuple[ShopFinding, ...],
) -> None:
    """A question that is of no use is not asked."""
    life = Life(a_request(Coordinator.THIRD_PARTY, BOTH))
    step = life.tell(order_seen("dispute"), ReturnsListed(taken=START), judgement(*findings))

    refusal = refusal_in(step)
    assert (refusal.code, refusal.message) == (
        "order_disputed",
        "Order order-1 is in a payment dispute.",
    )


@EACH
def test_a_person_is_asked(coordinator: Coordinator) -> None:
    """One question with every reason; it names its rules, and has no deadline."""
    life = judged(BOTH, DEAR, DISPUTED, coordinator=coordinator)

    assert (life.wait.what, life.wait.who) == (Waiting.DECISION, Who.OPERATOR)
    assert (life.wait.since, life.wait.until) == (START, None)
    assert life.question.id == f"eligibility:{life.request.rma}"
    assert life.question.answers == ("approve", "decline")
    assert life.question.reason == (
        "The shop's rules ask before this return is opened. "
        "No: value_above_limit. (value_above_limit: all) "
        "No: order_was_disputed. (order_was_disputed: b)"
    )


@EACH
def test_approved(coordinator: Coordinator) -> None:
    """The return is created as if nothing had been asked."""
    approved = judged(BOTH, DEAR, coordinator=coordinator).decide("approve")

    assert approved == judged(BOTH, coordinator=coordinator).step


@EACH
def test_declined(coordinator: Coordinator) -> None:
    """Every line is refused with one code; an operator's words stay inside."""
    refusal = refusal_in(judged(BOTH, DEAR, coordinator=coordinator).decide("decline"))

    assert (refusal.code, refusal.message) == (
        "declined",
        "The shop has looked at this request and declined it.",
    )
    assert [(line.order_item_id, line.code) for line in refusal.lines] == [
        ("a", "declined"),
        ("b", "declined"),
    ]


def test_the_earliest_judgement_holds() -> None:
    """A check that is repeated under other rules changes no decision."""
    life = judged(BOTH)
    assert isinstance(life.tell(replace(judgement(LATE), taken=at(1))), Create)

    asked = judged(BOTH, DEAR)
    asked.decide("approve")
    assert isinstance(asked.tell(replace(judgement(LATE), taken=at(1))), Create)


def test_cancelled_while_a_person_is_asked() -> None:
    """The shop need not wait for the answer."""
    life = judged(BOTH, DEAR)
    step = life.tell(CancelRequested(who="ann", why="kept", at=at(1)))

    assert step == Close(outcome=Outcome.CANCELLED)


def test_disputed_while_a_person_is_asked() -> None:
    """Digital River opens nothing then, whatever the person would have said."""
    life = judged(BOTH, DEAR)

    assert refusal_in(life.tell(order_seen("dispute", taken=at(1)))).code == "order_disputed"


@pytest.mark.parametrize("findings", [(LATE,), (DEAR,)])
def test_what_may_have_been_created_is_looked_for(findings: tuple[ShopFinding, ...]) -> None:
    """A create was lost, and its run forgot the judgement: a no looks first and creates nothing."""
    life = judged(BOTH, *findings)
    life.tell(InDoubt(key=life.ledger.return_key, absent=at(0)))
    step = life.decide("decline") if findings == (DEAR,) else life.step

    assert isinstance(step, Create)
    assert step.only_look


def test_a_lost_create_that_is_not_wanted_any_more_asks_nobody() -> None:
    """The shop has cancelled: there is nothing to approve."""
    life = judged(BOTH, DEAR)
    life.tell(InDoubt(key=life.ledger.return_key, absent=at(0)))
    step = life.tell(CancelRequested(who="ann", why="kept", at=at(1)))

    assert isinstance(step, Create)
    assert step.only_look


def test_units_of_our_own_old_return_are_judged_as_well() -> None:
    """Carrying on with a cancelled request's return is a new request, to the shop's rules."""
    old = a_request(Coordinator.THIRD_PARTY, {"a": 2}, request_id="request-2")
    held = return_seen(old, return_id="ret_9"), ReturnOrphaned(return_id="ret_9")
    once = finding("return_window_over", Then.REFUSE, "a")
    ask = finding("value_above_limit", Then.ASK, "a")

    def after(*findings: ShopFinding) -> Life:
        life = judged({"a": 2}, *findings)
        life.tell(*held)
        return life

    assert isinstance(after().step, Adopt)
    assert refusal_in(after(once).step).code == "return_window_over"
    asked = after(ask)
    assert asked.question.id.startswith("eligibility:")
    assert isinstance(asked.decide("approve"), Adopt)
    assert refusal_in(after(ask).decide("decline")).code == "declined"


def test_the_read_of_our_own_old_return_that_does_not_get_through_is_asked_about() -> None:
    """Digital River refused to create, and cannot be asked about what holds the units."""
    old = a_request(Coordinator.DIGITAL_RIVER, {"a": 2}, request_id="request-2")
    life = judged({"a": 2}, coordinator=Coordinator.DIGITAL_RIVER)
    life.tell(refused(life.ledger.return_key, code="quantity_too_large"))
    adoption = life.tell(return_seen(old, return_id="ret_9"), ReturnOrphaned(return_id="ret_9"))
    assert isinstance(adoption, Adopt)
    life.tell(CallGivenUp(key=adoption.key, message="timed out", at=at(3)))

    assert life.question.id.startswith(f"digital_river_unreachable:{adoption.key}:")
    assert isinstance(life.decide("retry"), Adopt)


def test_an_adoption_is_not_judged() -> None:
    """Who carries on with a return that is there asks no rule of the shop."""
    life = Life(an_adoption(Coordinator.THIRD_PARTY))

    assert isinstance(life.tell(judgement(LATE)), Adopt)


def test_a_return_that_is_open_is_not_judged_again() -> None:
    """A judgement that comes after the return stops nothing."""
    life = Life(a_request(Coordinator.THIRD_PARTY, {"a": 1}))
    waits = life.tell(order_seen(), ReturnsListed(taken=START), return_seen(life.request))

    assert life.tell(judgement(LATE)) == waits
    assert life.wait.what is Waiting.GOODS
