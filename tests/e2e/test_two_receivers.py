"""Two receivers at once, as behind a load balancer: neither knows what the other has signalled."""

import asyncio
import json
from datetime import UTC, datetime

import httpx
from temporalio.testing import WorkflowEnvironment

from digital_river.signature import HEADER, sign
from tests.canaries import API_KEY, WEBHOOK_SECRET
from tests.e2e.histories import signals
from tests.receiving import serve_receiver
from tests.running import Json, Running, running

EACH = 5


async def events(house: Running, kind: str) -> list[Json]:
    """Return the events of one type, as Digital River writes them."""
    headers = {"Authorization": f"Bearer {API_KEY}"}
    answer = await house.control.get("/events", params={"types": kind}, headers=headers)
    found: list[Json] = answer.json()["data"]
    return found


async def test_concurrent_deliveries_to_two_receivers_are_one_event(
    alone: WorkflowEnvironment,
) -> None:
    """One event, five times to each of two receivers at once: all say 202, it counts once."""
    client = alone.client
    async with (
        running(client) as house,
        serve_receiver(client, WEBHOOK_SECRET) as one,
        serve_receiver(client, WEBHOOK_SECRET) as other,
        httpx.AsyncClient(timeout=60) as http,
    ):
        order = await house.order("digital_river", 1)
        answer = await house.start(order, 1)
        await house.act(f"/sandbox/fulfillment-returns/{answer.return_id}/approve")
        [approved] = [
            wire
            for wire in await events(house, "fulfillment_return.pending")
            if wire["data"]["object"]["id"] == answer.return_id
        ]
        body = json.dumps(approved).encode()
        signed = {HEADER: sign(WEBHOOK_SECRET, datetime.now(UTC), body)}
        deliveries = [http.post(url, content=body, headers=signed) for url in (one, other) * EACH]
        answers = await asyncio.gather(*deliveries)
        view = await house.in_phase(answer.workflow_id, "awaiting_goods")
        told = await signals(house, answer.workflow_id)
    assert {answered.status_code for answered in answers} == {202}
    assert [message.event_id for message in told] == [approved["id"]] * 2
    assert [line.accepted for line in view.lines] == [0]
