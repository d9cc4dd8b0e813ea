"""Connections, which anyone may open: how much each may send, and how long it may stay unanswered.

uvicorn limits neither the size of a request's head nor the time for it, httptools keeps whatever
comes, and enough connections that send nothing would have every other one refused with 503.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LARGEST_HEAD = 32 * 1024
"""Bytes of a request before its body; usual ones have one KiB."""
MOST_HEADERS = 100
LARGEST_REQUEST = 512 * 1024
"""Bytes, with what chunks and trailers cost; bodies have a limit of their own."""
MOST_PIPELINED = 8
"""Requests that wait for the answer to an earlier one. Digital River and proxies send none."""

_log = logging.getLogger(__name__)


class Connections:
    """All connections of a server, the one that did not get on for longest first."""

    def __init__(self, most: int, patience: float) -> None:
        self._most = most
        self._patience = patience
        self._since: OrderedDict[Connection, float] = OrderedDict()
        """When each began a request, was answered, or else was made."""

    def protocol(self) -> type[Connection]:
        """Return what uvicorn is to make for each connection of this server."""
        return type("ServerConnection", (Connection,), {"others": self})

    def began(self, one: Connection) -> None:
        """Take a connection in; when there are too many, the first goes."""
        self.moved_on(one)
        if len(self._since) >= self._most:
            self._drop("too many connections")

    def moved_on(self, one: Connection) -> None:
        """Count the time of a connection from now."""
        self._since[one] = one.loop.time()
        self._since.move_to_end(one)

    def ended(self, one: Connection) -> None:
        """Forget a connection."""
        self._since.pop(one, None)

    async def drop_late(self) -> None:
        """End each connection that has not got on in time, whatever it waits for."""
        now = asyncio.get_running_loop().time()
        while self._since and next(iter(self._since.values())) + self._patience < now:
            self._drop("no whole request in time")

    def _drop(self, why: str) -> None:
        first, _ = self._since.popitem(last=False)
        first.drop(why)


class Connection(HttpToolsProtocol):
    """uvicorn's connection, within limits."""

    others: ClassVar[Connections]
    _taken = 0
    """Bytes since the last request began."""
    _in_head = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin."""
        super().connection_made(transport)
        self.others.began(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self.others.ended(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read what came, and go no further when it is more than a sender of events needs."""
        super().data_received(data)
        self._taken += len(data)
        if self._taken > (LARGEST_HEAD if self._in_head else LARGEST_REQUEST):
            self.drop("a request is too large")
        elif self.headers and len(self.headers) > MOST_HEADERS:
            self.drop("a request has too many headers")
        elif len(self.pipeline) > MOST_PIPELINED:
            self.drop("too many requests at once")

    def on_message_begin(self) -> None:
        """Begin a request."""
        self._taken, self._in_head = 0, True
        self.others.moved_on(self)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Serve a request, whose body may still come."""
        self._in_head = False
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """Go on to the next request."""
        super().on_response_complete()
        if not self.transport.is_closing():
            self.others.moved_on(self)

    def drop(self, why: str) -> None:
        """End the connection at once, without an answer: what is under way is still done."""
        _log.warning("connection dropped: %s", why)
        self.pipeline.clear()
        self.connections.discard(self)
        self.transport.abort()
