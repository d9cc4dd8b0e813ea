"""What is said to a return and what it answers. Add fields with defaults; never rename one."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    model_validator,
)

from lifecycle.facts import ShipmentReceived
from lifecycle.location import Location
from lifecycle.milestones import Milestone
from lifecycle.request import Id
from lifecycle.snapshot import LineView, RefundView, UnsoundView
from lifecycle.steps import Refusal

Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
Description = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Reference = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class EventMessage(BaseModel):
    """The signal `digital_river_event`: what one verified webhook taught.

    Every field is optional and none is refused, because a signal that does not decode is dropped
    without a trace. The facts are read inside the workflow, one by one.
    """

    model_config = ConfigDict(extra="ignore")

    event_id: str = ""
    type: str = ""
    facts: list[dict[str, JsonValue]] = Field(default_factory=list)


class OpenedAnswer(BaseModel):
    """The answer to a request: the Digital River return, the refusal, or "later"."""

    workflow_id: str
    rma: str
    status: Literal["opened", "refused", "queued"]
    return_id: str | None = None
    state: str | None = None
    ship_to: Location | None = None
    refusal: Refusal | None = None
    sentence: str | None = None
    """Why it is queued, for the customer, where a person is asked first."""


class AdoptedReturn(BaseModel):
    """What an operator names to carry on with: Digital River's return."""

    return_id: Id


class Shipment(BaseModel):
    """The update `receive_shipment`: what arrived in one parcel, in absolute units.

    `items` are sound units per order item, `damaged` ones that came broken, and `wrong` is what was
    not asked back, by its description. Only sound units count as arrived.
    Saying the same again is nothing new. A higher revision replaces what was said before, until
    Digital River has accepted the item.
    """

    model_config = ConfigDict(extra="forbid")

    reference: Id
    revision: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] = 1
    items: Annotated[dict[Id, Count], Field(max_length=100)] = Field(default_factory=dict)
    damaged: Annotated[dict[Id, Count], Field(min_length=1, max_length=100)] | None = None
    wrong: Annotated[dict[Description, Count], Field(min_length=1, max_length=100)] | None = None

    @model_validator(mode="after")
    def _brings_something(self) -> Self:
        if not (self.items or self.damaged or self.wrong):
            raise ValueError("at least one of items, damaged and wrong must say what arrived")
        return self

    def received(self, at: datetime) -> ShipmentReceived:
        """Return what it says as a fact."""
        return ShipmentReceived(
            reference=self.reference,
            revision=self.revision,
            items=tuple(sorted(self.items.items())),
            damaged=tuple(sorted(self.damaged.items())) if self.damaged else None,
            wrong=tuple(sorted(self.wrong.items())) if self.wrong else None,
            at=at,
        )


class ShipmentAnswer(BaseModel):
    """What the warehouse hears: the units line by line, with those in excess set aside."""

    lines: list[LineView]
    sentence: str
    unsound: list[UnsoundView] | None = None
    follow_up: str | None = None
    """The workflow that took the parcel because the return had ended."""


class Cancellation(BaseModel):
    """The update `cancel`: stop a return of which nothing was received yet."""

    model_config = ConfigDict(extra="forbid")

    who: Words
    why: Words


class Resolution(BaseModel):
    """The update `resolve`: an operator's answer to the question that is open now."""

    model_config = ConfigDict(extra="forbid")

    question: Words
    answer: Words
    who: Words
    why: Words
    reference: Reference | None = None
    """Of a payment made by hand: `settle_by_hand` needs it, and no other answer has one."""


class Done(BaseModel):
    """What became of a cancellation or a resolution, in one sentence."""

    phase: str
    sentence: str


class ReturnResult(BaseModel):
    """The result of the workflow: how the return ended."""

    outcome: str
    return_id: str | None = None
    refusal: Refusal | None = None
    lines: list[LineView]
    refunds: list[RefundView]
    sentence: str
    known: list[dict[str, JsonValue]] | None = None
    """Facts that a follow-up begins with, where there are any."""


class Untold(BaseModel):
    """What is left to tell the storefront of a return that has ended, in order."""

    milestones: list[Milestone]


class Told(BaseModel):
    """The keys of milestones that the storefront was told of, and why it was not of others."""

    told: list[str] = Field(default_factory=list)
    given_up: dict[str, str] = Field(default_factory=dict)


class BackfillReport(BaseModel):
    """What one back-fill did; the next one begins where it ended."""

    covered_until: datetime
    """Every event that was made before this, and listed by then, has reached its returns."""
    read: int = 0
    """Events that Digital River listed."""
    acknowledged: int = 0
    """Of those that returns want: new ones that the receiver had told them."""
    missed: int = 0
    """Of those: told by this back-fill."""
    missed_since: datetime | None = None
    """When the oldest event was made that the receiver missed, and none later reached it."""
    last_event: datetime | None = None
    """When the newest event was made that Digital River ever listed; or the start, before any."""
    begun: datetime | None = None
    """Where the very first run began: no event that was made before is listed."""
