"""Processes are killed at the worst moments, by `kill -9`, and started again."""

from lifecycle.request import ReturnRequest
from simulation.processes.evidence import Evidence
from simulation.processes.house import House
from simulation.processes.plan import Coordinator, HousePlan, Kill, Life
from simulation.processes.receiver_kills import kill_receivers
from simulation.processes.running import HouseVerdict, live_through
from storefront.client import Returns
from tests.running import Json, eventually


async def survive(house: House, coordinator: Coordinator, *, write: int) -> Evidence:
    """Have the worker die when the n-th write has had its effect and nobody knows."""
    life = Life(coordinator=coordinator, course="whole", lines=(2,))
    kill = Kill(service="worker", moment="write", n=write)
    verdict = HouseVerdict(HousePlan(seed=0, lives=(life,), kills=(kill,)))
    [found] = await live_through(house, verdict.plan, verdict)
    assert verdict.kills == {"worker at write": 1}
    assert found.outcome == "refunded"
    return found


def writes(found: Evidence, path: str) -> int:
    """Count the writes to a path that were about this order."""
    order_id = found.lived.request.order_id
    calls = [call for call in found.world["calls"] if call["method"] == "POST"]
    return sum(
        call["path"] == path and call["body"].get("orderId", order_id) == order_id for call in calls
    )


async def test_14_killed_between_acceptance_and_record(house: House) -> None:
    """Digital River has accepted the goods and nobody knows: they are not accepted again."""
    found = await survive(house, "third_party", write=2)
    [one] = found.books.returns
    assert one.accepted.total() == 2
    assert writes(found, f"/returns/{one.id}") == 1


async def test_29_killed_between_refund_and_record(house: House) -> None:
    """Digital River has made the refund and nobody knows: it is found, and not made again."""
    found = await survive(house, "digital_river", write=2)
    assert writes(found, "/refunds") == 1
    assert [(one.state, one.units.total()) for one in found.books.refunds] == [("succeeded", 2)]


async def test_killed_between_create_and_record(house: House) -> None:
    """Digital River has the return and nobody knows: it is found, and not made again."""
    found = await survive(house, "third_party", write=1)
    assert writes(found, "/returns") == 1
    assert len(found.books.returns) == 1


async def test_8_temporal_is_killed_while_events_come(house: House) -> None:
    """Events are answered 503, and Digital River's retries alone bring the return home."""
    await house.hire((1000,))
    house.deliveries.begin({})
    await house.put("/sandbox/switches", {"rate_limit": None, "retry_after_seconds": 0.5})
    order: Json = {
        "coordinator": "digital_river",
        "lines": [{"quantity": 1}],
        "automation": {"bank_after_seconds": 0},
    }
    placed = (await house.act("/sandbox/orders", order))["order"]
    request = ReturnRequest.model_validate(
        {
            "request_id": f"away-{placed['id']}",
            "order_id": placed["id"],
            "coordinator": "digital_river",
            "lines": [{"order_item_id": placed["items"][0]["id"], "quantity": 1}],
        }
    )
    opened = await Returns(house.client).start(request)
    await house.temporal.kill()
    for deed in ("approve", "receive"):
        await house.act(f"/sandbox/fulfillment-returns/{opened.return_id}/{deed}")

    async def refused() -> bool | None:
        statuses = [one.status for one in house.deliveries.carried]
        return True if statuses.count(503) > 1 else None

    await eventually(refused)
    assert {one.status for one in house.deliveries.carried} <= {202, 503}
    await house.temporal.start()
    handle = house.client.get_workflow_handle(request.workflow_id)

    async def ended() -> bool | None:
        return True if (await house.books())["refunds"][-1:] else None

    await eventually(ended)
    assert (await handle.result())["outcome"] == "refunded"


async def test_the_receiver_is_killed_under_load(house: House) -> None:
    """R12, small: whatever it has acknowledged is in a history."""
    tally = await kill_receivers(house, kills=3)
    assert tally.kills == 3
    assert len(tally.acknowledged) > 3
    assert tally.lost == set()
