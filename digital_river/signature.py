"""The signature that a webhook's delivery bears: who sent it, and when.

The header `DigitalRiver-Signature` is `<timestamp>, <signature>`, with one more signature for
each secret that is valid at the time. A signature is the Base64 text of HMAC-SHA-256, keyed with
the webhook's secret, over `<timestamp>.<body>` (docs/digital-river.md, Signature).

All of it works on bytes, so that nothing that is sent can raise anything but `InvalidSignature`.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from pydantic import SecretStr

HEADER = "DigitalRiver-Signature"
LONGEST_HEADER = 1024
"""Bytes; two signatures take 110."""
MOST_SIGNATURES = 8
"""Two are expected while a secret is replaced; each costs a comparison per secret."""
DEFAULT_TOLERANCE = timedelta(minutes=5)

_MILLISECONDS_FROM = 10**11
_LONGEST_NUMBER = 20

Secret = str | bytes | SecretStr


class InvalidReason(StrEnum):
    """Why a signature is not valid."""

    MISSING = "missing"
    """There is no header, or it is empty."""
    MALFORMED = "malformed"
    """The header is not a timestamp and some signatures."""
    NO_MATCH = "no_match"
    """No signature was made with any of the secrets for this body and timestamp."""
    TOO_OLD = "too_old"
    """The signature is right, and older than the tolerance."""
    TOO_NEW = "too_new"
    """The signature is right, and from further in the future than the tolerance."""


class InvalidSignature(Exception):  # noqa: N818 - the name is a promise of the design
    """A delivery is not, or not provably, from Digital River and of now."""

    def __init__(self, reason: InvalidReason) -> None:
        super().__init__(f"invalid webhook signature: {reason.value}")
        self.reason = reason


def sign(secret: Secret, timestamp: datetime | int | str, body: bytes) -> str:
    """Write the header that Digital River would send.

    A datetime is written as whole seconds since 1970, anything else as it is.
    """
    text = str(int(timestamp.timestamp()) if isinstance(timestamp, datetime) else timestamp)
    return f"{text}, {_signature(secret, text.encode(), body).decode()}"


def verify(
    header: str | bytes | None,
    body: bytes,
    secrets: Iterable[Secret],
    now: datetime,
    tolerance: timedelta = DEFAULT_TOLERANCE,
) -> int:
    """Check the header for the body exactly as it came, and its age against `now` (aware).

    Returns the position among `secrets` of the first that fits, to count the use of each.
    Raises `InvalidSignature`. The age is looked at last: only an authentic header is called old.
    """
    timestamp, candidates = _parts(header)
    sent_at = _seconds(timestamp)
    position = _first_match(timestamp, body, _several(secrets), candidates)
    if position is None:
        raise InvalidSignature(InvalidReason.NO_MATCH)
    age = now.timestamp() - sent_at
    if age > tolerance.total_seconds():
        raise InvalidSignature(InvalidReason.TOO_OLD)
    if -age > tolerance.total_seconds():
        raise InvalidSignature(InvalidReason.TOO_NEW)
    return position


def _several(secrets: Iterable[Secret]) -> tuple[Secret, ...]:
    """Take a lone text for one secret: its letters would be secrets that anyone can guess."""
    return (secrets,) if isinstance(secrets, str | bytes) else tuple(secrets)


def _parts(header: str | bytes | None) -> tuple[bytes, list[bytes]]:
    """Split the header into the timestamp, exactly as signed, and the signatures."""
    if not header:
        raise InvalidSignature(InvalidReason.MISSING)
    raw = header if isinstance(header, bytes) else header.encode("utf-8", "replace")
    if len(raw) > LONGEST_HEADER:
        raise InvalidSignature(InvalidReason.MALFORMED)
    timestamp, *candidates = (part.strip(b" \t") for part in raw.split(b","))
    if not (0 < len(candidates) <= MOST_SIGNATURES and timestamp and all(candidates)):
        raise InvalidSignature(InvalidReason.MALFORMED)
    return timestamp, candidates


def _seconds(timestamp: bytes) -> float:
    """Read seconds or milliseconds since 1970, or ISO 8601 text: which one is sent is unknown."""
    if timestamp.isdigit() and len(timestamp) <= _LONGEST_NUMBER:
        number = int(timestamp)
        return number / 1000 if number > _MILLISECONDS_FROM else number
    try:
        moment = datetime.fromisoformat(timestamp.decode("ascii"))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (OverflowError, ValueError):
        raise InvalidSignature(InvalidReason.MALFORMED) from None


def _first_match(
    timestamp: bytes, body: bytes, secrets: tuple[Secret, ...], candidates: list[bytes]
) -> int | None:
    """Compare each pair, whatever was found before, so that the time taken tells nothing."""
    found = None
    for position, secret in enumerate(secrets):
        expected = _signature(secret, timestamp, body)
        usable = bool(_key(secret))
        for candidate in candidates:
            same = hmac.compare_digest(expected, candidate)
            if same and usable and found is None:
                found = position
    return found


def _signature(secret: Secret, timestamp: bytes, body: bytes) -> bytes:
    return base64.b64encode(hmac.digest(_key(secret), timestamp + b"." + body, "sha256"))


def _key(secret: Secret) -> bytes:
    text = secret.get_secret_value() if isinstance(secret, SecretStr) else secret
    return text.encode() if isinstance(text, str) else text
