"""A client whose answers each test makes up."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from digital_river import DigitalRiver, Limiter

Answer = Callable[[httpx.Request], httpx.Response]
Connect = Callable[[Answer], DigitalRiver]


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Make clients that ask a function instead of the network, at any pace."""
    made: list[DigitalRiver] = []

    def make(answer: Answer) -> DigitalRiver:
        river = DigitalRiver(
            "https://river.test/",
            "sk_test_canary",
            transport=httpx.MockTransport(answer),
            limiter=Limiter(1_000_000),
        )
        made.append(river)
        return river

    yield make
    for river in made:
        await river.aclose()
