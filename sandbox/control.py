"""The control API: the fulfiller, the bank, the customer, the clock and bad luck, on request."""

from datetime import timedelta
from typing import Any

from fastapi import APIRouter

from . import automation, bank, fulfillment_returns, orders, refunds, returns, seeds, wire
from .api import InWorld
from .clock import event_time
from .control_models import (
    Advance,
    Approval,
    BooksPage,
    ClockReading,
    DashboardRefund,
    Failure,
    Health,
    Payment,
    PlantedOrder,
    Receipt,
    Silence,
    WarehouseReturn,
)
from .errors import invalid
from .faults import Faults
from .json_types import JsonObject
from .options import Automation, Switches
from .validation import Body
from .world import World

REFUSALS: dict[int | str, dict[str, Any]] = {
    404: {"description": "There is no such resource (Digital River's error body)."},
    409: {"description": "Its present state does not allow it (Digital River's error body)."},
}

LOUD, AT_THE_DOCK, EVERYTHING, NO_REASON = Silence(), Approval(), Receipt(), Failure()
IN_FULL = Payment()

router = APIRouter(prefix="/sandbox")
world_router = APIRouter(tags=["the world"])
fulfiller_router = APIRouter(
    prefix="/fulfillment-returns", tags=["the fulfiller"], responses=REFUSALS
)
bank_router = APIRouter(prefix="/refunds/{refund_id}", tags=["the bank"], responses=REFUSALS)
order_router = APIRouter(tags=["orders and the Dashboard"], responses=REFUSALS)


@world_router.get("/health")
async def health() -> Health:
    """Tell that the sandbox serves."""
    return Health()


@world_router.post("/reset", status_code=204)
async def reset(world: InWorld) -> None:
    """Empty the world and restore the options it was started with; webhooks stay."""
    world.reset()


@world_router.post("/clock")
async def advance_clock(world: InWorld, asked: Advance) -> ClockReading:
    """Move the world's clock forward and do everything that became due."""
    automation.advance(world, timedelta(seconds=asked.advance_seconds))
    now = event_time(world.clock.now())
    return ClockReading(now=now, offset_seconds=world.clock.offset_seconds)


@world_router.get("/automation")
async def get_automation(world: InWorld) -> Automation:
    """Show how fast the fulfiller and the bank act by themselves."""
    return world.automation


@world_router.put("/automation")
async def put_automation(world: InWorld, speed: Automation) -> Automation:
    """Set how fast they act; it also counts for what is already open."""
    world.automation = speed
    world.changed.set()
    return speed


@world_router.get("/switches")
async def get_switches(world: InWorld) -> Switches:
    """Show the readings of the contract in force."""
    return world.switches


@world_router.put("/switches")
async def put_switches(world: InWorld, switches: Switches) -> Switches:
    """Replace all switches; one that is left out gets its default."""
    world.switches = switches
    return switches


@world_router.get("/faults")
async def get_faults(world: InWorld) -> Faults:
    """Show the rules in force."""
    return world.faults.rules


@world_router.put("/faults")
async def put_faults(world: InWorld, rules: Faults) -> Faults:
    """Replace all rules; an empty object removes them."""
    world.faults.put(rules)
    return rules


@world_router.get("/books")
async def books(world: InWorld) -> BooksPage:
    """Show everything that exists, and every call and delivery; oldest first."""
    return BooksPage.model_validate(everything(world))


def everything(world: World) -> JsonObject:
    """Return all of a world as plain JSON."""
    shown = world.switches.refund_ids
    return {
        "orders": [wire.order(world, one) for one in world.orders.values()],
        "fulfillment_orders": list(map(wire.fulfillment_order, world.fulfillment_orders.values())),
        "fulfillment_returns": list(
            map(wire.fulfillment_return, world.fulfillment_returns.values())
        ),
        "returns": [wire.return_(one, refund_ids=shown) for one in world.returns.values()],
        "refunds": [wire.refund(world, one) for one in world.refunds.values()],
        "charges": list(map(wire.charge, world.charges.values())),
        "events": [one.wire() for one in world.events.values()],
        "webhooks": [one.wire() for one in world.webhooks.values()],
        "refunds_made_by": {
            one.id: one.return_id for one in world.refunds.values() if one.return_id is not None
        },
        **world.books.wire(),
    }


@order_router.post("/orders", status_code=201)
async def plant_order(world: InWorld, seed: seeds.SeedOrder) -> PlantedOrder:
    """Make an order, and its fulfillment order when Digital River coordinates."""
    order, fulfillment_order = seeds.plant(world, seed)
    return PlantedOrder(
        order=wire.order(world, order),
        fulfillment_order=fulfillment_order and wire.fulfillment_order(fulfillment_order),
    )


@order_router.post("/orders/{order_id}/refunds", status_code=201)
async def refund_in_dashboard(world: InWorld, order_id: str, asked: DashboardRefund) -> JsonObject:
    """Make a refund as a person in the Dashboard would; answers Digital River's refund."""
    order = world.order(order_id)
    fields = {"orderId": order.id, "currency": order.currency}
    sent = Body(fields | asked.model_dump(exclude_none=True))
    return wire.refund(world, refunds.create(world, sent))


@order_router.post("/orders/{order_id}/dispute")
async def dispute(world: InWorld, order_id: str, asked: Silence = LOUD) -> JsonObject:
    """Put an order under dispute; answers Digital River's order."""
    order = world.order(order_id)
    orders.dispute(world, order, silent=asked.silent)
    return wire.order(world, order)


@order_router.post("/orders/{order_id}/resolve-dispute")
async def resolve_dispute(world: InWorld, order_id: str, asked: Silence = LOUD) -> JsonObject:
    """End a dispute; answers Digital River's order."""
    order = world.order(order_id)
    orders.resolve_dispute(world, order, silent=asked.silent)
    return wire.order(world, order)


@order_router.post("/orders/{order_id}/chargeback")
async def chargeback(world: InWorld, order_id: str, asked: Silence = LOUD) -> JsonObject:
    """Let the bank pay the customer, so that nothing is left to refund."""
    order = world.order(order_id)
    orders.chargeback(world, order, silent=asked.silent)
    return wire.order(world, order)


@order_router.post("/returns/{return_id}/accept")
async def accept_return(world: InWorld, return_id: str) -> JsonObject:
    """Accept a whole return as a person in the Dashboard would."""
    one = world.return_(return_id)
    returns.accept(world, one)
    return wire.return_(one)


@fulfiller_router.post("", status_code=201)
async def make_warehouse_return(world: InWorld, asked: WarehouseReturn) -> JsonObject:
    """Let the warehouse send back goods that nobody asked for, such as a refused shipment."""
    one = world.fulfillment_order(asked.fulfillment_order_id)
    free = fulfillment_returns.free_units(world, one)
    if asked.items is not None:
        free = {item.fulfillment_order_item_id: item.quantity for item in asked.items}
    items = [
        {"fulfillmentOrderItemId": item_id, "quantity": units}
        for item_id, units in free.items()
        if units
    ]
    if not items:
        raise invalid("items", "No unit is left to come back.")
    fields = {
        "fulfillmentOrderId": asked.fulfillment_order_id,
        "items": items,
        "reason": asked.reason,
        "upstreamId": asked.upstream_id,
    }
    return wire.fulfillment_return(fulfillment_returns.create(world, Body(fields), asked.type))


@fulfiller_router.post("/{fulfillment_return_id}/approve")
async def approve(
    world: InWorld, fulfillment_return_id: str, asked: Approval = AT_THE_DOCK
) -> JsonObject:
    """Let the fulfiller agree: `created` becomes `pending` and the location appears."""
    one = world.fulfillment_return(fulfillment_return_id)
    location = None if asked.location is None else asked.location.model_dump(exclude_none=True)
    fulfillment_returns.approve(world, one, location)
    return wire.fulfillment_return(one)


@fulfiller_router.post("/{fulfillment_return_id}/reject")
async def reject(world: InWorld, fulfillment_return_id: str) -> JsonObject:
    """Let the fulfiller refuse."""
    one = world.fulfillment_return(fulfillment_return_id)
    fulfillment_returns.reject(world, one)
    return wire.fulfillment_return(one)


@fulfiller_router.post("/{fulfillment_return_id}/receive")
async def receive(
    world: InWorld, fulfillment_return_id: str, asked: Receipt = EVERYTHING
) -> JsonObject:
    """Let the fulfiller take goods in: any unit makes `accepted`, none makes `rejected`."""
    one = world.fulfillment_return(fulfillment_return_id)
    units = None
    if asked.items is not None:
        units = {item.fulfillment_order_item_id: item.quantity for item in asked.items}
    fulfillment_returns.receive(world, one, units)
    return wire.fulfillment_return(one)


@bank_router.post("/complete")
async def complete(world: InWorld, refund_id: str, asked: Payment = IN_FULL) -> JsonObject:
    """Pay the customer, all of it or as far as the payment sources take it."""
    refund = world.refund(refund_id)
    bank.complete(world, refund, asked.failing_charges)
    return wire.refund(world, refund)


@bank_router.post("/fail")
async def fail(world: InWorld, refund_id: str, asked: Failure = NO_REASON) -> JsonObject:
    """Refuse the refund."""
    refund = world.refund(refund_id)
    bank.fail(world, refund, asked.failure_reason)
    return wire.refund(world, refund)


@bank_router.post("/require-information")
async def require_information(world: InWorld, refund_id: str) -> JsonObject:
    """Ask the customer for bank details with a token that lives 90 days."""
    refund = world.refund(refund_id)
    bank.require_information(world, refund)
    return wire.refund(world, refund)


@bank_router.post("/submit-information")
async def submit_information(world: InWorld, refund_id: str) -> JsonObject:
    """Give bank details as the customer; the state stays until the bank acts."""
    refund = world.refund(refund_id)
    bank.submit_information(world, refund)
    return wire.refund(world, refund)


@bank_router.post("/expire")
async def expire(world: InWorld, refund_id: str) -> JsonObject:
    """Let the token run out; no event tells."""
    refund = world.refund(refund_id)
    bank.expire(world, refund)
    return wire.refund(world, refund)


for part in (world_router, order_router, fulfiller_router, bank_router):
    router.include_router(part)
