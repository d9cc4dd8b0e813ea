"""The OpenAPI page: offline, whole, with examples that are taken and errors that are described."""

from __future__ import annotations

import re

import httpx
import pytest
from fastapi import FastAPI
from fastapi.openapi.models import Example
from pydantic import BaseModel, SecretStr

from storefront.api import create_app
from storefront.api.describing import CANCELLATIONS, RETURNS, SHIPMENTS
from storefront.api.models import NewReturn
from storefront.api.problems import KINDS, Kind
from tests.receiving import served
from tests.running import Json, Running
from tests.storefront_api.shop import KEY, ROOT, Shop, a_key, wish
from workflows.messages import Cancellation, Shipment

ALWAYS = {"401", "422", "429", "503"}


async def description(shop: Shop) -> Json:
    """Read the description, for which no key is needed."""
    answer = await shop.http.get("/openapi.json", headers={"Authorization": ""})
    assert answer.status_code == 200
    found: Json = answer.json()
    return found


async def test_the_page_needs_no_network(shop: Shop) -> None:
    """What it loads is served here; nothing is loaded from elsewhere."""
    async with httpx.AsyncClient(base_url=shop.http.base_url, timeout=60) as browser:
        page = (await browser.get("/docs")).text
        loaded = re.findall(r'(?:src|href)="([^"]+)"', page)
        assert len(loaded) >= 3
        assert all(link.startswith("/docs/static/") for link in loaded)
        for link in loaded:
            assert (await browser.get(link)).status_code == 200


async def test_every_error_is_described(shop: Shop) -> None:
    """Each address of returns has the errors that all have, as problems; nothing else has a 422."""
    told = await description(shop)
    returns = {path: of for path, of in told["paths"].items() if path.startswith("/returns")}
    assert len(returns) == 5
    for operation in (one for of in returns.values() for one in of.values()):
        assert operation["responses"].keys() >= ALWAYS
        assert operation["security"] == [{"HTTPBearer": []}]
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                assert list(answer["content"]) == ["application/problem+json"]
    assert "HTTPValidationError" not in told["components"]["schemas"]
    assert told["components"]["schemas"]["Problem"]["required"] == [
        *("type", "title", "status", "detail", "code")
    ]


async def test_every_reference_leads_somewhere(shop: Shop) -> None:
    """The description is whole."""
    answer = await shop.http.get("/openapi.json")
    for name in set(re.findall(r'"#/components/schemas/([^"]+)"', answer.text)):
        assert name in answer.json()["components"]["schemas"]


async def test_what_is_for_operators_is_not_shown(shop: Shop) -> None:
    """A shop cannot adopt; the request's id is the header's."""
    schema = (await description(shop))["components"]["schemas"]["NewReturn"]
    assert "adopt" not in schema["properties"]
    assert set(schema["required"]) == {"order_id", "coordinator", "lines"}


def test_the_examples_are_taken() -> None:
    """Each example is what it is an example of."""
    told: list[tuple[dict[str, Example], type[BaseModel]]] = [
        (RETURNS, NewReturn),
        (SHIPMENTS, Shipment),
        (CANCELLATIONS, Cancellation),
    ]
    for examples, model in told:
        for example in examples.values():
            value: Json = example["value"] or {}
            assert model.model_validate(value).model_fields_set == value.keys()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_of_problem_is_in_the_documents(kind: Kind) -> None:
    """docs/storefront.md has a row for each."""
    page = (ROOT / "docs/storefront.md").read_text()
    assert f"| `{kind.name}` | {kind.status} |" in page


async def test_it_can_be_mounted(live: Running) -> None:
    """In another application: below its path, with its own key, and Location leads back to it."""
    outer = FastAPI()
    outer.mount("/api/returns", create_app(live.client, [SecretStr(KEY)]))
    headers = {"Authorization": f"Bearer {KEY}"}
    order = await live.order("third_party", 1)
    async with (
        served(outer) as url,
        httpx.AsyncClient(base_url=url, timeout=60) as http,
    ):
        assert (await http.get("/api/returns/healthz")).status_code == 200
        assert (await http.get("/api/returns/returns?order_id=4")).status_code == 401
        key = {"Idempotency-Key": a_key(order)}
        asked = await http.post(
            "/api/returns/returns", json=wish(order, 1), headers={**headers, **key}
        )
        assert asked.status_code == 201
        assert asked.headers["location"].startswith("/api/returns/returns/return-")
        seen = await http.get(asked.headers["location"], headers=headers)
        assert seen.json()["status"] == "awaiting_goods"
        page = (await http.get("/api/returns/docs")).text
        assert '"/api/returns/docs/static/' in page
