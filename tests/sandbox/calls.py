"""Short spellings of the calls that many tests make."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

Json = dict[str, Any]
Planter = Callable[..., Awaitable[Json]]


async def ok(call: Awaitable[httpx.Response], status: int = 200) -> Any:  # noqa: ANN401 - JSON
    """Await a call that must answer with the status, and return its JSON."""
    answer = await call
    assert answer.status_code == status, answer.text
    return answer.json()


async def refused(call: Awaitable[httpx.Response]) -> tuple[int, str | None, str | None]:
    """Await a call that must be refused, and return status, code and parameter."""
    answer = await call
    assert answer.is_client_error, answer.text
    error = answer.json()["errors"][0]
    return answer.status_code, error.get("code"), error.get("parameter")


async def until(read: Callable[[], Awaitable[Json]], done: Callable[[Json], bool]) -> Json:
    """Read until the condition holds, for at most a minute."""
    deadline = time.monotonic() + 60
    while not done(found := await read()):
        assert time.monotonic() < deadline, found
        await asyncio.sleep(0.01)
    return found


async def ask_back(river: httpx.AsyncClient, planted: Json, quantity: int = 2) -> Json:
    """Create a fulfillment return for the first line."""
    one = planted["fulfillment_order"]
    body = {
        "fulfillmentOrderId": str(one["id"]),
        "items": [{"fulfillmentOrderItemId": str(one["items"][0]["id"]), "quantity": quantity}],
        "upstreamId": planted["order"]["id"],
        "reason": "too_small",
    }
    found: Json = await ok(river.post("/fulfillment-returns", json=body), 201)
    return found


async def authorise(river: httpx.AsyncClient, planted: Json, **fields: object) -> Json:
    """Create a return for every line of an order."""
    order = planted["order"]
    items = [{"itemId": item["id"], "quantity": item["quantity"]} for item in order["items"]]
    body = {"orderId": order["id"], "items": items, "reason": "too_small", **fields}
    found: Json = await ok(river.post("/returns", json=body), 201)
    return found


async def give_back(river: httpx.AsyncClient, planted: Json, **fields: object) -> Json:
    """Create a refund of the order, of all of it by default."""
    order = planted["order"]
    what = fields or {"percent": 100}
    body = {"orderId": order["id"], "currency": order["currency"], **what}
    found: Json = await ok(river.post("/refunds", json=body), 201)
    return found


async def event_types(river: httpx.AsyncClient) -> list[str]:
    """Return the types of all events, oldest first."""
    data = (await ok(river.get("/events", params={"limit": 100})))["data"]
    return [event["type"] for event in reversed(data)]
