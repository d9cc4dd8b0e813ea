"""A tally counts as `collections.Counter` does, where nothing is negative."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from lifecycle.tally import Tally

counts = st.dictionaries(st.sampled_from("abc"), st.integers(0, 3))


@given(counts, counts)
def test_counts_as_a_counter_does(one: dict[str, int], other: dict[str, int]) -> None:
    """Differences, common units and sums are a counter's, and leave no empty items behind."""
    total = Tally()
    total.add(one)
    total.add(other)

    assert Tally(one) - Tally(other) == dict(Counter(one) - Counter(other))
    assert Tally(one) & Tally(other) == dict(Counter(one) & Counter(other))
    assert total == dict(Counter(one) + Counter(other))
    assert total.total() == sum(one.values()) + sum(other.values())


def test_none_of_an_item() -> None:
    """Asking for an item that is not there says none, and does not add it."""
    units = Tally(a=1)

    assert units["b"] == 0
    assert units == {"a": 1}
