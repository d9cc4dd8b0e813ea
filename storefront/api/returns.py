"""The addresses of returns: open one, look, list, report goods, cancel."""

from __future__ import annotations

import re
from typing import Annotated, cast
from urllib.parse import quote

from fastapi import APIRouter, Body, Depends, Header, Query, Request, Response

from lifecycle.customer import CustomerView, customer_view
from lifecycle.request import Id
from storefront.api.describing import CANCELLATIONS, RETURNS, SHIPMENTS, described
from storefront.api.models import KEY_HEADER, NewReturn, OfOrder, ReturnsOfOrder, listed
from storefront.api.problems import (
    NOT_FOUND,
    OFF,
    REFUSED,
    UPSTREAM,
    WRONG_FOR_ORDER,
    ProblemError,
    refused_return,
)
from storefront.bank_details import BankDetails, BankDetailsReader, no_such_refund
from storefront.client import Returns
from storefront.errors import NoSuchReturnError
from storefront.listing import ReturnFilter
from storefront.translating import NONE_KEPT
from workflows.messages import Cancellation, Done, OpenedAnswer, Shipment, ShipmentAnswer

MOST_LISTED = 100
_WORKFLOW_ID = re.compile(r"return-[A-Za-z0-9._:@/+=-]{1,400}")

router = APIRouter(tags=["returns"])


def _returns(request: Request) -> Returns:
    return cast(Returns, request.app.state.returns)


def _bank_details(request: Request) -> BankDetailsReader:
    reader: BankDetailsReader | None = request.app.state.bank_details
    if reader is None:
        detail = "Start this process with DIGITAL_RIVER_URL and DIGITAL_RIVER_API_KEY."
        raise ProblemError(OFF, detail)
    return reader


def _known_form(workflow_id: str) -> str:
    """Let only what can be the id of a return reach Temporal, which holds other workflows, too."""
    if not _WORKFLOW_ID.fullmatch(workflow_id):
        raise NoSuchReturnError("no_such_return", NONE_KEPT)
    return workflow_id


Shop = Annotated[Returns, Depends(_returns)]
Reader = Annotated[BankDetailsReader, Depends(_bank_details)]
WorkflowId = Annotated[str, Depends(_known_form)]
Key = Annotated[Id, Header(alias=KEY_HEADER, description="One for each return.")]


@router.post(
    "/returns",
    status_code=201,
    response_model_exclude_none=True,
    responses={
        202: {
            "model": OpenedAnswer,
            "description": "Queued: Digital River or every worker is away, or a person of the shop "
            "decides first. The request is safe; ask the same again after a minute for the answer.",
        },
        **described(REFUSED, WRONG_FOR_ORDER),
    },
)
async def open_return(
    wanted: Annotated[NewReturn, Body(openapi_examples=RETURNS)],
    key: Key,
    returns: Shop,
    request: Request,
    response: Response,
) -> OpenedAnswer:
    """Open a return: Digital River's return id, or why not, line by line.

    The same key with the same body is the same return and gets the same answer, as long as
    Temporal keeps the return: usually 30 days after its end. A key belongs to its
    order: with another `order_id` it is another return.
    """
    answer = await returns.start(wanted.named(key))
    if answer.refusal is not None:
        raise refused_return(answer.workflow_id, answer.refusal)
    where = f"{request.scope.get('root_path', '')}/returns/{quote(answer.workflow_id, safe='')}"
    response.headers["Location"] = where
    if answer.status == "queued":
        response.status_code = 202
    return answer


@router.get("/returns", response_model_exclude_none=True, responses=described())
async def list_returns(of: Annotated[OfOrder, Query()], returns: Shop) -> ReturnsOfOrder:
    """List the returns of an order, the newest first, at most a hundred.

    Refused requests are among them, as `not_returnable` without `return_id`.
    """
    rows = returns.list(ReturnFilter(order_id=of.order_id), limit=MOST_LISTED)
    return ReturnsOfOrder(returns=[listed(row) async for row in rows])


@router.get(
    "/returns/{workflow_id:path}/refunds/{refund_id}/bank-details",
    responses=described(NOT_FOUND, REFUSED, OFF, UPSTREAM),
)
async def read_bank_details(
    workflow_id: WorkflowId, refund_id: str, returns: Shop, reader: Reader
) -> BankDetails:
    """Read live from Digital River what the customer's browser needs to enter bank details.

    Whoever has the token may say where the money goes: hand it to that customer's browser, and
    neither log nor store it. 409: no bank details are asked for.
    """
    view = await returns.show(workflow_id)
    if refund_id not in {refund.id for refund in view.refunds}:
        raise no_such_refund(refund_id)
    return await reader.read(refund_id)


@router.get(
    "/returns/{workflow_id:path}",
    response_model_exclude_none=True,
    responses=described(NOT_FOUND),
)
async def show_return(workflow_id: WorkflowId, returns: Shop) -> CustomerView:
    """Tell where a return stands, in words that the customer may read."""
    return customer_view(await returns.show(workflow_id))


@router.post(
    "/returns/{workflow_id:path}/shipments",
    response_model_exclude_none=True,
    responses=described(NOT_FOUND, REFUSED, WRONG_FOR_ORDER),
)
async def receive_shipment(
    workflow_id: WorkflowId,
    shipment: Annotated[Shipment, Body(openapi_examples=SHIPMENTS)],
    returns: Shop,
) -> ShipmentAnswer:
    """Report what arrived in one parcel (`third_party`), in absolute units.

    The same report again is nothing new; a higher `revision` corrects it. The answer is for the
    warehouse, not for the customer.
    """
    return await returns.receive_shipment(workflow_id, shipment)


@router.post("/returns/{workflow_id:path}/cancel", responses=described(NOT_FOUND, REFUSED))
async def cancel_return(
    workflow_id: WorkflowId,
    cancellation: Annotated[Cancellation, Body(openapi_examples=CANCELLATIONS)],
    returns: Shop,
) -> Done:
    """Stop a return of which nothing was received yet; who decides it, and why, is recorded.

    Digital River itself has no cancel. The answer is for customer service, not for the customer.
    """
    return await returns.cancel(workflow_id, cancellation)
