"""Where goods are sent, in Digital River's words (docs/digital-river.md, "Location")."""

from pydantic import AliasChoices, BaseModel, ConfigDict, Field


class Address(BaseModel):
    """A postal address. Digital River may leave any part out; a request may leave out line2."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    line1: str | None = None
    line2: str | None = None
    city: str | None = None
    postal_code: str | None = Field(
        default=None, validation_alias=AliasChoices("postal_code", "postalCode")
    )
    state: str | None = None
    country: str | None = None


class Location(BaseModel):
    """An address with the party that takes the parcel there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    address: Address
    name: str | None = None
    phone: str | None = None
    email: str | None = None
