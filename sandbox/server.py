"""A sandbox behind a real socket, inside the running event loop."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from .app import create_app
from .calls import TRANSPORT
from .options import Options
from .world import World

POLL_SECONDS = 0.005
GRACE_SECONDS = 1
KEEP_ALIVE_SECONDS = 75
"""Longer than clients keep idle connections, so that none is closed as it is used again."""


@dataclass(frozen=True)
class RunningSandbox:
    """A sandbox that serves: its address without a trailing slash, and its world."""

    url: str
    world: World


@asynccontextmanager
async def serve(
    options: Options, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[RunningSandbox]:
    """Serve until the block ends; port 0 takes a free one. Installs no signal handlers."""
    app = create_app(options)
    listener = _listen(host, port)
    address = f"[{host}]" if ":" in host else host
    config = uvicorn.Config(
        _with_transport(app),
        log_config=None,
        access_log=False,
        lifespan="on",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started:
            await asyncio.sleep(POLL_SECONDS)
            if serving.done():
                await serving
        yield RunningSandbox(f"http://{address}:{listener.getsockname()[1]}", app.state.world)
    finally:
        app.state.world.closing.set()
        server.should_exit = True
        await serving


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named TCP outright: asyncio switches Nagle's delay off only for sockets that say so.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


class _Server(uvicorn.Server):
    """A server that leaves the process's signals alone."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _with_transport(app: ASGIApp) -> ASGIApp:
    """Hand each request its TCP transport, so that a fault can cut the connection."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        transport = getattr(getattr(send, "__self__", None), "transport", None)
        if transport is not None:
            scope.setdefault("extensions", {})[TRANSPORT] = transport
        await app(scope, receive, send)

    return wrapped
