"""The `DigitalRiver-Signature` header (docs/digital-river.md §5.2)."""

import base64
import hashlib
import hmac
from collections.abc import Iterable

HEADER = "DigitalRiver-Signature"


def sign(secrets: Iterable[str], timestamp: int, body: bytes) -> str:
    """Return `<timestamp>, <signature>[, <signature>]`, one signature for each active secret."""
    text = f"{timestamp}.".encode() + body
    digests = (hmac.new(secret.encode(), text, hashlib.sha256).digest() for secret in secrets)
    return ", ".join([str(timestamp), *(base64.b64encode(one).decode() for one in digests)])
