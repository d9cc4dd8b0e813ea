"""Reading a body that anyone may send: not too much of it.

`webhooks.connections` bounds the time for it.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.types import Receive, Scope

from webhooks.outcomes import Outcome, RefusedError

_LONGEST_NUMBER = 20


@dataclass(frozen=True)
class Limits:
    """How much of a request is read; an event has about 1 KiB, with many items some more."""

    largest_body: int = 256 * 1024
    """Bytes."""


class Bodies:
    """Reads bodies within limits."""

    def __init__(self, limits: Limits) -> None:
        self._largest = limits.largest_body

    async def read(self, scope: Scope, receive: Receive) -> bytes:
        """Return the body exactly as it came. Raises `RefusedError`."""
        if _announced(scope) > self._largest:
            raise RefusedError(Outcome.TOO_LARGE)
        return await _read(receive, self._largest)


def _announced(scope: Scope) -> int:
    """Return the length that the sender promises, 0 if there is no usable promise."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() and len(value) <= _LONGEST_NUMBER else 0
    return 0


async def _read(receive: Receive, largest: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise RefusedError(Outcome.INCOMPLETE)
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > largest:
            raise RefusedError(Outcome.TOO_LARGE)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)
