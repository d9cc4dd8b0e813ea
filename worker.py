"""The worker process: runs returns and calls Digital River, until SIGTERM or SIGINT.

`check-deploy` replays the open returns of the namespace on this build instead, and says which of
them it would break: exit status 0 none, 1 any or no answer of Temporal, 2 wrong settings.
"""

import argparse
import asyncio
import json
import logging
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict
from pathlib import Path

from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.service import RPCError
from temporalio.worker import Worker

from backfill.schedule import ensure_schedule
from backfill.worker import housekeeping_worker
from digital_river import DigitalRiver, pace_of
from eligibility.shop_rules import ShopRules, ShopRulesError, read_shop_rules
from leaving import leave
from milestones.worker import storefront_worker
from settings import SettingsError, TemporalAwayError, WorkerSettings, connect_temporal, load
from workflows.check_deploy import Verdict, check_deploy
from workflows.search_attributes import register_search_attributes
from workflows.workers import digital_river_worker, returns_worker
from working import SDK_LOG, work

_log = logging.getLogger("upriver")

WRONG_SETTINGS = 2
FAILED = 1


class NotStartedError(Exception):
    """The worker cannot start; the message says in one sentence why."""


async def run(settings: WorkerSettings) -> None:
    """Work until told to end, then finish what is held. Raises NotStartedError, SettingsError."""
    shop_rules = _shop_rules(settings.upriver_eligibility_file)
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    client = await _connect(settings)
    key = settings.digital_river_api_key.get_secret_value()
    async with (
        DigitalRiver(
            str(settings.digital_river_url), key, version=settings.digital_river_version
        ) as digital_river,
        _storefront_workers(client, settings) as milestones,
    ):
        calls = digital_river_worker(
            client,
            digital_river,
            per_second=pace_of(key),
            shop_rules=shop_rules,
            milestones=bool(milestones),
        )
        returns = returns_worker(client, build_id=settings.upriver_build_id)
        housekeeping = housekeeping_worker(
            client, digital_river, warehouse_returns=settings.upriver_warehouse_returns
        )
        _log.info("Working for namespace %s", client.namespace)
        await work((returns, calls, housekeeping, *milestones), stop)


@asynccontextmanager
async def _storefront_workers(
    client: Client, settings: WorkerSettings
) -> AsyncIterator[Sequence[Worker]]:
    """Give the worker that tells the storefront of milestones, or none where nobody is to hear."""
    url, secrets = settings.storefront_webhook_url, settings.storefront_webhook_secrets
    if url is None or secrets is None:
        yield ()
        return
    async with storefront_worker(client, url, secrets) as worker:
        yield (worker,)


def _shop_rules(path: Path | None) -> ShopRules | None:
    if path is None:
        return None
    try:
        return read_shop_rules(path)
    except ShopRulesError as error:
        told = [f"UPRIVER_ELIGIBILITY_FILE: {line}" for line in str(error).splitlines()]
        raise SettingsError("\n".join(told)) from None


async def _connect(settings: WorkerSettings) -> Client:
    runtime = _runtime(settings)
    with _temporal_answers():
        client = await connect_temporal(runtime=runtime)
        await register_search_attributes(client)
    try:
        await ensure_schedule(client)
    except RPCError as error:  # returns go on without it: their watches find what was missed
        _log.warning("There is no schedule for the back-fill: %s", error)
    return client


@contextmanager
def _temporal_answers() -> Iterator[None]:
    """Raise NotStartedError where Temporal does not answer, or not as it should."""
    try:
        yield
    except TemporalAwayError as error:
        raise NotStartedError(str(error)) from error
    except RPCError as error:
        raise NotStartedError(f"Temporal does not answer as it should: {error}") from error


def _runtime(settings: WorkerSettings) -> Runtime:
    if not settings.metrics_port:
        return Runtime(telemetry=TelemetryConfig(logging=SDK_LOG))
    address = f"{settings.metrics_host}:{settings.metrics_port}"
    try:
        metrics = PrometheusConfig(bind_address=address)
        return Runtime(telemetry=TelemetryConfig(logging=SDK_LOG, metrics=metrics))
    except ValueError as error:
        message = f"METRICS_HOST and METRICS_PORT: nothing can be served at {address}: {error}"
        raise NotStartedError(message) from error


def _one_line(record: logging.LogRecord) -> bool:
    """Say in one line why a try failed: in an outage every call is tried again and again."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, ApplicationError):
        record.msg, record.args, record.exc_info = f"{record.getMessage()}: {error}", (), None
    return True


async def check(limit: int | None, *, as_json: bool) -> int:
    """Say which open returns this build would break. Raises NotStartedError, SettingsError."""
    quiet = Runtime(telemetry=TelemetryConfig(logging=None))
    with _temporal_answers(), _quiet_sdk():
        client = await connect_temporal(runtime=quiet)
        verdict = await check_deploy(client, limit=limit, runtime=quiet)
    told = json.dumps(asdict(verdict)) if as_json else _in_words(verdict)
    sys.stdout.write(f"{told}\n")
    return FAILED if verdict.would_break else 0


@contextmanager
def _quiet_sdk() -> Iterator[None]:
    """Keep replays that fail out of the log: the verdict names them, once."""
    log = logging.getLogger("temporalio")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(level)


def _in_words(verdict: Verdict) -> str:
    broken = verdict.would_break
    replayed = f"{verdict.replayed} of {verdict.open} open workflows replayed"
    told = f"{replayed}, {len(broken)} would break."
    return "\n".join([told, *(f"{one.workflow_id}: {one.reason}" for one in broken)])


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="worker.py", description="Run the worker.")
    command = parser.add_subparsers(dest="command").add_parser(
        "check-deploy", help="replay the open returns on this build; nothing is written"
    )
    command.add_argument("--limit", type=_positive, metavar="N", help="only the newest N")
    command.add_argument("--json", action="store_true", help="one JSON object on standard output")
    return parser.parse_args(given)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("must be a whole number, 1 or more")
    return int(text)


async def _work() -> int:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("temporalio.activity").addFilter(_one_line)
    await run(load(WorkerSettings))
    return 0


def main(given: Sequence[str] | None = None) -> int:
    """Run the process; return its exit status."""
    arguments = _arguments(given)
    is_check = arguments.command == "check-deploy"
    try:
        return asyncio.run(check(arguments.limit, as_json=arguments.json) if is_check else _work())
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return WRONG_SETTINGS
    except NotStartedError as error:
        sys.stderr.write(f"{error}\n")
        return FAILED
    except RuntimeError as error:  # the SDK's, such as a namespace that does not exist
        sys.stderr.write(f"The worker cannot go on: {error}\n")
        return FAILED


if __name__ == "__main__":
    leave(main())
