"""Reading a request body field by field, as strictly as Digital River (docs/digital-river.md §2.9).

Money and quantities may be sent as numbers or as numeric strings (§3.6, §6.1).
"""

import json
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from http import HTTPStatus

from .errors import ApiError, Problem, bad_request, invalid, missing
from .json_types import JsonObject

REASON_LENGTH = 64
METADATA_PAIRS = 20
METADATA_KEY_LENGTH = 40
METADATA_VALUE_LENGTH = 500


class Body:
    """One JSON object of a request; `path` is where it stands, for the error's `parameter`."""

    def __init__(self, fields: JsonObject, path: str = "") -> None:
        self.fields = fields
        self.path = path

    def name(self, field: str) -> str:
        """Return the field's dotted path from the top of the body."""
        return f"{self.path}.{field}" if self.path else field

    def only(self, *known: str) -> None:
        """Refuse fields that do not exist; all of them are named in one answer."""
        unknown = [field for field in self.fields if field not in known]
        if unknown:
            raise ApiError(
                HTTPStatus.BAD_REQUEST,
                *(
                    Problem("unknown_parameter", f"'{field}' is an unknown parameter.", field)
                    for field in map(self.name, unknown)
                ),
            )

    def require(self, *fields: str) -> None:
        """Refuse a body in which a field is absent or null."""
        for field in fields:
            if self.fields.get(field) is None:
                raise missing(self.name(field))

    def has(self, field: str) -> bool:
        """Tell whether a field was sent with a value."""
        return self.fields.get(field) is not None

    def text(self, field: str) -> str | None:
        """Return a string field; an empty one is refused."""
        value = self.fields.get(field)
        if value is None:
            return None
        if not isinstance(value, str):
            raise bad_request("invalid_format", self.name(field), "A string is expected.")
        if not value.strip():
            raise bad_request("invalid_string_blank", self.name(field), "The string is blank.")
        return value

    def required_text(self, field: str) -> str:
        """Return a string field that must be there."""
        self.require(field)
        return self.text(field) or ""

    def required_id(self, field: str) -> str:
        """Return an identifier that must be there; a number is taken as its digits."""
        self.require(field)
        value = self.fields[field]
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        return self.required_text(field)

    def choice(self, field: str, allowed: Iterable[str]) -> str | None:
        """Return a string field that has to be one of a few words."""
        value = self.text(field)
        if value is not None and value not in allowed:
            raise invalid(self.name(field), f"'{value}' is not a valid value.")
        return value

    def flag(self, field: str) -> bool | None:
        """Return a true-or-false field."""
        value = self.fields.get(field)
        if value is not None and not isinstance(value, bool):
            raise bad_request("invalid_boolean", self.name(field), "A boolean is expected.")
        return value

    def amount(self, field: str) -> Decimal | None:
        """Return a number, also when it was sent as a string."""
        value = self.fields.get(field)
        if value is None:
            return None
        try:
            number = Decimal(value) if isinstance(value, str | int | Decimal) else None
        except InvalidOperation:
            number = None
        if number is None or isinstance(value, bool) or not number.is_finite():
            raise bad_request("invalid_amount", self.name(field), "A number is expected.")
        return number

    def quantity(self, field: str = "quantity") -> int | None:
        """Return a whole, positive number of units."""
        value = self.fields.get(field)
        if value is None:
            return None
        if isinstance(value, str) and value.strip().lstrip("-").isdecimal():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise bad_request("invalid_integer", self.name(field), "An integer is expected.")
        if value < 1:
            raise bad_request("invalid_quantity_amount", self.name(field), "Too few units.")
        return value

    def required_quantity(self, field: str = "quantity") -> int:
        """Return a number of units that must be there."""
        self.require(field)
        return self.quantity(field) or 0

    def object(self, field: str) -> "Body | None":
        """Return a nested object."""
        value = self.fields.get(field)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise bad_request("invalid_format", self.name(field), "An object is expected.")
        return Body(value, self.name(field))

    def objects(self, field: str) -> "list[Body]":
        """Return a list of objects; an absent one is empty."""
        value = self.fields.get(field)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise bad_request("invalid_format", self.name(field), "A list is expected.")
        return [Body(one, f"{self.name(field)}[{place}]") for place, one in enumerate(value)]

    def required_objects(self, field: str) -> "list[Body]":
        """Return a list of objects that must hold at least one."""
        self.require(field)
        found = self.objects(field)
        if not found:
            raise bad_request("invalid_empty", self.name(field), "The list is empty.")
        return found

    def texts(self, field: str) -> list[str] | None:
        """Return a list of strings."""
        value = self.fields.get(field)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise bad_request("invalid_format", self.name(field), "A list is expected.")
        return value


def parse(raw: bytes) -> Body:
    """Read a request body; no body at all is an empty object."""
    try:
        value = json.loads(raw or b"{}", parse_float=Decimal)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        problem = Problem("invalid_format", "The request body is not a JSON object.")
        raise ApiError(HTTPStatus.BAD_REQUEST, problem)
    return Body(value)


def reason_of(body: Body) -> str | None:
    """Return the reason of a return or a refund, at most 64 characters."""
    reason = body.text("reason")
    if reason is not None and len(reason) > REASON_LENGTH:
        raise invalid("reason", f"The reason is longer than {REASON_LENGTH} characters.")
    return reason


def metadata_of(body: Body) -> JsonObject | None:
    """Return the metadata within Digital River's limits (docs/digital-river.md §3.10)."""
    sent = body.object("metadata")
    if sent is None:
        return None
    if not sent.fields:
        raise bad_request("invalid_empty", sent.path, "At least one pair is expected.")
    if len(sent.fields) > METADATA_PAIRS:
        raise bad_request("too_many_metadata_pairs", sent.path, "Too many pairs.")
    for key, value in sent.fields.items():
        if not key or len(key) > METADATA_KEY_LENGTH:
            raise bad_request("invalid_metadata_key", sent.path, f"'{key}' is not a valid key.")
        if len(str(value)) > METADATA_VALUE_LENGTH:
            raise bad_request("invalid_metadata_value", sent.path, f"'{key}' is too long.")
    return sent.fields


def merge_metadata(present: JsonObject, sent: JsonObject | None) -> JsonObject:
    """Merge key by key; the value `""` deletes its key (docs/digital-river.md §3.10)."""
    merged = {**present, **(sent or {})}
    kept = {key: value for key, value in merged.items() if value != ""}
    if len(kept) > METADATA_PAIRS:
        raise bad_request("too_many_metadata_pairs", "metadata", "Too many pairs.")
    return kept


def location_of(body: Body) -> JsonObject | None:
    """Return the place a return goes to (docs/digital-river.md §3.5)."""
    location = body.object("location")
    if location is None:
        return None
    location.only("address", "name", "phone", "email")
    location.require("address")
    address = location.object("address") or Body({})
    address.only("line1", "line2", "city", "postalCode", "state", "country")
    for field in ("line1", "city", "postalCode", "state"):
        if field not in address.fields:
            raise missing(address.name(field))
    address.require("country")
    return location.fields
