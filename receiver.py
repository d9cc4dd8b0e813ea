"""The webhook receiver's process: `python receiver.py`.

It starts without Temporal, and answers 503 until it is there, so that Digital River tries again.
SIGTERM or SIGINT: it takes no more connections, answers what it has, and ends with status 0.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence

from pydantic import SecretStr

from leaving import leave
from serving.process import announce, run
from serving.server import quieten, server_for, url_of
from settings import ReceiverSettings, SettingsError, connect_temporal
from webhooks import PATH, Options, create_app
from webhooks.keyring import Keyring
from webhooks.secrets_file import SecretsFile, UnusableFileError, secrets_of

GRACE_SECONDS = 5
"""To answer what is under way, of which each takes 2 s at most."""


def main() -> int:
    """Run until told to stop, and return the exit status."""
    quieten()
    return run("the receiver", ReceiverSettings, _address, _serve)


def _address(settings: ReceiverSettings) -> tuple[str, int]:
    return settings.receiver_host, settings.receiver_port


async def _serve(settings: ReceiverSettings, listener: socket.socket) -> None:
    client = await connect_temporal(lazy=True)
    options = Options(
        tolerance=settings.webhook_tolerance,
        live_mode=settings.live_mode,
        warehouse_returns=settings.upriver_warehouse_returns,
    )
    keyring = Keyring(_secrets(settings))
    app = create_app(client, keyring, options)
    announce(f"The receiver listens at {url_of(listener)}{PATH}")
    async with asyncio.TaskGroup() as tasks:
        if path := settings.digital_river_webhook_secrets_file:
            following = tasks.create_task(SecretsFile(path, keyring).follow())
        await server_for(app, GRACE_SECONDS).serve(sockets=[listener])
        if path:
            following.cancel()


def _secrets(settings: ReceiverSettings) -> Sequence[SecretStr]:
    path, told = settings.digital_river_webhook_secrets_file, settings.digital_river_webhook_secrets
    try:
        return secrets_of(path, told)
    except UnusableFileError as error:
        raise SettingsError(f"DIGITAL_RIVER_WEBHOOK_SECRETS_FILE: {error}") from None


if __name__ == "__main__":
    leave(main())
