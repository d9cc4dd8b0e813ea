"""Upriver with a storefront that wants to hear of milestones: by the real clock, and leaping."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.milestones.listening import Shop, open_shop
from tests.running import Running, idle
from tests.servers import start_leaping_server, start_server


@dataclass(frozen=True)
class Telling:
    """All of it together."""

    environment: WorkflowEnvironment
    house: Running
    shop: Shop


@pytest.fixture(scope="module")
async def telling() -> AsyncIterator[Telling]:
    """Run everything with webhooks, by the real clock."""
    async with (
        start_server() as environment,
        open_shop() as shop,
        idle(environment.client, webhooks=True) as house,
        house.workers(storefront=shop.url),
    ):
        yield Telling(environment, house, shop)


@pytest.fixture
async def days() -> AsyncIterator[Telling]:
    """Run everything without webhooks where days take seconds, for one test alone."""
    async with (
        start_leaping_server() as environment,
        open_shop() as shop,
        idle(environment.client) as house,
        house.workers(storefront=shop.url),
    ):
        yield Telling(environment, house, shop)
