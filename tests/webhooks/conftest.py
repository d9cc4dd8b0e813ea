"""A receiver, and one return that is open."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.webhooks.bench import Bench, receiving
from tests.webhooks.events import ORDER, WORKFLOW


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    """Return a receiver on a Temporal in which one return is open."""
    async with receiving() as found:
        found.temporal.open[WORKFLOW] = ORDER
        yield found
