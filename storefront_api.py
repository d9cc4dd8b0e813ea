"""The storefront's HTTP API as a process: `python storefront_api.py`.

It starts without Temporal, and answers 503 until it is there. SIGTERM or SIGINT: it takes no more
connections, answers what it has, and ends with status 0.
"""

from __future__ import annotations

import logging
import socket
from contextlib import AsyncExitStack

from digital_river import DigitalRiver
from leaving import leave
from serving.process import announce, run
from serving.server import quieten, server_for, url_of
from settings import StorefrontSettings, connect_temporal
from storefront.api import create_app
from storefront.bank_details import BankDetailsReader

GRACE_SECONDS = 30
"""To answer what is under way: as long as a request may take."""

_log = logging.getLogger("upriver")


def main() -> int:
    """Run until told to stop, and return the exit status."""
    quieten("storefront.api.keys")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    return run("the storefront's API", StorefrontSettings, _address, _serve)


def _address(settings: StorefrontSettings) -> tuple[str, int]:
    return settings.storefront_host, settings.storefront_port


async def _serve(settings: StorefrontSettings, listener: socket.socket) -> None:
    client = await connect_temporal(lazy=True)
    async with AsyncExitStack() as stack:
        reader = None
        if settings.digital_river_url and settings.digital_river_api_key:
            digital_river = DigitalRiver(
                settings.digital_river_url,
                settings.digital_river_api_key,
                version=settings.digital_river_version,
            )
            reader = BankDetailsReader(await stack.enter_async_context(digital_river))
        else:
            _log.info("Bank details are off: they need DIGITAL_RIVER_URL and DIGITAL_RIVER_API_KEY")
        app = create_app(client, settings.storefront_api_key, bank_details=reader)
        announce(f"The storefront's API listens at {url_of(listener)}")
        await server_for(app, GRACE_SECONDS).serve(sockets=[listener])


if __name__ == "__main__":
    leave(main())
