"""What the worker's process tells Prometheus, for workers that run in the test's own process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
from prometheus_client.parser import text_string_to_metric_families
from temporalio.client import Client
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.testing import WorkflowEnvironment

from local.processes import free_port
from tests.canaries import LOOKOUT
from workflows.converter import data_converter


@dataclass(frozen=True)
class Meter:
    """A runtime, and the metrics of the workers whose client has it."""

    runtime: Runtime
    http: httpx.AsyncClient

    async def value(self, name: str) -> float:
        """Return the sum of a metric's samples, which the parser calls `…_total`; 0 if none."""
        text = (await self.http.get("/metrics")).text
        LOOKOUT.look("metrics", text)
        families = text_string_to_metric_families(text)
        samples = [sample for family in families for sample in family.samples]
        return sum(one.value for one in samples if one.name.removesuffix("_total") == name)


@dataclass(frozen=True)
class Metered:
    """A client whose workers' metrics can be read."""

    client: Client
    meter: Meter

    async def value(self, name: str) -> float:
        """Return what the meter shows."""
        return await self.meter.value(name)


@asynccontextmanager
async def serve_metrics() -> AsyncIterator[Meter]:
    """Serve the metrics of a runtime of its own."""
    address = f"127.0.0.1:{free_port()}"
    telemetry = TelemetryConfig(metrics=PrometheusConfig(bind_address=address))
    async with httpx.AsyncClient(base_url=f"http://{address}", timeout=60) as http:
        yield Meter(Runtime(telemetry=telemetry), http)


@asynccontextmanager
async def metered(environment: WorkflowEnvironment) -> AsyncIterator[Metered]:
    """Connect to a server, and serve the metrics of the workers of that client."""
    async with serve_metrics() as meter:
        client = await Client.connect(
            environment.client.service_client.config.target_host,
            runtime=meter.runtime,
            data_converter=data_converter,
        )
        yield Metered(client, meter)
