"""Lists and events: filters, cursors, pages, times."""

import re

import httpx
import pytest

from tests.sandbox.calls import Planter, authorise, give_back, ok, refused


async def ids(river: httpx.AsyncClient, path: str, **params: str | int | list[str]) -> list[str]:
    """Return the ids on a page."""
    found = (await ok(river.get(path, params=params)))["data"]
    return [row["id"] for row in found]


async def test_pages_run_newest_first(river: httpx.AsyncClient, plant: Planter) -> None:
    """Cursors walk to older and back to newer pages, and hasMore tells of the rest."""
    made = [(await plant())["order"]["id"] for _ in range(5)]
    newest = made[::-1]
    first = await ok(river.get("/orders", params={"limit": 2}))
    assert first["hasMore"] is True
    assert [row["id"] for row in first["data"]] == newest[:2]
    assert await ids(river, "/orders", limit=2, startingAfter=newest[1]) == newest[2:4]
    last = await ok(river.get("/orders", params={"startingAfter": newest[2]}))
    assert (last["hasMore"], [row["id"] for row in last["data"]]) == (False, newest[3:])
    assert await ids(river, "/orders", limit=2, endingBefore=newest[4]) == newest[2:4]
    both = {"endingBefore": newest[1], "startingAfter": newest[3]}
    assert await ids(river, "/orders", **both) == newest[:1]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"limit": 0}, (400, "invalid_parameter", "limit")),
        ({"limit": 101}, (400, "invalid_parameter", "limit")),
        ({"startingAfter": "nope"}, (400, "invalid_parameter", "startingAfter")),
        ({"createdTime[gt]": "now"}, (400, "invalid_format", "createdTime[gt]")),
        ({"amount[gt]": "x"}, (400, "invalid_amount", "amount[gt]")),
        ({"order": "1"}, (400, "unknown_parameter", "order")),
    ],
)
async def test_wrong_parameters(
    river: httpx.AsyncClient, params: dict[str, str], expected: tuple[object, ...]
) -> None:
    """A list parameter that cannot be understood is refused rather than ignored."""
    assert await refused(river.get("/refunds", params=params)) == expected


async def test_filters(river: httpx.AsyncClient, plant: Planter) -> None:
    """Lists filter by order, by state, by repeated ids and by amount."""
    one, two = await plant(upstream_id="shop-1"), await plant()
    small = await give_back(river, one, amount=2)
    large = await give_back(river, two, amount=9)
    await ok(river.post(f"/sandbox/refunds/{large['id']}/complete"))
    assert await ids(river, "/refunds", orderId=one["order"]["id"]) == [small["id"]]
    assert await ids(river, "/refunds", state="succeeded") == [large["id"]]
    both = await ids(river, "/refunds", ids=[small["id"], large["id"]])
    assert both == [large["id"], small["id"]]
    assert await ids(river, "/refunds", **{"amount[lt]": 5}) == [small["id"]]
    assert await ids(river, "/refunds", **{"refundedAmount[gte]": 9}) == [large["id"]]
    assert await ids(river, "/orders", upstreamIds="shop-1") == [one["order"]["id"]]
    returned = await authorise(river, two)
    assert await ids(river, "/returns", skuId="sku-1") == [returned["id"]]
    assert await ids(river, "/fulfillment-returns", state="created") == []


async def test_created_time_ranges(river: httpx.AsyncClient, plant: Planter) -> None:
    """A range of times compares what the wire shows: whole seconds."""
    old = (await plant())["order"]
    await ok(river.post("/sandbox/clock", json={"advance_seconds": 60}))
    new = (await plant())["order"]
    when = {"gt": [new], "gte": [new, old], "lt": [], "lte": [old], "eq": [old]}
    for word, expected in when.items():
        params = {f"createdTime[{word}]": old["createdTime"]}
        assert await ids(river, "/orders", **params) == [order["id"] for order in expected]
    assert await ids(river, "/orders", createdTime=new["createdTime"]) == [new["id"]]


async def test_events_by_type(river: httpx.AsyncClient, plant: Planter) -> None:
    """Events are found by a wildcard or by a list of names, and each by its id."""
    planted = await plant()
    one = await authorise(river, planted)
    refund = await give_back(river, planted, amount=1)
    found = (await ok(river.get("/events", params={"type": "refund.*"})))["data"]
    assert [event["data"]["object"]["id"] for event in found] == [refund["id"]]
    types = {"types": ["return.created", "refund.pending"]}
    assert len((await ok(river.get("/events", params=types)))["data"]) == 2
    assert await ok(river.get(f"/events/{found[0]['id']}")) == found[0]
    assert re.fullmatch(r"[\dT:-]+\.\d{1,6}Z", found[0]["createdTime"])
    assert re.fullmatch(r"[\dT:-]+:\d\dZ", one["createdTime"])
    after = {"createdTime[gt]": found[0]["createdTime"]}
    assert await ids(river, "/events", **after) == []
    mixed = river.get("/events", params={"type": "a", "types": "b"})
    assert (await refused(mixed))[0] == 400
    exact = river.get("/events", params={"createdTime": found[0]["createdTime"]})
    assert (await refused(exact))[0] == 400


async def test_events_reach_back_30_days(river: httpx.AsyncClient, plant: Planter) -> None:
    """An event leaves the list after 30 days."""
    await give_back(river, await plant())
    assert len(await ids(river, "/events")) == 1
    await ok(river.post("/sandbox/clock", json={"advance_seconds": 31 * 86400}))
    assert await ids(river, "/events") == []
