"""Addresses, as returns, fulfillment returns and fulfillment orders carry them."""

from __future__ import annotations

from digital_river.wire import Wire


class Address(Wire):
    """A postal address; every field may be missing, whatever Digital River's schema says."""

    line1: str | None = None
    line2: str | None = None
    city: str | None = None
    postal_code: str | None = None
    state: str | None = None
    country: str | None = None


class Location(Wire):
    """Where goods are sent: an address and whom to ask for there."""

    address: Address | None = None
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    organization: str | None = None
