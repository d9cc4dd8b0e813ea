"""What those who run the receiver ask: is it alive, can it do its work, what did it do."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from temporalio.client import Client
from temporalio.service import RPCError

from webhooks.metrics import Metrics

READY_WITHIN = timedelta(seconds=1)


class Health:
    """Answers about the process and about Temporal, which it needs for everything."""

    def __init__(self, client: Client, metrics: Metrics) -> None:
        self._client = client
        self._metrics = metrics

    async def alive(self, _: Request) -> Response:
        """Answer 200 while the process runs, whether or not Temporal does."""
        return JSONResponse({"status": "alive"})

    async def ready(self, _: Request) -> Response:
        """Answer 200 if Temporal can be reached, or else 503."""
        if await self._reaches_temporal():
            return JSONResponse({"status": "ready"})
        return JSONResponse({"error": "temporal_away"}, status_code=503)

    async def metrics(self, _: Request) -> Response:
        """Show the counters to Prometheus."""
        return Response(self._metrics.text(), media_type=CONTENT_TYPE_LATEST)

    async def _reaches_temporal(self) -> bool:
        try:
            async with asyncio.timeout(READY_WITHIN.total_seconds()):
                return await self._client.service_client.check_health(timeout=READY_WITHIN)
        except (RPCError, RuntimeError, TimeoutError):  # RuntimeError: could not connect
            return False
