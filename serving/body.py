"""Reading a body that anyone may send: not too much of it.

`serving.connections` bounds the time for it.
"""

from __future__ import annotations

from starlette.types import Receive, Scope

_LONGEST_NUMBER = 20


class TooLargeError(Exception):
    """The body is larger than it may be; the rest of it is not read."""


class IncompleteError(Exception):
    """The sender went away, or was dropped, before the body was whole."""


async def read_body(scope: Scope, receive: Receive, largest: int) -> bytes:
    """Return the body, of so many bytes at most, exactly as it came.

    Raises `TooLargeError` and `IncompleteError`.
    """
    if _announced(scope) > largest:
        raise TooLargeError
    return await _read(receive, largest)


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
            raise IncompleteError
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > largest:
            raise TooLargeError
        chunks.append(chunk)
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)
