"""The storefront's API as one ASGI application: served by `storefront_api.py`, or mounted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import cast

from fastapi import FastAPI, Request, Response, Security
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPBearer
from fastapi_offline import FastAPIOffline
from pydantic import SecretStr
from pydantic_core import ErrorDetails
from starlette.exceptions import HTTPException
from temporalio.client import Client

from storefront.api import health, returns
from storefront.api.describing import DESCRIPTION, with_problems
from storefront.api.gate import Gate, Pace
from storefront.api.keys import Keys
from storefront.api.problems import (
    INTERNAL,
    NOT_JSON,
    ProblemError,
    as_problem,
    unserved,
    wrong_input,
)
from storefront.bank_details import BankDetailsReader
from storefront.client import PATIENCE, Returns
from storefront.errors import StorefrontError
from storefront.reading import broken_rules


@dataclass(frozen=True, kw_only=True)
class Options:
    """What can be set beside the keys."""

    patience: timedelta = PATIENCE
    """How long a return may take to answer before a new one counts as queued."""
    answer_within: timedelta = timedelta(seconds=30)
    """For a whole request; what takes longer is answered with 503."""
    largest_body: int = 64 * 1024
    """Bytes; a request of 100 lines has about 16 KiB."""
    burst: int = 50
    requests_per_second: float = 50


def create_app(
    client: Client,
    keys: Sequence[SecretStr],
    *,
    bank_details: BankDetailsReader | None = None,
    options: Options | None = None,
) -> FastAPI:
    """Build the API; the client may be lazy, and Temporal may be away.

    Without a reader of bank details that address says so. Raises `ValueError` without a key.
    """
    chosen = options or Options()
    app = FastAPIOffline(
        title="Upriver storefront",
        description=DESCRIPTION,
        docs_url="/docs",
        redoc_url=None,
        swagger_ui_oauth2_redirect_url="/docs/oauth2-redirect",
        static_url="/docs/static",
        redirect_slashes=False,
    )
    app.state.client = client
    app.state.returns = Returns(client, chosen.patience)
    app.state.bank_details = bank_details
    app.include_router(health.router)
    scheme = HTTPBearer(auto_error=False, description="One of the keys of STOREFRONT_API_KEY.")
    app.include_router(returns.router, dependencies=[Security(scheme)])
    app.add_exception_handler(ProblemError, _problem)
    app.add_exception_handler(StorefrontError, _refused)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(HTTPException, _unserved)
    app.add_exception_handler(Exception, _failed)
    app.openapi = partial(with_problems, app)  # type: ignore[method-assign]
    app.add_middleware(
        Gate,
        keys=Keys(keys),
        pace=Pace(chosen.burst, chosen.requests_per_second),
        largest_body=chosen.largest_body,
        answer_within=chosen.answer_within.total_seconds(),
    )
    return app


async def _problem(_: Request, error: Exception) -> Response:
    return cast(ProblemError, error).response


async def _refused(_: Request, error: Exception) -> Response:
    return as_problem(cast(StorefrontError, error)).response


async def _unreadable(_: Request, error: Exception) -> Response:
    """Answer what does not fit the models; where a field is, its name tells."""
    found = cast(Sequence[ErrorDetails], cast(RequestValidationError, error).errors())
    if any(one["type"] == "json_invalid" for one in found):
        return ProblemError(NOT_JSON, "The body is not JSON.").response
    return wrong_input(
        broken_rules([cast(ErrorDetails, {**one, "loc": one["loc"][1:]}) for one in found])
    ).response


async def _unserved(_: Request, error: Exception) -> Response:
    """Answer what no address takes, and a body that the JSON parser gave up on."""
    refusal = cast(HTTPException, error)
    return unserved(refusal.status_code, refusal.headers).response


async def _failed(_: Request, __: Exception) -> Response:
    """Answer a mistake of ours; the server logs it."""
    return ProblemError(INTERNAL, "This should not happen; ask operations.").response
