"""Lists that show objects late, twice or never."""

import httpx
import pytest

from tests.sandbox.calls import Planter, ask_back, authorise, event_types, give_back, ok


async def lists(river: httpx.AsyncClient, *rules: dict[str, object], seed: int = 0) -> None:
    """Put rules for lists in force."""
    await ok(river.put("/sandbox/faults", json={"lists": list(rules), "seed": seed}))


async def listed(river: httpx.AsyncClient, path: str, **params: str | int) -> list[str]:
    """Return the ids that a list shows."""
    return [row["id"] for row in (await ok(river.get(path, params=params)))["data"]]


async def test_a_new_object_is_missing_from_lists_at_first(
    river: httpx.AsyncClient, plant: Planter
) -> None:
    """Until so many seconds have passed a list does not show it, while a read finds it."""
    await lists(river, {"path": "/returns", "kind": "late", "seconds": 30})
    made = await authorise(river, await plant())
    assert await listed(river, "/returns") == []
    assert (await ok(river.get(f"/returns/{made['id']}")))["id"] == made["id"]
    await ok(river.post("/sandbox/clock", json={"advance_seconds": 31}))
    assert await listed(river, "/returns") == [made["id"]]


async def test_reads_may_lag_too(river: httpx.AsyncClient, plant: Planter) -> None:
    """With `reads` an object answers 404 by its id for as long, of each kind."""
    await lists(river, {"kind": "late", "seconds": 30, "reads": True})
    paths = [
        f"/returns/{(await authorise(river, await plant()))['id']}",
        f"/refunds/{(await give_back(river, await plant()))['id']}",
        f"/fulfillment-returns/{(await ask_back(river, await plant('digital_river')))['id']}",
    ]
    assert [(await river.get(path)).status_code for path in paths] == [404] * 3
    await ok(river.post("/sandbox/clock", json={"advance_seconds": 31}))
    assert [(await river.get(path)).status_code for path in paths] == [200] * 3


async def test_the_events_feed_can_be_empty(river: httpx.AsyncClient, plant: Planter) -> None:
    """A rule for `/events` alone loses the feed, and nothing else."""
    await lists(river, {"path": "/events", "kind": "lost"})
    made = await authorise(river, await plant())
    assert await event_types(river) == []
    assert await listed(river, "/returns") == [made["id"]]


async def test_some_events_are_lost_for_good(river: httpx.AsyncClient, plant: Planter) -> None:
    """A share of the entries is missing, and always the same ones."""
    for _ in range(24):
        await authorise(river, await plant())
    everything = set(await listed(river, "/events", limit=100))
    await lists(river, {"path": "/events", "kind": "lost", "share": 0.5}, seed=7)
    first, again = [await listed(river, "/events", limit=100) for _ in range(2)]
    assert first == again
    assert 0 < len(first) < len(everything)
    assert set(first) < everything


async def test_an_entry_can_be_shown_twice(river: httpx.AsyncClient, plant: Planter) -> None:
    """A list may hold the same object twice."""
    await lists(river, {"path": "/refunds", "kind": "duplicate"})
    made = await give_back(river, await plant())
    assert await listed(river, "/refunds") == [made["id"]] * 2


@pytest.mark.parametrize(("answer", "returns"), [("second", 2), ("conflict", 1)])
async def test_a_repeated_create_has_two_answers(
    river: httpx.AsyncClient, plant: Planter, answer: str, returns: int
) -> None:
    """An identical create makes a second return while units are left, or is refused with 409."""
    await ok(river.put("/sandbox/switches", json={"repeated_create": answer, "rate_limit": None}))
    order = (await plant(lines=[{"quantity": 4}]))["order"]
    items = [{"itemId": order["items"][0]["id"], "quantity": 2}]
    body = {"orderId": order["id"], "items": items, "metadata": {"key": "one"}}
    await ok(river.post("/returns", json=body), 201)
    second = await river.post("/returns", json=body)
    assert second.status_code == (201 if returns == 2 else 409)
    assert len(await listed(river, "/returns")) == returns


async def test_another_key_is_another_create(river: httpx.AsyncClient, plant: Planter) -> None:
    """Only a create that is identical in every field counts as a repeat."""
    switches = {"repeated_create": "conflict", "rate_limit": None}
    await ok(river.put("/sandbox/switches", json=switches))
    planted = await plant()
    for key in ("one", "two"):
        await give_back(river, planted, amount=1, metadata={"key": key})
    assert len(await listed(river, "/refunds")) == 2
