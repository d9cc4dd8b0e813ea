"""Which refunds are this return's: never a sibling's, never one that could be another's."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from lifecycle.facts import CallGivenUp, RefundSeen, ReturnSeen, ReturnsListed
from lifecycle.ours import our_refunds, our_return
from lifecycle.policy import Policy
from lifecycle.request import Coordinator
from lifecycle.steps import Close, IssueRefund, ListReturns, Outcome, Wait, Waiting
from tests.builders.returns import (
    START,
    Life,
    a_request,
    a_third_party_life,
    an_accepted_life,
    at,
    order_seen,
    refund_seen,
    return_seen,
)


def claimed(life: Life) -> list[str]:
    """Return the ids of the refunds that the return calls its own."""
    record = our_return(life.ledger)
    assert record is not None
    return [refund.best.refund_id for refund in our_refunds(life.ledger, record)]


def a_sibling(*, created_day: float = 0, units: int = 1) -> ReturnSeen:
    """Make another return of the order, for the same item."""
    request = a_request(Coordinator.THIRD_PARTY, {"a": units}, request_id="request-2")
    return replace(return_seen(request, return_id="ret_2"), created=at(created_day))


def a_refund(reason: str | None = None, key: str | None = None) -> RefundSeen:
    """Make a refund of one unit, made after five days."""
    return refund_seen({"a": 1}, reason=reason, key=key, taken=at(5), created=at(5))


@pytest.fixture
def life() -> Life:
    """Begin a third-party return that Digital River holds as accepted."""
    life = a_third_party_life({"a": 1})
    life.tell(return_seen(life.request, "accepted", taken=at(4)))
    return life


def test_by_reason(life: Life) -> None:
    """A refund that bears our RMA number is ours."""
    life.tell(a_refund(reason=life.request.sent_reason))

    assert claimed(life) == ["re_1"]


def test_by_key(life: Life) -> None:
    """A refund that bears a key of our return is ours."""
    life.tell(a_refund(key="ret_1:refund:1"))

    assert claimed(life) == ["re_1"]


def test_by_the_key_of_the_return(life: Life) -> None:
    """A refund to which Digital River copied the return's metadata is ours, but not by us."""
    life.tell(replace(a_refund(key=life.ledger.return_key), state="failed"))

    assert claimed(life) == ["re_1"]
    step = life.decide("retry")
    assert isinstance(step, IssueRefund)
    assert step.key == "ret_1:refund:1"


def test_by_refund_ids(life: Life) -> None:
    """A refund that our return names is ours, whatever else it bears."""
    named = return_seen(life.request, "accepted", taken=at(6), refund_ids=("re_1",))
    life.tell(a_refund(reason="Goodwill"), named)

    assert claimed(life) == ["re_1"]


def test_ids_of_refunds_add_up(life: Life) -> None:
    """A snapshot without refund ids takes none away."""
    life.tell(
        return_seen(life.request, "accepted", taken=at(5), refund_ids=("re_1",)),
        return_seen(life.request, "accepted", taken=at(6), refund_ids=("re_2",)),
        return_seen(life.request, "accepted", taken=at(7)),
        a_refund(),
        replace(a_refund(), refund_id="re_2"),
    )

    assert claimed(life) == ["re_1", "re_2"]


FOREIGN = [
    a_refund(reason=a_request(Coordinator.THIRD_PARTY, {"a": 1}, request_id="r-2").sent_reason),
    a_refund(key="ret_2:refund:1"),
    a_refund(key="ret_10:refund:1"),
    a_refund(key="campaign-7"),
    replace(a_refund(), order_id="order-2"),
]


@pytest.mark.parametrize(
    "foreign", FOREIGN, ids=["reason", "key", "similar key", "other key", "other order"]
)
def test_foreign_marks(life: Life, foreign: RefundSeen) -> None:
    """A refund that bears another's mark is never ours, nor asked about (S6)."""
    before = life.step

    life.tell(foreign, ReturnsListed(taken=at(9)))

    assert claimed(life) == []
    assert life.step == before


def test_our_reason_on_another_order(life: Life) -> None:
    """The same request id of another order does not make its refund ours."""
    life.tell(replace(a_refund(reason=life.request.sent_reason), order_id="order-2"))

    assert claimed(life) == []


def test_named_by_a_sibling(life: Life) -> None:
    """A refund without a mark that a sibling names is the sibling's, and nobody is asked (S6)."""
    before = life.step

    life.tell(a_refund(), replace(a_sibling(), refund_ids=("re_1",)), ReturnsListed(taken=at(9)))

    assert claimed(life) == []
    assert life.step == before


def test_unmarked_waits_for_the_list(life: Life) -> None:
    """A refund without a mark is claimed only once the order's returns were listed after it."""
    unmarked = a_refund()

    assert life.tell(unmarked) == ListReturns(key="ret_1:list", order_id="order-1", made=at(5))
    assert claimed(life) == []

    assert isinstance(life.tell(ReturnsListed(taken=at(5))), Wait)
    assert claimed(life) == ["re_1"]


def test_unmarked_beside_a_sibling(life: Life) -> None:
    """A refund without a mark that a sibling could own is a person's to place."""
    life.tell(a_refund(), a_sibling(), ReturnsListed(taken=at(5)))
    assert life.question.id == "whose_refund:re_1"
    assert life.question.answers == ("claim", "leave")
    assert claimed(life) == []

    life.decide("claim")
    assert claimed(life) == ["re_1"]


def test_left_to_the_sibling(life: Life) -> None:
    """A refund that a person leaves to the sibling pays for nothing here."""
    life.tell(a_refund(), a_sibling(), ReturnsListed(taken=at(5)))

    life.decide("leave")

    assert claimed(life) == []
    assert life.wait.what is Waiting.REFUND


NO_RIVALS = [
    a_sibling(created_day=6),
    replace(a_sibling(), items=(replace(a_sibling().items[0], item_id="b"),)),
]


@pytest.mark.parametrize("sibling", NO_RIVALS, ids=["younger", "other item"])
def test_no_rival(life: Life, sibling: ReturnSeen) -> None:
    """A sibling that is younger than the refund, or has other items, cannot own it."""
    life.tell(a_refund(), sibling, ReturnsListed(taken=at(9)))

    assert claimed(life) == ["re_1"]


def test_more_units_than_the_return(life: Life) -> None:
    """A refund of more units than our return has is not ours."""
    life.tell(replace(refund_seen({"a": 2}, taken=at(5)), created=at(5)))

    assert claimed(life) == []
    assert life.wait.what is Waiting.REFUND


def test_older_than_the_return(life: Life) -> None:
    """A refund made before our return is not ours."""
    life.tell(replace(a_refund(), created=at(-1)), ReturnsListed(taken=at(9)))

    assert claimed(life) == []


def test_as_old_as_the_return(life: Life) -> None:
    """A refund of the same moment as our return may be ours: clocks count seconds."""
    life.tell(replace(a_refund(), created=START), ReturnsListed(taken=at(9)))

    assert claimed(life) == ["re_1"]


@pytest.mark.parametrize("quantity", [None, 0])
def test_another_item_alone(life: Life, quantity: int | None) -> None:
    """A refund of an item that our return does not have is not ours, whatever its quantity."""
    life.tell(replace(refund_seen({"b": quantity}), created=at(5)), ReturnsListed(taken=at(9)))

    assert claimed(life) == []


def test_the_list_is_of_the_fulfillment_order() -> None:
    """Fulfillment returns are listed by theirs, the others by the order alone."""
    fulfilled, third_party = an_accepted_life(), a_third_party_life({"a": 1})
    third_party.tell(return_seen(third_party.request, "accepted", taken=at(4)))

    steps = [life.tell(a_refund()) for life in (fulfilled, third_party)]

    listed = [step.fulfillment_order_id for step in steps if isinstance(step, ListReturns)]
    assert listed == ["fo_1", None]


def test_a_rival_at_the_fulfiller() -> None:
    """Fulfillment returns name items in their own way, and can be each other's rivals too."""
    life = an_accepted_life()
    rival = return_seen(
        a_request(Coordinator.DIGITAL_RIVER, {"a": 1}, request_id="request-2"), return_id="ret_2"
    )
    life.tell(a_refund(), rival, ReturnsListed(taken=at(9)))

    assert life.question.id == "whose_refund:re_1"


def test_order_level(life: Life) -> None:
    """A refund of the whole order, without items, is never claimed by itself."""
    amount = replace(a_refund(), items=(), amount=Decimal(50))
    life.tell(amount, ReturnsListed(taken=at(9)))
    assert claimed(life) == []

    life.tell(return_seen(life.request, "accepted", taken=at(9), refund_ids=("re_1",)))
    assert claimed(life) == ["re_1"]


def test_list_given_up() -> None:
    """A list that did not get through asks; giving up closes with what the money says."""
    life = a_third_party_life({"a": 1}, Policy(tag_reason=False))
    life.tell(a_refund())
    step = life.step
    assert isinstance(step, ListReturns)

    life.tell(CallGivenUp(key=step.key, message="timed out", at=at(8)))
    assert life.decide("retry") == step

    life.tell(CallGivenUp(key=step.key, message="timed out", at=at(11)))
    assert life.decide("give_up") == Close(outcome=Outcome.REFUND_FAILED)


def test_watch_given_up() -> None:
    """Looks that did not get through ask; giving up closes with what the money says."""
    life = an_accepted_life({"a": 2})
    life.tell(refund_seen({"a": 1}, "succeeded", key="ret_1:refund:1", taken=at(5)))
    life.tell(refund_seen({"a": 1}, refund_id="re_2", key="ret_1:refund:2", taken=at(5)))
    life.tell(CallGivenUp(key="ret_1:watch", message="timed out", at=at(30)))
    assert "timed out" in life.question.reason

    assert life.decide("give_up") == Close(outcome=Outcome.PARTIALLY_REFUNDED)


def test_without_marks_at_all() -> None:
    """Where no reason is tagged and no refund named, units and times still find the refund."""
    life = a_third_party_life({"a": 1}, Policy(tag_reason=False))
    life.tell(return_seen(life.request, "accepted", taken=at(4)))
    life.tell(replace(a_refund(), state="succeeded"))

    assert life.tell(ReturnsListed(taken=at(5))) == Close(outcome=Outcome.REFUNDED)


def test_two_returns_with_our_mark(life: Life) -> None:
    """Two returns that bear our mark are a mistake that a person settles."""
    life.tell(return_seen(life.request, return_id="ret_9", taken=at(6)))
    assert life.question.id == "two_returns"
    assert life.question.answers == ("adopt:ret_1", "adopt:ret_9")

    life.decide("adopt:ret_9")

    record = our_return(life.ledger)
    assert record is not None
    assert record.best.return_id == "ret_9"
    assert life.wait.what is Waiting.GOODS


def test_order_does_not_matter() -> None:
    """Listing first or last, the refund is claimed alike."""
    facts = (
        order_seen(),
        ReturnsListed(taken=at(6)),
        a_refund(),
        return_seen(a_request(Coordinator.THIRD_PARTY, {"a": 1}), "accepted", taken=at(4)),
    )
    lives = [Life(a_request(Coordinator.THIRD_PARTY, {"a": 1})) for _ in range(2)]

    lives[0].tell(*facts)
    lives[1].tell(*facts[::-1], ReturnsListed(taken=START))

    assert claimed(lives[0]) == claimed(lives[1]) == ["re_1"]
