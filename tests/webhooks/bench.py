"""A receiver in this process, the Temporal behind it, and what a sender and an operator can ask."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import httpx
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from tests.canaries import LOOKOUT
from tests.webhooks.events import NOW, SECRET, Json, body_of, signature
from tests.webhooks.fake_temporal import FakeTemporal
from webhooks import PATH, Options, create_app

OLD_SECRET = "whsec_old_canary"


@dataclass(frozen=True)
class Bench:
    """A receiver that believes two secrets, at a fixed time."""

    temporal: FakeTemporal
    http: httpx.AsyncClient

    async def send(self, content: Json) -> httpx.Response:
        """Deliver a genuine event."""
        body = body_of(content)
        return await self.post(body, signature(body))

    async def post(self, body: bytes, headers: dict[str, str] | None = None) -> httpx.Response:
        """Deliver anything."""
        return await self.http.post(PATH, content=body, headers=headers)

    async def outcomes(self) -> dict[str, int]:
        """Return how often each outcome was counted, without those that never were."""
        return await self.counts("upriver_webhook_events_total", "outcome")

    async def counts(self, name: str, label: str) -> dict[str, int]:
        """Return the values of one counter that are not zero, by one label."""
        answer = await self.http.get("/metrics")
        LOOKOUT.look("metrics", answer.text)
        return {
            sample.labels.get(label, ""): int(sample.value)
            for family in text_string_to_metric_families(answer.text)
            for sample in family.samples
            if sample.name == name and sample.value
        }


@asynccontextmanager
async def receiving(options: Options | None = None) -> AsyncIterator[Bench]:
    """Run a receiver on a Temporal without workflows."""
    temporal = FakeTemporal()
    chosen = replace(options or Options(), now=lambda: NOW)
    app = create_app(temporal.client, [SecretStr(SECRET), SecretStr(OLD_SECRET)], chosen)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://receiver") as http:
        yield Bench(temporal, http)
