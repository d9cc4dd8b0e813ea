"""The API on the Temporal and the Digital River that all tests of the session share."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from storefront.api import Options
from storefront.bank_details import BankDetailsReader
from tests.running import Running
from tests.storefront_api.shop import PATIENT, Shop, shop_on

WIDE = Options(
    patience=timedelta(seconds=PATIENT),
    answer_within=timedelta(seconds=PATIENT),
    burst=10_000,
    requests_per_second=10_000,
)
"""Patient on a busy machine, and no limit of requests that only one test wants."""


@pytest.fixture(scope="session")
async def shop(live: Running) -> AsyncIterator[Shop]:
    """Return a shop that uses the API."""
    async with shop_on(live.client, BankDetailsReader(live.digital_river), WIDE) as found:
        yield found
