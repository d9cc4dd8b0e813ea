"""A storefront that listens over real HTTP, and believes only what the library verifies."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from standardwebhooks import Webhook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.canaries import STOREFRONT_SECRET
from tests.running import eventually

Json = dict[str, Any]
PATH = "/hooks/upriver"


class _Server(uvicorn.Server):
    def install_signal_handlers(self) -> None:
        """Leave the signals to the test runner."""


def takes_all(attempt: int) -> int:
    """Answer 204 at once."""
    del attempt
    return 204


@dataclass
class Shop:
    """What a storefront has heard, and how it answers the n-th attempt of a message."""

    url: str = ""
    answer: Callable[[int], int] = takes_all
    attempts: dict[str, int] = field(default_factory=dict)
    taken: dict[str, Json] = field(default_factory=dict)
    """What was verified, by its webhook-id: a repeat is dropped."""
    repeats: int = 0
    retry_after: str | None = None
    """What a refusal asks for, in seconds."""

    async def hear(self, request: Request) -> Response:
        """Verify, take once, and answer."""
        message = Webhook(STOREFRONT_SECRET).verify(await request.body(), dict(request.headers))
        webhook_id = request.headers["webhook-id"]
        attempt = self.attempts[webhook_id] = self.attempts.get(webhook_id, 0) + 1
        status = self.answer(attempt)
        if status != 503:
            self.repeats += webhook_id in self.taken
            self.taken.setdefault(webhook_id, message)
        pause = {"retry-after": self.retry_after} if self.retry_after else None
        return Response(status_code=status, headers=pause)

    def of(self, workflow_id: str) -> list[Json]:
        """Return what was taken of one return, in the order that it came."""
        return [
            message
            for webhook_id, message in self.taken.items()
            if webhook_id.startswith(f"{workflow_id}:")
        ]

    def types(self, workflow_id: str) -> list[str]:
        """Return the types of what was taken of one return."""
        return [message["type"] for message in self.of(workflow_id)]

    async def heard(self, workflow_id: str, *types: str) -> None:
        """Wait until exactly these were taken, in this order; more than these fails."""

        async def probe() -> bool | None:
            found = self.types(workflow_id)
            assert found == list(types)[: len(found)]
            return found == list(types) or None

        await eventually(probe)

    async def tried(self, webhook_id: str) -> None:
        """Wait until a message was sent at least once."""

        async def probe() -> bool | None:
            return webhook_id in self.attempts or None

        await eventually(probe)


@asynccontextmanager
async def open_shop() -> AsyncIterator[Shop]:
    """Let a storefront listen."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    shop = Shop(url=f"http://127.0.0.1:{listener.getsockname()[1]}{PATH}")
    app = Starlette(routes=[Route(PATH, shop.hear, methods=["POST"])])
    server = _Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield shop
    finally:
        server.should_exit = True
        await serving
