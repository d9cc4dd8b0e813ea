"""The lookout sees what it looks for, wherever it is; the session fails by `tests/conftest.py`."""

import asyncio
import logging
import sys
from asyncio.subprocess import PIPE

import pytest
from temporalio import workflow
from temporalio.worker import Worker

from tests.canaries import API_KEY, LOOKOUT, PERSONAL
from tests.running import Running
from tests.servers import start_server


@workflow.defn(name="Leaking", sandboxed=False)
class LeakingWorkflow:
    """A workflow that was told too much."""

    @workflow.run
    async def run(self, told: str) -> str:
        """Tell it on."""
        return told


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what the lookout finds in this test, which fails no session."""
    finds: list[str] = []
    monkeypatch.setattr(LOOKOUT, "found", finds)
    return finds


def test_logs_and_their_exceptions(found: list[str]) -> None:
    """A record of any level is searched, and the exception with it."""
    log = logging.getLogger("leaking")
    log.debug("nothing")
    assert found == []
    log.debug("key %s", API_KEY)
    log.error("it went wrong", exc_info=LookupError(PERSONAL["email"]))
    assert len(found) == 2


async def test_output_of_processes(found: list[str]) -> None:
    """What a process writes to either stream is searched."""
    code = "import sys; print('can' + 'ary'); print('CAN' + 'ARY', file=sys.stderr)"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code), stdout=PIPE, stderr=PIPE
    )
    assert await process.communicate() == (b"canary\n", b"CANARY\n")
    assert len(found) == 2


async def test_histories(found: list[str]) -> None:
    """Arguments and results in the histories of every server are searched, of closed ones too."""
    async with start_server() as environment:
        client = environment.client
        worker = Worker(client, task_queue="leaks", workflows=[LeakingWorkflow])
        async with worker:
            await client.execute_workflow("Leaking", API_KEY, id="leak", task_queue="leaks")
    assert [one.partition(":")[0] for one in found] == ["history of leak"] * 2


async def test_the_local_digital_river_shows_them(live: Running) -> None:
    """Orders hold the customer's own, so that it would be seen if it were kept."""
    order = await live.order("digital_river", 1)
    headers = {"Authorization": f"Bearer {API_KEY}"}
    shown = (await live.control.get(f"/orders/{order.id}", headers=headers)).json()
    assert shown.items() >= PERSONAL.items()
    assert shown["payment"]["charges"][0].items() >= PERSONAL.items()
