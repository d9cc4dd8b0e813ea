"""R12: the receiver is killed again and again under load, and no acknowledged event is lost.

No worker runs: what the receiver has acknowledged must be in the histories all the same.
"""

import asyncio
import json
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from random import Random

import httpx
from temporalio.api.enums.v1 import EventType

from lifecycle.request import ReturnRequest
from local.processes import WEBHOOK_PATH, WEBHOOK_SECRET
from sandbox.signature import HEADER, sign
from simulation.processes.house import House, Json
from workflows.converter import data_converter
from workflows.messages import EventMessage
from workflows.names import RETURNS_TASK_QUEUE
from workflows.returns import ReturnWorkflow

RETURNS = 50
SENDERS = 16
"""Deliveries at once."""
MOST_BETWEEN = 60
"""Acknowledgements between two kills, at most."""
ANSWER_SECONDS, RETRY_SECONDS = 3.0, 0.2


@dataclass
class Tally:
    """What was sent, answered and heard."""

    kills: int = 0
    sent: int = 0
    unanswered: int = 0
    """Deliveries to a receiver that was away, or died before it answered."""
    acknowledged: set[str] = field(default_factory=set)
    """Ids of the events that were answered as signalled, now or before."""
    others: Counter[str] = field(default_factory=Counter)
    """All other answers that end the deliveries of an event."""
    heard: Counter[str] = field(default_factory=Counter)
    """How often each is in a history."""

    @property
    def lost(self) -> set[str]:
        """Events that were acknowledged and are in no history."""
        return self.acknowledged - self.heard.keys()

    @property
    def duplicates(self) -> int:
        """Signals beyond the first of their event; the workflow drops them."""
        return self.heard.total() - len(self.heard)


async def kill_receivers(house: House, kills: int, seed: int = 0) -> Tally:
    """Send events to open returns, kill the receiver so often, and count."""
    await house.dismiss()
    random = Random(seed)  # noqa: S311 - moments, not secrets
    tally, numbers, over = Tally(), count(1), asyncio.Event()
    acknowledged: asyncio.Queue[None] = asyncio.Queue()
    requests = [request_number(number) for number in range(RETURNS)]
    for request in requests:
        await open_return(house, request)
    async with httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False) as http:

        async def send_on() -> None:
            while not over.is_set():
                number = next(numbers)
                event = event_number(number, requests[number % RETURNS])
                await _deliver(house, http, event, tally)
                acknowledged.put_nowait(None)

        senders = [asyncio.create_task(send_on()) for _ in range(SENDERS)]
        while tally.kills < kills:
            for _ in range(acknowledged.qsize() + random.randint(1, MOST_BETWEEN)):
                await acknowledged.get()
            await house.restart("receiver")
            tally.kills += 1
        over.set()
        await asyncio.gather(*senders)
    for request in requests:
        await _hear(house, request.workflow_id, tally)
    return tally


async def open_return(house: House, request: ReturnRequest) -> None:
    """Start a return that nobody works for."""
    await house.client.start_workflow(
        ReturnWorkflow.run, request, id=request.workflow_id, task_queue=RETURNS_TASK_QUEUE
    )


async def _deliver(house: House, http: httpx.AsyncClient, event: Json, tally: Tally) -> None:
    """Deliver an event until it is acknowledged, as Digital River does."""
    body = json.dumps(event).encode()
    while True:
        tally.sent += 1
        try:
            answer = await http.post(
                f"{house.ports.receiver_url}{WEBHOOK_PATH}", content=body, headers=signed(body)
            )
        except httpx.HTTPError:
            tally.unanswered += 1
        else:
            if answer.is_success:
                _note(answer.json()["status"], event, tally)
                return
        await asyncio.sleep(RETRY_SECONDS)


def _note(said: str, event: Json, tally: Tally) -> None:
    if said in ("signalled", "duplicate"):
        tally.acknowledged.add(event["id"])
    else:
        tally.others[said] += 1


async def _hear(house: House, workflow_id: str, tally: Tally) -> None:
    """Read what a return was told."""
    events = house.client.get_workflow_handle(workflow_id).fetch_history_events()
    async for event in events:
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
            payloads = event.workflow_execution_signaled_event_attributes.input.payloads
            [message] = await data_converter.decode(payloads, [EventMessage])
            tally.heard[message.event_id] += 1


def signed(body: bytes) -> dict[str, str]:
    """Return the header with which Digital River sends a body now."""
    return {HEADER: sign((WEBHOOK_SECRET,), int(time.time()), body)}


def request_number(number: int) -> ReturnRequest:
    """Return a request of its own."""
    return ReturnRequest.model_validate(
        {
            "request_id": f"r12-{number}",
            "order_id": f"5{number:011}",
            "coordinator": "third_party",
            "lines": [{"order_item_id": "1", "quantity": 1}],
            "reason": "too_small",
        }
    )


def event_number(number: int, request: ReturnRequest) -> Json:
    """Return an event of its own, for a return."""
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.000Z}"
    refund = {
        "id": f"re_{number}",
        "createdTime": now,
        "currency": "EUR",
        "orderId": request.order_id,
        "reason": request.sent_reason,
        "items": [{"itemId": "1", "quantity": 1, "percent": 100.0, "refundedAmount": 10.0}],
        "refundedAmount": 10.0,
        "state": "succeeded",
        "liveMode": False,
    }
    return {
        "id": f"event-{number}",
        "type": "refund.complete",
        "data": {"object": refund},
        "liveMode": False,
        "createdTime": now,
    }
