"""What is written into histories: small, exact, and readable for as long as returns are open."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from temporalio.contrib.pydantic import pydantic_data_converter

from lifecycle.fact_json import read_fact, write_fact
from lifecycle.facts import Learned, RefundItem
from lifecycle.snapshot import Snapshot
from lifecycle.steps import CheckShipped
from tests.policy.values import FACTS, MESSAGES, STEPS
from workflows.converter import data_converter

OURS = data_converter.payload_converter
PYDANTICS = pydantic_data_converter.payload_converter


def named(value: object) -> str:
    """Name a case after its type."""
    return value.__name__ if isinstance(value, type) else type(value).__name__


def reread(value: object) -> object:
    """Write a value and read it as its own type."""
    return OURS.from_payload(OURS.to_payload(value), type(value))


@pytest.mark.parametrize("message", MESSAGES, ids=named)
def test_messages_round_trip(message: BaseModel) -> None:
    """What is said to a return and what it answers arrive as they were."""
    assert reread(message) == message


@pytest.mark.parametrize("kind", FACTS, ids=named)
@settings(max_examples=25)
@given(data=st.data())
def test_facts_round_trip(kind: type, data: st.DataObject) -> None:
    """A fact comes back from an activity's result, and from a signal, as it was."""
    fact = data.draw(st.from_type(kind))
    learned = Learned(rules=1, facts=(fact,))
    assert reread(learned) == learned
    assert read_fact(write_fact(fact)) == fact


@pytest.mark.parametrize("kind", STEPS, ids=named)
@settings(max_examples=25)
@given(data=st.data())
def test_steps_round_trip(kind: type, data: st.DataObject) -> None:
    """An activity gets the step that the rules decided on."""
    step = data.draw(st.from_type(kind))
    assert reread(step) == step


@pytest.mark.parametrize("message", MESSAGES, ids=named)
def test_pydantics_own_converter_is_still_read(message: BaseModel) -> None:
    """Histories that were written with nulls stay readable."""
    assert OURS.from_payload(PYDANTICS.to_payload(message), type(message)) == message


def test_nulls_are_left_out() -> None:
    """Histories are paid for by the byte."""
    step = CheckShipped(key="k", order_id="o")
    assert OURS.to_payload(step).data == b'{"key":"k","order_id":"o"}'
    assert b"null" in PYDANTICS.to_payload(step).data


def test_the_encoding_is_the_ordinary_one() -> None:
    """The web UI, and every other SDK, can show what is written."""
    assert OURS.to_payload(CheckShipped(key="k", order_id="o")).metadata["encoding"] == (
        b"json/plain"
    )
    assert OURS.to_payload(None).metadata["encoding"] == b"binary/null"
    assert OURS.from_payload(OURS.to_payload(b"\x00"), bytes) == b"\x00"


def test_money_keeps_its_digits() -> None:
    """A Decimal is never a float on the way."""
    item = RefundItem(item_id="1", amount=Decimal("12345678901234567890.10"))
    assert b'"12345678901234567890.10"' in OURS.to_payload(item).data
    assert str(reread(item)).count("12345678901234567890.10") == 1


def test_the_snapshot_is_written_under_its_public_name() -> None:
    """`return`, which is a word of Python's, is what programs read."""
    [view] = [one for one in MESSAGES if isinstance(one, Snapshot)]
    data = OURS.to_payload(view).data
    assert b'"return":{"id":"1"' in data
    assert b"return_" not in data.replace(b"return_id", b"")
