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
class Metered:
    """A client whose workers' metrics can be read."""

    client: Client
    http: httpx.AsyncClient

    async def value(self, name: str) -> float:
        """Return the sum of a metric's samples, which the parser calls `…_total`; 0 if none."""
        text = (await self.http.get("/metrics")).text
        LOOKOUT.look("metrics", text)
        families = text_string_to_metric_families(text)
        samples = [sample for family in families for sample in family.samples]
        return sum(one.value for one in samples if one.name.removesuffix("_total") == name)


@asynccontextmanager
async def metered(environment: WorkflowEnvironment) -> AsyncIterator[Metered]:
    """Connect to a server, and serve the metrics of the workers of that client."""
    address = f"127.0.0.1:{free_port()}"
    telemetry = TelemetryConfig(metrics=PrometheusConfig(bind_address=address))
    client = await Client.connect(
        environment.client.service_client.config.target_host,
        runtime=Runtime(telemetry=telemetry),
        data_converter=data_converter,
    )
    async with httpx.AsyncClient(base_url=f"http://{address}", timeout=60) as http:
        yield Metered(client, http)
