"""The processes start, end when told to, and say what is wrong with their settings."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.testing import WorkflowEnvironment

from tests.canaries import STOREFRONT_SECRET
from tests.environment import kept
from tests.policy.source import ROOT
from tests.running import eventually

PATIENCE = 60.0
IDLE_END = 20.0
"""Well before the end of the grace that calls under way would have."""

SECRET = "canary-of-a-secret"
NOWHERE = "127.0.0.1:1"
WORKER = {
    "DIGITAL_RIVER_URL": "http://127.0.0.1:1",
    "DIGITAL_RIVER_API_KEY": SECRET,
    "METRICS_PORT": "0",
    "STOREFRONT_WEBHOOK_URL": "http://127.0.0.1:1/",
    "STOREFRONT_WEBHOOK_SECRETS": STOREFRONT_SECRET,
}


def address(temporal: WorkflowEnvironment) -> str:
    """Return the address of a server."""
    return temporal.client.service_client.config.target_host


async def start(directory: Path, *command: str, **variables: str) -> Process:
    """Start a process in an empty directory, with nothing but these variables."""
    environment = {**kept(), "HOME": str(directory), "PYTHONPATH": str(ROOT), **variables}
    return await asyncio.create_subprocess_exec(
        sys.executable, *command, cwd=directory, env=environment, stdout=PIPE, stderr=PIPE
    )


async def ended(process: Process, within: float = PATIENCE) -> tuple[int | None, str, str]:
    """Wait for the end; give the exit status and what was said."""
    out, err = await asyncio.wait_for(process.communicate(), within)
    return process.returncode, out.decode(), err.decode()


async def said(process: Process, words: str) -> str:
    """Wait until a line with these words is on standard error."""
    assert process.stderr is not None
    async with asyncio.timeout(PATIENCE):
        while words not in (line := (await process.stderr.readline()).decode()):
            assert line, "it ended without saying so"
    return line


async def pollers(temporal: WorkflowEnvironment, process: Process) -> set[str]:
    """Return the task queues that a process polls."""
    found = set()
    for queue, kind in (
        ("returns", TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW),
        ("digital-river", TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY),
        ("housekeeping", TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY),
        ("storefront", TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY),
    ):
        described = await temporal.client.workflow_service.describe_task_queue(
            DescribeTaskQueueRequest(
                namespace=temporal.client.namespace,
                task_queue=TaskQueue(name=queue),
                task_queue_type=kind,
            )
        )
        if any(one.identity.startswith(f"{process.pid}@") for one in described.pollers):
            found.add(queue)
    return found


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_the_worker_works_until_told_to_end(
    alone: WorkflowEnvironment, tmp_path: Path, number: signal.Signals
) -> None:
    """It polls its task queues; idle, it ends before any grace, with status 0 and no traceback."""
    worker = await start(
        tmp_path, str(ROOT / "worker.py"), TEMPORAL_ADDRESS=address(alone), **WORKER
    )
    await said(worker, "Working for namespace default")

    async def polls_all() -> bool | None:
        return True if len(await pollers(alone, worker)) == 4 else None

    await eventually(polls_all)
    schedule = await alone.client.get_schedule_handle("upriver-backfill").describe()
    assert schedule.schedule.spec.intervals[0].every == timedelta(minutes=15)
    worker.send_signal(number)
    status, _, errors = await ended(worker, IDLE_END)
    assert (status, "Traceback" in errors, SECRET in errors) == (0, False, False)


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({}, ["DIGITAL_RIVER_URL is not set", "DIGITAL_RIVER_API_KEY is not set"]),
        ({**WORKER, "METRICS_PORT": "many"}, ["METRICS_PORT"]),
        ({**WORKER, "TEMPORAL_ADDRESS": "canary"}, ["TEMPORAL_ADDRESS"]),
    ],
)
async def test_the_worker_names_the_variable_that_is_wrong(
    tmp_path: Path, variables: dict[str, str], told: list[str]
) -> None:
    """Missing or wrong settings: status 2, each variable in a line, its value in none."""
    worker = await start(tmp_path, str(ROOT / "worker.py"), **variables)
    status, _, errors = await ended(worker)
    assert status == 2
    assert [line.split(":")[0] for line in errors.splitlines()] == told
    assert "canary" not in errors


async def test_the_worker_names_what_is_wrong_in_the_shops_rules(tmp_path: Path) -> None:
    """Status 2, with the variable, the file, the field and the rule, before Temporal is asked."""
    rules = tmp_path / "rules.toml"
    rules.write_text("[open_return]\n[return_window]\ndays = 0\nthen = 'ask'\n")
    variables = {**WORKER, "UPRIVER_ELIGIBILITY_FILE": str(rules), "TEMPORAL_ADDRESS": NOWHERE}
    status, _, errors = await ended(await start(tmp_path, str(ROOT / "worker.py"), **variables))
    named = f"UPRIVER_ELIGIBILITY_FILE: {rules}: "
    assert status == 2
    assert errors.splitlines() == [
        f"{named}return_window.days: Input should be greater than or equal to 1",
        f"{named}open_return.then: Field required",
    ]


async def test_the_worker_says_so_when_it_cannot_reach_temporal(tmp_path: Path) -> None:
    """Status 1 and one line: whoever runs it starts it again."""
    worker = await start(tmp_path, str(ROOT / "worker.py"), TEMPORAL_ADDRESS=NOWHERE, **WORKER)
    status, _, errors = await ended(worker)
    assert status == 1
    assert errors.startswith(f"Temporal cannot be reached at {NOWHERE}: ")
    assert errors.count("\n") == 1


async def test_the_worker_says_so_when_its_namespace_is_missing(
    temporal: WorkflowEnvironment, tmp_path: Path
) -> None:
    """Status 1 and one sentence, not the SDK's traceback for each of its workers."""
    variables = {**WORKER, "TEMPORAL_ADDRESS": address(temporal), "TEMPORAL_NAMESPACE": "nowhere"}
    status, _, errors = await ended(await start(tmp_path, str(ROOT / "worker.py"), **variables))
    assert status == 1
    assert "Traceback" not in errors
    assert "The worker cannot go on: " in errors
    assert "Namespace nowhere" in errors.splitlines()[-1]


async def test_the_worker_says_so_when_its_metrics_port_is_taken(
    temporal: WorkflowEnvironment, tmp_path: Path
) -> None:
    """A port that is in use is named with its variable."""
    taken = address(temporal).rpartition(":")[2]
    variables = {**WORKER, "METRICS_PORT": taken, "TEMPORAL_ADDRESS": address(temporal)}
    status, _, errors = await ended(await start(tmp_path, str(ROOT / "worker.py"), **variables))
    assert status == 1
    assert errors.startswith("METRICS_HOST and METRICS_PORT: ")
    assert "Traceback" not in errors


async def test_the_receiver_serves_with_temporal(
    temporal: WorkflowEnvironment, tmp_path: Path
) -> None:
    """It is ready as soon as Temporal answers, and ends with status 0."""
    receiver = await start(
        tmp_path,
        str(ROOT / "receiver.py"),
        TEMPORAL_ADDRESS=address(temporal),
        DIGITAL_RIVER_WEBHOOK_SECRETS=SECRET,
        RECEIVER_PORT="0",
    )
    assert receiver.stdout is not None
    line = (await asyncio.wait_for(receiver.stdout.readline(), PATIENCE)).decode()
    base = line.split()[-1].removesuffix("/webhooks/digital-river")
    async with httpx.AsyncClient(base_url=base, timeout=60) as http:

        async def is_ready() -> bool | None:
            return True if (await http.get("/readyz")).is_success else None

        await eventually(is_ready)
    receiver.send_signal(signal.SIGTERM)
    status, _, errors = await ended(receiver)
    assert (status, "Traceback" in errors, SECRET in errors) == (0, False, False)


async def test_the_sandbox_refuses_a_wrong_port(tmp_path: Path) -> None:
    """A wrong option: status 2, and the option is named."""
    status, _, errors = await ended(await start(tmp_path, "-m", "sandbox", "--port", "many"))
    assert status == 2
    assert "--port" in errors
