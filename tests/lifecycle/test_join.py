"""The ledger is a join: any order and any repetition of the same facts, one ledger."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lifecycle.card import draw_card
from lifecycle.facts import Fact, RefundSeen, ReturnClaimed, ReturnSeen, ReturnsListed
from lifecycle.ours import our_return
from lifecycle.policy import Policy, ShortReturn
from lifecycle.request import Coordinator, ReturnRequest
from lifecycle.rules import takes
from lifecycle.snapshot import take_snapshot
from lifecycle.steps import Answer, Wait
from lifecycle.watching import is_news, known_objects
from tests.builders.facts import facts, facts_of_others, owner_of
from tests.builders.returns import (
    START,
    Life,
    a_request,
    an_adoption,
    at,
    fulfillment_order_seen,
    order_seen,
    return_seen,
)

POLICIES = (Policy(), Policy(tag_reason=False, short_return=ShortReturn.SETTLE))
REQUESTS = [
    a_request(coordinator, {"a": 2, "b": 1}, policy=policy)
    for coordinator in Coordinator
    for policy in POLICIES
] + [an_adoption(coordinator) for coordinator in Coordinator]
OF_OTHERS = [facts_of_others(request) for request in REQUESTS]
"""The facts of each request, built once: Hypothesis examines every strategy new to it."""
OF_ALL = [facts(request) for request in REQUESTS]


@st.composite
def lives(draw: st.DrawFn, *, decided: bool) -> tuple[ReturnRequest, list[Fact]]:
    """Draw a request and the facts of its life, mostly of one that got as far as a return."""
    which = draw(st.integers(0, len(REQUESTS) - 1))
    request = REQUESTS[which]
    begun: list[Fact] = [
        order_seen(),
        fulfillment_order_seen(),
        ReturnsListed(taken=START),
        return_seen(owner_of(request)),
        *([ReturnClaimed(return_id=request.adopt)] if request.adopt else []),
    ]
    told = (OF_ALL if decided else OF_OTHERS)[which]
    drawn = draw(st.lists(told, min_size=1, max_size=12))
    return request, [*(begun if draw(st.booleans()) else []), *drawn]


@given(lives(decided=False), st.data())
def test_order_and_repetition(life: tuple[ReturnRequest, list[Fact]], data: st.DataObject) -> None:
    """Facts of others in any order, any number of times, give an equal ledger and step."""
    request, told = life
    once, often = Life(request), Life(request)
    once.tell(*told)

    repeated = data.draw(st.lists(st.sampled_from(told), max_size=8), label="repeated")
    often.tell(*data.draw(st.permutations([*told, *repeated]), label="order"))

    assert often.ledger == once.ledger
    assert often.step == once.step
    assert set(often.ledger.timeline) == set(once.ledger.timeline)


@given(lives(decided=True))
def test_idempotent(life: tuple[ReturnRequest, list[Fact]]) -> None:
    """A fact told again changes nothing; it is counted."""
    request, told = life
    once, again = Life(request), Life(request)
    once.tell(*told)
    again.tell(*told)
    counted = again.ledger.repeats

    again.tell(*told)

    assert again.ledger == once.ledger
    assert again.ledger.timeline == once.ledger.timeline
    assert again.ledger.repeats == counted + len(told)


@given(lives(decided=True))
def test_never_raises(life: tuple[ReturnRequest, list[Fact]]) -> None:
    """Whatever was told, there is a next step, a card and a snapshot."""
    request, told = life
    begun = Life(request)
    for fact in told:
        step = begun.tell(fact)

        assert take_snapshot(begun.ledger, step).sentence
        assert draw_card(begun.ledger, step)
        if isinstance(step, Wait) and step.until is not None:
            assert not begun.ledger.has_passed(step.until)


@given(lives(decided=False), st.data())
def test_news_is_told_once(life: tuple[ReturnRequest, list[Fact]], data: st.DataObject) -> None:
    """What a look calls news changes the ledger, and is no news once it is recorded."""
    request, told = life
    begun = Life(request)
    begun.tell(*told)
    record = our_return(begun.ledger)
    if record is None:
        return
    others = OF_OTHERS[REQUESTS.index(request)]
    looked_at = [
        fact
        for fact in data.draw(st.lists(others, max_size=12), label="seen")
        if (isinstance(fact, ReturnSeen) and fact.return_id == record.best.return_id)
        or isinstance(fact, RefundSeen)
    ]
    for fact in looked_at:
        if is_news(known_objects(begun.ledger), fact):
            assert fact not in begun.ledger.timeline
            begun.tell(fact)
            now = our_return(begun.ledger)
            if now is None or now.best.return_id != record.best.return_id:
                return
            assert not is_news(known_objects(begun.ledger), fact)


@given(lives(decided=False), st.sampled_from(("dispute", "complete")))
def test_news_of_a_dispute(life: tuple[ReturnRequest, list[Fact]], state: str) -> None:
    """While the order is disputed, only that it no longer is counts as news of it."""
    request, told = life
    begun = Life(request)
    begun.tell(*told, order_seen("dispute", taken=at(99)))
    order = begun.ledger.order
    assert order is not None

    seen = order_seen(state, taken=order.taken)

    assert is_news(known_objects(begun.ledger), seen) == (state != "dispute")


@given(lives(decided=False), st.sampled_from([*Answer]))
def test_open_question_takes_its_answers(
    life: tuple[ReturnRequest, list[Fact]], answer: Answer
) -> None:
    """Every answer that a question offers is taken and has an effect: the step changes."""
    request, told = life
    begun = Life(request)
    step = begun.tell(*told)
    if not isinstance(step, Wait) or step.question is None or answer not in step.question.answers:
        return

    after = begun.decide(answer)

    assert after != step
    assert begun.ledger.decisions
    assert not takes(begun.ledger, begun.ledger.decisions[-1])


@given(lives(decided=True))
def test_cached_is_uncached(life: tuple[ReturnRequest, list[Fact]]) -> None:
    """What was worked out before is what would be worked out now, after every fact."""
    request, told = life
    begun = Life(request)
    for fact in told:
        cached = begun.tell(fact)
        assert begun.step == cached

        begun.ledger.found.clear()

        assert begun.step == cached
