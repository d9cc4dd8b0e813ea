"""A webhook endpoint for tests."""

import asyncio
from dataclasses import dataclass, field


@dataclass
class Receiver:
    """A webhook endpoint: answers from a script, then 202; keeps what it was sent."""

    url: str = ""
    script: list[int] = field(default_factory=list)
    received: asyncio.Queue[tuple[dict[str, str], bytes]] = field(default_factory=asyncio.Queue)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request and close."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:-2]
        headers = {name.lower(): value for name, value in (row.split(": ", 1) for row in head)}
        body = await reader.readexactly(int(headers["content-length"]))
        status = self.script.pop(0) if self.script else 202
        answer = f"HTTP/1.1 {status} OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        writer.write(answer.encode())
        await writer.drain()
        writer.close()
        self.received.put_nowait((headers, body))

    async def next(self) -> tuple[dict[str, str], bytes]:
        """Wait for the next delivery."""
        async with asyncio.timeout(60):
            return await self.received.get()
