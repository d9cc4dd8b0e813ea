"""What the storefront may ask for, and how a wrong request is told so."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest
from pydantic import JsonValue, ValidationError

from lifecycle.request import ReturnRequest

LOCATION: dict[str, JsonValue] = {
    "address": {
        "line1": "1 Dock Road",
        "city": "Hull",
        "postal_code": "HU1 1AA",
        "state": "East Riding",
        "country": "GB",
    }
}
ROOM = 64 - len(" #7K3F9X2ABC")


def asked(**changes: JsonValue) -> dict[str, JsonValue]:
    """Return a good request with some fields changed."""
    good: dict[str, JsonValue] = {
        "request_id": "request-1",
        "order_id": "order-1",
        "coordinator": "third_party",
        "lines": [{"order_item_id": "a", "quantity": 1}],
    }
    return good | changes


def line(quantity: JsonValue, item: JsonValue = "a") -> JsonValue:
    """Return the lines of a request for one item."""
    return [{"order_item_id": item, "quantity": quantity}]


WRONG: list[tuple[str, dict[str, JsonValue], str, str]] = [
    ("unknown coordinator", asked(coordinator="magento"), "coordinator", "'third_party'"),
    ("no quantity at all", asked(lines=line(0)), "lines.0.quantity", "greater than or equal to 1"),
    ("negative quantity", asked(lines=line(-1)), "lines.0.quantity", "greater than or equal to 1"),
    ("fractional quantity", asked(lines=line(1.5)), "lines.0.quantity", "valid integer"),
    ("whole float", asked(lines=line(1.0)), "lines.0.quantity", "valid integer"),
    ("boolean quantity", asked(lines=line(True)), "lines.0.quantity", "valid integer"),
    ("quantity as text", asked(lines=line("1")), "lines.0.quantity", "valid integer"),
    ("quantity left out", asked(lines=[{"order_item_id": "a"}]), "lines.0.quantity", "required"),
    ("huge quantity", asked(lines=line(1_000_001)), "lines.0.quantity", "less than or equal"),
    ("no lines", asked(lines=[]), "lines", "at least 1 item"),
    (
        "a line given twice",
        asked(lines=[{"order_item_id": "a", "quantity": n} for n in (1, 2)]),
        "lines",
        "order_item_id a is given twice",
    ),
    ("lines of an adoption", asked(adopt="ret_1"), "lines", "has its lines already"),
    ("no order", {**asked(), "order_id": ""}, "order_id", "required"),
    ("id with a blank", asked(order_id="order 1"), "order_id", "match pattern"),
    ("empty id", asked(request_id=""), "request_id", "at least 1 character"),
    ("blank reason", asked(reason="  "), "reason", "at least 1 character"),
    ("long reason", asked(reason="x" * (ROOM + 1)), "", f"at most {ROOM} characters, so that"),
    (
        "long reason without a tag",
        asked(reason="x" * 65, policy={"tag_reason": False}),
        "",
        "at most 64 characters; it has 65",
    ),
    (
        "too many pairs",
        asked(metadata={f"key{n}": n for n in range(19)}),
        "metadata",
        "19 pairs; at most 18",
    ),
    ("reserved key", asked(metadata={"workflow_id": "x"}), "metadata", "workflow_id is reserved"),
    ("other reserved key", asked(metadata={"key": "x"}), "metadata", "key is reserved"),
    ("long key", asked(metadata={"k" * 41: "x"}), "metadata", "1 to 40 characters"),
    ("empty key", asked(metadata={"": "x"}), "metadata", "1 to 40 characters"),
    ("long value", asked(metadata={"k": "x" * 501}), "metadata", "1 to 500 characters"),
    ("empty value", asked(metadata={"k": ""}), "metadata", "1 to 500 characters"),
    ("nested value", asked(metadata={"k": {"deep": 1}}), "metadata", "value of k must be text"),
    ("not a number", asked(metadata={"k": math.nan}), "metadata.k", "finite number"),
    (
        "location with a fulfiller",
        asked(coordinator="digital_river", location=LOCATION),
        "location",
        "goes with coordinator third_party only",
    ),
    (
        "fulfillment order without one",
        asked(fulfillment_order_id="fo_1"),
        "fulfillment_order_id",
        "goes with coordinator digital_river only",
    ),
    (
        "incomplete address",
        asked(location={"address": {"line1": "1 Dock Road"}}),
        "location",
        "address.city is required",
    ),
    ("unknown field", asked(colour="red"), "colour", "Extra inputs are not permitted"),
    (
        "unknown field of a line",
        asked(lines=[{"order_item_id": "a", "quantity": 1, "sku": "s"}]),
        "lines.0.sku",
        "Extra inputs are not permitted",
    ),
    (
        "unknown field of an address",
        asked(location={"address": {"zip": "1"}}),
        "location.address.zip",
        "Extra inputs are not permitted",
    ),
    ("no time at all", asked(policy={"goods": 0}), "policy.goods", "greater than 0"),
    ("too long a time", asked(policy={"goods": "P366D"}), "policy.goods", "365 days"),
    ("words for a time", asked(policy={"goods": "soon"}), "policy.goods", "valid timedelta"),
    (
        "unknown choice",
        asked(policy={"short_return": "guess"}),
        "policy.short_return",
        "'settle', 'wait' or 'ask'",
    ),
    (
        "no business days",
        asked(policy={"refund_business_days": 0}),
        "policy.refund_business_days",
        "greater than or equal to 1",
    ),
    ("no looks", asked(policy={"looks": []}), "policy.looks", "at least 1 item"),
    ("unknown term", asked(policy={"patience": 1}), "policy.patience", "Extra inputs"),
]


@pytest.mark.parametrize(
    ("wrong", "field", "rule"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG]
)
def test_wrong_request(wrong: dict[str, JsonValue], field: str, rule: str) -> None:
    """A wrong request is refused once, with the field and the rule in words."""
    with pytest.raises(ValidationError) as caught:
        ReturnRequest.model_validate(wrong)

    found = [(".".join(map(str, error["loc"])), error["msg"]) for error in caught.value.errors()]

    assert any(place.startswith(field) and rule in message for place, message in found), found


def test_defaults() -> None:
    """A request of the required fields alone has the terms of the design, section 4.9."""
    policy = ReturnRequest.model_validate(asked()).policy

    assert policy.approval == timedelta(days=14)
    assert policy.goods == timedelta(days=30)
    assert policy.more_goods == timedelta(days=3)
    assert policy.refund_business_days == 10
    assert policy.unreachable == timedelta(hours=72)
    assert policy.doubt == timedelta(seconds=60)
    assert policy.short_return == "ask"


def test_longest_reason() -> None:
    """The longest reason with its RMA number is just what Digital River takes."""
    request = ReturnRequest.model_validate(asked(reason="x" * ROOM))

    assert request.sent_reason is not None
    assert len(request.sent_reason) == 64
    assert request.sent_reason.endswith(f" #{request.rma}")


def test_reason_sent() -> None:
    """Without a reason the RMA number goes alone, and a policy can keep it out."""
    bare = ReturnRequest.model_validate(asked())
    untagged = ReturnRequest.model_validate(
        asked(reason=" too small ", policy={"tag_reason": False})
    )

    assert bare.sent_reason == f"#{bare.rma}"
    assert untagged.sent_reason == "too small"


def test_metadata_keeps_types() -> None:
    """Metadata arrives at Digital River with the types that the storefront gave."""
    metadata: dict[str, JsonValue] = {"text": "1", "flag": True, "count": 1, "share": 0.5}

    request = ReturnRequest.model_validate(asked(metadata=metadata))

    assert {key: (type(value), value) for key, value in request.metadata.items()} == {
        "text": (str, "1"),
        "flag": (bool, True),
        "count": (int, 1),
        "share": (float, 0.5),
    }


def test_no_reason_may_be_said_aloud() -> None:
    """`null` is no reason, as if it had been left out."""
    assert ReturnRequest.model_validate(asked(reason=None)).reason is None


def test_the_most_metadata() -> None:
    """Eighteen pairs of the storefront's own, each as long as may be."""
    most: dict[str, JsonValue] = {f"{n:040}": "v" * 500 for n in range(18)}

    assert len(ReturnRequest.model_validate(asked(metadata=most)).metadata) == 18


def test_complete_location() -> None:
    """A third party's return address is taken in Digital River's spelling, too."""
    address = dict(LOCATION["address"]) if isinstance(LOCATION["address"], dict) else {}
    address["postalCode"] = address.pop("postal_code")

    request = ReturnRequest.model_validate(asked(location={"address": address}))

    assert request.location is not None
    assert request.location.address.postal_code == "HU1 1AA"


def test_repeated_request() -> None:
    """The same request has the same fingerprint and repeats; another one has and does neither."""
    first = ReturnRequest.model_validate(asked())
    again = ReturnRequest.model_validate(asked())
    other = ReturnRequest.model_validate(asked(lines=line(2)))

    assert again.fingerprint == first.fingerprint
    assert again.repeats(first)
    assert other.fingerprint != first.fingerprint
    assert not other.repeats(first)


def test_repeated_after_new_defaults() -> None:
    """Terms that the storefront left to defaults repeat whatever the first request was given."""
    first = ReturnRequest.model_validate(asked(policy={"goods": "P10D"}))

    assert ReturnRequest.model_validate(asked()).repeats(first)
    assert not ReturnRequest.model_validate(asked(policy={"goods": "P11D"})).repeats(first)


def test_adoption() -> None:
    """A return is adopted by its id alone; the same return again is the same adoption."""
    fields: dict[str, JsonValue] = {
        "request_id": "adopt:ret_1",
        "adopt": "ret_1",
        "coordinator": "digital_river",
    }
    first = ReturnRequest.model_validate(fields)
    on_other_terms = {**fields, "order_id": "order-1", "policy": {"ask_before_refund": True}}

    assert (first.lines, first.order_id) == ((), "")
    assert ReturnRequest.model_validate(on_other_terms).repeats(first)
    assert not ReturnRequest.model_validate({**fields, "adopt": "ret_2"}).repeats(first)
