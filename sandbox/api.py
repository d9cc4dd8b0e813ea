"""Digital River's own paths (docs/digital-river.md §2)."""

import hmac
from http import HTTPStatus
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from . import (
    fulfillment_returns,
    orders,
    queries,
    refunds,
    returns,
    validation,
    webhooks,
    wire,
)
from .errors import ApiError, Problem, not_found
from .lists import Query
from .rate_limit import RateLimit
from .repeats import creating
from .resources import FulfillmentReturn, Refund, Return
from .validation import Body
from .world import World


async def world_of(request: Request) -> World:
    """Return the world this application serves."""
    world: World = request.app.state.world
    return world


InWorld = Annotated[World, Depends(world_of)]


async def admit(request: Request, world: InWorld) -> None:
    """Check the bearer token and the rate limit."""
    expected = f"Bearer {world.options.api_key}".encode()
    sent = request.headers.get("authorization", "").encode()
    if not hmac.compare_digest(sent, expected):
        problem = Problem("unauthorized", "The API key is missing or wrong.")
        raise ApiError(HTTPStatus.UNAUTHORIZED, problem)
    limit: RateLimit = request.app.state.rate_limit
    if not limit.admits(world.switches.rate_limit):
        problem = Problem("limit_exceeded", "Too many requests.")
        raise ApiError(HTTPStatus.TOO_MANY_REQUESTS, problem, retry_after="1")


async def body_of(request: Request) -> Body:
    """Read the request body as a JSON object."""
    return validation.parse(await request.body())


async def query_of(request: Request) -> Query:
    """Return every value of every query parameter."""
    query = request.query_params
    return {name: query.getlist(name) for name in query}


R = TypeVar("R", FulfillmentReturn, Refund, Return)
Sent = Annotated[Body, Depends(body_of)]
Asked = Annotated[Query, Depends(query_of)]

router = APIRouter(include_in_schema=False, dependencies=[Depends(admit)])


def _found(world: World, path: str, one: R) -> R:
    """Return what a read finds, or answer 404 while a fault keeps it back."""
    if world.faults.hides(path, world.clock.now() - one.created):
        raise not_found("Resource")
    return one


def _answer(content: object, status: HTTPStatus = HTTPStatus.OK) -> JSONResponse:
    return JSONResponse(content, status)


@router.get("/orders")
async def list_orders(world: InWorld, query: Asked) -> Response:
    """List orders."""
    return _answer(queries.orders(world, query))


@router.get("/orders/{order_id}")
async def get_order(world: InWorld, order_id: str) -> Response:
    """Read an order."""
    return _answer(wire.order(world, world.order(order_id)))


@router.post("/orders/{order_id}")
async def update_order(world: InWorld, order_id: str, body: Sent) -> Response:
    """Update an order's metadata."""
    order = world.order(order_id)
    orders.update(world, order, body)
    return _answer(wire.order(world, order))


@router.get("/fulfillment-orders")
async def list_fulfillment_orders(world: InWorld, query: Asked) -> Response:
    """List fulfillment orders."""
    return _answer(queries.fulfillment_orders(world, query))


@router.get("/fulfillment-orders/{fulfillment_order_id}")
async def get_fulfillment_order(world: InWorld, fulfillment_order_id: str) -> Response:
    """Read a fulfillment order."""
    return _answer(wire.fulfillment_order(world.fulfillment_order(fulfillment_order_id)))


@router.post("/fulfillment-returns")
async def create_fulfillment_return(world: InWorld, body: Sent) -> Response:
    """Ask the fulfiller to take goods back."""
    with creating(world, "/fulfillment-returns", body):
        one = fulfillment_returns.create(world, body)
    return _answer(wire.fulfillment_return(one), HTTPStatus.CREATED)


@router.get("/fulfillment-returns")
async def list_fulfillment_returns(world: InWorld, query: Asked) -> Response:
    """List fulfillment returns."""
    return _answer(queries.fulfillment_returns(world, query))


@router.get("/fulfillment-returns/{fulfillment_return_id}")
async def get_fulfillment_return(world: InWorld, fulfillment_return_id: str) -> Response:
    """Read a fulfillment return."""
    one = _found(world, "/fulfillment-returns", world.fulfillment_return(fulfillment_return_id))
    return _answer(wire.fulfillment_return(one))


@router.post("/returns")
async def create_return(world: InWorld, body: Sent) -> Response:
    """Tell of a return that the client authorised."""
    with creating(world, "/returns", body):
        one = returns.create(world, body)
    return _answer(wire.return_(one), HTTPStatus.CREATED)


@router.get("/returns")
async def list_returns(world: InWorld, query: Asked) -> Response:
    """List returns."""
    return _answer(queries.returns(world, query))


@router.get("/returns/{return_id}")
async def get_return(world: InWorld, return_id: str) -> Response:
    """Read a return."""
    one = _found(world, "/returns", world.return_(return_id))
    return _answer(wire.return_(one, refund_ids=world.switches.refund_ids))


@router.post("/returns/{return_id}")
async def update_return(world: InWorld, return_id: str, body: Sent) -> Response:
    """Accept units of a return, or change its metadata."""
    one = world.return_(return_id)
    returns.update(world, one, body)
    return _answer(wire.return_(one))


@router.post("/refunds")
async def create_refund(world: InWorld, body: Sent) -> Response:
    """Send money back; the answer shows the refund as it was when it was made."""
    with creating(world, "/refunds", body):
        refund = refunds.create(world, body)
    return _answer(wire.refund(world, refund), HTTPStatus.CREATED)


@router.get("/refunds")
async def list_refunds(world: InWorld, query: Asked) -> Response:
    """List refunds."""
    return _answer(queries.refunds(world, query))


@router.get("/refunds/{refund_id}")
async def get_refund(world: InWorld, refund_id: str) -> Response:
    """Read a refund."""
    return _answer(wire.refund(world, _found(world, "/refunds", world.refund(refund_id))))


@router.post("/refunds/{refund_id}")
async def update_refund(world: InWorld, refund_id: str, body: Sent) -> Response:
    """Change a refund's metadata."""
    refund = world.refund(refund_id)
    refunds.update(world, refund, body)
    return _answer(wire.refund(world, refund))


@router.get("/charges/{charge_id}")
async def get_charge(world: InWorld, charge_id: str) -> Response:
    """Read a charge, with ids on its refund rows."""
    return _answer(wire.charge(world.charge(charge_id)))


@router.get("/events")
async def list_events(world: InWorld, query: Asked) -> Response:
    """List events of the last 30 days."""
    return _answer(queries.events(world, query))


@router.get("/events/{event_id}")
async def get_event(world: InWorld, event_id: str) -> Response:
    """Read an event."""
    return _answer(world.event(event_id).wire())


@router.post("/webhooks")
async def create_webhook(world: InWorld, body: Sent) -> Response:
    """Register a webhook."""
    return _answer(webhooks.create(world, body).wire(), HTTPStatus.CREATED)


@router.get("/webhooks")
async def list_webhooks(world: InWorld, query: Asked) -> Response:
    """List webhooks."""
    return _answer(queries.webhooks(world, query))


@router.get("/webhooks/{webhook_id}")
async def get_webhook(world: InWorld, webhook_id: str) -> Response:
    """Read a webhook."""
    return _answer(world.webhook(webhook_id).wire())


@router.patch("/webhooks/{webhook_id}")
async def update_webhook(world: InWorld, webhook_id: str, body: Sent) -> Response:
    """Change a webhook."""
    webhook = world.webhook(webhook_id)
    webhooks.update(world, webhook, body)
    return _answer(webhook.wire())


@router.delete("/webhooks/{webhook_id}")
async def delete_webhook(world: InWorld, webhook_id: str) -> Response:
    """Forget a webhook."""
    del world.webhooks[world.webhook(webhook_id).id]
    return Response(status_code=HTTPStatus.NO_CONTENT)
