"""The application: Digital River's paths at the root, the control API under `/sandbox`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException

from . import api, automation, control, webhooks
from .calls import CallEdge
from .delivery import Deliverer
from .errors import ApiError, Problem, envelope
from .events import EVENT_TYPES
from .options import Options
from .rate_limit import RateLimit
from .world import World

DESCRIPTION = (
    "A local Digital River for development and tests. Its own paths are at the root and behave "
    "as docs/digital-river.md says; the paths below play the fulfiller, the bank, the customer, "
    "the clock and bad luck. They need no key."
)


def create_app(options: Options) -> FastAPI:
    """Return an application with a world of its own, at `app.state.world`."""
    world = World(options)
    for url in options.webhook_urls:
        webhooks.register(world, url, list(EVENT_TYPES))
    app = FastAPIOffline(
        title="Digital River sandbox",
        description=DESCRIPTION,
        docs_url="/sandbox/docs",
        redoc_url=None,
        openapi_url="/sandbox/openapi.json",
        swagger_ui_oauth2_redirect_url="/sandbox/docs/oauth2-redirect",
        static_url="/sandbox/static",
        redirect_slashes=False,
        lifespan=_lifespan,
    )
    app.state.world = world
    app.state.rate_limit = RateLimit()
    app.include_router(api.router)
    app.include_router(control.router)
    app.add_exception_handler(ApiError, _refused)
    app.add_exception_handler(HTTPException, _unserved)
    app.add_middleware(CallEdge, world=world)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Run the automation and the webhook deliveries while the application serves."""
    world: World = app.state.world
    deliverer = Deliverer(world)
    world.courier = deliverer
    clockwork = asyncio.create_task(automation.run(world))
    try:
        yield
    finally:
        clockwork.cancel()
        with suppress(asyncio.CancelledError):
            await clockwork
        await deliverer.close()


async def _refused(_request: Request, error: Exception) -> Response:
    if not isinstance(error, ApiError):
        raise error
    headers = {} if error.retry_after is None else {"Retry-After": error.retry_after}
    return JSONResponse(error.wire(), error.status, headers)


async def _unserved(_request: Request, error: Exception) -> Response:
    """Answer unknown paths and wrong methods in Digital River's words."""
    if not isinstance(error, HTTPException):
        raise error
    status = HTTPStatus(error.status_code)
    problem = Problem(status.name.lower(), f"{status.phrase}.")
    return JSONResponse(envelope(status, problem), status, error.headers)
