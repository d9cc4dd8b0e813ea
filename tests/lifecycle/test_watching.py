"""What a watch looks at, and what is news in what it sees."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lifecycle.facts import DeadlinePassed, Fact
from lifecycle.policy import Policy
from lifecycle.request import Coordinator
from lifecycle.steps import Watch
from lifecycle.watching import is_news, known_objects, watch_for
from tests.builders.returns import (
    Life,
    a_digital_river_life,
    a_request,
    a_third_party_life,
    an_accepted_life,
    at,
    order_seen,
    refund_seen,
    return_seen,
)

HORIZON = at(90)


def a_watch(life: Life) -> Watch:
    """Return the watch that goes with what a life waits for."""
    watch = watch_for(life.ledger, life.wait, HORIZON, just_looked=False)
    assert watch is not None
    return watch


def test_nothing_to_look_at() -> None:
    """Before there is a return there is nothing to watch."""
    life = Life(a_request(Coordinator.THIRD_PARTY, {"a": 1}))
    wait = a_third_party_life().wait

    assert watch_for(life.ledger, wait, HORIZON, just_looked=False) is None


def test_watch_while_waiting() -> None:
    """A watch looks at what is waited for, until the deadline of the wait."""
    life = a_third_party_life()

    watch = a_watch(life)

    assert (watch.return_id, watch.order_id, watch.until) == ("ret_1", "order-1", at(30))
    assert (watch.refunds, watch.order) == (False, False)
    assert watch.looks == life.request.policy.looks


def test_watch_without_a_deadline() -> None:
    """A dispute is watched up to the horizon, the order included."""
    life = an_accepted_life()
    life.tell(order_seen("dispute", taken=at(5)))

    watch = a_watch(life)

    assert (watch.until, watch.order, watch.refunds) == (HORIZON, True, True)
    assert watch.known[0].object_id == "order-1"


def test_refunds_are_watched_once_there_are_some() -> None:
    """Refunds are looked at once the return is accepted, or one was seen."""
    life = a_third_party_life()
    life.tell(refund_seen({"a": 1}, reason=life.request.sent_reason, taken=at(1)))

    assert a_watch(life).refunds


def test_known_says_nothing_new() -> None:
    """What the ledger holds is no news."""
    life = an_accepted_life({"a": 2})
    refund = refund_seen({"a": 2}, key="ret_1:refund:1", taken=at(5))
    disputed = order_seen("dispute", taken=at(5))
    accepted = return_seen(life.request, "accepted", taken=at(5))
    life.tell(refund, disputed, accepted)

    known = known_objects(life.ledger)

    assert not any(is_news(known, fact) for fact in (refund, disputed, accepted))


def test_stale_says_nothing_new() -> None:
    """An earlier state, fewer units, or a state that nobody knows is no news."""
    life = an_accepted_life({"a": 2})
    life.tell(refund_seen({"a": 2}, "pending_information", key="ret_1:refund:1", taken=at(5)))
    known = known_objects(life.ledger)
    stale: list[Fact] = [
        return_seen(life.request, "pending", taken=at(9)),
        return_seen(life.request, "accepted", {"a": 1}, taken=at(9)),
        return_seen(life.request, "inspected", taken=at(9)),
        refund_seen({"a": 2}, "pending", key="ret_1:refund:1", taken=at(9)),
        refund_seen({"a": 2}, "reversed", key="ret_1:refund:1", taken=at(9)),
    ]

    assert [is_news(known, fact) for fact in stale] == [False] * 5


def test_news() -> None:
    """A new object, a further state, more units, or a contradiction is news."""
    life = an_accepted_life({"a": 2})
    life.tell(
        return_seen(life.request, "accepted", {"a": 1}, taken=at(4)),
        refund_seen({"a": 1}, "failed", taken=at(5)),
        order_seen("dispute", taken=at(5)),
    )
    known = known_objects(life.ledger)
    new: list[Fact] = [
        return_seen(life.request, "rejected", taken=at(9)),
        return_seen(life.request, return_id="ret_2"),
        refund_seen({"a": 1}, "succeeded", taken=at(9)),
        refund_seen({"a": 1}, refund_id="re_2", taken=at(9)),
        order_seen("complete", taken=at(9)),
        DeadlinePassed(until=at(9)),
    ]

    assert [is_news(known, fact) for fact in new] == [True] * 6


def test_a_return_that_was_seen_in_two_final_states_is_no_news_in_either() -> None:
    """A person has decided between them."""
    life = an_accepted_life()
    rejected = return_seen(life.request, "rejected", taken=at(5))
    life.tell(rejected)
    life.decide("holds:accepted")

    known = known_objects(life.ledger)

    assert not is_news(known, rejected)
    assert not is_news(known, return_seen(life.request, "accepted", taken=at(6)))


def test_a_state_further_on_is_news() -> None:
    """Each step of a return and of a refund is told, from the first to the last."""
    life = a_digital_river_life()
    assert is_news(known_objects(life.ledger), return_seen(life.request, "pending", taken=at(1)))

    life.tell(return_seen(life.request, "pending", taken=at(1)))
    assert is_news(known_objects(life.ledger), return_seen(life.request, "rejected", taken=at(2)))

    life.tell(refund_seen({"a": 1}, key="ret_1:refund:1", taken=at(5)))
    further = refund_seen({"a": 1}, "pending_information", key="ret_1:refund:1", taken=at(6))
    assert is_news(known_objects(life.ledger), further)


def test_one_unknown_state_after_another_is_no_news() -> None:
    """What means nothing here cannot be further on."""
    life = a_third_party_life()
    life.tell(return_seen(life.request, return_id="ret_1", taken=at(1)))
    life.tell(refund_seen({"a": 1}, "reversed", reason=life.request.sent_reason, taken=at(5)))

    other = refund_seen({"a": 1}, "under_review", reason=life.request.sent_reason, taken=at(6))

    assert not is_news(known_objects(life.ledger), other)


def test_more_units_are_news() -> None:
    """More accepted units in the same state are news (contract, U4)."""
    life = a_digital_river_life({"a": 2})
    life.tell(return_seen(life.request, "accepted", {"a": 1}, taken=at(4)))

    more = return_seen(life.request, "accepted", {"a": 2}, taken=at(5))

    assert is_news(known_objects(life.ledger), more)


def test_extension_ends_the_old_watch() -> None:
    """The last look at the old deadline is not the last look at the new one."""
    life = a_third_party_life()
    until = a_watch(life).until
    life.tell(DeadlinePassed(until=until))

    assert life.ledger.has_passed(until)
    assert not life.ledger.has_passed(until + timedelta(seconds=1))


@pytest.mark.parametrize(("looks", "left"), [((1, 3, 7), (3, 7)), ((7,), (7,))])
def test_schedule_goes_on(looks: tuple[int, ...], left: tuple[int, ...]) -> None:
    """After a look that taught nothing new the pauses go on; the last one repeats."""
    policy = Policy(looks=tuple(timedelta(days=days) for days in looks))
    life = a_third_party_life(policy=policy)

    watch = watch_for(life.ledger, life.wait, HORIZON, just_looked=True)

    assert watch is not None
    assert watch.looks == tuple(timedelta(days=days) for days in left)
