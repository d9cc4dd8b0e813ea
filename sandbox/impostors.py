"""Deliveries that nobody must believe (docs/digital-river.md §5.2, §5.5)."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from .faults import Impostor
from .json_types import JsonObject
from .signature import sign

BEYOND_SECONDS = 600
"""Further from now than any receiver should tolerate."""

NOBODY = ("whsec_of_nobody",)


@dataclass(frozen=True)
class Forgery:
    """One delivery, signed or not."""

    id: str
    header: str
    body: bytes


def forge(kind: Impostor, wire: JsonObject, secrets: Iterable[str], now: int) -> Forgery:
    """Return an impostor of an event: it says that all is well, under an id of its own."""
    false = _promoted(wire, f"{kind}-{wire['id']}")
    if kind == "wrong_mode":
        false["liveMode"] = not wire["liveMode"]
    if kind == "unknown_type":
        false["type"] = "unheard.of"
    body = _bytes(false)
    header = sign(secrets, now, body)
    if kind == "bad_signature":
        header = f"{now}, {'A' * 43}="
    elif kind == "wrong_secret":
        header = sign(NOBODY, now, body)
    elif kind == "body_swapped":
        header = sign(secrets, now, _bytes(wire))
    elif kind == "stale":
        header = sign(secrets, now - BEYOND_SECONDS, body)
    elif kind == "future":
        header = sign(secrets, now + BEYOND_SECONDS, body)
    elif kind == "truncated":
        body = body[: len(body) // 2]
    return Forgery(false["id"], header, body)


def _bytes(wire: JsonObject) -> bytes:
    return json.dumps(wire, separators=(",", ":")).encode()


def _promoted(wire: JsonObject, event_id: str) -> JsonObject:
    """Copy an event whose object then says that everything was accepted and paid."""
    false: JsonObject = json.loads(json.dumps(wire)) | {"id": event_id}
    one = false["data"]["object"]
    one["state"] = "succeeded" if str(one["id"]).startswith("re_") else "accepted"
    for item in one.get("items", []):
        item["quantityAccepted"] = item.get("quantity", 0)
    return false
