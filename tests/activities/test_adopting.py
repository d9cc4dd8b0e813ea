"""Reading what is there already, and telling our own returns that nobody carries on."""

from dataclasses import replace

import pytest
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from activities.adopting import INVISIBLE, Adopting
from activities.checks import Checks
from activities.creates import Creates
from lifecycle.facts import (
    Chargeback,
    Fact,
    FulfillmentOrderSeen,
    Missing,
    OrderSeen,
    RefundSeen,
    Refused,
    Resource,
    ReturnClaimed,
    ReturnOrphaned,
    ReturnSeen,
)
from lifecycle.identity import rma_number, tagged_reason, workflow_id_for
from lifecycle.steps import Adopt, CheckReturnable, Create, Units
from tests.activities.place import Json, Place
from tests.activities.tries import NOW, WORKFLOW, Tries
from tests.activities.workflows import COMPLETED, RUNNING, Workflows

RMA = rma_number("request-9")


async def a_return(place: Place, **fields: object) -> tuple[Json, Json]:
    """Make an order of two units and a return of both."""
    planted = await place.plant("third_party", 2)
    items = [{"itemId": planted["order"]["items"][0]["id"], "quantity": 2}]
    body = {"orderId": planted["order"]["id"], "items": items, **fields}
    return planted, await place.post("/returns", body)


async def a_warehouse_return(place: Place, **fields: object) -> tuple[Json, Json]:
    """Make an order of two units, both on their way back without anybody asking."""
    planted = await place.plant("digital_river", 2)
    body = {"fulfillment_order_id": str(planted["fulfillment_order"]["id"]), **fields}
    return planted, await place.steer("fulfillment-returns", body)


async def adopt(place: Place, resource: Resource, return_id: str) -> tuple[Fact, ...]:
    """Adopt a return."""
    step = Adopt(key="k", resource=resource, return_id=return_id)
    return await Tries(Adopting(place.river).adopt_return, step).facts()


def kinds(facts: tuple[Fact, ...]) -> list[type]:
    """Return the kinds of facts, in order."""
    return [type(fact) for fact in facts]


async def test_a_return(place: Place) -> None:
    """The return, its order and every refund of the order are read, and the return is claimed."""
    planted, made = await a_return(place)
    await place.steer(f"returns/{made['id']}/accept")
    facts = await adopt(place, Resource.RETURN, made["id"])
    assert kinds(facts) == [ReturnSeen, ReturnClaimed, OrderSeen, RefundSeen]
    assert facts[1] == ReturnClaimed(return_id=made["id"])
    assert isinstance(facts[2], OrderSeen)
    assert facts[2].order_id == planted["order"]["id"]


async def test_a_fulfillment_return_without_an_order(place: Place) -> None:
    """The fulfillment order says which order it is of, and which of its items are meant."""
    planted, made = await a_warehouse_return(place)
    assert "upstreamId" not in made
    facts = await adopt(place, Resource.FULFILLMENT_RETURN, made["id"])
    assert kinds(facts) == [ReturnSeen, ReturnClaimed, FulfillmentOrderSeen, OrderSeen]
    shipped, order = facts[2:]
    assert isinstance(shipped, FulfillmentOrderSeen)
    assert shipped.items[0].order_item_id == planted["order"]["items"][0]["id"]
    assert isinstance(order, OrderSeen)
    assert order.order_id == planted["order"]["id"]


async def test_a_chargeback_of_the_order(place: Place) -> None:
    """That the bank paid its customer is read in the events: of this order, and of no other."""
    planted, made = await a_return(place)
    other, _ = await a_return(place)
    for order in (planted["order"], other["order"]):
        await place.steer(f"orders/{order['id']}/dispute")
        await place.steer(f"orders/{order['id']}/chargeback")
    facts = await adopt(place, Resource.RETURN, made["id"])
    assert kinds(facts) == [ReturnSeen, ReturnClaimed, OrderSeen, Chargeback]
    assert isinstance(facts[-1], Chargeback)
    assert facts[-1].order_id == planted["order"]["id"]
    assert place.calls[-1] == "GET /events"


async def test_an_unknown_return(place: Place) -> None:
    """A return that is not there for minutes is missing, and nothing else is asked."""
    step = Adopt(key="k", resource=Resource.RETURN, return_id="ret_none")
    tries = Tries(Adopting(place.river).adopt_return, step)
    while tries.at < NOW + INVISIBLE:
        await tries.fail()
    missing = Missing(resource="return", object_id="ret_none", taken=NOW + INVISIBLE)
    assert await tries.facts() == (missing,)
    assert set(place.calls) == {"GET /returns/ret_none"}


async def test_a_return_that_cannot_be_read_yet(place: Place) -> None:
    """An event told of it before reads show it: it is read again, and then adopted."""
    _, made = await a_warehouse_return(place)
    late = {"path": "/fulfillment-returns", "kind": "late", "seconds": 60, "reads": True}
    await place.steer("faults", {"lists": [late]}, "PUT")
    step = Adopt(key="k", resource=Resource.FULFILLMENT_RETURN, return_id=made["id"])
    tries = Tries(Adopting(place.river).adopt_return, step)
    await tries.fail()
    await place.steer("faults", {}, "PUT")
    assert kinds(await tries.facts())[:2] == [ReturnSeen, ReturnClaimed]


async def test_without_a_fulfillment_order_nor_an_order(place: Place) -> None:
    """What cannot be read is missing, by name."""
    _, made = await a_warehouse_return(place)
    place.world.fulfillment_orders.clear()
    facts = await adopt(place, Resource.FULFILLMENT_RETURN, made["id"])
    assert facts[2:] == (
        Missing(resource="fulfillment_order", object_id=made["fulfillmentOrderId"], taken=NOW),
        Missing(resource="order", object_id=made["id"], taken=NOW),
    )


async def test_an_order_that_is_gone(place: Place) -> None:
    """A return of an order that is not there says so."""
    planted, made = await a_return(place)
    place.world.orders.clear()
    facts = await adopt(place, Resource.RETURN, made["id"])
    missing = Missing(resource="order", object_id=planted["order"]["id"], taken=NOW)
    assert facts[2:] == (missing,)


async def check(place: Place, order_id: str, workflows: Workflows) -> tuple[Fact, ...]:
    """Check an order, and return what was told of orphans."""
    step = CheckReturnable(key="k", order_id=order_id)
    facts = await Tries(Checks(place.river).check_returnable, step, client=workflows.client).facts()
    return tuple(fact for fact in facts if isinstance(fact, ReturnOrphaned))


MARK = {"metadata": {"key": "return-0:return", "workflow_id": "return-0"}}
CLOSED = {"return-0": COMPLETED}


async def test_our_own_whose_workflow_has_ended(place: Place) -> None:
    """Its mark names a workflow that is closed, and no other is open on it: one call for each."""
    planted, made = await a_return(place, **MARK)
    workflows = Workflows({**CLOSED, "return-0-late": COMPLETED})
    found = await check(place, planted["order"]["id"], workflows)
    assert found == (ReturnOrphaned(return_id=made["id"]),)
    assert workflows.asked == ["return-0", "return-0-late"]


async def test_the_rma_number_is_a_mark_too(place: Place) -> None:
    """Where no key says whose it is, the RMA number does, with the order."""
    planted, made = await a_return(place, reason=tagged_reason("too_small", RMA))
    made_by = workflow_id_for(planted["order"]["id"], RMA)
    found = await check(place, planted["order"]["id"], Workflows({made_by: COMPLETED}))
    assert found == (ReturnOrphaned(return_id=made["id"]),)


@pytest.mark.parametrize(
    ("fields", "statuses"),
    [
        (MARK, {"return-0": RUNNING}),
        (MARK, {}),
        (MARK, {**CLOSED, "return-0-late": RUNNING}),
        ({"metadata": {"key": f"{WORKFLOW}:return"}}, {WORKFLOW: COMPLETED}),
        ({"metadata": {"key": "something"}}, CLOSED),
        ({"reason": "too_small"}, CLOSED),
    ],
    ids=["open", "never here", "followed up", "its own", "another's key", "no mark"],
)
async def test_no_orphan(
    place: Place, fields: dict[str, object], statuses: dict[str, WorkflowExecutionStatus]
) -> None:
    """What somebody carries on, or nobody of ours made, is not to be taken over."""
    planted, _ = await a_return(place, **fields)
    workflows = Workflows()
    workflows.statuses.update(statuses)
    assert await check(place, planted["order"]["id"], workflows) == ()


async def test_no_orphan_while_another_request_carries_it_on(place: Place) -> None:
    """An open workflow that holds the return is found by the search attribute."""
    planted, made = await a_return(place, **MARK)
    workflows = Workflows(CLOSED, {made["id"]: "return-other"})
    assert await check(place, planted["order"]["id"], workflows) == ()


@pytest.mark.parametrize("outcome", ["partially_refunded", "refund_failed", "charged_back"])
@pytest.mark.parametrize("ended", ["return-0", "return-0-late"])
async def test_no_orphan_where_money_may_have_gone_back(
    place: Place, outcome: str, ended: str
) -> None:
    """A return that was settled, or that the bank paid for, keeps its units for good."""
    planted, _ = await a_return(place, **MARK)
    workflows = Workflows({**CLOSED, ended: COMPLETED}, phases={ended: outcome})
    assert await check(place, planted["order"]["id"], workflows) == ()


async def test_an_accepted_return_is_nobodys_to_take(place: Place) -> None:
    """Goods do not come for it any more: Temporal is not even asked."""
    planted, made = await a_return(place, **MARK)
    await place.steer(f"returns/{made['id']}/accept")
    away = Workflows(failure=RPCError("away", RPCStatusCode.UNAVAILABLE, b""))
    assert await check(place, planted["order"]["id"], away) == ()


async def test_temporal_that_does_not_answer(place: Place) -> None:
    """The try fails, and is made again: nothing is guessed."""
    planted, _ = await a_return(place, **MARK)
    away = Workflows(failure=RPCError("away", RPCStatusCode.UNAVAILABLE, b""))
    with pytest.raises(RPCError):
        await check(place, planted["order"]["id"], away)


async def test_a_refused_create_tells_of_orphans(place: Place) -> None:
    """The fulfiller's side refuses units that are held, and the activity says by whom."""
    planted = await place.plant("digital_river", 2)
    source = planted["fulfillment_order"]
    units = Units(item_id=str(source["items"][0]["id"]), quantity=2)
    first = Create(
        resource=Resource.FULFILLMENT_RETURN,
        key="return-0:return",
        order_id=planted["order"]["id"],
        fulfillment_order_id=str(source["id"]),
        items=(units,),
        reason=tagged_reason("too_small", RMA),
        rma=RMA,
    )
    create = Creates(place.river).create_fulfillment_return
    (made,) = await Tries(create, first).facts()
    assert isinstance(made, ReturnSeen)
    made_by = workflow_id_for(planted["order"]["id"], RMA)
    again = replace(first, key="return-1:return", reason="too_small", rma=None)
    workflows = Workflows({made_by: COMPLETED})
    facts = await Tries(create, again, client=workflows.client).facts()
    assert {type(fact) for fact in facts} >= {Refused, ReturnSeen}
    assert facts[-1] == ReturnOrphaned(return_id=made.return_id)
