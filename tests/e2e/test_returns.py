"""Returns of both kinds, from request to refund, over real HTTP and signed webhooks."""

import asyncio
from collections import Counter

from tests.e2e.histories import attempts_of_watches, looks_that_told, signals
from tests.running import Json, Running, eventually
from tests.workflows.paths import PATHS

NEED_TIME = {
    "digital_river_accepted_in_part",
    "digital_river_carries_on_with_a_cancelled_one",
    "digital_river_never_arrived",
    "digital_river_never_approved",
    "third_party_never_arrived",
    "third_party_short_asked",
    "third_party_short_not_covered",
    "third_party_short_settled",
}
"""What happens at a deadline, days away."""

NEED_A_LOOK = {"digital_river_token_expired", "digital_river_token_expired_twice"}
"""No event tells that a token has run out."""


async def test_webhooks_carry_every_path_that_needs_no_deadline(live: Running) -> None:
    """Under the default terms each return comes to its outcome, and none had to look for it."""
    names = [name for name in PATHS if name not in NEED_TIME | NEED_A_LOOK]
    ids = await asyncio.gather(*(PATHS[name].script(live, {}) for name in names))
    results = await asyncio.gather(*(live.result(one) for one in ids))
    outcomes = dict(zip(names, (result.outcome for result in results), strict=True))
    assert outcomes == {name: PATHS[name].outcome for name in names}
    looked = await asyncio.gather(*(looks_that_told(live, one) for one in ids))
    assert dict(zip(names, looked, strict=True)) == dict.fromkeys(names, 0)


def test_the_paths_that_need_time_are_named_as_they_are() -> None:
    """The two lists above hold names of paths."""
    assert set(PATHS) > NEED_TIME | NEED_A_LOOK


async def test_a_return_that_waits_has_not_looked(live: Running) -> None:
    """The watch has been started, and its first try asks nobody."""
    order = await live.order("digital_river", 1)
    answer = await live.start(order, 1)
    await live.in_phase(answer.workflow_id, "awaiting_approval")

    async def tried() -> list[int] | None:
        found = await attempts_of_watches(live, answer.workflow_id)
        return found if found and max(found) > 1 else None

    assert await eventually(tried) == [2]
    path = f"/fulfillment-returns/{answer.return_id}"
    assert path not in [call["path"] for call in (await live.books())["calls"]]


async def test_two_returns_of_one_order_keep_their_facts_apart(live: Running) -> None:
    """Look-alikes, opened and refunded at once: each has its own return, refund and events."""
    for coordinator, kind in (("digital_river", "fulfillment_returns"), ("third_party", "returns")):
        order = await live.order(coordinator, 4, automation={"bank_after_seconds": 0})
        answers = await asyncio.gather(live.start(order, 2), live.start(order, 2))
        made = {str(row["id"]) for row in (await live.books())[kind]}
        theirs = {str(answer.return_id) for answer in answers}
        assert len(theirs) == 2
        assert theirs <= made
        await asyncio.gather(
            *(finish(live, coordinator, one.workflow_id, str(one.return_id)) for one in answers)
        )
        ids = [answer.workflow_id for answer in answers]
        results = await asyncio.gather(*(live.result(one) for one in ids))
        assert [result.outcome for result in results] == ["refunded", "refunded"]
        refunds = [[refund.id for refund in result.refunds] for result in results]
        assert [len(found) for found in refunds] == [1, 1]
        assert set(refunds[0]).isdisjoint(refunds[1])
        assert {row["id"] for row in await live.refunds(order)} == {*refunds[0], *refunds[1]}
        told = [await objects_told(live, one) for one in ids]
        assert told[0].isdisjoint(told[1])
        assert all(told)


async def finish(live: Running, coordinator: str, workflow_id: str, return_id: str) -> None:
    """Have everything sent back and accepted."""
    if coordinator == "digital_river":
        for act in ("approve", "receive"):
            await live.act(f"/sandbox/fulfillment-returns/{return_id}/{act}")
    else:
        view = await live.returns.show(workflow_id)
        units = {line.order_item_id: line.requested for line in view.lines}
        await live.arrive(workflow_id, "P1", **units)


async def objects_told(live: Running, workflow_id: str) -> set[str]:
    """Return the ids of Digital River's objects that webhooks told a return of."""
    facts: list[Json] = [
        dict(fact) for signal in await signals(live, workflow_id) for fact in signal.facts
    ]
    return {str(fact.get("refund_id") or fact.get("return_id")) for fact in facts}


async def test_a_webhook_that_comes_ten_times_is_one_signal(live: Running) -> None:
    """Every event is delivered ten times; a return hears of it once, and pays once."""
    order = await live.order("digital_river", 1, automation={"bank_after_seconds": 0})
    ten = {"deliveries": [{"kind": "duplicate", "copies": 9, "order_id": order.id}]}
    await put(live, "/sandbox/faults", ten)
    try:
        answer = await live.start(order, 1)
        await finish(live, "digital_river", answer.workflow_id, str(answer.return_id))
        result = await live.result(answer.workflow_id)
    finally:
        await put(live, "/sandbox/faults", {})
    heard = Counter(one.event_id for one in await signals(live, answer.workflow_id))
    assert len(heard) >= 2
    assert set(heard.values()) == {1}
    assert result.outcome == "refunded"
    assert len(await live.refunds(order)) == 1

    async def all_taken() -> bool | None:
        rows = (await live.books())["deliveries"]
        counts = Counter(row["event_id"] for row in rows if row["status"] == 202)
        return True if all(counts[event] == 10 for event in heard) else None

    await eventually(all_taken)


async def test_refunds_told_of_before_their_return_are_kept(live: Running) -> None:
    """Refund events that come before `return.accepted` count; the late event finds its place."""
    order = await live.order("third_party", 2, 1, automation={"bank_after_seconds": 0})
    late = {"kind": "delay", "type": "return.accepted", "order_id": order.id, "seconds": 2}
    usual = (await live.control.get("/sandbox/switches")).json()
    await put(live, "/sandbox/switches", {**usual, "eager_refunds": True})
    await put(live, "/sandbox/faults", {"deliveries": [late]})
    try:
        answer = await live.start(order, 2, 1)
        first, second = order.items
        await live.arrive(answer.workflow_id, "P1", **{first: 2})
        early = await live.refund(order, 1)
        assert await told_of(live, {answer.return_id, early}) == ["return.created"]
        await live.arrive(answer.workflow_id, "P2", **{second: 1})
        result = await live.result(answer.workflow_id)
        refunds = {refund.id for refund in result.refunds}
        arrived = await eventually(lambda: delivered(live, {answer.return_id, *refunds}))
    finally:
        await put(live, "/sandbox/faults", {})
        await put(live, "/sandbox/switches", usual)
    assert result.outcome == "refunded"
    assert early in refunds
    assert refunds == {row["id"] for row in await live.refunds(order)}
    assert arrived.index("return.accepted") > arrived.index("refund.complete")


async def told_of(live: Running, ids: set[str | None]) -> list[str]:
    """Return the types of the events about these objects, in the order that they were made."""
    events = (await live.books())["events"]
    return [event["type"] for event in events if event["data"]["object"]["id"] in ids]


async def delivered(live: Running, ids: set[str | None]) -> list[str] | None:
    """Return the types of these objects' events as they were sent, once all have been taken."""
    books = await live.books()
    theirs = {event["id"] for event in books["events"] if event["data"]["object"]["id"] in ids}
    sent = [row for row in books["deliveries"] if row["event_id"] in theirs]
    taken = {row["event_id"] for row in sent if row["status"] == 202}
    return [row["type"] for row in sent] if taken == theirs else None


async def put(live: Running, path: str, body: Json) -> None:
    """Replace a setting of the local Digital River."""
    (await live.control.put(path, json=body)).raise_for_status()
