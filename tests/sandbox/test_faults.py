"""Faults of calls: each kind, and when a rule applies."""

import time

import httpx
import pytest

from sandbox.app import create_app
from sandbox.options import Options
from tests.sandbox.calls import Json, Planter, ok


async def fault(river: httpx.AsyncClient, **rule: object) -> None:
    """Put one rule in force, for one call unless it says otherwise."""
    await ok(river.put("/sandbox/faults", json={"calls": [{"times": 1, **rule}]}))


async def refund_count(river: httpx.AsyncClient) -> int:
    """Return how many refunds exist."""
    return len((await ok(river.get("/sandbox/books")))["refunds"])


def asking(planted: Json) -> Json:
    """Return the body of a small refund."""
    return {"orderId": planted["order"]["id"], "currency": "EUR", "amount": 1}


@pytest.mark.parametrize(
    ("kind", "refunds"), [("reset", 0), ("reset_after", 1), ("answer_lost", 1)]
)
async def test_cut_connections(
    river: httpx.AsyncClient, plant: Planter, kind: str, refunds: int
) -> None:
    """The connection ends without an answer, before the effect or after it."""
    body = asking(await plant())
    await fault(river, method="POST", path="/refunds", kind=kind, seconds=0.01)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await river.post("/refunds", json=body)
    assert await refund_count(river) == refunds
    [call] = (await ok(river.get("/sandbox/books")))["calls"]
    assert (call["status"], call["fault"]) == (None, kind)
    await ok(river.post("/refunds", json=body), 201)


@pytest.mark.parametrize(("kind", "refunds"), [("error", 0), ("error_after", 1)])
async def test_errors(river: httpx.AsyncClient, plant: Planter, kind: str, refunds: int) -> None:
    """A server error can come before the effect or after it."""
    body = asking(await plant())
    await fault(river, path="/refunds", kind=kind, status=503)
    answer = await river.post("/refunds", json=body)
    assert (answer.status_code, answer.json()["type"]) == (503, "service_unavailable")
    assert await refund_count(river) == refunds


async def test_too_many_requests(river: httpx.AsyncClient) -> None:
    """A 429 carries the Retry-After that was asked for, or none."""
    await fault(river, kind="too_many_requests", retry_after="120")
    answer = await river.get("/refunds")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "120")
    await fault(river, kind="too_many_requests", retry_after=None)
    assert "Retry-After" not in (await river.get("/refunds")).headers


async def test_malformed(river: httpx.AsyncClient, plant: Planter) -> None:
    """The effect happens and the body is not JSON."""
    body = asking(await plant())
    await fault(river, kind="malformed")
    answer = await river.post("/refunds", json=body)
    assert answer.status_code == 201
    with pytest.raises(ValueError, match="Expecting value"):
        answer.json()
    assert await refund_count(river) == 1


async def test_delay(river: httpx.AsyncClient) -> None:
    """A delayed call is served all the same."""
    await fault(river, kind="delay", seconds=0.1)
    start = time.monotonic()
    await ok(river.get("/refunds"))
    assert time.monotonic() - start >= 0.1


async def test_rules_choose_their_calls(river: httpx.AsyncClient) -> None:
    """A rule minds method, path, skip and times; without times it applies for ever."""
    rules = [
        {"method": "GET", "path": "/returns*", "kind": "error", "skip": 1, "times": 2},
        {"path": "/refunds", "kind": "error", "status": 502},
    ]
    await ok(river.put("/sandbox/faults", json={"calls": rules}))
    returns = [(await river.get("/returns")).status_code for _ in range(4)]
    assert returns == [200, 500, 500, 200]
    assert [(await river.get("/refunds")).status_code for _ in range(3)] == [502] * 3
    assert (await river.get("/orders")).status_code == 200
    await ok(river.put("/sandbox/faults", json={}))
    assert (await river.get("/refunds")).status_code == 200


async def test_probability_is_repeatable(river: httpx.AsyncClient) -> None:
    """The same seed draws the same faults."""
    rules = {"calls": [{"kind": "error", "probability": 0.5}], "seed": 7}
    runs = []
    for _ in range(2):
        await ok(river.put("/sandbox/faults", json=rules))
        runs.append([(await river.get("/refunds")).status_code for _ in range(12)])
    assert runs[0] == runs[1]
    assert set(runs[0]) == {200, 500}


async def test_a_cut_without_a_socket_raises() -> None:
    """Served without a socket, a cut connection is an error of the transport."""
    app = create_app(Options())
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
        await client.put("/sandbox/faults", json={"calls": [{"kind": "reset"}]})
        with pytest.raises(ConnectionResetError):
            await client.get("/refunds")
