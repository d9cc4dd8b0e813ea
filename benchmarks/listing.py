"""What an operator waits for: `starter.py list` while many returns are open.

Nobody works for these returns: lists are read from Temporal's search attributes alone.
"""

import asyncio
import os
import sys
import time
from datetime import timedelta

from temporalio.client import Client
from temporalio.common import SearchAttributePair, TypedSearchAttributes

from benchmarks.house import OURS, TooLongError, temporal
from benchmarks.pairs import percentile
from benchmarks.plan import Plan
from benchmarks.processes import HERE
from benchmarks.report import Row
from lifecycle.request import ReturnRequest
from storefront.client import Returns
from storefront.listing import ReturnFilter
from workflows import names
from workflows.converter import data_converter
from workflows.returns import ReturnWorkflow

TITLE = "The operator's list, many returns open"
MOST_SECONDS = 2.0
STUCK_IN = 50
"""One return in so many needs attention."""
AT_ONCE = 64
TIMES = 5
PATIENCE_SECONDS = 60.0


async def _open(client: Client, number: int) -> None:
    phase = "awaiting_goods" if number % STUCK_IN else "needs_attention"
    request = ReturnRequest.model_validate(
        {
            "request_id": f"request-{number}",
            "order_id": f"4{number:011}",
            "coordinator": "third_party",
            "lines": [{"order_item_id": "300000000001", "quantity": 1}],
        }
    )
    attributes = {
        names.ORDER_ID: request.order_id,
        names.COORDINATOR: request.coordinator,
        names.RETURN_PHASE: phase,
        names.RETURN_ID: f"ret_{number}",
    }
    await client.start_workflow(
        ReturnWorkflow.run,
        request,
        id=request.workflow_id,
        task_queue=names.RETURNS_TASK_QUEUE,
        search_attributes=TypedSearchAttributes(
            [SearchAttributePair(key, value) for key, value in attributes.items()]
        ),
        rpc_timeout=timedelta(seconds=PATIENCE_SECONDS),
    )


async def _open_all(client: Client, returns: int) -> None:
    """Open the returns, and wait until every one of them is listed."""
    left = iter(range(returns))

    async def one_after_another() -> None:
        for number in left:
            await _open(client, number)

    await asyncio.gather(*(one_after_another() for _ in range(AT_ONCE)))
    ends = time.monotonic() + PATIENCE_SECONDS
    while (await client.count_workflows()).count < returns:
        if time.monotonic() > ends:
            raise TooLongError("not every return is listed")
        await asyncio.sleep(1)


async def _list(address: str, *options: str) -> tuple[float, int]:
    """Run the command as an operator does; return its seconds, and how many rows it showed."""
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(HERE / "starter.py"), "list", *options),
        env={**os.environ, "TEMPORAL_ADDRESS": address, "TEMPORAL_NAMESPACE": OURS},
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    seconds = time.perf_counter() - began
    if process.returncode:
        raise TooLongError("the list failed")
    return seconds, out.count(b"\n") - 1


async def run(plan: Plan) -> list[Row]:
    """List a few times, each way."""
    async with temporal() as address:
        client = await Client.connect(address, namespace=OURS, data_converter=data_converter)
        await _open_all(client, plan.listed)
        return [
            await _row(address, "--phase", "needs_attention", "--limit", "1000"),
            await _row(address),
            await _without_a_process(client),
        ]


async def _without_a_process(client: Client) -> Row:
    """List as the command does, without the second that Python needs to start."""
    returns, found = Returns(client), []
    for _ in range(TIMES):
        began = time.perf_counter()
        async for _ in returns.list(ReturnFilter(phase="needs_attention"), limit=1000):
            pass
        found.append(time.perf_counter() - began)
    return Row(
        what="Temporal's part of it, those that need attention",
        figure=f"p50 {percentile(found, 50):.2f} s, at most {max(found):.2f} s",
    )


async def _row(address: str, *options: str) -> Row:
    found = [await _list(address, *options) for _ in range(TIMES)]
    half, worst = percentile([one for one, _ in found], 50), max(one for one, _ in found)
    return Row(
        what=f"`{' '.join(('starter.py list', *options))}`: {found[0][1]} rows",
        figure=f"p50 {half:.1f} s, at most {worst:.1f} s",
        budget=f"≤ {MOST_SECONDS:.0f} s",
        within=half <= MOST_SECONDS,
    )
