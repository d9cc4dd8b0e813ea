"""What holds on every path: keys, errors, limits, and the books."""

import httpx
import pytest

from sandbox.options import Options
from sandbox.server import RunningSandbox, serve
from tests.sandbox.calls import Planter, give_back, ok, refused


async def test_a_key_is_needed(river: httpx.AsyncClient) -> None:
    """A wrong or absent bearer token is answered 401 with Digital River's envelope."""
    for header in ("Bearer wrong", "sk_test_sandbox", ""):
        answer = await river.get("/orders", headers={"Authorization": header})
        assert answer.status_code == 401
        assert answer.json()["type"] == "unauthorized"


@pytest.mark.parametrize(
    "path",
    ["orders", "fulfillment-orders", "fulfillment-returns", "returns", "refunds", "events"],
)
async def test_unknown_ids(river: httpx.AsyncClient, path: str) -> None:
    """An id that names nothing is answered 404 for the parameter id."""
    assert await refused(river.get(f"/{path}/nope")) == (404, "not_found", "id")


async def test_unknown_paths_and_methods(river: httpx.AsyncClient) -> None:
    """Unknown paths are 404 and wrong methods 405, each with a request id."""
    for call, status, kind in [
        (river.get("/nope"), 404, "not_found"),
        (river.delete("/returns"), 405, "method_not_allowed"),
    ]:
        answer = await call
        assert (answer.status_code, answer.json()["type"]) == (status, kind)
        assert answer.headers["x-dr-requestid"]


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff", b"1"])
async def test_malformed_json(river: httpx.AsyncClient, content: bytes) -> None:
    """A body that is not a JSON object is answered 400."""
    answer = await river.post("/returns", content=content)
    assert (answer.status_code, answer.json()["type"]) == (400, "bad_request")


async def test_rate_limit(river: httpx.AsyncClient) -> None:
    """Calls beyond the limit within one second are refused with Retry-After."""
    await ok(river.put("/sandbox/switches", json={"rate_limit": 3}))
    answers = [await river.get("/refunds") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[3].headers["Retry-After"] == "1"
    assert answers[3].json()["type"] == "too_many_requests"
    assert (await river.get("/sandbox/health")).status_code == 200


async def test_order_update(river: httpx.AsyncClient, plant: Planter) -> None:
    """Of an order only metadata, upstream id and the wish to be forgotten can change."""
    order = (await plant())["order"]
    path = f"/orders/{order['id']}"
    body = {
        "metadata": {"a": 1},
        "upstreamId": "shop-1",
        "requestToBeForgotten": True,
        "items": [{"id": order["items"][0]["id"], "metadata": {"b": 2}}],
    }
    updated = await ok(river.post(path, json=body))
    assert (updated["metadata"], updated["upstreamId"]) == ({"a": 1}, "shop-1")
    assert updated["requestToBeForgotten"] is True
    assert updated["items"][0]["metadata"] == {"b": 2}
    assert await refused(river.post(path, json={"state": "complete"})) == (
        400,
        "unknown_parameter",
        "state",
    )


async def test_books_tell_everything_but_the_key(river: httpx.AsyncClient, plant: Planter) -> None:
    """The books hold what exists and every call with its body, never the bearer token."""
    refund = await give_back(river, await plant("digital_river"))
    await river.get("/refunds", params={"orderId": refund["orderId"]})
    answer = await river.get("/sandbox/books")
    books = answer.json()
    assert books["refunds"] == [refund]
    assert len(books["orders"]) == len(books["fulfillment_orders"]) == len(books["charges"]) == 1
    posted, listed = books["calls"]
    assert (posted["method"], posted["path"], posted["status"]) == ("POST", "/refunds", 201)
    assert posted["body"]["percent"] == 100
    assert listed["query"] == {"orderId": [refund["orderId"]]}
    assert "sk_test_sandbox" not in answer.text


async def test_reset(river: httpx.AsyncClient, plant: Planter) -> None:
    """A reset empties the world and keeps the webhooks."""
    hook = {"types": ["refund.pending"], "address": "http://127.0.0.1:9/hooks"}
    await ok(river.post("/webhooks", json=hook), 201)
    await plant()
    assert (await river.post("/sandbox/reset")).status_code == 204
    books = await ok(river.get("/sandbox/books"))
    assert (books["orders"], books["calls"]) == ([], [])
    assert len(books["webhooks"]) == 1


async def test_control_page_works_without_internet(river: httpx.AsyncClient) -> None:
    """The OpenAPI page loads its script from the sandbox and shows the control API only."""
    page = await river.get("/sandbox/docs")
    assert "/sandbox/static/swagger-ui-bundle.js" in page.text
    assert "cdn" not in page.text
    assert (await river.get("/sandbox/static/swagger-ui-bundle.js")).status_code == 200
    schema = await ok(river.get("/sandbox/openapi.json"))
    assert all(path.startswith("/sandbox/") for path in schema["paths"])


async def test_misspelt_control_fields_are_refused(river: httpx.AsyncClient) -> None:
    """The control API refuses what it does not know, so that a test cannot go astray."""
    assert (await river.put("/sandbox/automation", json={"bank": 1})).status_code == 422
    line = {"quantity": 1, "shipped": 1, "pending": 1}
    seed = {"coordinator": "third_party", "lines": [line]}
    assert (await river.post("/sandbox/orders", json=seed)).status_code == 422


async def test_dispute(river: httpx.AsyncClient, plant: Planter) -> None:
    """A disputed order takes no returns (409) and no refunds (400) until it is resolved."""
    order = (await plant())["order"]
    path = f"/sandbox/orders/{order['id']}"
    assert (await ok(river.post(f"{path}/dispute")))["state"] == "dispute"
    items = [{"itemId": order["items"][0]["id"], "quantity": 1}]
    back = {"orderId": order["id"], "items": items}
    money = {"orderId": order["id"], "currency": "EUR", "amount": 1}
    assert await refused(river.post("/returns", json=back)) == (409, "invalid_parameter", "order")
    answer = await river.post("/refunds", json=money)
    assert answer.status_code == 400
    assert "dispute" in answer.json()["errors"][0]["message"]
    assert (await ok(river.post(f"{path}/resolve-dispute")))["state"] == "fulfilled"
    await ok(river.post("/refunds", json=money), 201)
    silent = {"silent": True}
    await ok(river.post(f"{path}/dispute", json=silent))
    charged = await ok(river.post(f"{path}/chargeback"))
    assert (charged["state"], charged["availableToRefundAmount"]) == ("fulfilled", 0)
    told = (await ok(river.get("/events", params={"type": "order.*"})))["data"]
    kinds = ["order.chargeback", "order.dispute.resolved", "order.dispute"]
    assert [event["type"] for event in told] == kinds


async def test_serve_is_quiet_and_separate(running: RunningSandbox) -> None:
    """Two sandboxes in one process have worlds and ports of their own."""
    async with serve(Options(api_key="other")) as second:
        assert second.url != running.url
        async with httpx.AsyncClient(base_url=second.url, timeout=60) as client:
            assert (await client.get("/sandbox/health")).json() == {"status": "ok"}
            header = {"Authorization": "Bearer other"}
            assert (await client.get("/refunds", headers=header)).status_code == 200
