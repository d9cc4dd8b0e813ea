"""What refunds paid against what their units are worth: a difference is asked about, never hidden.

Unless a test says otherwise, a unit of `a` is worth 10.00 EUR.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle.amounts import (
    LineMoney,
    OrderMoney,
    in_words,
    minor_unit,
    not_covered,
    whole_minor_units,
)
from lifecycle.facts import RefundSeen
from lifecycle.snapshot import take_snapshot
from lifecycle.steps import Close, IssueRefund, Outcome, Units, Wait, Waiting
from tests.builders.returns import (
    Life,
    a_digital_river_life,
    a_third_party_life,
    an_accepted_life,
    at,
    fulfillment_order_seen,
    refund_seen,
    refused,
    return_seen,
    shipped_item,
)

FIRST, SECOND, THIRD = (f"ret_1:refund:{n}" for n in (1, 2, 3))


def worth(each: str, **ordered: int) -> Life:
    """Begin an accepted fulfillment return whose units are worth so much each."""
    life = an_accepted_life(ordered)
    items = [shipped_item(item, shipped=n, value=Decimal(each) * n) for item, n in ordered.items()]
    life.tell(fulfillment_order_seen(*items, taken=at(1)))
    return life


def paid(amount: str, key: str | None = FIRST, currency: str = "EUR", **units: int) -> RefundSeen:
    """Make a refund that succeeded; its number names it."""
    seen = refund_seen(
        units or {"a": 1}, "succeeded", refund_id=f"re_{(key or '9')[-1]}", key=key, taken=at(5)
    )
    return replace(seen, refunded_amount=Decimal(amount), currency=currency)


def returned(life: Life, *amounts: str) -> None:
    """Tell that a third-party return is accepted, with what its items are worth."""
    seen = return_seen(life.request, "accepted", taken=at(4))
    items = zip(seen.items, amounts, strict=True)
    life.tell(
        replace(seen, items=tuple(replace(item, amount=Decimal(each)) for item, each in items))
    )


def test_the_amount_that_was_expected() -> None:
    """Money that is what the units are worth ends the return."""
    life = worth("10.00", a=2)

    assert life.tell(paid("20.00", a=2)) == Close(outcome=Outcome.REFUNDED)


@pytest.mark.parametrize("amount", ["9.99", "10.01"])
def test_a_cent_is_wobble(amount: str) -> None:
    """One minor unit per line of a refund is no difference."""
    assert worth("10.00", a=1).tell(paid(amount)) == Close(outcome=Outcome.REFUNDED)


def test_printed_amounts() -> None:
    """The amounts that Digital River's guide prints match: each line is a cent lower."""
    life = a_third_party_life({"a": 2, "b": 2})
    returned(life, "21.61", "48.61")
    refund = refund_seen({"a": 2, "b": 2}, "succeeded", reason=life.request.sent_reason)

    step = life.tell(replace(refund, refunded_amount=Decimal("70.20"), taken=at(5)))

    assert step == Close(outcome=Outcome.REFUNDED)


def test_too_little() -> None:
    """Less than the units are worth is a question in amounts, and no refunded return."""
    life = worth("10.00", a=2)
    life.tell(paid("15.50", a=2))

    assert life.question.id == "amount_mismatch:ret_1:15.50:1"
    assert life.question.reason == ("Refunds paid 15.50 EUR for units that are worth 20 EUR.")
    assert life.question.answers == ("retry", "acknowledge", "settle_by_hand")
    assert take_snapshot(life.ledger, life.step).lines[0].refunded == 1


def test_too_little_acknowledged() -> None:
    """A person may say that the amount is right."""
    life = worth("10.00", a=1)
    life.tell(paid("7.00"))

    assert life.decide("acknowledge") == Close(outcome=Outcome.REFUNDED)


def test_too_little_settled_by_hand() -> None:
    """What a person pays by hand is never shown as refunded."""
    life = worth("10.00", a=1)
    life.tell(paid("7.00"))

    assert life.decide("settle_by_hand") == Close(outcome=Outcome.PARTIALLY_REFUNDED)


def test_the_rest_is_issued() -> None:
    """A retry issues what is missing, as an amount and after a look at what is left."""
    life = worth("10.00", a=2)
    life.tell(paid("15.50", a=2))

    step = life.decide("retry")

    assert isinstance(step, IssueRefund)
    assert step.items == (Units(item_id="a", quantity=1, amount=Decimal("4.50")),)
    assert (step.key, step.preview) == (SECOND, True)
    life.tell(replace(paid("0", SECOND), state="pending"))
    assert life.wait.what is Waiting.REFUND
    assert life.tell(replace(paid("4.50", SECOND), taken=at(6))) == Close(outcome=Outcome.REFUNDED)


def test_the_rest_of_each_item() -> None:
    """Where the refund says what it paid for each item, only the short one is issued again."""
    life = worth("10.00", a=1, b=1)
    seen = paid("14.00", a=1, b=1)
    parts = (Decimal("10.00"), Decimal("4.00"))
    items = zip(seen.items, parts, strict=True)
    life.tell(replace(seen, items=tuple(replace(item, refunded=part) for item, part in items)))

    step = life.decide("retry")

    assert isinstance(step, IssueRefund)
    assert step.items == (Units(item_id="b", quantity=1, amount=Decimal("6.00")),)
    refunded = [line.refunded for line in take_snapshot(life.ledger, step).lines]
    assert refunded == [1, 0]


def test_each_refund_pays_for_its_own_item() -> None:
    """Two refunds of an item each: what one lacks is not made up by the other, be it cents."""
    life = worth("10.00", a=1, b=1)
    life.tell(paid("10.00", FIRST, a=1), paid("9.50", SECOND, b=1))

    step = life.decide("retry")

    assert isinstance(step, IssueRefund)
    assert step.items == (Units(item_id="b", quantity=1, amount=Decimal("0.50")),)


def test_each_refund_may_be_a_cent_off() -> None:
    """Two refunds that are a cent low each have paid for a unit each."""
    life = worth("10.00", a=2)

    step = life.tell(paid("9.99", FIRST, a=1), paid("9.99", SECOND, a=1))

    assert step == Close(outcome=Outcome.REFUNDED)
    assert [line.refunded for line in take_snapshot(life.ledger, step).lines] == [2]


def test_the_rest_of_unknown_items() -> None:
    """Where nobody says which item is short, no rest can be issued, and a person settles."""
    life = worth("10.00", a=1, b=1)
    life.tell(paid("14.00", a=1, b=1))

    assert life.question.answers == ("acknowledge", "settle_by_hand")


def test_the_rest_fails() -> None:
    """A rest that fails is asked about again, and never shown as done."""
    life = worth("10.00", a=1)
    life.tell(paid("7.00"))
    life.decide("retry")

    life.tell(replace(paid("0", SECOND), state="failed"))

    assert life.question.id == "amount_mismatch:ret_1:7.00:2"
    step = life.decide("retry")
    assert isinstance(step, IssueRefund)
    assert step.key == THIRD


def test_the_rest_is_refused() -> None:
    """A rest that Digital River refuses is a person's."""
    life = worth("10.00", a=1)
    life.tell(paid("7.00"))
    life.decide("retry")

    life.tell(refused(SECOND, status=400, taken=at(6)))

    assert life.question.id == f"refund_refused:{SECOND}:rest:7.00:1"
    assert "refused the refund of the missing 3 EUR: " in life.question.reason
    assert life.decide("settle_by_hand") == Close(outcome=Outcome.PARTIALLY_REFUNDED)


def test_the_rest_by_hand_in_the_dashboard() -> None:
    """A person who refunds the rest in the Dashboard answers the question."""
    life = worth("10.00", a=1)
    life.tell(paid("7.00"))
    by_hand = replace(paid("3.00", None), reason=life.request.sent_reason, taken=at(6))

    assert life.tell(by_hand) == Close(outcome=Outcome.REFUNDED)


def test_too_much() -> None:
    """Units that were paid for twice are told of, and nothing can be taken back."""
    life = worth("10.00", a=1)
    twice = replace(paid("10.00", None), reason=life.request.sent_reason, taken=at(6))
    life.tell(paid("10.00"), twice)

    assert life.question.reason == "Refunds paid 20 EUR for units that are worth 10 EUR."
    assert life.question.answers == ("acknowledge",)
    assert life.decide("acknowledge") == Close(outcome=Outcome.REFUNDED)


@pytest.mark.parametrize(
    ("each", "amount", "asks"), [("500", "499", False), ("500", "498", True), ("500", "502", True)]
)
def test_yen(each: str, amount: str, *, asks: bool) -> None:
    """A currency without cents wobbles by a whole unit."""
    life = worth(each, a=1)

    step = life.tell(paid(amount, currency="JPY"))

    assert isinstance(step, Wait) is asks


def test_the_rest_in_yen() -> None:
    """What is issued of a currency without cents is whole."""
    life = worth("333.34", a=1)
    life.tell(paid("100", currency="JPY"))

    step = life.decide("retry")

    assert isinstance(step, IssueRefund)
    assert step.items[0].amount == Decimal(233)


def test_minor_units() -> None:
    """Dinars count to the hundredth, as all amounts are read."""
    assert [minor_unit(one) for one in ("EUR", "JPY", "KWD")] == [
        Decimal("0.01"),
        Decimal(1),
        Decimal("0.01"),
    ]
    assert whole_minor_units(Decimal("1.239"), "KWD") == Decimal("1.23")
    assert in_words(Decimal("1.5"), "KWD") == "1.50 KWD"


def test_percentage_by_hand() -> None:
    """A percentage that a person refunded is no whole unit, even where no worth is known."""
    life = an_accepted_life({"a": 1})
    seen = replace(paid("5.00", None), reason=life.request.sent_reason)
    life.tell(replace(seen, items=(replace(seen.items[0], percent=Decimal(50)),)))

    assert life.question.reason == "Refunds paid 5 EUR for units that are worth 10 EUR."
    assert life.question.answers == ("acknowledge", "settle_by_hand")


def test_amount_asked_for() -> None:
    """Where no worth is known, what a refund itself asked for is what it should have paid."""
    life = an_accepted_life({"a": 1})
    seen = paid("15.00")
    life.tell(replace(seen, items=(replace(seen.items[0], amount=Decimal("20.00")),)))

    assert life.question.id == "amount_mismatch:ret_1:15.00:1"


def test_shipping_pays_for_no_goods() -> None:
    """A line of shipping in a refund is not held against the goods."""
    life = worth("10.00", a=1)
    seen = paid("15.00")
    [goods] = seen.items
    shipping = replace(goods, type="shipping", quantity=None, refunded=Decimal(5))

    step = life.tell(replace(seen, items=(replace(goods, refunded=Decimal(10)), shipping)))

    assert step == Close(outcome=Outcome.REFUNDED)


def test_goods_beside_shipping_that_nobody_tells_apart() -> None:
    """Where a refund does not say what it paid for the goods, nothing is compared."""
    life = worth("10.00", a=1)
    seen = paid("15.00")
    [goods] = seen.items

    step = life.tell(replace(seen, items=(goods, replace(goods, type="shipping"))))

    assert step == Close(outcome=Outcome.REFUNDED)


def test_goodwill_of_a_rejected_return() -> None:
    """Where nothing is owed no amount is expected."""
    life = a_digital_river_life()
    life.tell(
        fulfillment_order_seen(shipped_item("a", shipped=1, value=Decimal(10)), taken=at(1)),
        return_seen(life.request, "rejected", taken=at(4)),
    )
    gift = replace(paid("5.00", None), reason=life.request.sent_reason)

    assert life.tell(gift) == Close(outcome=Outcome.PARTIALLY_REFUNDED)


@given(
    each=st.integers(1, 10_000),
    units=st.integers(1, 5),
    off=st.integers(-500, 500),
)
def test_any_difference_shows(each: int, units: int, off: int) -> None:
    """Whatever the amounts: within a cent it is refunded, beyond it a person is asked."""
    amount = max(each * units + off, 0)
    life = worth(str(Decimal(each) / 100), a=units)

    step = life.tell(paid(str(Decimal(amount) / 100), a=units))

    if abs(amount - each * units) <= 1:
        assert step == Close(outcome=Outcome.REFUNDED)
    else:
        assert isinstance(step, Wait)
        assert life.question.id.startswith("amount_mismatch:ret_1:")
        assert ("settle_by_hand" in life.question.answers) is (off < 0)


def test_short_in_the_second_of_two_refunds() -> None:
    """Each refund is held against its own items, and only the short one is issued again."""
    life = worth("10.00", a=1, b=1)
    life.tell(paid("10.00", a=1), paid("4.00", SECOND, b=1))

    step = life.decide("retry")

    assert isinstance(step, IssueRefund)
    assert step.items == (Units(item_id="b", quantity=1, amount=Decimal("6.00")),)


def test_units_of_unknown_worth() -> None:
    """Where no worth is known, units count as the refund says."""
    life = an_accepted_life({"a": 1})

    step = life.tell(paid("3.00"))

    assert step == Close(outcome=Outcome.REFUNDED)
    assert take_snapshot(life.ledger, step).lines[0].refunded == 1


LINE = LineMoney(item_id="a", quantity=2, value=Decimal(20), left=Decimal(5))


@pytest.mark.parametrize(
    ("line", "left", "words"),
    [
        (LINE, None, "20 EUR for item a, of which 5 EUR are left"),
        (replace(LINE, left=Decimal("19.99")), None, None),
        (replace(LINE, left=None), Decimal(20), None),
        (replace(LINE, left=None), Decimal(7), "20 EUR for the order, of which 7 EUR are left"),
        (replace(LINE, value=None), Decimal(0), None),
        (replace(LINE, item_id="b"), Decimal(0), None),
    ],
)
def test_what_is_not_covered(line: LineMoney, left: Decimal | None, words: str | None) -> None:
    """What an order does not say is left for Digital River to judge."""
    order = OrderMoney(currency="EUR", left=left, lines=(line,))

    assert not_covered(order, (Units(item_id="a", quantity=2),)) == words
