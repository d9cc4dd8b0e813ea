"""What those who run the API ask: is it alive, can it do its work. No key is needed."""

from __future__ import annotations

from fastapi import APIRouter, Request

from serving.health import reaches_temporal
from storefront.api.describing import described
from storefront.api.models import Health
from storefront.api.problems import no_answer

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def alive() -> Health:
    """Answer 200 while the process runs, whether or not Temporal does."""
    return Health(status="alive")


@router.get("/readyz", responses=described())
async def ready(request: Request) -> Health:
    """Answer 200 if Temporal can be reached, or else 503."""
    if await reaches_temporal(request.app.state.client):
        return Health(status="ready")
    raise no_answer("temporal_away", "Temporal cannot be reached.")
