"""A process that is told to end finishes what it holds, and ends with status 0."""

import asyncio
import json
from itertools import count

from temporalio.api.enums.v1 import EventType

from local.processes import WEBHOOK_PATH
from simulation.processes.house import House
from simulation.processes.people import People
from simulation.processes.plan import HousePlan, Life
from simulation.processes.receiver_kills import (
    event_number,
    open_return,
    request_number,
    signed,
)
from tests.running import PATIENCE_SECONDS, eventually

_numbers = count(90_000)


async def test_a_worker_ends_in_the_middle_of_a_call(house: House) -> None:
    """What it has asked of Digital River is written down before it ends; nothing is asked twice."""
    await house.hire((1000,))
    life = Life(coordinator="third_party", course="whole", lines=(1,))
    people = People(house, HousePlan(seed=0, lives=(life,)))
    await people.place_orders()
    [one] = people.lived
    slow = {"method": "POST", "path": "/returns", "kind": "delay", "seconds": 1.5, "times": 1}
    await house.put("/sandbox/faults", {"calls": [slow]})
    house.calls.begin({})
    living = asyncio.create_task(people.live(one))

    async def asked() -> bool | None:
        calls = (await house.books())["calls"]
        return True if any(call["fault"] == "delay" for call in calls) else None

    await eventually(asked)
    assert await house.workers[0].stop() == 0
    handle = house.client.get_workflow_handle(one.workflow_id)
    events = [event async for event in handle.fetch_history_events()]
    started = [
        event.activity_task_started_event_attributes
        for event in events
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED
    ]
    assert [attributes.attempt for attributes in started] == [1, 1]
    await house.hire((1000,))
    await asyncio.wait_for(living, PATIENCE_SECONDS)
    assert [call.request.path for call in house.calls.carried].count("/returns") == 1
    assert (await handle.result())["outcome"] == "refunded"


async def test_a_receiver_ends_in_the_middle_of_a_delivery(house: House) -> None:
    """The delivery that has begun is taken in and answered before it ends."""
    request = request_number(next(_numbers))
    await open_return(house, request)
    body = json.dumps(event_number(next(_numbers), request)).encode()
    [(name, signature)] = signed(body).items()
    head = f"POST {WEBHOOK_PATH} HTTP/1.1\r\nHost: x\r\n{name}: {signature}\r\n"
    port = house.ports.receiver
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[:10])
    await writer.drain()
    await _is_alive(port)  # by then it has read what came before
    stopping = asyncio.create_task(house.receiver.stop())
    try:
        writer.write(body[10:])
        assert b" 202 " in await reader.readline()
        assert await stopping == 0
    finally:
        writer.close()
        await house.receiver.start()
    handle = house.client.get_workflow_handle(request.workflow_id)
    types = [event.event_type async for event in handle.fetch_history_events()]
    assert types.count(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED) == 1


async def _is_alive(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert b" 200 " in await reader.readline()
    writer.close()
