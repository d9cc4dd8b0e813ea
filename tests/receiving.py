"""Applications that listen, in the event loop of the test: the receiver, and others."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from pydantic import SecretStr
from starlette.types import ASGIApp
from temporalio.client import Client

from webhooks.app import PATH, Options, create_app


class _Server(uvicorn.Server):
    def install_signal_handlers(self) -> None:
        """Leave the signals to the test runner."""


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[str]:
    """Serve an application, and give its address without a trailing slash."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    server = _Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


@asynccontextmanager
async def serve_receiver(
    client: Client, secret: str, options: Options | None = None
) -> AsyncIterator[str]:
    """Serve a receiver, and give the address for webhooks."""
    async with served(create_app(client, [SecretStr(secret)], options)) as url:
        yield f"{url}{PATH}"
