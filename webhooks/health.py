"""What those who run the receiver ask: is it alive, can it do its work, what did it do."""

from __future__ import annotations

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from temporalio.client import Client

from serving.health import reaches_temporal
from webhooks.metrics import Metrics


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
        if await reaches_temporal(self._client):
            return JSONResponse({"status": "ready"})
        return JSONResponse({"error": "temporal_away"}, status_code=503)

    async def metrics(self, _: Request) -> Response:
        """Show the counters to Prometheus."""
        return Response(self._metrics.text(), media_type=CONTENT_TYPE_LATEST)
