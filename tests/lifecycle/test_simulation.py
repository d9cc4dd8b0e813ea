"""Whole lives against a toy Digital River: money is safe through every fault, and each life ends.

The toy asserts, whenever it is called, that nothing is created twice, that no more is accepted than
arrived and no more refunded than came, that a failed refund is paid again only once a person said
so, and an expired one at most once without.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle.policy import Policy, ShortReturn
from lifecycle.request import Coordinator
from lifecycle.sentences import sentence_for
from lifecycle.steps import Close, Outcome, Wait, Waiting
from tests.builders.returns import Life, a_request, an_adoption
from tests.builders.river import River
from tests.builders.walk import Walk

TURNS = 60
TURNS_TO_END = 60


@st.composite
def walks(draw: st.DrawFn) -> Walk:
    """Draw a request, its policy, and all that chance decides; half the lives are adopted."""
    request = a_request(
        draw(st.sampled_from(list(Coordinator))),
        draw(st.sampled_from(({"a": 1}, {"a": 2}, {"a": 2, "b": 1}))),
        policy=Policy(short_return=draw(st.sampled_from(list(ShortReturn)))),
    )
    random = Random(draw(st.integers(0, 2**32)))  # noqa: S311 - a plan, not a secret
    skew = timedelta(seconds=draw(st.sampled_from((0, 5, -5, 3600, -3600))))
    river = River(request, random, eager=draw(st.booleans()))
    if not draw(st.booleans()):
        return Walk(river, Life(request), skew=skew)
    river.create()
    for _ in range(draw(st.integers(0, 4))):
        river.live()
    terms = request.policy.model_copy(update={"ask_before_refund": draw(st.booleans())})
    return Walk(river, Life(an_adoption(request.coordinator, terms)), skew=skew)


def run(walk: Walk) -> Close | Wait:
    """Live through faults for a while, then let them stop; return where the life stands."""
    for turn in range(TURNS + TURNS_TO_END):
        walk.faulty = turn < TURNS
        step = walk.turn()
        if isinstance(step, Close):
            return step
    step = walk.life.step
    assert isinstance(step, Wait), step
    return step


@settings(max_examples=300)
@given(walks())
def test_every_life_ends(walk: Walk) -> None:
    """A life closes, or waits for the customer because the policy says so, with a reason."""
    step = run(walk)

    if isinstance(step, Wait):
        assert walk.life.request.policy.short_return is ShortReturn.WAIT
        assert (step.what, step.until) == (Waiting.GOODS, None)
        assert sentence_for(step)


@settings(max_examples=300)
@given(walks())
def test_outcome_tells_the_truth(walk: Walk) -> None:
    """An outcome never says that money went back which did not, nor hides money that did."""
    step = run(walk)
    if isinstance(step, Wait):
        return
    states = {refund.state for refund in walk.river.refunds.values()}

    if step.outcome is Outcome.REFUNDED:
        paid = [one for one in walk.river.refunds.values() if one.state == "succeeded"]
        units = sum(item.quantity or 0 for refund in paid for item in refund.items)
        assert units == sum(line.quantity for line in walk.river.request.lines)
    if step.outcome in (Outcome.REJECTED, Outcome.EXPIRED, Outcome.CANCELLED):
        assert not walk.river.refunds
    if step.outcome is Outcome.REJECTED:
        assert not walk.river.accepted.total()
    if step.outcome is Outcome.REFUND_FAILED and "succeeded" in states:
        seen = walk.life.ledger.refunds.values()
        assert not [refund for refund in seen if refund.succeeded]


@settings(max_examples=300)
@given(walks())
def test_nothing_is_left_behind(walk: Walk) -> None:
    """A life ends knowing the return that was created, unless a person gave a call up."""
    step = run(walk)

    if isinstance(step, Close) and not walk.life.ledger.given_up:
        assert walk.river.returned is None or walk.life.ledger.claimed
