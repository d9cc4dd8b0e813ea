"""Fewer units than authorised at the deadline (third party): settle, ask, or wait."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lifecycle.facts import CallGivenUp, InDoubt
from lifecycle.policy import Policy, ShortReturn
from lifecycle.steps import Close, IssueRefund, Outcome, Units, Wait, Waiting, Who
from tests.builders.returns import (
    Life,
    a_third_party_life,
    at,
    refund_seen,
    refund_step,
    refused,
    return_seen,
    shipment,
)

SETTLE = Policy(short_return=ShortReturn.SETTLE)
ONE_A = (Units(item_id="a", quantity=1),)


def a_short_life(policy: Policy | None = None) -> Life:
    """Begin a return of two units of which one arrived."""
    life = a_third_party_life({"a": 2}, policy)
    life.tell(shipment({"a": 1}, when=at(3)))
    return life


def test_settle() -> None:
    """By policy the received units are refunded at the deadline, and the return closes in part."""
    life = a_short_life(SETTLE)

    issue = refund_step(life.let_pass())
    assert issue.items == ONE_A
    assert issue.preview is True

    step = life.tell(refund_seen({"a": 1}, "succeeded", key=issue.key, taken=at(34)))
    assert step == Close(outcome=Outcome.PARTIALLY_REFUNDED)


def test_wait() -> None:
    """By policy the return waits on, without a deadline, and names the customer."""
    life = a_short_life(Policy(short_return=ShortReturn.WAIT))

    assert life.let_pass() == Wait(what=Waiting.GOODS, who=Who.CUSTOMER, since=at(3), until=None)


def test_ask_and_settle() -> None:
    """A person may have the received part refunded."""
    life = a_short_life()
    life.let_pass()
    assert life.question.answers == ("refund_received_part", "extend_deadline", "give_up")

    assert refund_step(life.decide("refund_received_part")).items == ONE_A


def test_ask_and_extend() -> None:
    """A person may wait once more for as long."""
    life = a_short_life()
    life.let_pass()

    life.decide("extend_deadline", when=at(35))

    assert (life.wait.what, life.wait.until) == (Waiting.GOODS, at(65))


def test_ask_and_give_up() -> None:
    """A person may refund nothing; that is no rejection."""
    life = a_short_life()
    life.let_pass()

    assert life.decide("give_up") == Close(outcome=Outcome.REFUND_FAILED)


def test_give_up_waits_for_an_early_refund() -> None:
    """Giving up the rest does not turn away from a refund that is under way."""
    life = a_third_party_life({"a": 1, "b": 1})
    pending = refund_seen({"a": 1}, reason=life.request.sent_reason, taken=at(3), created=at(32))
    life.tell(
        shipment({"a": 1}, when=at(3)),
        return_seen(life.request, "created", {"a": 1}, taken=at(3)),
        pending,
    )
    life.let_pass()

    life.decide("give_up")
    assert life.wait.what is Waiting.REFUND

    step = life.tell(replace(pending, state="succeeded", taken=at(40)))
    assert step == Close(outcome=Outcome.PARTIALLY_REFUNDED)


def test_early_refund_is_not_repeated() -> None:
    """At the deadline only units without a pending or succeeded refund are settled (C4)."""
    life = a_third_party_life({"a": 1, "b": 2}, SETTLE)
    early = refund_seen({"a": 1}, "succeeded", reason=life.request.sent_reason, taken=at(3))
    life.tell(
        shipment({"a": 1, "b": 1}, when=at(3)),
        return_seen(life.request, "created", {"a": 1}, taken=at(3)),
        early,
    )

    assert refund_step(life.let_pass()).items == (Units(item_id="b", quantity=1),)


def test_accepted_units_count_without_a_parcel() -> None:
    """Units that the Dashboard accepted, of which no parcel was told, can be settled, too."""
    life = a_third_party_life({"a": 1, "b": 1})
    life.tell(return_seen(life.request, "created", {"a": 1}, taken=at(3)))
    life.let_pass()

    assert refund_step(life.decide("refund_received_part")).items == ONE_A


def test_parcel_before_the_refund_is_sent() -> None:
    """A parcel that comes before the settlement is sent starts the waiting anew."""
    life = a_short_life(SETTLE)
    life.let_pass()

    life.tell(shipment({"b": 1}, reference="parcel-2", when=at(34)))

    assert (life.wait.what, life.wait.until) == (Waiting.GOODS, at(64))


SENT = [
    refund_seen({"a": 1}, key="ret_1:refund:1", taken=at(34)),
    InDoubt(key="ret_1:refund:1", absent=at(34)),
]


@pytest.mark.parametrize("sent", SENT, ids=["answered", "in doubt"])
def test_settled_for_good(sent: InDoubt) -> None:
    """Once a settlement may be there the return is never accepted, whatever arrives later.

    Accepting it would make Digital River refund all units, the settled ones a second time.
    """
    life = a_short_life(SETTLE)
    life.let_pass()
    life.tell(sent)

    life.tell(shipment({"a": 1}, reference="parcel-2", when=at(35)))

    issue = refund_step(life.step)
    assert sum(units.quantity for units in issue.items) <= 2


def test_late_parcel_is_settled() -> None:
    """Units that arrive after a settlement are refunded by a refund of their own."""
    life = a_short_life(SETTLE)
    issue = refund_step(life.let_pass())
    life.tell(refund_seen({"a": 1}, key=issue.key, taken=at(34)))
    life.tell(shipment({"a": 1}, reference="parcel-2", when=at(35)))

    second = refund_step(life.step)
    assert (second.key, second.items) == ("ret_1:refund:2", ONE_A)

    life.tell(refund_seen({"a": 1}, "succeeded", key=issue.key, taken=at(36)))
    step = life.tell(
        refund_seen({"a": 1}, "succeeded", refund_id="re_2", key=second.key, taken=at(36))
    )
    assert step == Close(outcome=Outcome.REFUNDED)


def test_settled_for_good_though_given_up() -> None:
    """A settlement that did not get through may have been sent: no acceptance after it."""
    life = a_short_life(SETTLE)
    issue = refund_step(life.let_pass())
    life.tell(CallGivenUp(key=issue.key, message="timed out", at=at(37)))
    life.tell(shipment({"a": 1}, reference="parcel-2", when=at(38)))

    assert refund_step(life.decide("retry")).not_before == at(37, seconds=60)


def test_refused_settlement_was_not_sent() -> None:
    """After a refused settlement a late parcel completes the return as if nothing had been."""
    life = a_short_life(SETTLE)
    issue = refund_step(life.let_pass())
    life.tell(refused(issue.key, taken=at(34)))
    assert life.wait.question is not None

    step = life.tell(shipment({"a": 1}, reference="parcel-2", when=at(35)))

    assert not isinstance(step, Wait | IssueRefund | Close)


def test_accepted_in_the_dashboard_after_all() -> None:
    """When the Dashboard accepts a settled return, nothing more is issued by us."""
    life = a_short_life(SETTLE)
    issue = refund_step(life.let_pass())
    life.tell(refund_seen({"a": 1}, "succeeded", key=issue.key, taken=at(34)))

    life.tell(return_seen(life.request, "accepted", taken=at(35)))

    assert life.wait.what is Waiting.REFUND
