"""Shipping is refunded where the policy wants it, once an order, when all of it came back."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from lifecycle.facts import (
    NotDue,
    OrderLine,
    RefundItem,
    RefundSeen,
    ReturnSeen,
)
from lifecycle.policy import Policy, RefundShipping
from lifecycle.sentences import fact_in_words, sentence_for
from lifecycle.shipping import why_not_due
from lifecycle.steps import Close, IssueRefund, Outcome, Step, Waiting
from tests.builders.returns import (
    Life,
    a_digital_river_life,
    a_third_party_life,
    an_accepted_life,
    at,
    fulfillment_order_seen,
    order_seen,
    refund_seen,
    refused,
    return_seen,
    shipped_item,
)

FIRST, SECOND, THIRD = (f"ret_1:refund:{n}" for n in (1, 2, 3))
WANTED = Policy(refund_shipping=RefundShipping.WHEN_ORDER_FULLY_RETURNED)


def goods_paid(policy: Policy = WANTED) -> Life:
    """Begin a return whose goods are paid for."""
    life = an_accepted_life({"a": 1}, policy)
    life.tell(refund_seen({"a": 1}, "succeeded", key=FIRST, taken=at(5)))
    return life


def shipping_step(step: Step) -> IssueRefund:
    """Return the refund of shipping that is to be tried; fails when another step is."""
    assert isinstance(step, IssueRefund), step
    assert (step.items, step.shipping, step.preview) == ((), True, True)
    return step


def of_shipping(state: str, number: int = 2, *, day: float = 6) -> RefundSeen:
    """Make a snapshot of our n-th refund, which is one of shipping."""
    key = f"ret_1:refund:{number}"
    seen = refund_seen({}, state, refund_id=f"re_{number}", key=key, taken=at(day))
    return replace(seen, type="shipping", amount=Decimal(5), created=at(5, hours=1))


def test_tried_after_the_goods() -> None:
    """When the goods are paid for, the shipping is tried under a key of its own, and waited for."""
    life = goods_paid()
    step = shipping_step(life.step)
    assert step.key == SECOND
    assert sentence_for(step).startswith("Asking Digital River to refund the shipping")

    life.tell(of_shipping("pending"))
    assert life.wait.what is Waiting.REFUND

    assert life.tell(of_shipping("succeeded", day=7)) == Close(outcome=Outcome.REFUNDED)


@pytest.mark.parametrize("policy", [Policy(), Policy(refund_shipping=RefundShipping.NEVER)])
def test_not_wanted(policy: Policy) -> None:
    """Unless the policy says so, shipping stays where it is."""
    assert goods_paid(policy).step == Close(outcome=Outcome.REFUNDED)


def test_not_in_third_party() -> None:
    """Digital River makes the refunds of a third-party return: none of them is ours to add to."""
    life = a_third_party_life({"a": 1}, WANTED)
    life.tell(return_seen(life.request, "accepted", taken=at(4)))
    paid = refund_seen({"a": 1}, "succeeded", reason=life.request.sent_reason, taken=at(5))

    assert life.tell(paid) == Close(outcome=Outcome.REFUNDED)


def test_not_for_a_part() -> None:
    """A return of which something was not accepted brings no shipping back."""
    life = a_digital_river_life({"a": 2}, WANTED)
    life.tell(
        return_seen(life.request, "accepted", {"a": 1}, taken=at(4)),
        refund_seen({"a": 1}, "succeeded", key=FIRST, taken=at(5)),
    )
    assert life.wait.what is Waiting.MORE_GOODS

    assert life.let_pass() == Close(outcome=Outcome.PARTIALLY_REFUNDED)


def test_not_due() -> None:
    """Where the try finds that it is not due, the return closes."""
    life = goods_paid()
    fact = NotDue(key=SECOND, why="not every unit of the order came back", taken=at(5))

    assert life.tell(fact) == Close(outcome=Outcome.REFUNDED)
    assert fact_in_words(fact) == f"{SECOND} is not due: not every unit of the order came back"


def test_goods_after_it_was_not_due() -> None:
    """That shipping was not due holds no goods back."""
    life = an_accepted_life({"a": 1}, WANTED)
    life.tell(NotDue(key=FIRST, why="no", taken=at(4)))

    assert isinstance(life.step, IssueRefund)
    assert life.step.items


def test_failed_and_retried() -> None:
    """A failed refund of shipping asks like any other, and is issued again under a new number."""
    life = goods_paid()
    life.tell(of_shipping("failed"))
    assert life.question.answers == ("retry", "settle_by_hand", "give_up")

    assert shipping_step(life.decide("retry")).key == THIRD

    assert life.tell(of_shipping("succeeded", 3, day=8)) == Close(outcome=Outcome.REFUNDED)


@pytest.mark.parametrize("answer", ["settle_by_hand", "give_up"])
def test_failed_and_let_go(answer: str) -> None:
    """Shipping that failed and was let go is no refunded return: not every refund succeeded."""
    life = goods_paid()
    life.tell(of_shipping("failed"))

    assert life.decide(answer) == Close(outcome=Outcome.PARTIALLY_REFUNDED)


def test_asked_first() -> None:
    """Where a person is asked before money moves, shipping is asked about by itself."""
    life = goods_paid(WANTED.model_copy(update={"ask_before_refund": True}))
    assert life.question.id == "approve_refund:ret_1:shipping"
    assert life.question.answers == ("approve", "decline")
    assert "shipping" in life.question.reason

    assert shipping_step(life.decide("approve")).key == SECOND


def test_declined() -> None:
    """Shipping that a person does not want refunded stays where it is, as without the policy."""
    life = goods_paid(WANTED.model_copy(update={"ask_before_refund": True}))

    assert life.decide("decline") == Close(outcome=Outcome.REFUNDED)


def test_a_retry_is_approved_by_its_own_word() -> None:
    """After a person had a failed refund of shipping retried, nobody asks again whether to pay."""
    life = goods_paid(WANTED.model_copy(update={"ask_before_refund": True}))
    life.tell(of_shipping("failed"))

    assert shipping_step(life.decide("retry")).key == THIRD


def test_refused() -> None:
    """A refusal is a person's."""
    life = goods_paid()
    life.tell(refused(SECOND, status=400, taken=at(6)))
    assert life.question.id == f"refund_refused:{SECOND}:shipping"

    assert shipping_step(life.decide("retry")).key == THIRD


def test_not_told_apart() -> None:
    """A refund of ours that pays for no unit is the shipping's, also where nobody says its type."""
    life = goods_paid()

    step = life.tell(replace(of_shipping("succeeded"), type=None))

    assert step == Close(outcome=Outcome.REFUNDED)


# Due or not

ORDER = replace(order_seen(), lines=(OrderLine(item_id="a", quantity=2, state="fulfilled"),))
SOURCE = fulfillment_order_seen(shipped_item("a", shipped=2, cancelled=1))
PAID = (
    refund_seen({"a": 1}, "succeeded", refund_id="re_1"),
    refund_seen({"a": 1}, "succeeded", refund_id="re_2"),
)


def two_returns() -> list[ReturnSeen]:
    """Return the two returns of one unit each that brought an order back."""
    request = an_accepted_life({"a": 1}).request
    return [return_seen(request, "accepted", return_id=each) for each in ("ret_1", "ret_2")]


def reason_why(
    *more: RefundSeen, charged: Decimal | None = Decimal(5), paid: tuple[RefundSeen, ...] = PAID
) -> str | None:
    """Return why the shipping is not due, with these refunds beside the goods'."""
    return why_not_due(ORDER, charged, [SOURCE], two_returns(), (*paid, *more))


def test_due() -> None:
    """Due when all that was sent came back by all returns and was paid for; cancelled units not."""
    assert reason_why() is None
    assert reason_why(charged=None) is None


@pytest.mark.parametrize("state", ["failed", "expired"])
def test_due_after_a_failure(state: str) -> None:
    """A refund of shipping that failed or ran out is none."""
    assert reason_why(of_shipping(state)) is None


@pytest.mark.parametrize("key", [None, "ret_1:return", "ret_1:refund:0"])
def test_goodwill_is_no_shipping(key: str | None) -> None:
    """A refund without items is one of shipping only where we issued it."""
    goodwill = replace(of_shipping("succeeded"), type=None, key=key)
    assert reason_why(goodwill) is None
    assert reason_why(replace(goodwill, key=FIRST)) == "shipping was refunded before: re_2"


def test_units_of_nothing_known_pay_for_nothing() -> None:
    """A refunded item that is not in the order counts for none of its lines."""
    strange = refund_seen({"x": None}, "succeeded", refund_id="re_7")
    assert reason_why(strange) is None
    assert reason_why(strange, paid=PAID[:1]) == "not every unit of the order has been refunded yet"


@pytest.mark.parametrize("state", ["pending", "pending_information", "succeeded"])
def test_refunded_before(state: str) -> None:
    """Shipping that anybody has refunded, or is refunding, is done, in whatever form."""
    ours = of_shipping(state, 9)
    by_hand = replace(ours, key=None)
    item = RefundItem(item_id="a", type="shipping")
    expected = "shipping was refunded before: re_9"
    assert reason_why(by_hand) == expected
    assert reason_why(replace(by_hand, type=None, items=(item,))) == expected
    assert reason_why(replace(ours, type=None)) == expected


def test_none_was_paid() -> None:
    """An order without shipping has none to give back."""
    assert reason_why(charged=Decimal(0)) == "nothing was paid for shipping"


def test_units_that_did_not_come_back() -> None:
    """Units that are in no return, or that were rejected, keep the shipping."""
    kept = "not every unit of the order came back"
    first, second = two_returns()
    assert why_not_due(ORDER, None, [SOURCE], [first], PAID) == kept
    rejected = replace(
        second, items=tuple(replace(item, state="rejected") for item in second.items)
    )
    assert why_not_due(ORDER, None, [SOURCE], [first, rejected], PAID) == kept


def test_lines_that_were_not_sent() -> None:
    """A line that no fulfillment order has keeps the shipping, unless it was cancelled."""
    extra = OrderLine(item_id="b", quantity=1, state="fulfilled")
    order = replace(ORDER, lines=(*ORDER.lines, extra))
    why = why_not_due(order, None, [SOURCE], two_returns(), PAID)
    assert why == "not every line of the order was sent"
    cancelled = replace(ORDER, lines=(*ORDER.lines, replace(extra, state="cancelled")))
    assert why_not_due(cancelled, None, [SOURCE], two_returns(), PAID) is None


def test_units_not_refunded_yet() -> None:
    """While the other return's refund is under way, or only a part was paid, it waits for that."""
    unpaid = "not every unit of the order has been refunded yet"
    [first, second] = PAID
    assert reason_why(paid=(first,)) == unpaid
    assert reason_why(paid=(first, replace(second, state="pending"))) == unpaid
    half = replace(second, items=(replace(second.items[0], percent=Decimal(50)),))
    assert reason_why(paid=(first, half)) == unpaid
    whole_line = refund_seen({"a": None}, "succeeded", refund_id="re_5")
    assert reason_why(paid=(whole_line,)) is None
