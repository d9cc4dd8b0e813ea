"""Each rule of the shop, by example and for all cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eligibility.case import Case
from eligibility.rules import (
    NonReturnableSkus,
    OpenReturn,
    PastDispute,
    ReturnWindow,
    Rule,
    ValueLimit,
)
from lifecycle.judgement import ShopFinding, Then
from tests.eligibility.cases import ORDERED, a_case, a_line, days

WINDOW = ReturnWindow(then=Then.REFUSE, days=30)
SINCE_ORDER = ReturnWindow(then=Then.REFUSE, days=30, since="ordered")
SKUS = NonReturnableSkus(then=Then.REFUSE, skus=frozenset({"voucher", "sku-b"}))
OPEN = OpenReturn(then=Then.ASK)
LIMIT = ValueLimit(then=Then.REFUSE, limits={"EUR": Decimal(40), "JPY": Decimal(5000)})
DISPUTE = PastDispute(then=Then.ASK)
TWO = (a_line("a"), a_line("b"))

TABLE: list[tuple[Rule, Case, tuple[str, Then, str, tuple[str, ...]] | None]] = [
    (WINDOW, a_case(asked=days(32)), None),
    (WINDOW, a_case(asked=datetime(2026, 4, 3, 23, 59, 59, tzinfo=UTC)), None),
    (
        WINDOW,
        a_case(*TWO, asked=datetime(2026, 4, 4, tzinfo=UTC)),
        (
            "return_window_over",
            Then.REFUSE,
            "This order could be returned until 2026-04-03.",
            ("a", "b"),
        ),
    ),
    (WINDOW, a_case(asked=days(30), fulfilled=None), None),
    (
        WINDOW,
        a_case(asked=days(31), fulfilled=None),
        ("return_window_over", Then.ASK, "It is not known when this order was sent.", ("a",)),
    ),
    (
        SINCE_ORDER,
        a_case(asked=days(31)),
        (
            "return_window_over",
            Then.REFUSE,
            "This order could be returned until 2026-04-01.",
            ("a",),
        ),
    ),
    (SKUS, a_case(a_line("a")), None),
    (
        SKUS,
        a_case(*TWO, a_line("c", sku=None)),
        ("sku_not_returnable", Then.REFUSE, "This item cannot be returned.", ("b",)),
    ),
    (
        SKUS,
        a_case(a_line("a"), a_line("c", sku=None)),
        ("sku_not_returnable", Then.ASK, "It is not known what this item is.", ("c",)),
    ),
    (OPEN, a_case(), None),
    (
        OPEN,
        a_case(*TWO, open_returns=("ret_1",)),
        (
            "another_return_open",
            Then.ASK,
            "There is an open return of this order already.",
            ("a", "b"),
        ),
    ),
    (LIMIT, a_case(*TWO), None),
    (
        LIMIT,
        a_case(*TWO, a_line("c", worth=Decimal("0.01"))),
        (
            "value_above_limit",
            Then.REFUSE,
            "Together these items cost 40.01 EUR; one request may be for 40 EUR.",
            ("a", "b", "c"),
        ),
    ),
    (
        LIMIT,
        a_case(a_line(worth=None)),
        ("value_above_limit", Then.ASK, "It is not known what these items cost.", ("a",)),
    ),
    (
        LIMIT,
        a_case(a_line(worth=Decimal(41)), a_line("b", worth=None)),
        (
            "value_above_limit",
            Then.REFUSE,
            "Together these items cost 41 EUR; one request may be for 40 EUR.",
            ("a", "b"),
        ),
    ),
    (
        LIMIT,
        a_case(currency="CHF"),
        ("value_above_limit", Then.ASK, "There is no limit for orders in CHF.", ("a",)),
    ),
    (DISPUTE, a_case(), None),
    (
        DISPUTE,
        a_case(disputed=ORDERED),
        (
            "order_was_disputed",
            Then.ASK,
            "The payment of this order was disputed on 2026-03-02.",
            ("a",),
        ),
    ),
]


def told(finding: ShopFinding | None) -> tuple[str, Then, str, tuple[str, ...]] | None:
    """Return what a finding says."""
    if finding is None:
        return None
    return finding.code, finding.then, finding.message, finding.order_item_ids


@pytest.mark.parametrize(("rule", "case", "expected"), TABLE)
def test_a_rule_by_example(
    rule: Rule, case: Case, expected: tuple[str, Then, str, tuple[str, ...]] | None
) -> None:
    """What speaks against the units is found, with its lines and a sentence for the customer."""
    assert told(rule.judge(case)) == expected


times = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds have none
amounts = st.decimals(0, 10_000, places=2)


@given(times, times, st.integers(1, 400))
def test_every_day_of_the_window_counts_and_none_after_it(
    ordered: datetime, asked: datetime, allowed: int
) -> None:
    """Whole days in UTC decide, whatever the hour and the zone that a time is written in."""
    case = a_case(ordered=ordered, fulfilled=ordered, asked=asked)
    rule = ReturnWindow(then=Then.REFUSE, days=allowed)

    late = (asked.date() - ordered.date()).days > allowed

    assert (rule.judge(case) is not None) == late
    east = timezone(timedelta(hours=9))
    moved = replace(case, asked=asked.astimezone(east), fulfilled=ordered.astimezone(east))
    assert rule.judge(moved) == rule.judge(case)


@given(times, times, st.none() | times, st.integers(1, 400))
def test_a_window_that_an_unknown_time_may_keep_open_refuses_nobody(
    ordered: datetime, asked: datetime, fulfilled: datetime | None, allowed: int
) -> None:
    """Only a known time of fulfilment lets the rule refuse; without it the answer is never no."""
    case = a_case(ordered=ordered, fulfilled=fulfilled, asked=asked)
    finding = ReturnWindow(then=Then.REFUSE, days=allowed).judge(case)

    assert finding is None or (finding.then is Then.REFUSE) == (fulfilled is not None)


@given(st.lists(amounts | st.none(), min_size=1, max_size=5), amounts.filter(bool))
def test_the_limit_holds_for_all_lines_together(
    worths: list[Decimal | None], limit: Decimal
) -> None:
    """Refused if and only if what is known exceeds it; asked if what is unknown could."""
    lines = [a_line(str(n), worth=worth) for n, worth in enumerate(worths)]
    finding = ValueLimit(then=Then.REFUSE, limits={"EUR": limit}).judge(a_case(*lines))

    above = sum(worth for worth in worths if worth is not None) > limit
    expected = Then.REFUSE if above else Then.ASK if None in worths else None

    assert (finding.then if finding else None) == expected


@given(st.lists(st.sampled_from(("x", "y", "z", None)), min_size=1, max_size=5))
def test_listed_goods_are_found_line_by_line(skus: list[str | None]) -> None:
    """Exactly the lines with a listed SKU are refused."""
    lines = [a_line(str(n), sku=sku) for n, sku in enumerate(skus)]
    rule = NonReturnableSkus(then=Then.REFUSE, skus=frozenset({"x", "y"}))
    finding = rule.judge(a_case(*lines))

    refused = finding.order_item_ids if finding and finding.then is Then.REFUSE else ()

    assert refused == tuple(str(n) for n, sku in enumerate(skus) if sku in ("x", "y"))


@pytest.mark.parametrize("rule", [WINDOW, SKUS, OPEN, LIMIT, DISPUTE], ids=lambda one: one.code)
@pytest.mark.parametrize("then", Then)
def test_the_file_says_what_follows(rule: Rule, then: Then) -> None:
    """The same finding refuses or asks, as the rule is set."""
    case = a_case(
        a_line(sku="voucher", worth=Decimal(50)),
        asked=days(99),
        disputed=ORDERED,
        open_returns=("ret_1",),
    )
    finding = rule.model_copy(update={"then": then}).judge(case)

    assert finding is not None
    assert (finding.code, finding.then) == (rule.code, then)
