"""Facts and steps survive the way through Temporal: JSON and back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from lifecycle.fact_json import read_fact, write_fact
from lifecycle.facts import Fact, InDoubt, Learned
from lifecycle.request import Coordinator, ReturnRequest
from lifecycle.steps import Step, Watch
from lifecycle.watching import watch_for
from tests.builders.facts import facts
from tests.builders.returns import (
    Life,
    a_digital_river_life,
    a_request,
    a_third_party_life,
    an_accepted_life,
    at,
    order_seen,
    refund_seen,
    shipment,
)

LEARNED = TypeAdapter(Learned)
WATCHES = TypeAdapter(Watch)
REQUESTS = [a_request(coordinator, {"a": 2, "b": 1}) for coordinator in Coordinator]


@given(facts(REQUESTS[0]) | facts(REQUESTS[1]))
def test_fact(fact: Fact) -> None:
    """A fact reads back as it was written, and as nothing else."""
    written = write_fact(fact)

    again = read_fact(written)

    assert again == fact
    assert type(again) is type(fact)
    assert hash(again) == hash(fact)
    assert None not in written.values()


@given(st.lists(facts(REQUESTS[0]), max_size=4), st.integers(min_value=1, max_value=9))
def test_learned(told: list[Fact], rules: int) -> None:
    """What an activity taught arrives as it was sent."""
    learned = Learned(rules=rules, facts=tuple(told))

    assert LEARNED.validate_json(LEARNED.dump_json(learned)) == learned
    assert LEARNED.validate_json(LEARNED.dump_json(learned, exclude_none=True)) == learned


def test_learned_from_whom() -> None:
    """The ledger keeps who told each fact first, for people to read."""
    life = opening(REQUESTS[0])
    life.ledger.learn(Learned(rules=1, facts=(order_seen(),)), "check_returnable")
    life.ledger.learn(Learned(rules=1, facts=(order_seen(),)), "look")

    assert life.ledger.timeline == {order_seen(): "check_returnable"}


def test_amount_keeps_its_cents() -> None:
    """Money stays decimal on its way, down to its last zero."""
    written = write_fact(refund_seen({"a": 1}, "succeeded"))

    assert written["refunded_amount"] == "21.60"
    assert getattr(read_fact(written), "refunded_amount", None) == Decimal("21.60")


def test_unreadable() -> None:
    """What is no fact is refused, and what is new in one is left out."""
    with pytest.raises(ValidationError):
        read_fact({"kind": "rumour"})
    with pytest.raises(ValidationError):
        read_fact({"kind": "in_doubt"})

    doubt = InDoubt(key="k", absent=at(1))
    assert read_fact(write_fact(doubt) | {"colour": "red"}) == doubt


def opening(request: ReturnRequest) -> Life:
    """Begin a return of which nothing is known."""
    return Life(request)


def accepting() -> Life:
    """Begin a return whose goods came."""
    life = a_third_party_life()
    life.tell(shipment({"a": 1}, when=at(3)))
    return life


def asking() -> Life:
    """Begin a return with a refund that failed."""
    life = an_accepted_life()
    life.tell(refund_seen({"a": 1}, "failed", key="ret_1:refund:1", taken=at(5)))
    return life


def listing() -> Life:
    """Begin a return with a refund that bears no mark."""
    life = an_accepted_life()
    life.tell(refund_seen({"a": 1}, taken=at(5)))
    return life


LIVES = [
    *(opening(request) for request in REQUESTS),
    a_digital_river_life(),
    accepting(),
    an_accepted_life(),
    asking(),
    listing(),
]


@pytest.mark.parametrize("life", LIVES, ids=lambda life: type(life.step).__name__)
def test_step(life: Life) -> None:
    """A step arrives as it was sent: the activity sees what the rules said."""
    kind: TypeAdapter[Step] = TypeAdapter(type(life.step))

    assert kind.validate_json(kind.dump_json(life.step)) == life.step
    assert kind.validate_json(kind.dump_json(life.step, exclude_none=True)) == life.step


def test_watch() -> None:
    """A watch arrives with all that it knows."""
    life = asking()
    watch = watch_for(life.ledger, life.wait, at(90), just_looked=False)
    assert watch is not None
    assert watch.known

    assert WATCHES.validate_json(WATCHES.dump_json(watch)) == watch
