"""What the storefront asks for."""

import hashlib
import json
from enum import StrEnum
from typing import Annotated

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from lifecycle.identity import REASON_LIMIT, rma_number, tagged_reason, workflow_id_for
from lifecycle.location import Location
from lifecycle.policy import Policy

METADATA_PAIRS = 20
METADATA_KEY_LENGTH = 40
METADATA_VALUE_LENGTH = 500
RESERVED_METADATA = ("workflow_id", "key")
"""Metadata keys that Upriver writes itself, to find its own objects again."""

Id = Annotated[
    str, StringConstraints(min_length=1, max_length=128, pattern=r"^[A-Za-z0-9._:@/+=-]+$")
]
OrderId = Annotated[str, StringConstraints(max_length=128, pattern=r"^[A-Za-z0-9._:@/+=-]*$")]
Quantity = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
Number = Annotated[float, Field(allow_inf_nan=False)]
MetadataValue = Annotated[str, StringConstraints(strict=True)] | bool | int | Number


def _plain_values(metadata: object) -> object:
    """Name the one value that is no text, number or truth, where there is one."""
    for key, value in metadata.items() if isinstance(metadata, dict) else ():
        if not isinstance(value, str | bool | int | float):
            raise ValueError(f"value of {key} must be text, a number, true or false")  # noqa: TRY004
    return metadata


class Coordinator(StrEnum):
    """Who coordinates the return (docs/digital-river.md, "Two models")."""

    DIGITAL_RIVER = "digital_river"
    THIRD_PARTY = "third_party"


class RequestedLine(BaseModel):
    """Units of one order item that come back."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    order_item_id: Id
    quantity: Quantity


class ReturnRequest(BaseModel):
    """One customer return, as the storefront asks for it. Errors name the field and the rule."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    request_id: Id
    adopt: Id | None = None
    """An existing return at Digital River that is carried on instead of creating one."""
    order_id: OrderId = Field(default="", validate_default=True)
    """Empty only where the order of an adopted return is not known before it is read."""
    coordinator: Coordinator
    lines: Annotated[tuple[RequestedLine, ...], Field(max_length=100)] = Field(
        default=(), validate_default=True
    )
    """Empty in an adoption: the units of that return count."""
    policy: Policy = Policy()
    fulfillment_order_id: Id | None = None
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)] | None = None
    location: Location | None = None
    metadata: Annotated[dict[str, MetadataValue], BeforeValidator(_plain_values)] = Field(
        default_factory=dict
    )

    @field_validator("order_id")
    @classmethod
    def _order_named(cls, order_id: str, known: ValidationInfo) -> str:
        if not order_id and known.data.get("adopt") is None:
            raise PydanticCustomError("missing", "Field required")
        return order_id

    @field_validator("lines")
    @classmethod
    def _lines_unless_adopted(
        cls, lines: tuple[RequestedLine, ...], known: ValidationInfo
    ) -> tuple[RequestedLine, ...]:
        adopt = known.data.get("adopt")
        if lines and adopt is not None:
            raise ValueError("an adopted return has its lines already")
        if not lines and adopt is None:
            raise PydanticCustomError("too_short", "must have at least 1 item")
        return lines

    @field_validator("lines")
    @classmethod
    def _each_line_once(cls, lines: tuple[RequestedLine, ...]) -> tuple[RequestedLine, ...]:
        seen: set[str] = set()
        for line in lines:
            if line.order_item_id in seen:
                raise ValueError(
                    f"order_item_id {line.order_item_id} is given twice; "
                    "a line may appear once, with all its units"
                )
            seen.add(line.order_item_id)
        return lines

    @field_validator("metadata")
    @classmethod
    def _metadata_in_limits(cls, metadata: dict[str, MetadataValue]) -> dict[str, MetadataValue]:
        room = METADATA_PAIRS - len(RESERVED_METADATA)
        if len(metadata) > room:
            raise ValueError(f"{len(metadata)} pairs; at most {room} fit beside Upriver's own two")
        for key, value in metadata.items():
            if key in RESERVED_METADATA:
                raise ValueError(f"key {key} is reserved for Upriver")
            if not 1 <= len(key) <= METADATA_KEY_LENGTH:
                raise ValueError(
                    f"key {key[:50]!r} must have 1 to {METADATA_KEY_LENGTH} characters"
                )
            if not 1 <= len(str(value)) <= METADATA_VALUE_LENGTH:
                raise ValueError(
                    f"value of {key} must have 1 to {METADATA_VALUE_LENGTH} characters"
                )
        return metadata

    @field_validator("location")
    @classmethod
    def _address_complete(cls, location: Location | None) -> Location | None:
        for field in ("line1", "city", "postal_code", "state", "country"):
            if location is not None and not getattr(location.address, field):
                raise ValueError(f"address.{field} is required")
        return location

    @field_validator("reason")
    @classmethod
    def _reason_fits(cls, reason: str | None, known: ValidationInfo) -> str | None:
        policy, request_id = known.data.get("policy"), known.data.get("request_id")
        if reason is None or policy is None or request_id is None:
            return reason
        tag = len(tagged_reason("x", rma_number(request_id))) - 1 if policy.tag_reason else 0
        if len(reason) + tag > REASON_LIMIT:
            so_that = ", so that the RMA number fits" if tag else ""
            raise ValueError(
                f"must have at most {REASON_LIMIT - tag} characters{so_that}; it has {len(reason)}"
            )
        return reason

    @field_validator("fulfillment_order_id")
    @classmethod
    def _goes_with_digital_river(cls, given: str | None, known: ValidationInfo) -> str | None:
        if given and known.data.get("coordinator") is Coordinator.THIRD_PARTY:
            raise ValueError("goes with coordinator digital_river only")
        return given

    @field_validator("location")
    @classmethod
    def _goes_with_third_party(
        cls, given: Location | None, known: ValidationInfo
    ) -> Location | None:
        if given and known.data.get("coordinator") is Coordinator.DIGITAL_RIVER:
            raise ValueError(
                "goes with coordinator third_party only: otherwise the fulfiller says where the "
                "goods go"
            )
        return given

    @property
    def rma(self) -> str:
        """The RMA number of this request."""
        return rma_number(self.request_id)

    @property
    def workflow_id(self) -> str:
        """The workflow id under which this request is carried out."""
        return workflow_id_for(self.order_id, self.rma)

    @property
    def sent_reason(self) -> str | None:
        """The reason as Digital River gets it."""
        return tagged_reason(self.reason, self.rma) if self.policy.tag_reason else self.reason

    @property
    def fingerprint(self) -> str:
        """A short hash of what was asked for; defaults, which may change, are left out."""
        canonical = json.dumps(self.asked, sort_keys=True)
        return hashlib.sha256(canonical.encode()).hexdigest()[:12]

    @property
    def asked(self) -> dict[str, JsonValue]:
        """What the storefront asked for, in JSON's types and without what it left to defaults."""
        asked: dict[str, JsonValue] = self.model_dump(mode="json", exclude_unset=True)
        return asked

    def repeats(self, first: "ReturnRequest") -> bool:
        """Say whether this asks for what `first` asked for; terms left to defaults are its.

        An adoption is of one return, whoever began it and on whatever terms.
        """
        if first.adopt is not None:
            return self.adopt == first.adopt
        given = {name: getattr(self.policy, name) for name in self.policy.model_fields_set}
        terms = first.policy.model_copy(update=given)
        return self.model_copy(update={"policy": terms}) == first
