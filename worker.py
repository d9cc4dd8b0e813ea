"""The worker process: runs returns and calls Digital River, until SIGTERM or SIGINT."""

import asyncio
import logging
import signal
import sys
import time

from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.service import RPCError

from digital_river import DigitalRiver
from settings import SettingsError, WorkerSettings, connect_temporal, load
from workflows.search_attributes import register_search_attributes
from workflows.workers import digital_river_worker, returns_worker

SHARE_OF_LIMIT = 0.4
"""Of the key's requests per second, over all workers: Digital River lets bursts of twice the limit
through one second and then refuses (docs/digital-river.md, "Limits")."""

TEST_KEY_LIMIT, LIVE_KEY_LIMIT = 25, 250
"""Requests per second that Digital River grants a key."""

WRONG_SETTINGS = 2
FAILED = 1

TEARDOWN_SECONDS = 0.2
"""The SDK's threads want a moment after the event loop has ended; without it the interpreter can
abort at exit and spoil the exit status."""


class NotStartedError(Exception):
    """The worker cannot start; the message says in one sentence why."""


async def run(settings: WorkerSettings) -> None:
    """Work until told to end, then finish what is held. Raises NotStartedError, SettingsError."""
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    client = await _connect(settings)
    key = settings.digital_river_api_key.get_secret_value()
    limit = TEST_KEY_LIMIT if key.startswith("sk_test_") else LIVE_KEY_LIMIT
    async with DigitalRiver(
        str(settings.digital_river_url), key, version=settings.digital_river_version
    ) as digital_river:
        calls = digital_river_worker(client, digital_river, per_second=limit * SHARE_OF_LIMIT)
        workers = (returns_worker(client), calls)
        logging.getLogger("upriver").info("Working for namespace %s", client.namespace)
        async with asyncio.TaskGroup() as running:
            for worker in workers:
                running.create_task(worker.run())
            await stop.wait()
            await asyncio.gather(*(worker.shutdown() for worker in workers))


async def _connect(settings: WorkerSettings) -> Client:
    runtime = _runtime(settings)
    try:
        client = await connect_temporal(runtime=runtime)
        await register_search_attributes(client)
    except (RuntimeError, RPCError) as error:
        raise NotStartedError(f"Temporal cannot be reached: {error}") from error
    return client


def _runtime(settings: WorkerSettings) -> Runtime:
    if not settings.metrics_port:
        return Runtime.default()
    address = f"{settings.metrics_host}:{settings.metrics_port}"
    try:
        return Runtime(telemetry=TelemetryConfig(metrics=PrometheusConfig(bind_address=address)))
    except ValueError as error:
        message = f"METRICS_HOST and METRICS_PORT: nothing can be served at {address}: {error}"
        raise NotStartedError(message) from error


def _one_line(record: logging.LogRecord) -> bool:
    """Say in one line why a try failed: in an outage every call is tried again and again."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, ApplicationError):
        record.msg, record.args, record.exc_info = f"{record.getMessage()}: {error}", (), None
    return True


def main() -> int:
    """Run the process; return its exit status."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("temporalio.activity").addFilter(_one_line)
    try:
        asyncio.run(run(load(WorkerSettings)))
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return WRONG_SETTINGS
    except NotStartedError as error:
        sys.stderr.write(f"{error}\n")
        return FAILED
    except RuntimeError as error:  # the SDK's, such as a namespace that does not exist
        sys.stderr.write(f"The worker cannot go on: {error}\n")
        return FAILED
    finally:
        time.sleep(TEARDOWN_SECONDS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
