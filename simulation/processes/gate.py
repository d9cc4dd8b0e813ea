"""Something between two processes that carries requests, and may lose an answer on its way back.

What was asked has then had its effect, and whoever asked does not know: the moment at which it is
killed.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx

HEAD_ENDS = b"\r\n\r\n"
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
HOP_BY_HOP = {"connection", "content-length", "host", "keep-alive", "transfer-encoding", "date"}


@dataclass(frozen=True)
class Request:
    """What was asked."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True)
class Carried:
    """One request and its answer, which may have been lost."""

    request: Request
    status: int
    answer: bytes


@dataclass
class Gate:
    """Listens in the place of another address, and carries what it hears there."""

    url: str = ""
    target: str = ""
    losses: dict[int, Callable[[], Awaitable[object]]] = field(default_factory=dict)
    """For the n-th request that counts: what happens when its answer is lost."""
    counts: Callable[[Request], bool] = lambda _: True
    number: int = 0
    """How many that count were carried."""
    carried: list[Carried] = field(default_factory=list)

    def begin(self, losses: dict[int, Callable[[], Awaitable[object]]]) -> None:
        """Count from 1 again."""
        self.losses, self.number, self.carried = losses, 0, []

    async def serve(
        self, client: httpx.AsyncClient, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Carry one request, and close; without an answer the connection is cut."""
        answer = None
        try:
            answer = await self._carry(client, await _read(reader))
        except (OSError, httpx.HTTPError, asyncio.IncompleteReadError):
            pass
        finally:
            if answer is None:
                writer.transport.abort()
            else:
                writer.write(_written(answer))
                writer.close()

    async def _carry(self, client: httpx.AsyncClient, request: Request) -> httpx.Response | None:
        answer = await client.request(
            request.method,
            f"{self.target}{request.path}",
            headers=list(request.headers),
            content=request.body,
        )
        self.carried.append(Carried(request, answer.status_code, answer.content))
        if not self.counts(request):
            return answer
        self.number += 1
        loss = self.losses.pop(self.number, None)
        if loss is None:
            return answer
        await loss()
        return None


async def _read(reader: asyncio.StreamReader) -> Request:
    head = await reader.readuntil(HEAD_ENDS)
    found = _LENGTH.search(head)
    body = await reader.readexactly(int(found.group(1))) if found else b""
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    method, path, _ = first.split(" ")
    pairs = (line.split(":", 1) for line in lines)
    headers = ((name.strip(), value.strip()) for name, value in pairs)
    kept = tuple(pair for pair in headers if pair[0].lower() not in HOP_BY_HOP)
    return Request(method, path, kept, body)


def _written(answer: httpx.Response) -> bytes:
    headers = [
        f"{name}: {value}"
        for name, value in answer.headers.items()
        if name.lower() not in HOP_BY_HOP | {"content-encoding"}
    ]
    own = [f"Content-Length: {len(answer.content)}", "Connection: close"]
    head = "\r\n".join([f"HTTP/1.1 {answer.status_code} -", *headers, *own])
    return head.encode("latin-1") + HEAD_ENDS + answer.content


@asynccontextmanager
async def run_gate(target: str, counts: Callable[[Request], bool]) -> AsyncIterator[Gate]:
    """Listen at a free port until the block ends."""
    gate = Gate(target=target, counts=counts)
    # Longer than any fault holds an answer up: who asked must be the one to lose patience.
    async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
        server = await asyncio.start_server(
            lambda reader, writer: gate.serve(client, reader, writer), "127.0.0.1", 0
        )
        gate.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with server:
            yield gate
