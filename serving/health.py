"""Whether a process can do its work: Temporal, which it needs for everything, answers."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from temporalio.client import Client
from temporalio.service import RPCError

READY_WITHIN = timedelta(seconds=1)


async def reaches_temporal(client: Client) -> bool:
    """Say whether Temporal answers within a second that it is well."""
    try:
        async with asyncio.timeout(READY_WITHIN.total_seconds()):
            return await client.service_client.check_health(timeout=READY_WITHIN)
    except (RPCError, RuntimeError, TimeoutError):  # RuntimeError: could not connect
        return False
