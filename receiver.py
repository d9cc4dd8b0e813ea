"""The webhook receiver's process: `python receiver.py`.

It starts without Temporal, and answers 503 until it is there, so that Digital River tries again.
SIGTERM or SIGINT: it takes no more connections, answers what it has, and ends with status 0.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import uvicorn
from pydantic import SecretStr
from starlette.types import ASGIApp
from uvicorn.loops.auto import auto_loop_factory

from leaving import leave
from settings import ReceiverSettings, SettingsError, connect_temporal, load
from webhooks import PATH, Options, create_app
from webhooks.connections import Connections
from webhooks.keyring import Keyring
from webhooks.quiet import OncePerSecond
from webhooks.secrets_file import SecretsFile, UnusableFileError, read_secrets

WRONG_SETTINGS = 2
CANNOT_LISTEN = 1
MOST_AT_ONCE = 800
"""Connections; for one more, the one that did not get on for longest is dropped. A process may
usually open 1024 files."""
KEEP_ALIVE_SECONDS = 65
"""Longer than the 60 s of usual load balancers, which must be the ones to close. Also the time for
a whole request and its answer."""
GRACE_SECONDS = 5
"""To answer what is under way, of which each takes 2 s at most."""

FLOODED = ("uvicorn.error", "webhooks.connections")
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


def main() -> int:
    """Run until told to stop, and return the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    quieten()
    try:
        settings = load(ReceiverSettings)
        with (
            _listen(settings.receiver_host, settings.receiver_port) as listener,
            asyncio.Runner(loop_factory=auto_loop_factory()) as runner,
        ):
            runner.run(_serve(settings, listener))
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return WRONG_SETTINGS
    except OSError as error:
        sys.stderr.write(f"the receiver cannot listen: {error.strerror or error}\n")
        return CANNOT_LISTEN
    return 0


def quieten() -> None:
    """Keep floods out of the log."""
    for name in FLOODED:
        logging.getLogger(name).addFilter(OncePerSecond())


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=2048)


async def _serve(settings: ReceiverSettings, listener: socket.socket) -> None:
    client = await connect_temporal(lazy=True)
    options = Options(
        tolerance=settings.webhook_tolerance,
        live_mode=settings.live_mode,
        warehouse_returns=settings.upriver_warehouse_returns,
    )
    keyring = Keyring(_secrets(settings))
    app = create_app(client, keyring, options)
    host, port = listener.getsockname()[:2]
    address = f"[{host}]" if ":" in host else host
    sys.stdout.write(f"The receiver listens at http://{address}:{port}{PATH}\n")
    sys.stdout.flush()
    async with asyncio.TaskGroup() as tasks:
        if path := settings.digital_river_webhook_secrets_file:
            following = tasks.create_task(SecretsFile(path, keyring).follow())
        await server_for(app).serve(sockets=[listener])
        if path:
            following.cancel()


def _secrets(settings: ReceiverSettings) -> Sequence[SecretStr]:
    path = settings.digital_river_webhook_secrets_file
    try:
        return read_secrets(path) if path else settings.digital_river_webhook_secrets or ()
    except UnusableFileError as error:
        raise SettingsError(f"DIGITAL_RIVER_WEBHOOK_SECRETS_FILE: {error}") from None


def server_for(app: ASGIApp) -> uvicorn.Server:
    """Return the server as it runs in production, for any application."""
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
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )


if __name__ == "__main__":
    leave(main())
