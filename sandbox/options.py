"""What a sandbox is started with, and what can be switched while it runs."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Seconds = float


class Automation(BaseModel):
    """How fast the fulfiller and the bank act by themselves; null means that they never do."""

    model_config = ConfigDict(extra="forbid")

    approve_after_seconds: Seconds | None = Field(
        default=None,
        ge=0,
        description="From a fulfillment return's creation to the fulfiller's decision.",
    )
    receive_after_seconds: Seconds | None = Field(
        default=None, ge=0, description="From the approval to the goods' arrival."
    )
    bank_after_seconds: Seconds | None = Field(
        default=None,
        ge=0,
        description="From a refund's creation, or from the bank details, to the bank's act.",
    )


class Switches(BaseModel):
    """Behaviour where docs/digital-river.md leaves more than one reading open (§6.13, §7)."""

    model_config = ConfigDict(extra="forbid")

    rate_limit: int | None = Field(
        default=25, ge=1, description="Requests per sliding second and key; null lifts the limit."
    )
    retry_after_seconds: Seconds = Field(
        default=1.0, gt=0, description="Wait before the second webhook attempt; doubles each time."
    )
    refund_ids: bool = Field(
        default=True, description="Whether GET on an accepted return names its refunds."
    )
    eager_refunds: bool = Field(
        default=False,
        description="Make refunds at each item acceptance and hold their events back (§7 C4).",
    )
    amounts_drift: bool = Field(
        default=False,
        description="Return amounts drop by 0.01 at the first acceptance, refunds again (§6.7).",
    )
    repeated_create: Literal["second", "conflict"] = Field(
        default="second",
        description="What an identical create does: make a second one while units and money are "
        "left, or be refused with 409.",
    )
    fresh_event_ids: bool = Field(
        default=False, description="Give each attempt to deliver an event another id."
    )
    metadata_in_events: bool = Field(
        default=True, description="Whether the objects in events show their metadata."
    )


class Options(Switches):
    """Everything a sandbox is started with."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    api_key: str = Field(default="sk_test_sandbox", repr=False)
    webhook_secrets: tuple[str, ...] = Field(default=("whsec_sandbox",), repr=False)
    webhook_urls: tuple[str, ...] = ()
    automation: Automation = Automation()

    def switches(self) -> Switches:
        """Return a fresh, changeable copy of the switches."""
        return Switches.model_validate(self.model_dump(include=set(Switches.model_fields)))
