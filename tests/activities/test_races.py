"""Two workers on one create: the first was given up by Temporal's clock, and is still at it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from digital_river import DigitalRiver
from lifecycle.facts import InDoubt
from tests.activities.makings import MAKERS, Maker
from tests.activities.place import Place

WRITES = ("create_return", "create_fulfillment_return", "create_refund")
MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.parametrize("maker", MAKERS)


class Held:
    """Writes to Digital River that are held on their way until they are let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Hold every write."""
        self.underway, self.go = asyncio.Event(), asyncio.Event()
        for name in WRITES:
            monkeypatch.setattr(DigitalRiver, name, self._hold(getattr(DigitalRiver, name)))

    def _hold(self, write: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def held(river: DigitalRiver, request: object) -> object:
            self.underway.set()
            await self.go.wait()
            return await write(river, request)

        return held


async def test_two_workers_race_for_the_same_create(
    place: Place, maker: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second posts nothing while it cannot tell, and adopts what the first made after all."""
    making = await maker(place)
    held = Held(monkeypatch)
    first = asyncio.ensure_future(making.start().facts())
    await held.underway.wait()
    second = making.start()
    second.be_killed()

    [doubt] = await second.facts()

    assert doubt == InDoubt(key=making.step.key, absent=second.at)
    held.go.set()
    await first
    later = second.at + MINUTE
    assert making.is_adopted(await making.start(at=later, not_before=later).facts())
    assert place.posts(making.path) == 1
