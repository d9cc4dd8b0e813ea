"""What the storefront is told of a return: each milestone once, in order, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle.card import draw_card
from lifecycle.facts import Fact, MilestoneGivenUp, RefundSeen
from lifecycle.milestones import (
    Milestone,
    MilestoneType,
    is_overtaken,
    milestones,
    reminders,
    the_end,
)
from lifecycle.request import Coordinator
from lifecycle.sentences import fact_in_words
from lifecycle.steps import Close, Outcome
from tests.builders.returns import (
    WAREHOUSE,
    Life,
    a_digital_river_life,
    a_request,
    a_third_party_life,
    an_accepted_life,
    at,
    refund_seen,
    return_seen,
    shipment,
)
from tests.builders.walk import Walk
from tests.lifecycle.test_simulation import TURNS, walks

NOW = at(50)
KEY = "ret_1:refund:1"


def keys(life: Life) -> list[str]:
    """Return the keys of all that was reached."""
    return [milestone.key for milestone in milestones(life.ledger, NOW)]


def a_refund(state: str, *, days: float = 5, expires: datetime | None = None) -> RefundSeen:
    """Make a snapshot of the refund of one unit."""
    return refund_seen({"a": 1}, state, key=KEY, taken=at(days), expires=expires)


def of_type(life: Life, kind: MilestoneType) -> Milestone:
    """Return the one milestone of a type."""
    [found] = [one for one in milestones(life.ledger, NOW) if one.type is kind]
    return found


def test_nothing_is_reached_before_the_return_is_there() -> None:
    """A request alone tells nothing."""
    life = Life(a_request(Coordinator.DIGITAL_RIVER, {"a": 1}))
    assert keys(life) == []
    assert list(reminders(life.ledger, NOW)) == []


def test_a_fulfillers_return() -> None:
    """Approval comes with the address; acceptance and refund follow."""
    life = a_digital_river_life({"a": 1})
    assert keys(life) == ["opened"]
    life.tell(return_seen(life.request, "pending", taken=at(1), location=WAREHOUSE))
    assert keys(life) == ["opened", "approved"]
    assert of_type(life, MilestoneType.APPROVED).data.return_.ship_to == WAREHOUSE
    life.tell(return_seen(life.request, "accepted", taken=at(4)))
    life.tell(a_refund("succeeded"))
    refund = ["refund_pending:re_1", "refund_complete:re_1"]
    assert keys(life) == ["opened", "approved", "accepted", *refund]


def test_a_rejected_return_was_never_approved() -> None:
    """The customer is not told to send anything."""
    life = a_digital_river_life({"a": 1})
    life.tell(return_seen(life.request, "rejected", taken=at(1)))
    assert keys(life) == ["opened"]


def test_a_shops_return_is_approved_as_it_opens_and_tells_of_each_parcel_once() -> None:
    """A corrected count of a parcel is no further milestone."""
    life = a_third_party_life({"a": 2})
    life.tell(shipment({"a": 1}, reference="P2", when=at(2)))
    life.tell(shipment({"a": 1}, reference="P1", when=at(1)))
    life.tell(shipment({"a": 2}, reference="P1", revision=2, when=at(3)))
    assert keys(life) == ["opened", "approved", "received:P2", "received:P1"]
    parcels = [one.data.shipment for one in milestones(life.ledger, NOW) if one.data.shipment]
    assert [parcel.units for parcel in parcels] == [{"a": 1}, {"a": 2}]


def test_an_acceptance_that_comes_without_an_approval_implies_it() -> None:
    """What must have happened before is reached, too."""
    assert keys(an_accepted_life()) == ["opened", "approved", "accepted"]


def test_a_refund_that_fails_or_expires_has_failed() -> None:
    """The state says which."""
    for state in ("failed", "expired"):
        life = an_accepted_life()
        life.tell(a_refund(state))
        refund = of_type(life, MilestoneType.REFUND_FAILED).data.refund
        assert refund is not None
        assert refund.state == state


def test_bank_details_are_asked_for_until_the_refund_ends() -> None:
    """A message that comes too late would have the customer asked in vain."""
    life = an_accepted_life()
    life.tell(a_refund("pending_information", expires=at(95)))
    asked = of_type(life, MilestoneType.NEEDS_BANK_DETAILS)
    assert asked.data.refund is not None
    assert asked.data.refund.expires == at(95)
    assert not is_overtaken(asked)
    assert not is_overtaken(of_type(life, MilestoneType.REFUND_PENDING))
    life.tell(a_refund("succeeded", days=6))
    assert is_overtaken(of_type(life, MilestoneType.NEEDS_BANK_DETAILS))


def test_reminders_come_a_week_and_a_day_before_the_token_expires() -> None:
    """Only while the details are missing, and only where the end is known."""
    life = an_accepted_life()
    life.tell(a_refund("pending_information"))
    assert list(reminders(life.ledger, NOW)) == []
    life.tell(a_refund("pending_information", days=6, expires=at(95)))
    found = [(when, one.key) for when, one in reminders(life.ledger, NOW)]
    key = "bank_details_reminder:re_1"
    week, day = timedelta(days=7), timedelta(days=1)
    assert found == [(at(95) - week, f"{key}:7"), (at(95) - day, f"{key}:1")]
    life.tell(a_refund("succeeded", days=7))
    assert list(reminders(life.ledger, NOW)) == []


def test_each_refund_that_needs_bank_details_is_reminded_of() -> None:
    """Whatever became of the others; and the storefront hears of how much."""
    life = an_accepted_life({"a": 2})
    needs = refund_seen({"a": 1}, "pending_information", refund_id="re_2", expires=at(95))
    life.tell(
        a_refund("succeeded"),
        replace(needs, key="ret_1:refund:2", amount=Decimal("10.80")),
    )
    reminded = [one.data.refund for _, one in reminders(life.ledger, NOW)]
    assert [(one.id, one.amount, one.expires) for one in reminded if one] == [
        ("re_2", Decimal("10.80"), at(95))
    ] * 2


def test_the_end_is_told_again_where_a_return_went_on() -> None:
    """Each end has a key of its own."""
    life = a_third_party_life({"a": 1})
    ends = [the_end(life.ledger, Close(outcome=Outcome.EXPIRED), NOW, n) for n in (1, 2)]
    assert [end.key for end in ends] == ["closed", "closed:2"]
    assert ends[0].data.outcome == "expired"


def test_a_webhook_id_is_of_one_return_and_holds_no_full_stop() -> None:
    """The scheme signs id, time and body with full stops between them."""
    life = a_third_party_life()
    life.tell(shipment({"a": 1}, reference="P.1", when=at(1)))
    ids = [one.webhook_id for one in milestones(life.ledger, NOW)]
    assert ids[0] == f"{life.request.workflow_id}:opened"
    assert ids[-1].endswith(":received:P%2E1")


def test_what_was_given_up_is_on_the_card() -> None:
    """And in the timeline, with the reason."""
    life = a_third_party_life()
    fact = MilestoneGivenUp(key="opened", why="It answered 410.", at=NOW)
    before = life.step
    assert life.tell(fact, replace(fact, key="closed")) == before
    assert fact_in_words(fact) == "The storefront was not told of opened: It answered 410."
    assert "- The storefront was not told of `closed`, `opened`" in draw_card(
        life.ledger, life.step
    )


@settings(max_examples=200)
@given(walks())
def test_what_was_reached_once_stays_reached(walk: Walk) -> None:
    """Through late, repeated and lost events; and it comes in the order of the list."""
    known: list[str] = []
    for _ in range(TURNS):
        walk.turn()
        found = keys(walk.life)
        assert len(set(found)) == len(found)
        assert set(known) <= set(found)
        known = found


@settings(max_examples=100)
@given(walks(), st.randoms(use_true_random=False))
def test_the_same_facts_in_any_order_reach_the_same(walk: Walk, random: Random) -> None:
    """Only decisions of people keep their order."""
    for _ in range(TURNS):
        walk.turn()
    told: list[Fact] = list(walk.life.ledger.timeline)
    again = Life(walk.life.request)
    decisions = [fact for fact in told if fact.kind == "decision"]
    others = [fact for fact in told if fact.kind != "decision"]
    random.shuffle(others)
    again.tell(*others, *others[:5], *decisions)
    assert sorted(keys(again)) == sorted(keys(walk.life))
