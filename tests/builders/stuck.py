"""Every way in which a return can need a person: one life for each question that the rules ask."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from lifecycle.facts import (
    CallGivenUp,
    EndedBefore,
    InDoubt,
    LookAlikes,
    ReturnsListed,
    TooManyMessages,
)
from lifecycle.identity import refund_key, rma_number
from lifecycle.judgement import Then
from lifecycle.policy import Policy
from lifecycle.request import Coordinator
from lifecycle.steps import AcceptItems
from tests.builders.returns import (
    START,
    Life,
    a_digital_river_life,
    a_request,
    a_third_party_life,
    an_accepted_life,
    at,
    chargeback,
    order_seen,
    refund_seen,
    refused,
    return_seen,
    shipment,
)
from tests.builders.shop import finding, judged

STUCK: dict[str, Callable[[], Life]] = {}

FIRST, SECOND = refund_key("ret_1", 1), refund_key("ret_1", 2)
MARK = f"#{rma_number('request-1')}"


def stuck(begin: Callable[[], Life]) -> Callable[[], Life]:
    """Put a life into the table, under its own name."""
    STUCK[begin.__name__] = begin
    return begin


def _creating() -> Life:
    life = Life(a_request(Coordinator.THIRD_PARTY, {"a": 1}))
    life.tell(order_seen(), ReturnsListed(taken=START))
    return life


def _call_given_up(life: Life, key: str) -> Life:
    life.tell(CallGivenUp(key=key, message="timed out", at=at(9)))
    return life


@stuck
def check_unreachable() -> Life:
    """Digital River does not answer the first read."""
    life = Life(a_request(Coordinator.DIGITAL_RIVER, {"a": 1}))
    return _call_given_up(life, life.ledger.check_key)


@stuck
def eligibility_in_question() -> Life:
    """The shop's rules ask before the return is opened."""
    return judged({"a": 1}, finding("value_above_limit", Then.ASK, "a"))


@stuck
def create_unreachable() -> Life:
    """Digital River does not answer the create."""
    life = _creating()
    return _call_given_up(life, life.ledger.return_key)


@stuck
def acceptance_unreachable() -> Life:
    """Digital River does not answer the acceptance."""
    life = a_third_party_life()
    step = life.tell(shipment({"a": 1}, when=at(3)))
    assert isinstance(step, AcceptItems)
    return _call_given_up(life, step.key)


@stuck
def acceptance_to_approve() -> Life:
    """A person is asked before the acceptance, which makes Digital River refund."""
    life = a_third_party_life(policy=Policy(ask_before_refund=True))
    life.tell(shipment({"a": 1}, when=at(3)))
    return life


@stuck
def refund_unreachable() -> Life:
    """Digital River does not answer the refund."""
    return _call_given_up(an_accepted_life(), FIRST)


@stuck
def watch_unreachable() -> Life:
    """Digital River answers no look."""
    return _call_given_up(a_third_party_life(), "ret_1:watch")


@stuck
def create_in_doubt() -> Life:
    """Each create's answer was lost, for days."""
    life = _creating()
    key = life.ledger.return_key
    life.tell(InDoubt(key=key, absent=at(0)), InDoubt(key=key, absent=at(4)))
    return life


@stuck
def look_alikes() -> Life:
    """Two returns could each be the one of a lost create."""
    life = _creating()
    alike = [replace(return_seen(life.request, return_id=f"ret_{n}"), key=None) for n in (8, 9)]
    unmarked = [replace(one, reason="too_small") for one in alike]
    life.tell(*unmarked, LookAlikes(key=life.ledger.return_key, object_ids=("ret_8", "ret_9")))
    return life


@stuck
def not_approved() -> Life:
    """The fulfiller neither approves nor rejects."""
    life = a_digital_river_life()
    life.let_pass()
    return life


@stuck
def short_at_the_deadline() -> Life:
    """One of two units came."""
    life = a_third_party_life({"a": 2})
    life.tell(shipment({"a": 1}, when=at(3)))
    life.let_pass()
    return life


@stuck
def two_returns() -> Life:
    """Two returns bear our mark."""
    life = a_third_party_life()
    life.tell(return_seen(life.request, return_id="ret_9", taken=at(6)))
    return life


@stuck
def contradiction() -> Life:
    """A refund was seen both succeeded and failed."""
    life = an_accepted_life()
    life.tell(refund_seen({"a": 1}, "succeeded", key=FIRST, taken=at(5)))
    life.tell(refund_seen({"a": 1}, "failed", key=FIRST, taken=at(6)))
    return life


@stuck
def whose_refund() -> Life:
    """A refund without a mark could be another return's."""
    life = a_third_party_life()
    sibling = a_request(Coordinator.THIRD_PARTY, {"a": 1}, request_id="request-2")
    life.tell(return_seen(life.request, "accepted", taken=at(4)))
    life.tell(return_seen(sibling, "accepted", return_id="ret_2", taken=at(4)))
    life.tell(refund_seen({"a": 1}, taken=at(5), created=at(5)), ReturnsListed(taken=at(6)))
    return life


@stuck
def dispute_ended_without_a_word() -> Life:
    """The order is no longer disputed, and nobody says who won."""
    life = an_accepted_life()
    life.tell(order_seen("dispute", taken=at(5)), order_seen("complete", taken=at(9)))
    life.look_up()
    return life


@stuck
def too_many_messages() -> Life:
    """Far more was told than a return has to tell."""
    life = a_third_party_life()
    life.tell(TooManyMessages(at=at(5)))
    return life


@stuck
def damaged_goods() -> Life:
    """All came, and some of it is damaged."""
    life = a_third_party_life({"a": 2})
    life.tell(replace(shipment({"a": 1}, when=at(3)), damaged=(("a", 1),)))
    return life


@stuck
def paid_twice() -> Life:
    """The bank paid the customer, and so did Digital River."""
    life = an_accepted_life()
    life.tell(chargeback(), refund_seen({"a": 1}, "succeeded", key=FIRST, taken=at(6)))
    return life


@stuck
def accepted_beyond_arrived() -> Life:
    """A count was corrected after Digital River had accepted."""
    life = a_third_party_life()
    life.tell(
        shipment({"a": 1}, when=at(3)),
        return_seen(life.request, "accepted", taken=at(4)),
        shipment({"a": 0}, revision=2, when=at(5)),
        refund_seen({"a": 1}, "succeeded", reason=MARK, taken=at(6)),
    )
    return life


@stuck
def acceptance_refused() -> Life:
    """Digital River does not accept what has arrived."""
    life = a_third_party_life()
    step = life.tell(shipment({"a": 1}, when=at(3)))
    assert isinstance(step, AcceptItems)
    life.tell(refused(step.key, taken=at(3)))
    return life


@stuck
def refunded_before_acceptance() -> Life:
    """A person refunded units in the Dashboard before they arrived."""
    life = a_third_party_life({"a": 1, "b": 1})
    life.tell(refund_seen({"a": 1}, "succeeded", reason=MARK, taken=at(2)))
    life.tell(ReturnsListed(taken=at(2)), shipment({"a": 1, "b": 1}, when=at(3)))
    return life


@stuck
def order_refunded_before_acceptance() -> Life:
    """A person refunded money of the order as a whole before the goods arrived."""
    life = a_third_party_life()
    life.tell(refund_seen({}, "succeeded", taken=at(2)), shipment({"a": 1}, when=at(3)))
    return life


@stuck
def order_refunded_before_refund() -> Life:
    """A person refunded money of the order as a whole before we refund the goods."""
    life = an_accepted_life()
    life.tell(refund_seen({}, "succeeded", refund_id="re_9", taken=at(5)))
    return life


@stuck
def refund_to_be_approved() -> Life:
    """The shop wants a person to approve each refund."""
    return an_accepted_life(policy=Policy(ask_before_refund=True))


@stuck
def ended_before() -> Life:
    """Something came after the end of an earlier workflow on the return."""
    life = an_accepted_life()
    life.tell(refund_seen({"a": 1}, "succeeded", key=FIRST, taken=at(90)))
    life.tell(EndedBefore(outcome="refund_failed", news="re_1 succeeded", taken=at(90)))
    return life


@stuck
def unknown_state() -> Life:
    """A refund that had succeeded is shown in a state that is not known."""
    life = an_accepted_life()
    life.tell(
        refund_seen({"a": 1}, "succeeded", key=FIRST, taken=at(5)),
        refund_seen({"a": 1}, "reversed", key=FIRST, taken=at(6)),
    )
    return life


@stuck
def refund_refused() -> Life:
    """Digital River refuses to refund."""
    life = an_accepted_life()
    life.tell(refused(FIRST, status=400, taken=at(5)))
    return life


@stuck
def amount_mismatch() -> Life:
    """Half of the money was refunded, by percentage."""
    life = an_accepted_life()
    seen = refund_seen({"a": 1}, "succeeded", key=FIRST, taken=at(5))
    life.tell(replace(seen, items=(replace(seen.items[0], percent=Decimal(50)),)))
    return life


@stuck
def refund_failed() -> Life:
    """The bank did not pay."""
    life = an_accepted_life()
    life.tell(refund_seen({"a": 1}, "failed", key=FIRST, taken=at(5)))
    return life


@stuck
def refund_expired_twice() -> Life:
    """The customer gave no bank details, twice."""
    life = an_accepted_life()
    life.tell(refund_seen({"a": 1}, "expired", key=FIRST, taken=at(5)))
    life.tell(refund_seen({"a": 1}, "expired", refund_id="re_2", key=SECOND, taken=at(95)))
    return life


@stuck
def refund_overdue() -> Life:
    """A refund is pending for too long."""
    life = an_accepted_life()
    life.tell(refund_seen({"a": 1}, key=FIRST, taken=at(5)))
    life.let_pass()
    return life


@stuck
def refund_missing() -> Life:
    """Digital River does not refund what it has accepted."""
    life = a_third_party_life()
    life.tell(return_seen(life.request, "accepted", taken=at(5)))
    life.let_pass()
    return life
