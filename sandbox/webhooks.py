"""Registered webhooks (docs/digital-river.md §2.7, §3.9)."""

from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from .clock import milliseconds_time
from .errors import ApiError, Problem, invalid, missing
from .identifiers import new_uuid
from .json_types import JsonObject
from .validation import Body

if TYPE_CHECKING:
    from .world import World


@dataclass
class Webhook:
    """One address and the event types it wants; the secret is never part of it."""

    id: str
    created: datetime
    updated: datetime
    types: list[str]
    address: str
    enabled: bool = True
    api_version: str = "default"
    transport_type: str = "HTTP"
    credentials: JsonObject = field(default_factory=dict)

    def wants(self, kind: str) -> bool:
        """Tell whether an event of this type goes to the address."""
        return self.enabled and kind in self.types

    def wire(self) -> JsonObject:
        """Spell the webhook as Digital River does."""
        return {
            "id": self.id,
            "createdTime": milliseconds_time(self.created),
            "updatedTime": milliseconds_time(self.updated),
            "types": self.types,
            "address": self.address,
            "apiVersion": self.api_version,
            "enabled": self.enabled,
            "transportType": self.transport_type,
            **self.credentials,
            "liveMode": False,
        }


def register(world: "World", address: str, types: list[str]) -> Webhook:
    """Add a webhook."""
    now = world.clock.now()
    webhook = Webhook(new_uuid(), now, now, types, address)
    world.webhooks[webhook.id] = webhook
    return webhook


def create(world: "World", body: Body) -> Webhook:
    """Serve `POST /webhooks`."""
    _check(body)
    if body.texts("types") is None:
        raise missing("types")
    address = body.required_text("address")
    if any(one.address == address for one in world.webhooks.values()):
        problem = Problem("already_exists", "A webhook with this address exists.", "address")
        raise ApiError(HTTPStatus.CONFLICT, problem)
    webhook = register(world, address, [])
    _change(webhook, body)
    return webhook


def update(world: "World", webhook: Webhook, body: Body) -> None:
    """Serve `PATCH /webhooks/{id}`."""
    _check(body)
    _change(webhook, body)
    webhook.updated = world.clock.now()


def _check(body: Body) -> None:
    body.only(
        "types", "address", "apiVersion", "enabled", "transportType", "authentication", "oauth"
    )
    body.choice("transportType", ("HTTP", "OAUTH"))
    body.flag("enabled")
    types = body.texts("types")
    if types is not None and not types:
        raise invalid("types", "At least one type is expected.")
    address = body.text("address")
    if address is not None and not address.startswith(("http://", "https://")):
        raise invalid("address", "An http or https address is expected.")


def _change(webhook: Webhook, body: Body) -> None:
    webhook.types = body.texts("types") or webhook.types
    webhook.address = body.text("address") or webhook.address
    webhook.api_version = body.text("apiVersion") or webhook.api_version
    webhook.transport_type = body.text("transportType") or webhook.transport_type
    enabled = body.flag("enabled")
    webhook.enabled = webhook.enabled if enabled is None else enabled
    for name in ("authentication", "oauth"):
        sent = body.object(name)
        if sent is not None:
            webhook.credentials[name] = sent.fields
