"""The Temporal worker that tells the storefront: on a queue of its own, in nobody's way."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx
from pydantic import SecretStr
from temporalio.client import Client
from temporalio.worker import Worker

from milestones.sending import LIMITS, TIMEOUT, Storefront
from workflows.names import STOREFRONT_TASK_QUEUE
from workflows.workers import BUILD, GRACE

AT_ONCE = 20
"""A storefront that comes back is not met by everything at once."""


@asynccontextmanager
async def storefront_worker(
    client: Client, url: str, secrets: Sequence[SecretStr]
) -> AsyncIterator[Worker]:
    """Give the worker that tells one address, as long as its connections are open."""
    async with httpx.AsyncClient(timeout=TIMEOUT, limits=LIMITS) as http:
        yield Worker(
            client,
            task_queue=STOREFRONT_TASK_QUEUE,
            activities=[Storefront(url, secrets, http).tell_storefront],
            max_concurrent_activities=AT_ONCE,
            graceful_shutdown_timeout=GRACE,
            deployment_config=BUILD,
        )
