"""What Digital River's JSON has in common: the base of every model, quantities, money and times.

The reader is tolerant (docs/digital-river.md, Object schemas): unknown fields are ignored, an
explicit null is the same as an absent field, numbers are accepted where text is meant (ids), and
each kind of value is accepted in every spelling that Digital River has been seen to use.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from pydantic import (
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    model_validator,
)
from pydantic.alias_generators import to_camel

_QUANTITY = re.compile(r"([0-9]{1,12})(?:\.0{1,6})?")
_AMOUNT = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,2})?")
_CENT = Decimal("0.01")
_LARGEST_EXPONENT = 15
_ZONE_NAME = re.compile(r"\[[^\]]*\]\Z")


def read_quantity(value: object) -> int:
    """Read a number of units: a whole number from zero up, written as a number or as text.

    Raises `ValueError` for anything else: fractions, negative numbers, booleans, NaN.
    """
    match = None if isinstance(value, bool) else _QUANTITY.fullmatch(str(value))
    if match is None:
        raise ValueError("a quantity must be a whole number of units, zero or more")
    return int(match[1])


def read_money(value: object) -> Decimal:
    """Read an amount in the major unit of its currency, rounded half up to at most two places.

    Floats are read through their shortest text, so 53.769999999999996 becomes 53.77.
    Raises `ValueError` for what is not a finite number below 10**16.
    """
    match = None if isinstance(value, bool) else _AMOUNT.fullmatch(str(value))
    if match is None:
        raise ValueError("an amount of money must be a finite decimal number")
    amount = Decimal(match[0])
    if amount.adjusted() > _LARGEST_EXPONENT:
        raise ValueError("an amount of money must be below 10**16")
    exponent = amount.as_tuple().exponent
    if isinstance(exponent, int) and exponent < _CENT.adjusted():
        amount = amount.quantize(_CENT, rounding=ROUND_HALF_UP)
    return amount


def read_time(value: object) -> datetime:
    """Read a moment, in UTC: ISO 8601 text, or the object that Java writes for a moment.

    A trailing zone name (`[UTC]`) is ignored; text without an offset is UTC.
    Raises `ValueError` for anything else.
    """
    try:
        if isinstance(value, str):
            return _in_utc(datetime.fromisoformat(_ZONE_NAME.sub("", value)))
        if isinstance(value, datetime):
            return _in_utc(value)
        if isinstance(value, Mapping):
            return _from_java(value)
    except (KeyError, OverflowError, TypeError, ValueError):
        pass
    raise ValueError("a time must be ISO 8601 text or an object with year, monthValue and so on")


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _from_java(fields: Mapping[str, object]) -> datetime:
    """Read `{offset: {totalSeconds}, year, monthValue, dayOfMonth, hour, minute, second, nano}`."""
    offset = fields.get("offset")
    seconds = _java_offset(offset) if isinstance(offset, Mapping) else 0
    names = ("year", "monthValue", "dayOfMonth", "hour", "minute", "second")
    year, month, day, hour, minute, second = (read_quantity(fields[name]) for name in names)
    microsecond = read_quantity(fields.get("nano", 0)) // 1000
    zone = timezone(timedelta(seconds=seconds))
    return _in_utc(datetime(year, month, day, hour, minute, second, microsecond, tzinfo=zone))


def _java_offset(offset: Mapping[str, object]) -> int:
    """Read the seconds east of UTC from Java's offset, which alone may be negative."""
    seconds = offset.get("totalSeconds", 0)
    return seconds if isinstance(seconds, int) else 0


Quantity = Annotated[int, BeforeValidator(read_quantity)]
Money = Annotated[Decimal, BeforeValidator(read_money)]
Time = Annotated[datetime, BeforeValidator(read_time)]
Metadata = dict[str, JsonValue]
LiveMode = Annotated[
    bool | None, Field(validation_alias=AliasChoices("liveMode", "livemode", "live_mode"))
]
"""Whether the live key made the object; spelled `liveMode` or `livemode`, by operation."""


class Wire(BaseModel):
    """An object that Digital River sent: tolerant to read, and immutable afterwards.

    Fields are read by their name in Digital River's JSON or by their attribute's name.
    """

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="ignore",
        frozen=True,
        coerce_numbers_to_str=True,
        hide_input_in_errors=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, data: object) -> object:
        if isinstance(data, Mapping) and None in data.values():
            return {name: value for name, value in data.items() if value is not None}
        return data


class Identified(Wire):
    """An object that can be asked for by its id, and listed."""

    id: str
