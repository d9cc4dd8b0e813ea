"""What an order has money left for, and in which words it is said that it has not."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from lifecycle.amounts import LineMoney, OrderMoney, not_covered
from lifecycle.steps import Units

A = LineMoney(item_id="a", quantity=4, value=Decimal(40), left=Decimal(20))
B = LineMoney(item_id="b", quantity=1, value=Decimal("9.50"), left=Decimal("9.50"))
ORDER = OrderMoney(currency="EUR", left=Decimal(25), lines=(A, B))
TWO, THREE = Units(item_id="a", quantity=2), Units(item_id="a", quantity=3)
ONE_B = Units(item_id="b", quantity=1)


def test_what_is_left_is_covered() -> None:
    """Units are worth their share of the line; all that is left may be spent."""
    assert not_covered(ORDER, (TWO,)) is None
    assert not_covered(replace(ORDER, left=Decimal(20)), (TWO,)) is None


def test_a_line_is_short() -> None:
    """The line is named with both amounts, though the order has enough."""
    order = replace(ORDER, left=Decimal(100))

    assert not_covered(order, (THREE,)) == "30 EUR for item a, of which 20 EUR are left"


def test_the_order_is_short() -> None:
    """The lines have enough, and together the order has not."""
    words = not_covered(ORDER, (TWO, ONE_B))

    assert words == "29.50 EUR for the order, of which 25 EUR are left"


def test_all_that_is_short_is_said() -> None:
    """Each shortage is named, the lines first."""
    assert not_covered(ORDER, (THREE,)) == (
        "30 EUR for item a, of which 20 EUR are left; "
        "30 EUR for the order, of which 25 EUR are left"
    )


@pytest.mark.parametrize(
    ("currency", "left", "short"),
    [
        ("EUR", "19.99", False),
        ("EUR", "19.98", True),
        ("JPY", "19", False),
        ("JPY", "18", True),
    ],
)
def test_a_minor_unit_is_wobble(currency: str, left: str, *, short: bool) -> None:
    """One minor unit per line is no shortage, of a line or of the order."""
    line = OrderMoney(currency=currency, left=None, lines=(replace(A, left=Decimal(left)),))
    order = OrderMoney(currency=currency, left=Decimal(left), lines=(replace(A, left=None),))

    assert (not_covered(line, (TWO,)) is not None) == short
    assert (not_covered(order, (TWO,)) is not None) == short


def test_wobble_adds_up_over_lines() -> None:
    """Two lines may each be a cent off."""
    left = Decimal("29.48")
    order = replace(ORDER, left=left)

    assert not_covered(order, (TWO, ONE_B)) is None
    assert not_covered(replace(order, left=left - Decimal("0.01")), (TWO, ONE_B)) is not None


def test_an_amount_counts_instead_of_units() -> None:
    """Where money is meant, it is held against what is left, whatever a unit is worth."""
    asked = Units(item_id="a", quantity=1, amount=Decimal(21))

    assert not_covered(ORDER, (asked,)) == "21 EUR for item a, of which 20 EUR are left"
    assert not_covered(ORDER, (replace(THREE, amount=Decimal(5)),)) is None


@pytest.mark.parametrize("line", [None, replace(A, value=None)])
def test_what_is_not_told_is_left_to_digital_river(line: LineMoney | None) -> None:
    """A line that is not there, or without a value, is not guessed; the others still count."""
    order = replace(ORDER, left=Decimal(5), lines=(line, B) if line else (B,))

    assert not_covered(order, (THREE,)) is None
    assert not_covered(order, (THREE, ONE_B)) == "9.50 EUR for the order, of which 5 EUR are left"
