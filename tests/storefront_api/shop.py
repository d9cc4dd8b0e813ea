"""A shop's server that knows nothing but the HTTP API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from urllib.parse import quote

import httpx
from pydantic import SecretStr
from temporalio.client import Client

from storefront.api import Options, create_app
from storefront.bank_details import BankDetailsReader
from tests.canaries import KEYS
from tests.receiving import served
from tests.running import Json, Order, eventually

ROOT = Path(__file__).parents[2]
KEY = KEYS["STOREFRONT_API_KEY"]
OLD_KEY = "canary-old+storefront/key="
PATIENT = 120.0

_numbers = count(1)


def wish(order: Order, *quantities: int, **fields: object) -> Json:
    """Return the body that asks for so many units of each line."""
    return {
        "order_id": order.id,
        "coordinator": order.coordinator,
        "lines": [
            {"order_item_id": item, "quantity": quantity}
            for item, quantity in zip(order.items, quantities, strict=False)
        ],
        **fields,
    }


def a_key(order: Order) -> str:
    """Return an idempotency key that was never used."""
    return f"web-{next(_numbers)}-{order.id}"


def path_of(workflow_id: str, *further: str) -> str:
    """Return the address of a return, or of what is below it."""
    return "/".join(["/returns", quote(workflow_id, safe=""), *further])


class Shop:
    """What the shop's server does."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        """Call with a valid key."""
        self.http = http

    async def ask(self, body: object, key: str) -> httpx.Response:
        """Ask for a return."""
        return await self.http.post("/returns", json=body, headers={"Idempotency-Key": key})

    async def opened(self, order: Order, *quantities: int, **fields: object) -> Json:
        """Open a return, and give its answer."""
        answer = await self.ask(wish(order, *quantities, **fields), a_key(order))
        assert answer.status_code == 201, answer.text
        found: Json = answer.json()
        return found

    async def look(self, workflow_id: str) -> Json:
        """Read what the customer may read."""
        answer = await self.http.get(path_of(workflow_id))
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    async def until(self, workflow_id: str, status: str) -> Json:
        """Look until a return has a status."""

        async def probe() -> Json | None:
            view = await self.look(workflow_id)
            return view if view["status"] == status else None

        return await eventually(probe)


def problem(answer: httpx.Response, status: int, code: str) -> Json:
    """Return the problem that an answer must be."""
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "application/problem+json",
    ), answer.text
    found: Json = answer.json()
    assert found.keys() >= {"type", "title", "status", "detail", "code"}
    assert (found["status"], found["code"]) == (status, code)
    assert found["type"].startswith("urn:upriver:problem:")
    assert found["title"]
    assert found["detail"]
    assert "Traceback" not in answer.text
    return found


def rules(answer: httpx.Response) -> dict[str, str]:
    """Return the rules that a request broke, by field."""
    found = problem(answer, 422, "wrong_input")
    return {one["field"]: one["rule"] for one in found["problems"]}


@asynccontextmanager
async def shop_on(
    client: Client, reader: BankDetailsReader | None = None, options: Options | None = None
) -> AsyncIterator[Shop]:
    """Serve the API over real HTTP, and give a shop that uses it."""
    keys = [SecretStr(KEY), SecretStr(OLD_KEY)]
    app = create_app(client, keys, bank_details=reader, options=options)
    headers = {"Authorization": f"Bearer {KEY}"}
    async with (
        served(app) as url,
        httpx.AsyncClient(base_url=url, headers=headers, timeout=PATIENT) as http,
    ):
        yield Shop(http)
