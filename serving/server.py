"""The HTTP server of a process: how much it takes at once, and how it ends."""

from __future__ import annotations

import logging
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from serving.connections import Connections
from serving.quiet import OncePerSecond

MOST_AT_ONCE = 800
"""Connections; for one more, the one that did not get on for longest is dropped. A process may
usually open 1024 files."""
KEEP_ALIVE_SECONDS = 65
"""Longer than the 60 s of usual load balancers, which must be the ones to close. Also the time for
a whole request and its answer."""
FLOODED = ("uvicorn.error", "serving.connections")
"""Loggers that anyone who sends can have write."""


class _Server(uvicorn.Server):
    """A server for which a signal is the ordinary end, not a death by that signal."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        before = {
            number: signal.signal(number, self.handle_exit)
            for number in (signal.SIGINT, signal.SIGTERM)
        }
        yield
        for number, handler in before.items():
            signal.signal(number, handler)


def quieten(*loggers: str) -> None:
    """Keep floods out of the log: of the server's loggers, and of others that a sender can use."""
    for name in (*FLOODED, *loggers):
        logging.getLogger(name).addFilter(OncePerSecond())


def listen(host: str, port: int) -> socket.socket:
    """Listen at an address; port 0 takes a free one. Raises `OSError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=2048)


def url_of(listener: socket.socket) -> str:
    """Return where it listens, without a trailing slash."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def server_for(app: ASGIApp, grace_seconds: int) -> uvicorn.Server:
    """Return the server as it runs in production, for any application.

    When it is to end, what is under way has `grace_seconds` to be answered.
    """
    connections = Connections(MOST_AT_ONCE, KEEP_ALIVE_SECONDS)
    return _Server(
        uvicorn.Config(
            app,
            http=connections.protocol(),
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            log_level="warning",
            server_header=False,
            limit_concurrency=MOST_AT_ONCE,
            callback_notify=connections.drop_late,
            timeout_notify=1,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=grace_seconds,
        )
    )
