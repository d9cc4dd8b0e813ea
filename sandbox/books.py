"""The record of every call received and every delivery attempted; it never holds the key."""

from dataclasses import dataclass, field
from typing import Any

from .json_types import JsonObject


@dataclass
class Call:
    """One request to Digital River's paths; `status` is null while open or never answered."""

    at: str
    method: str
    path: str
    query: dict[str, list[str]]
    body: Any = None
    status: int | None = None
    fault: str | None = None


@dataclass
class Delivery:
    """One attempt to deliver an event; `status` is null when no answer came."""

    at: str
    event_id: str
    type: str
    url: str
    attempt: int
    status: int | None = None
    fault: str | None = None


@dataclass
class Books:
    """All calls and deliveries since the start or the last reset."""

    calls: list[Call] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)

    def clear(self) -> None:
        """Forget everything."""
        self.calls.clear()
        self.deliveries.clear()

    def wire(self) -> dict[str, list[JsonObject]]:
        """Return plain copies, oldest first."""
        return {
            "calls": [dict(vars(call)) for call in self.calls],
            "deliveries": [dict(vars(delivery)) for delivery in self.deliveries],
        }
