"""What is said over HTTP where it differs from the messages that a return takes and gives."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic.json_schema import SkipJsonSchema

from lifecycle.customer import customer_status
from lifecycle.request import Id, ReturnRequest
from storefront.listing import ReturnRow
from storefront.reading import WrongInputError

KEY_HEADER = "Idempotency-Key"


class NewReturn(ReturnRequest):
    """A return as the storefront asks for it; its id is the header's, and may be left out here."""

    model_config = ConfigDict(
        json_schema_extra={"required": ["order_id", "coordinator", "lines"]},
    )

    request_id: Id = Field(default="", description="The same as Idempotency-Key, or left out.")
    adopt: SkipJsonSchema[None] = None

    @field_validator("adopt", mode="before")
    @classmethod
    def _is_for_operators(cls, given: object) -> None:
        if given is not None:
            raise ValueError("is for operators: use `starter.py adopt`")

    def named(self, key: str) -> ReturnRequest:
        """Return the request with the header's key as its id. Raises WrongInputError."""
        if self.request_id not in ("", key):
            rule = f"must be the same as the header {KEY_HEADER}, or left out"
            raise WrongInputError([{"field": "request_id", "rule": rule}])
        return ReturnRequest.model_validate({**self.asked, "request_id": key})


class OfOrder(BaseModel):
    """Which returns are listed."""

    model_config = ConfigDict(extra="forbid")

    order_id: Id


class ListedReturn(BaseModel):
    """One return in a list."""

    workflow_id: str
    order_id: str | None = None
    return_id: str | None = None
    status: str
    started: datetime
    ended: datetime | None = None


class ReturnsOfOrder(BaseModel):
    """The returns of one order, the newest first; those of the last seconds may be missing."""

    returns: list[ListedReturn]


class Health(BaseModel):
    """How the process is."""

    status: str


def listed(row: ReturnRow) -> ListedReturn:
    """Return the row of a list as a customer's page may show it."""
    return ListedReturn(
        workflow_id=row.workflow_id,
        order_id=row.order_id,
        return_id=row.return_id,
        status=customer_status(row.phase),
        started=row.started,
        ended=row.ended,
    )
