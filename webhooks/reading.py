"""Who sent a body and what it says: first the signature over its bytes, then the event in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from pydantic import ValidationError
from starlette.types import Scope

from digital_river.models import Event
from digital_river.signature import HEADER, InvalidReason, InvalidSignature, verify
from webhooks.keyring import Keyring
from webhooks.outcomes import Outcome, RefusedError

_HEADER = HEADER.lower().encode("ascii")
_EVENT_ID = re.compile(r"[\x21-\x7e]{1,128}")
"""Real ones are UUIDs. It is remembered and logged, so it must be bounded and one word."""


class Reader:
    """Believes what is signed with a secret that is valid now, at about this time."""

    def __init__(self, keyring: Keyring, tolerance: timedelta, now: Callable[[], datetime]) -> None:
        self._keyring = keyring
        self._tolerance = tolerance
        self._now = now

    def verify(self, scope: Scope, body: bytes) -> None:
        """Note which secret signed a body. Raises `InvalidSignature`."""
        header, secrets = _signature_header(scope), self._keyring.secrets
        self._keyring.used(verify(header, body, secrets, self._now(), self._tolerance))


def _signature_header(scope: Scope) -> bytes | None:
    """Return the header if there is just one.

    Digital River sends one header with all signatures in it. Joining two would let whoever stands
    between add a signature to a delivery, so two are refused.
    """
    found: list[bytes] = [value for name, value in scope["headers"] if name == _HEADER]
    if len(found) > 1:
        raise InvalidSignature(InvalidReason.MALFORMED)
    return found[0] if found else None


def read_event(body: bytes) -> Event:
    """Read the event in a body that is genuine. Raises `RefusedError`."""
    try:
        event = Event.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        not_json = first["type"] == "json_invalid"
        raise RefusedError(Outcome.NOT_JSON if not_json else Outcome.NOT_AN_EVENT) from None
    if not _EVENT_ID.fullmatch(event.id):
        raise RefusedError(Outcome.NOT_AN_EVENT)
    return event
