"""Digital River at its worst: lost answers, a rate limit, outages, and no webhook at all."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from tests.running import Json, Order, Running, running
from tests.servers import start_server

AFTER = ("answer_lost", "reset_after", "error_after")
"""The call had its effect, and the caller does not learn of it."""

WRITES = ("/fulfillment-returns", "/refunds", "/returns", "/returns/*")
POLICY: Json = {"doubt": 1, "looks": [1]}
NOW = {"approve_after_seconds": 0, "receive_after_seconds": 0, "bank_after_seconds": 0}
BANK_NOW = {"bank_after_seconds": 0}


@pytest.fixture(scope="module")
async def deaf() -> AsyncIterator[Running]:
    """Run everything on a server of its own, with a receiver that is down all the time."""
    async with start_server() as environment, running(environment.client) as house:
        yield house


async def whole_return(house: Running, coordinator: str) -> tuple[Order, str]:
    """Carry a return from its request to its outcome."""
    speed = NOW if coordinator == "digital_river" else BANK_NOW
    order = await house.order(coordinator, 2, automation=speed)
    answer = await house.start(order, 2, policy=POLICY)
    assert answer.status == "opened", answer
    if coordinator == "third_party":
        await house.arrive(answer.workflow_id, "P1", **{order.items[0]: 2})
    return order, (await house.result(answer.workflow_id)).outcome


async def struck(house: Running, *rules: Json, of_each: int) -> list[tuple[Order, str]]:
    """Carry returns of both kinds through faults."""
    (await house.control.put("/sandbox/faults", json={"calls": rules})).raise_for_status()
    try:
        kinds = ("digital_river", "third_party") * of_each
        return await asyncio.gather(*(whole_return(house, kind) for kind in kinds))
    finally:
        (await house.control.put("/sandbox/faults", json={})).raise_for_status()


async def assert_each_is_refunded_once(house: Running, ends: list[tuple[Order, str]]) -> None:
    """One return and one refund in the books for each order, whatever happened on the way."""
    assert [outcome for _, outcome in ends] == ["refunded"] * len(ends)
    books = await house.books()
    returns = Counter(
        [row["orderId"] for row in books["returns"]]
        + [row["upstreamId"] for row in books["fulfillment_returns"]]
    )
    refunds = Counter(row["orderId"] for row in books["refunds"])
    ids = [order.id for order, _ in ends]
    assert {one: (returns[one], refunds[one]) for one in ids} == dict.fromkeys(ids, (1, 1))


async def faults_that_struck(house: Running) -> set[tuple[str, str]]:
    """Return which fault struck which kind of call."""
    found = set()
    for call in (await house.books())["calls"]:
        if call["fault"]:
            path = call["path"]
            family = "/returns/*" if path.startswith("/returns/") else path
            found.add((family, call["fault"]))
    return found


async def test_a_return_completes_while_the_receiver_is_down(deaf: Running) -> None:
    """No webhook arrives: the watch finds each change by itself."""
    ends = await struck(deaf, of_each=1)
    await assert_each_is_refunded_once(deaf, ends)


async def test_a_lost_answer_creates_nothing_twice(deaf: Running) -> None:
    """Answers are lost, connections cut, 500 said after the deed: one return, one refund."""
    rules = [
        {"method": "POST", "path": path, "kind": kind, "times": 1, "status": 500}
        for path in WRITES
        for kind in AFTER
    ]
    ends = await struck(deaf, *rules, of_each=4)
    await assert_each_is_refunded_once(deaf, ends)
    assert await faults_that_struck(deaf) >= {(path, kind) for path in WRITES for kind in AFTER}


async def test_a_rate_limit_is_waited_out(deaf: Running) -> None:
    """429 with `Retry-After`: everything goes on when it has passed, and nothing is done twice."""
    rule = {"kind": "too_many_requests", "retry_after": "1", "times": 2, "skip": 1}
    ends = await struck(deaf, rule, of_each=1)
    await assert_each_is_refunded_once(deaf, ends)
    statuses = Counter(call["status"] for call in (await deaf.books())["calls"])
    assert statuses[429] == 2


async def test_an_outage_is_outlasted(deaf: Running) -> None:
    """503 on every call for a while: the return opens when Digital River is back."""
    rule = {"kind": "error", "status": 503, "times": 4}
    ends = await struck(deaf, rule, of_each=1)
    await assert_each_is_refunded_once(deaf, ends)
    statuses = Counter(call["status"] for call in (await deaf.books())["calls"])
    assert statuses[503] == 4
