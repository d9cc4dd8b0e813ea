"""`starter.py export`: a case file of a return, open or ended, wherever it is written."""

import asyncio
import json
from pathlib import Path

from temporalio.testing import WorkflowEnvironment

from storefront.client import UNREAD
from storefront.translating import NONE_KEPT
from tests.running import Order, Running
from tests.storefront.command import Command, command_for, wish


async def test_an_ended_return_is_exported_for_people_and_for_programs(
    live: Running, shop: Command, tmp_path: Path
) -> None:
    """Markdown on standard output or JSON in a file, with refunds and parcels."""
    order = await live.order("third_party", 1, automation={"bank_after_seconds": 0})
    workflow_id = (await live.start(order, 1)).workflow_id
    await live.arrive(workflow_id, "P1", **{order.items[0]: 1})
    await live.result(workflow_id)
    file = tmp_path / "case.json"
    people, program, written = await asyncio.gather(
        shop.run("export", workflow_id),
        shop.run("export", workflow_id, "--json"),
        shop.run("export", workflow_id, "--format", "json", "--output", str(file)),
    )
    assert people.status == program.status == written.status == 0
    assert people.out.startswith(f"# Return {workflow_id}\n\n**refunded**: ")
    assert f"| order | {order.id} |" in people.out
    assert (program.answer["outcome"], program.answer["status"]) == ("refunded", "completed")
    assert written.out == f"Written: {file}\n"
    assert json.loads(file.read_text()) == program.answer


async def test_an_open_return_is_exported_as_far_as_it_is_known(
    live: Running, shop: Command, tmp_path: Path
) -> None:
    """It goes on; a file that cannot be written is named."""
    order = await live.order("third_party", 1)
    workflow_id = (await live.start(order, 1)).workflow_id
    told, lost = await asyncio.gather(
        shop.run("export", workflow_id),
        shop.run("export", workflow_id, "--output", str(tmp_path)),
    )
    assert told.status == 0
    assert "| ended | goes on |" in told.out
    assert (lost.status, lost.out) == (1, "")
    assert lost.err == f"{tmp_path} cannot be written: Is a directory\n"


async def test_without_a_worker_it_says_that_one_is_needed(alone: WorkflowEnvironment) -> None:
    """The return is there, and nobody can read it; of one that is not, nobody asks a worker."""
    request = wish(Order("400000000009", ["1"], "third_party"), 1)
    shop = command_for(alone.client)
    queued = await shop.run("start", "-", "--json", "--wait", "1", written=json.dumps(request))
    unread, unknown = await asyncio.gather(
        shop.run("export", queued.answer["workflow_id"], "--wait", "1"),
        shop.run("export", "nowhere", "--wait", "1"),
    )
    assert (unread.status, unread.out, unread.err) == (1, "", f"{UNREAD}\n")
    assert (unknown.status, unknown.out, unknown.err) == (1, "", f"{NONE_KEPT}\n")
