"""All of Upriver in processes of its own, each of which can be killed and started again.

Digital River is never killed: it is the judge's book. It is reached through gates, which lose
answers at drawn moments.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from temporalio.client import Client

from local.processes import (
    HERE,
    WEBHOOK_PATH,
    Ports,
    Service,
    answers,
    connect,
    free_port,
    keep_for_a_month,
)
from simulation.processes.gate import Gate, Request, run_gate

API_KEY = "sk_simulated"
"""Not a test key, whose limit of requests would slow everything down."""

Json = dict[str, Any]
PAUSE_SECONDS = 0.5
NO_TEMPORAL = 1
"""The exit status of a worker that cannot reach Temporal when it starts."""


@dataclass
class House:
    """Where everything is."""

    ports: Ports
    logs: Path
    environment: dict[str, str]
    temporal: Service
    receiver: Service
    client: Client
    river: httpx.AsyncClient
    """Digital River's control API, past the gates."""
    calls: Gate
    """From the workers to Digital River."""
    deliveries: Gate
    """From Digital River to the receiver."""
    workers: list[Service] = field(default_factory=list)
    fallen: list[str] = field(default_factory=list)
    """Processes that ended by themselves and must not."""
    _restarting: asyncio.Lock = field(default_factory=asyncio.Lock)

    def service(self, name: str, worker: int = 0) -> Service:
        """Return a process by its name in a plan."""
        if name == "worker":
            return self.workers[worker]
        return self.temporal if name == "temporal" else self.receiver

    async def restart(self, name: str, worker: int = 0) -> None:
        """Kill a process, and start it again."""
        async with self._restarting:
            service = self.service(name, worker)
            await service.kill()
            await service.start()

    async def supervise(self) -> None:
        """Start again whatever ends by itself, as production does, until cancelled.

        A worker may end so when it is started while Temporal is away. Any other end is a finding.
        """
        while True:
            async with self._restarting:
                for service in (self.temporal, self.receiver, *self.workers):
                    if not service.runs:
                        self.fallen += [] if _may_have_ended(service) else [service.name]
                        await service.start()
            await asyncio.sleep(PAUSE_SECONDS)

    async def hire(self, caches: Sequence[int]) -> None:
        """Replace the workers by new ones, with such caches, and wait until each one works."""
        await self.dismiss()
        for place, cached in enumerate(caches):
            metrics = free_port()
            environment = {**self.environment, "METRICS_PORT": str(metrics)}
            command = (sys.executable, "-m", "simulation.processes.hasty", str(cached))
            worker = Service(f"worker-{place}", command, environment, self.logs)
            self.workers.append(worker)
            await worker.start()
        for worker in self.workers:
            url = f"http://127.0.0.1:{worker.environment['METRICS_PORT']}/metrics"
            await worker.until(partial(answers, url))

    async def dismiss(self) -> None:
        """End the workers as a deploy does."""
        while self.workers:
            await self.workers.pop().stop()

    async def act(self, path: str, body: object = None) -> Json:
        """Make something happen at Digital River. Raises httpx's error when it cannot."""
        answer = await self.river.post(path, json=body)
        answer.raise_for_status()
        done: Json = answer.json()
        return done

    async def put(self, path: str, body: object) -> None:
        """Set how Digital River behaves."""
        (await self.river.put(path, json=body)).raise_for_status()

    def words(self) -> list[str]:
        """Return what the processes have logged."""
        return [path.read_text(errors="replace") for path in self.logs.glob("*.log")]

    async def books(self) -> Json:
        """Read everything that exists at Digital River."""
        found: Json = (await self.river.get("/sandbox/books")).json()
        return found


def _may_have_ended(service: Service) -> bool:
    status = service.process.returncode if service.process else None
    return service.name.startswith("worker") and status == NO_TEMPORAL


def _is_write(request: Request) -> bool:
    return request.method == "POST"


def _every(_: Request) -> bool:
    return True


@asynccontextmanager
async def run_house(logs: Path) -> AsyncIterator[House]:
    """Start everything but the workers, and stop it at the end."""
    ports = Ports.free()
    async with AsyncExitStack() as stack:
        calls = await stack.enter_async_context(run_gate(ports.digital_river_url, _is_write))
        deliveries = await stack.enter_async_context(run_gate(ports.receiver_url, _every))
        environment = {
            **ports.environment(API_KEY),
            "DIGITAL_RIVER_URL": calls.url,
            "DIGITAL_RIVER_LIVE_MODE": "false",
        }
        hook = f"{deliveries.url}{WEBHOOK_PATH}"
        database = ("--headless", "--db-filename", str(logs / "temporal.db"))
        commands = {
            "temporal": ports.temporal_command(*database),
            "digital-river": ports.sandbox_command(API_KEY, hook),
            "receiver": [sys.executable, str(HERE / "receiver.py")],
        }
        services = {
            name: Service(name, command, environment, logs) for name, command in commands.items()
        }
        for service in services.values():
            stack.push_async_callback(service.stop)
            await service.start()
        temporal, receiver = services["temporal"], services["receiver"]
        client = await temporal.until(lambda: connect(ports))
        await temporal.until(lambda: keep_for_a_month(client))
        sandbox_is_up = f"{ports.digital_river_url}/sandbox/health"
        await services["digital-river"].until(lambda: answers(sandbox_is_up))
        await receiver.until(lambda: answers(f"{ports.receiver_url}/readyz"))
        river = await stack.enter_async_context(
            httpx.AsyncClient(base_url=ports.digital_river_url, timeout=30, trust_env=False)
        )
        house = House(
            ports, logs, environment, temporal, receiver, client, river, calls, deliveries
        )
        stack.push_async_callback(house.dismiss)
        yield house
