"""Deliveries at a receiver: on a clock, or as fast as they are answered.

A client of its own, because httpx spends more on a request than the receiver does.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from digital_river.signature import HEADER, sign

CONNECTIONS = 64
"""As many as Digital River's burst may open here; waiting for one counts as latency."""


class Connection:
    """One connection that is kept."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, request: bytes) -> int:
        """Send one request, and return the status of its answer."""
        self._writer.write(request)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        _, _, rest = head.partition(b"content-length:")
        await self._reader.readexactly(int(rest.partition(b"\r\n")[0] or b"0"))
        return int(head.split(maxsplit=2)[1])

    async def close(self) -> None:
        """Close it."""
        self._writer.close()
        await self._writer.wait_closed()


@dataclass(frozen=True, slots=True)
class Told:
    """How deliveries went."""

    seconds: float
    latencies: Sequence[float]
    """Seconds, each from the time at which it was due."""
    statuses: frozenset[int]

    @property
    def per_second(self) -> float:
        """How many were answered a second."""
        return len(self.latencies) / self.seconds


class Sender:
    """Sends deliveries over a few connections."""

    def __init__(self, url: str, connections: Sequence[Connection]) -> None:
        self._url = urlsplit(url)
        self._free: asyncio.Queue[Connection] = asyncio.Queue()
        for connection in connections:
            self._free.put_nowait(connection)
        self._at_once = len(connections)

    def request(self, body: bytes, secret: str) -> bytes:
        """Write a signed delivery."""
        lines = (
            f"POST {self._url.path} HTTP/1.1",
            f"Host: {self._url.netloc}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
            f"{HEADER}: {sign(secret, datetime.now(UTC), body)}",
        )
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    async def send(self, request: bytes) -> int:
        """Send one delivery over a free connection."""
        connection = await self._free.get()
        try:
            return await connection.send(request)
        finally:
            self._free.put_nowait(connection)

    async def flood(self, requests: Sequence[bytes]) -> Told:
        """Send as fast as they are answered."""
        left = iter(requests)
        latencies: list[float] = []
        statuses: set[int] = set()

        async def one_after_another() -> None:
            for request in left:
                began = time.perf_counter()
                statuses.add(await self.send(request))
                latencies.append(time.perf_counter() - began)

        began = time.perf_counter()
        await asyncio.gather(*(one_after_another() for _ in range(self._at_once)))
        return Told(time.perf_counter() - began, latencies, frozenset(statuses))

    async def on_a_clock(self, requests: Sequence[bytes], per_second: float) -> Told:
        """Send each when it is due, whatever became of those before it."""
        latencies: list[float] = []
        statuses: set[int] = set()

        async def deliver(request: bytes, due: float) -> None:
            statuses.add(await self.send(request))
            latencies.append(time.perf_counter() - due)

        began = time.perf_counter()
        async with asyncio.TaskGroup() as tasks:
            for number, request in enumerate(requests):
                due = began + number / per_second
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                tasks.create_task(deliver(request, due))
        return Told(time.perf_counter() - began, latencies, frozenset(statuses))


@asynccontextmanager
async def sender(url: str, connections: int = CONNECTIONS) -> AsyncIterator[Sender]:
    """Open the connections, and close them at the end."""
    host, port = urlsplit(url).hostname, urlsplit(url).port
    found = [Connection(*await asyncio.open_connection(host, port)) for _ in range(connections)]
    try:
        yield Sender(url, found)
    finally:
        for connection in found:
            await connection.close()
