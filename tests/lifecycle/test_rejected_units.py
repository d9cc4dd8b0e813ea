"""Rejected units are never refunded, however the fulfiller says so (contract, U3)."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle.facts import ReturnItem, ReturnSeen
from lifecycle.steps import Close, IssueRefund, Outcome, Units, Waiting
from tests.builders.returns import Life, a_digital_river_life, at, refund_seen, return_seen

ASKED = {"a": 2, "b": 1}
Judgement = dict[str, tuple[int, str]]
"""Of each item: the units accepted, and its state."""


def judged(life: Life, state: str, items: Judgement, *, day: float = 4) -> ReturnSeen:
    """Make a snapshot of our return in which the fulfiller has judged each item."""
    seen = return_seen(life.request, state, taken=at(day))

    def judge(item: ReturnItem) -> ReturnItem:
        accepted, word = items[item.item_id.removeprefix("fo-")]
        return replace(item, accepted=accepted, state=word)

    return replace(seen, items=tuple(map(judge, seen.items)))


def issued(life: Life) -> tuple[Units, ...]:
    """Return the units that are refunded next; fails when another step is due."""
    step = life.step
    assert isinstance(step, IssueRefund), step
    return step.items


@pytest.mark.parametrize("state", ["accepted", "rejected"])
def test_one_item_is_rejected(state: str) -> None:
    """Of a mixed judgement the accepted item is refunded, under either state of the return."""
    life = a_digital_river_life(ASKED)

    life.tell(judged(life, state, {"a": (2, "accepted"), "b": (0, "rejected")}))

    assert issued(life) == (Units(item_id="a", quantity=2),)


@pytest.mark.parametrize("state", ["accepted", "rejected"])
def test_a_rejected_item_that_was_counted(state: str) -> None:
    """Units that the fulfiller counted and then rejected are not refunded."""
    life = a_digital_river_life(ASKED)

    life.tell(judged(life, state, {"a": (2, "accepted"), "b": (1, "rejected")}))

    assert issued(life) == (Units(item_id="a", quantity=2),)


def test_rejected_after_a_part_was_accepted() -> None:
    """Units that were accepted before the return was rejected stay owed, and nothing more."""
    life = a_digital_river_life(ASKED)
    life.tell(judged(life, "pending", {"a": (1, "pending"), "b": (0, "pending")}, day=3))

    life.tell(judged(life, "rejected", {"a": (1, "accepted"), "b": (0, "rejected")}))

    assert issued(life) == (Units(item_id="a", quantity=1),)
    paid = refund_seen({"a": 1}, "succeeded", key="ret_1:refund:1", taken=at(5))
    assert life.tell(paid) == Close(outcome=Outcome.PARTIALLY_REFUNDED)


def test_everything_is_rejected_item_by_item() -> None:
    """An accepted return whose items were all rejected pays nothing and ends as rejected."""
    life = a_digital_river_life(ASKED)
    life.tell(judged(life, "accepted", {"a": (0, "rejected"), "b": (0, "rejected")}))
    assert life.wait.what is Waiting.MORE_GOODS

    assert life.let_pass() == Close(outcome=Outcome.REJECTED)


def test_rejected_after_its_refund() -> None:
    """An item that is rejected once it was paid for is not paid again, and the rest is owed."""
    life = a_digital_river_life(ASKED)
    life.tell(judged(life, "accepted", {"a": (2, "accepted"), "b": (0, "pending")}))
    life.tell(refund_seen({"a": 2}, "succeeded", key="ret_1:refund:1", taken=at(5)))

    life.tell(judged(life, "accepted", {"a": (2, "rejected"), "b": (1, "accepted")}, day=6))

    assert issued(life) == (Units(item_id="b", quantity=1),)


judgements = st.fixed_dictionaries(
    {
        item: st.tuples(st.integers(0, units), st.sampled_from(("pending", "accepted", "rejected")))
        for item, units in ASKED.items()
    }
)


@given(state=st.sampled_from(("pending", "accepted", "rejected")), judgement=judgements)
def test_no_judgement_pays_for_rejected_units(state: str, judgement: Judgement) -> None:
    """Whatever the fulfiller says, what is issued is accepted and not rejected."""
    life = a_digital_river_life(ASKED)

    step = life.tell(judged(life, state, judgement))

    owed = Counter({item: n for item, (n, word) in judgement.items() if word != "rejected"})
    units = Counter(
        {item.item_id: item.quantity for item in step.items}
        if isinstance(step, IssueRefund)
        else {}
    )
    assert units <= owed
    if state != "pending":
        assert units == +owed
