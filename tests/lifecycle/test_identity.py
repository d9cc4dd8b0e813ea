"""The names that tie one return together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle.identity import (
    refund_key,
    refund_number,
    return_key,
    rma_in,
    rma_number,
    tagged_reason,
    workflow_id_for,
)


@given(st.text(min_size=1), st.none() | st.text(min_size=1, max_size=40))
def test_number_comes_back(request_id: str, reason: str | None) -> None:
    """The RMA number put into any reason is found there again."""
    rma = rma_number(request_id)

    assert len(rma) == 10
    assert rma_in(tagged_reason(reason, rma)) == rma


@pytest.mark.parametrize(
    "reason",
    [
        None,
        "",
        "too_small",
        "#ABC",
        "x#ABCDEFGHIJ",
        "#ABCDEFGHIJ again",
        "#ABCDEFGHI1",
        "#abcdefghij",
    ],
)
def test_no_number(reason: str | None) -> None:
    """What only looks like an RMA number is none."""
    assert rma_in(reason) is None


@given(st.integers(min_value=1, max_value=999_999))
def test_refund_number(number: int) -> None:
    """The number of a refund comes back from its key."""
    assert refund_number(refund_key("ret_1", number)) == number


def test_foreign_key() -> None:
    """A key that is no refund's has no number."""
    assert refund_number("order-7") == 0
    assert refund_number(return_key("return-1")) == 0


def test_workflow_id() -> None:
    """The workflow id holds order and RMA number, and its key says what it marks."""
    assert workflow_id_for("order-1", "7K3F9X2ABC") == "return-order-1-7K3F9X2ABC"
    assert return_key("return-order-1-7K3F9X2ABC") == "return-order-1-7K3F9X2ABC:return"
