"""What a customer reads: true in every phase and outcome, and nothing of the shop's own."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from lifecycle.customer import CHECKING, IN_REVIEW, CustomerView, customer_status, customer_view
from lifecycle.facts import (
    CancelRequested,
    DeadlinePassed,
    OrderSeen,
    RefundSeen,
    ReturnsListed,
)
from lifecycle.phase import NEEDS_ATTENTION, PHASES
from lifecycle.policy import Policy, ShortReturn
from lifecycle.request import Coordinator
from lifecycle.snapshot import take_snapshot
from lifecycle.steps import Answer
from tests.builders.returns import (
    START,
    WAREHOUSE,
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
from tests.builders.stuck import STUCK

KEY = "ret_1:refund:1"


def seen(life: Life) -> CustomerView:
    """Return what the customer sees of a life."""
    return customer_view(take_snapshot(life.ledger, life.step))


def opening() -> Life:
    """Begin a return of which nothing is known yet."""
    return Life(a_request(Coordinator.THIRD_PARTY, {"a": 1}))


def sent_in_part() -> Life:
    """Begin a return of three units of which one has arrived."""
    life = a_third_party_life({"a": 2, "b": 1})
    life.tell(shipment({"a": 1}, when=at(3)))
    return life


def arrived() -> Life:
    """Begin a return whose goods have all arrived, and are to be accepted."""
    life = a_third_party_life()
    life.tell(shipment({"a": 1}, when=at(3)))
    return life


def approved() -> Life:
    """Begin a return that the fulfiller has approved."""
    life = a_digital_river_life()
    life.tell(return_seen(life.request, "pending", taken=at(2), location=WAREHOUSE))
    return life


def refund(state: str) -> RefundSeen:
    """Return the refund of the accepted unit in a state."""
    expires = at(95) if state == "pending_information" else None
    return refund_seen({"a": 1}, state, key=KEY, taken=at(5), created=at(5), expires=expires)


def accepted(*states: str) -> Life:
    """Begin a return whose unit is accepted, with its refund in these states, one by one."""
    life = an_accepted_life()
    life.tell(*map(refund, states))
    return life


def looking() -> Life:
    """Begin a return that was cancelled, and looks once more before it ends."""
    life = a_third_party_life()
    life.tell(CancelRequested(who="care", why="kept", at=at(1)))
    return life


def cancelled() -> Life:
    """Begin a return that was cancelled."""
    life = looking()
    life.look()
    return life


def disputed() -> Life:
    """Begin a return whose order is disputed."""
    life = a_third_party_life()
    life.tell(order_seen("dispute", taken=at(2)))
    return life


def charged_back() -> Life:
    """Begin a return whose order was charged back."""
    life = a_third_party_life()
    life.tell(chargeback())
    return life


def rejected() -> Life:
    """Begin a return that the fulfiller rejected."""
    life = a_digital_river_life()
    life.tell(return_seen(life.request, "rejected", taken=at(2)))
    return life


def refused(order: OrderSeen) -> Life:
    """Begin a return that is not opened because of its order."""
    life = opening()
    life.tell(order, ReturnsListed(taken=START))
    return life


def expired() -> Life:
    """Begin a return of which nothing arrived."""
    life = a_third_party_life()
    life.let_pass()
    return life


def settled_short() -> Life:
    """Begin a return of two units of which one came and was refunded."""
    life = a_third_party_life({"a": 2}, Policy(short_return=ShortReturn.SETTLE))
    life.tell(shipment({"a": 1}, when=at(3)))
    life.let_pass()
    life.tell(refund("succeeded"))
    return life


def given_up() -> Life:
    """Begin a return whose refund failed and was given up."""
    life = accepted("failed")
    life.decide(Answer.GIVE_UP)
    return life


def failed() -> Life:
    """Begin a return whose refund failed."""
    return accepted("failed")


CASES: dict[str, tuple[Callable[[], Life], str, str]] = {
    "opening": (opening, "We have your request and are opening your return.", ""),
    "awaiting_approval": (
        a_digital_river_life,
        "Your return is being checked. We will tell you where to send the goods.",
        "",
    ),
    "awaiting_goods": (approved, "Please send the goods back by 3 April 2026.", "2026-04-03"),
    "awaiting_goods, a part": (
        sent_in_part,
        "We have received 1 of 3 units. Please send the rest by 4 April 2026.",
        "2026-04-04",
    ),
    "checking_goods": (arrived, "The goods have arrived and are being checked.", ""),
    "refunding": (accepted, "Your refund is on its way.", ""),
    "refunding, pending": (
        lambda: accepted("pending"),
        "Your refund is on its way and should arrive by 20 March 2026.",
        "2026-03-20",
    ),
    "refunding, no unit": (looking, "Your return is being dealt with.", ""),
    "awaiting_customer": (
        lambda: accepted("pending_information"),
        "To pay your refund, we need your bank details by 5 June 2026.",
        "2026-06-05",
    ),
    "disputed": (
        disputed,
        "The payment of this order is disputed. Your return goes on when that is settled.",
        "",
    ),
    "in_review": (
        failed,
        "We are taking a closer look at your return and will be in touch if we need anything.",
        "",
    ),
    "refunded": (
        lambda: accepted("succeeded"),
        "Your return is complete, and everything was refunded.",
        "",
    ),
    "partially_refunded": (
        settled_short,
        "Your return is complete. A part of it was refunded, or paid to you in another way.",
        "",
    ),
    "not_returnable": (
        lambda: refused(order_seen(quantities={"b": 1})),
        "Item a is not part of this order.",
        "",
    ),
    "rejected": (rejected, "Your return was not accepted.", ""),
    "expired": (expired, "Your return has ended, because nothing arrived in time.", ""),
    "cancelled": (cancelled, "Your return was cancelled.", ""),
    "refund_failed": (
        given_up,
        "We could not pay your refund. Please contact customer service.",
        "",
    ),
    "charged_back": (
        charged_back,
        "Your bank has paid you back; this return refunds nothing more.",
        "",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_told(name: str) -> None:
    """Each phase and outcome has its status, its words, and its date where the words name one."""
    begin, message, day = CASES[name]
    view = seen(begin())
    assert (view.status, view.message) == (name.partition(",")[0], message)
    assert (view.next_date.isoformat()[:10] if view.next_date else "") == day


def test_every_phase_and_outcome_is_told() -> None:
    """The table above leaves none out, and only what a person of the shop decides is in review.

    That all goods have come is no phase of its own.
    """
    told = {name.partition(",")[0] for name in CASES} - {CHECKING}
    assert {customer_status(one) for one in PHASES} == told
    assert [one for one in PHASES if customer_status(one) == IN_REVIEW] == [NEEDS_ATTENTION]


def test_a_phase_of_another_release() -> None:
    """A word that is not known is no customer's; a return that is just starting has none yet."""
    assert customer_status("awaiting_the_moon") == IN_REVIEW
    assert customer_status(None) == "opening"


@pytest.mark.parametrize("name", STUCK)
def test_questions_are_not_told(name: str) -> None:
    """Whatever an operator is asked, the customer reads nothing of it."""
    life = STUCK[name]()
    view = seen(life)
    assert (view.status, view.next_date) == (IN_REVIEW, None)
    shown = view.model_dump_json()
    assert life.question.reason not in shown
    assert life.question.id not in shown


def test_what_is_shown_beside_the_words() -> None:
    """Units, refunds with their amounts, and where the goods go; no failure reason, no names."""
    life = approved()
    life.tell(return_seen(life.request, "accepted", taken=at(4), location=WAREHOUSE))
    life.tell(refund("succeeded"), DeadlinePassed(until=at(5)))
    view = seen(life)
    assert view.ship_to == WAREHOUSE
    assert view.model_dump(exclude={"ship_to", "message", "status", "rma", "workflow_id"}) == {
        "order_id": "order-1",
        "return_id": "ret_1",
        "next_date": None,
        "lines": [
            {"order_item_id": "a", "requested": 1, "arrived": 1, "accepted": 1, "refunded": 1}
        ],
        "refunds": [
            {
                "id": "re_1",
                "state": "succeeded",
                "amount": None,
                "refunded_amount": Decimal("21.60"),
                "currency": "EUR",
            }
        ],
        "refusal": None,
    }


def test_a_refusal_is_told_line_by_line() -> None:
    """Its sentences are written for customers."""
    view = seen(refused(order_seen(quantities={"b": 1})))
    assert view.refusal is not None
    assert [line.code for line in view.refusal.lines] == ["unknown_line"]
