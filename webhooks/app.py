"""The receiver as one ASGI application."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import cast

from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp
from temporalio.client import Client

from digital_river.signature import DEFAULT_TOLERANCE
from webhooks.delivery import Delivery
from webhooks.endpoint import Endpoint
from webhooks.health import Health
from webhooks.intake import Intake
from webhooks.keyring import Keyring
from webhooks.metrics import Metrics
from webhooks.reading import Reader
from webhooks.shortcut import Shortcut
from workflows.starting import WarehouseReturns

PATH = "/webhooks/digital-river"


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Options:
    """What can be set beside the secrets."""

    tolerance: timedelta = DEFAULT_TOLERANCE
    """How far a signature's time may be from now, before or after."""
    live_mode: bool | None = None
    """The mode whose events are taken in; None: both."""
    largest_body: int = 256 * 1024
    """Bytes; an event has about 1 KiB, with many items some more."""
    deliver_within: timedelta = timedelta(seconds=1.8)
    """For finding and signalling workflows: Digital River waits 3 s for the whole answer."""
    warehouse_returns: WarehouseReturns = WarehouseReturns.ASK
    """What to do with a return that a warehouse began by itself."""
    now: Callable[[], datetime] = _now
    """Tells the time that signatures are compared with."""


def create_app(
    client: Client, secrets: Keyring | Sequence[SecretStr], options: Options | None = None
) -> ASGIApp:
    """Build the receiver; the client may be lazy, and Temporal may be away.

    Whoever holds the keyring may replace its secrets. Raises `ValueError` without a secret.
    """
    chosen = options or Options()
    keyring = secrets if isinstance(secrets, Keyring) else Keyring(secrets)
    metrics = Metrics(keyring)
    delivery = Delivery(client, chosen.deliver_within, metrics, chosen.warehouse_returns)
    intake = Intake(delivery, live_mode=chosen.live_mode)
    reader = Reader(keyring, chosen.tolerance, chosen.now)
    endpoint = Endpoint(chosen.largest_body, reader, intake, metrics)
    health = Health(client, metrics)
    app = Starlette(
        routes=[
            Route(PATH, endpoint, methods=["POST"]),
            Route("/healthz", health.alive),
            Route("/readyz", health.ready),
            Route("/metrics", health.metrics),
        ],
        exception_handlers={HTTPException: _refuse, Exception: _fail},
    )
    app.router.redirect_slashes = False
    return Shortcut(app, PATH, endpoint)


async def _refuse(_: Request, error: Exception) -> Response:
    """Answer what no route takes: 404 and 405."""
    refusal = cast(HTTPException, error)
    word = HTTPStatus(refusal.status_code).name.lower()
    return JSONResponse({"error": word}, refusal.status_code, refusal.headers)


async def _fail(_: Request, __: Exception) -> Response:
    """Answer a mistake of ours; the server logs it."""
    return JSONResponse({"error": "internal"}, status_code=HTTPStatus.INTERNAL_SERVER_ERROR)
