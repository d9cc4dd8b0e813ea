"""When Temporal, the workers or Digital River are away: nothing is lost, and it is said."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from storefront.api import Options
from tests.running import idle, running
from tests.servers import start_server
from tests.storefront_api.conftest import WIDE
from tests.storefront_api.shop import KEY, Shop, a_key, path_of, problem, shop_on, wish
from workflows.converter import data_converter

HASTY = Options(patience=timedelta(milliseconds=500))


async def test_no_worker(alone: WorkflowEnvironment) -> None:
    """202: the request is safe, and asked again, when a worker is there, it is opened."""
    async with idle(alone.client) as house, shop_on(alone.client, None, HASTY) as shop:
        order = await house.order("third_party", 1)
        body, key = wish(order, 1), a_key(order)
        answer = await shop.ask(body, key)
        assert (answer.status_code, answer.json()["status"]) == (202, "queued")
        where = answer.headers["location"]
        assert where == path_of(answer.json()["workflow_id"])
        unseen = await shop.http.get(where)
        problem(unseen, 503, "no_answer")
        assert int(unseen.headers["retry-after"]) > 0
        async with house.workers(), shop_on(alone.client, None, WIDE) as patient:
            opened = await patient.ask(body, key)
            assert (opened.status_code, opened.json()["status"]) == (201, "opened")
            assert opened.headers["location"] == where
        assert len((await house.books())["returns"]) == 1


async def test_patience_ends_whatever_the_server_does_with_polls() -> None:
    """The server ends each poll long before the shop's patience does, without an answer."""
    often = ("--dynamic-config-value", 'history.longPollExpirationInterval="100ms"')
    patience = Options(patience=timedelta(seconds=1))
    async with (
        asyncio.timeout(20),
        start_server(*often) as environment,
        running(environment.client) as house,
        shop_on(environment.client, None, patience) as shop,
    ):
        down = {"calls": [{"kind": "error", "status": 503}]}
        (await house.control.put("/sandbox/faults", json=down)).raise_for_status()
        order = await house.order("third_party", 1)
        body, key = wish(order, 1), a_key(order)
        opened = await shop.ask(body, key)
        assert (opened.status_code, opened.json()["status"]) == (202, "queued")


async def test_digital_river_is_away(alone: WorkflowEnvironment) -> None:
    """202, and the customer reads that the return is being opened; then it is."""
    async with running(alone.client) as house, shop_on(alone.client, None, HASTY) as shop:
        order = await house.order("third_party", 1)
        down = {"calls": [{"kind": "error", "status": 503}]}
        (await house.control.put("/sandbox/faults", json=down)).raise_for_status()
        body, key = wish(order, 1), a_key(order)
        answer = await shop.ask(body, key)
        assert (answer.status_code, answer.json()["status"]) == (202, "queued")
        async with shop_on(alone.client, None, WIDE) as patient:
            seen = await patient.look(answer.json()["workflow_id"])
            assert (seen["status"], seen["refunds"]) == ("opening", [])
            (await house.control.put("/sandbox/faults", json={})).raise_for_status()
            assert (await patient.ask(body, key)).status_code == 201


@pytest.fixture
async def nowhere() -> Client:
    """Return a client of a Temporal that is not there."""
    return await Client.connect("127.0.0.1:1", lazy=True, data_converter=data_converter)


async def test_temporal_is_away(nowhere: Client) -> None:
    """503 with Retry-After for every return; the process is alive, and not ready."""
    async with shop_on(nowhere) as shop:
        body = {
            "order_id": "4",
            "coordinator": "third_party",
            "lines": [{"order_item_id": "1", "quantity": 1}],
        }
        answers = [
            await shop.ask(body, "away"),
            await shop.http.get("/returns?order_id=4"),
            await shop.http.get(path_of("return-4-X")),
            await shop.http.post(path_of("return-4-X", "cancel"), json={"who": "a", "why": "b"}),
            await shop.http.get("/readyz"),
        ]
        for answer in answers:
            problem(answer, 503, "temporal_away")
            assert int(answer.headers["retry-after"]) > 0
        await _is_alive(shop)


async def _is_alive(shop: Shop) -> None:
    for key in ("", "Bearer wrong"):
        answer = await shop.http.get("/healthz", headers={"Authorization": key})
        assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


async def test_it_takes_too_long(alone: WorkflowEnvironment) -> None:
    """No request is kept waiting for ever, whoever is slow: here the sender of the body."""
    impatient = Options(answer_within=timedelta(milliseconds=200))
    head = f"POST /returns HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n"
    head += "Content-Type: application/json\r\nContent-Length: 10\r\n\r\n{"
    async with shop_on(alone.client, None, impatient) as shop:
        url = shop.http.base_url
        reader, writer = await asyncio.open_connection(url.host, url.port)
        writer.write(head.encode())
        answer = await reader.readuntil(b"}")
        writer.close()
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"retry-after" in answer.lower()
    assert b'"code": "no_answer"' in answer


async def test_an_opening_that_takes_too_long(alone: WorkflowEnvironment) -> None:
    """It is queued all the same: the request is safe."""
    impatient = Options(answer_within=timedelta(milliseconds=500))
    async with idle(alone.client) as house, shop_on(alone.client, None, impatient) as shop:
        order = await house.order("third_party", 1)
        assert (await shop.ask(wish(order, 1), a_key(order))).status_code == 202


async def test_ready(alone: WorkflowEnvironment) -> None:
    """With Temporal it is ready."""
    async with shop_on(alone.client) as shop:
        answer = await shop.http.get("/readyz", headers={"Authorization": ""})
        assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


async def test_a_mistake_of_ours(
    alone: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """500 as a problem without a word of what is inside; the log has it."""

    def broken(*_: object, **__: object) -> None:
        raise LookupError("inside")

    async with shop_on(alone.client) as shop:
        monkeypatch.setattr("storefront.client.Returns.list", broken)
        answer = await shop.http.get("/returns?order_id=4")
        told = problem(answer, 500, "internal")
        assert "inside" not in str(told)
