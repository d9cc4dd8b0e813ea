"""Quantities, money, times and ids, in every spelling that Digital River uses."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from digital_river.wire import Identified, Metadata, Money, Quantity, Time


class Sample(Identified):
    """One of each kind of value."""

    quantity: Quantity = 0
    amount: Money = Decimal(0)
    at: Time = datetime(2026, 1, 1, tzinfo=UTC)
    metadata: Metadata | None = None


def read(**fields: object) -> Sample:
    """Read a sample in which only these fields are of interest."""
    return Sample.model_validate({"id": "1"} | fields)


def java_time(**changes: object) -> dict[str, object]:
    """Write a moment as Java's serializer does."""
    return {
        "offset": {"totalSeconds": 0, "id": "Z", "rules": {"fixedOffset": True}},
        "nano": 0,
        "year": 2018,
        "monthValue": 4,
        "dayOfMonth": 25,
        "hour": 20,
        "minute": 36,
        "second": 0,
        "dayOfWeek": "WEDNESDAY",
        "dayOfYear": 115,
        "month": "APRIL",
    } | changes


@pytest.mark.parametrize(
    ("wire", "units"), [(2, 2), ("2", 2), (0, 0), ("0", 0), (3.0, 3), ("3.00", 3), (10**9, 10**9)]
)
def test_quantities(wire: object, units: int) -> None:
    """A quantity is a whole number, however it is written."""
    assert read(quantity=wire).quantity == units


@pytest.mark.parametrize(
    "wire",
    [1.5, "1.5", -1, "-1", True, False, float("nan"), float("inf"), "", "two", "٢", [2], 1e300],
)
def test_wrong_quantities(wire: object) -> None:
    """What does not count units is refused, in words that say what is wanted."""
    with pytest.raises(ValidationError, match="a quantity must be a whole number of units"):
        read(quantity=wire)


@pytest.mark.parametrize(
    ("wire", "amount"),
    [
        (53.769999999999996, "53.77"),
        (21.6, "21.6"),
        (899, "899"),
        (0.0, "0"),
        ("27.01", "27.01"),
        ("27.010000", "27.01"),
        (-0.01, "-0.01"),
        ("0.005", "0.01"),
        (1e-7, "0"),
        (Decimal("64.81"), "64.81"),
        (9_999_999_999.99, "9999999999.99"),
    ],
)
def test_amounts(wire: object, amount: str) -> None:
    """An amount is an exact decimal of at most two places, whatever floats do to it."""
    read_amount = read(amount=wire).amount
    assert read_amount == Decimal(amount)
    exponent = read_amount.as_tuple().exponent
    assert isinstance(exponent, int)
    assert exponent >= -2


@given(st.decimals(-(10**11), 10**11, places=2))
def test_amounts_survive_json(amount: Decimal) -> None:
    """An amount that was sent as a JSON number comes back as itself."""
    assert Sample.model_validate_json(f'{{"id":"1","amount":{float(amount)!r}}}').amount == amount


@pytest.mark.parametrize(
    "wire", [True, float("nan"), float("inf"), "", "1,5", "NaN", "1e99", "9" * 400, {}, "1_0"]
)
def test_wrong_amounts(wire: object) -> None:
    """What is not a sensible decimal number is no amount."""
    with pytest.raises(ValidationError, match="an amount of money must be"):
        read(amount=wire)


@pytest.mark.parametrize(
    ("wire", "moment"),
    [
        ("2022-02-17T21:12:33Z", datetime(2022, 2, 17, 21, 12, 33, tzinfo=UTC)),
        ("2022-02-17T21:12:33+02:00", datetime(2022, 2, 17, 19, 12, 33, tzinfo=UTC)),
        ("2022-02-17T21:12:33", datetime(2022, 2, 17, 21, 12, 33, tzinfo=UTC)),
        ("2022-02-17T21:12:33.1Z", datetime(2022, 2, 17, 21, 12, 33, 100_000, tzinfo=UTC)),
        ("2022-02-17T21:12:33.12Z", datetime(2022, 2, 17, 21, 12, 33, 120_000, tzinfo=UTC)),
        ("2022-02-17T21:12:33.123Z", datetime(2022, 2, 17, 21, 12, 33, 123_000, tzinfo=UTC)),
        ("2022-02-17T21:12:33.1234Z", datetime(2022, 2, 17, 21, 12, 33, 123_400, tzinfo=UTC)),
        ("2022-02-17T21:12:33.79817Z", datetime(2022, 2, 17, 21, 12, 33, 798_170, tzinfo=UTC)),
        ("2022-02-17T21:12:33.609757Z", datetime(2022, 2, 17, 21, 12, 33, 609_757, tzinfo=UTC)),
        ("2023-12-29T15:35:56.95Z[UTC]", datetime(2023, 12, 29, 15, 35, 56, 950_000, tzinfo=UTC)),
        (java_time(), datetime(2018, 4, 25, 20, 36, tzinfo=UTC)),
        (java_time(nano=123_456_789), datetime(2018, 4, 25, 20, 36, 0, 123_456, tzinfo=UTC)),
        (
            java_time(offset={"totalSeconds": -7200}),
            datetime(2018, 4, 25, 22, 36, tzinfo=UTC),
        ),
        (java_time(offset=None), datetime(2018, 4, 25, 20, 36, tzinfo=UTC)),
        (datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC)),
    ],
)
def test_times(wire: object, moment: datetime) -> None:
    """A moment is read from text and from Java's object, and is in UTC."""
    assert read(at=wire).at == moment
    assert read(at=wire).at.tzinfo is UTC


@pytest.mark.parametrize(
    "wire",
    [
        "yesterday",
        "",
        1_645_132_353,
        True,
        {},
        java_time(monthValue=13),
        java_time(year=None),
        java_time(offset={"totalSeconds": 10**9}),
        "0001-01-01T00:00:00+10:00",
    ],
)
def test_wrong_times(wire: object) -> None:
    """What is no moment is refused, in words that say what is wanted."""
    with pytest.raises(ValidationError, match="a time must be ISO 8601 text or an object"):
        read(at=wire)


@pytest.mark.parametrize(("wire", "text"), [(9292981838, "9292981838"), ("ret_1", "ret_1")])
def test_ids(wire: object, text: str) -> None:
    """An id is text, also where Digital River writes a number."""
    assert read(id=wire).id == text


def test_null_is_absent() -> None:
    """An explicit null means what a missing field means, but not inside metadata."""
    sample = read(quantity=None, amount=None, metadata=None)
    assert sample == read()
    assert read(metadata={"a": None}).metadata == {"a": None}
    with pytest.raises(ValidationError, match="Field required"):
        read(id=None)


def test_only_objects() -> None:
    """What is no object is no model."""
    with pytest.raises(ValidationError):
        Sample.model_validate("text")


def test_unknown_fields_are_ignored() -> None:
    """A field that is new is no reason to fail, and is not kept."""
    assert not hasattr(read(brandNew={"a": 1}), "brandNew")


def test_models_do_not_change() -> None:
    """What was received stays as it was received."""
    with pytest.raises(ValidationError, match="frozen"):
        read().id = "2"  # type: ignore[misc]  # the mistake under test


def test_errors_do_not_quote() -> None:
    """The error about a value does not show the value, which may be a secret."""
    with pytest.raises(ValidationError) as caught:
        read(quantity="canary")
    assert "canary" not in str(caught.value)


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists, max_leaves=5))
def test_anything_is_read_or_refused(value: object) -> None:
    """Whatever stands in a field, the answer is a model or a validation error."""
    model: type[BaseModel] = Sample
    for name in ("id", "quantity", "amount", "at", "metadata"):
        try:
            model.model_validate({"id": "1", name: value})
        except ValidationError:
            continue
