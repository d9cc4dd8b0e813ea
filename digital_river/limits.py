"""Pacing: no more requests than the key may make, and none while Digital River asks to wait.

A test key may make 25 requests a second, a live key 250 (docs/digital-river.md, Limits). What
goes over is refused with 429, and requests during the wait that it names are refused as well.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from aiolimiter import AsyncLimiter

from digital_river.errors import RequestHeldError

TEST_KEY_PREFIX = "sk_test_"
TEST_KEY_LIMIT = 25
"""Requests a second."""
LIVE_KEY_LIMIT = 250
"""Requests a second."""
LONGEST_WAIT = timedelta(seconds=10)
"""How long a call waits here for its turn; one that would wait longer is given back."""
_PACE_SHARE = 0.4
_IN_FLIGHT_SHARE = 0.2
_SMALLEST_LIMIT = 5
_ONE_SECOND = timedelta(seconds=1)


def pace_of(api_key: str) -> float:
    """Return how many calls a second a key makes, over all processes that share it."""
    return _limit_of(api_key) * _PACE_SHARE


def _limit_of(api_key: str) -> int:
    return TEST_KEY_LIMIT if api_key.startswith(TEST_KEY_PREFIX) else LIVE_KEY_LIMIT


class Limiter:
    """Lets calls through at the pace of one API key; share one among all its clients.

    The bucket runs at 40 % of the limit and lets through, in the worst second, twice its pace:
    a full bucket and what drips in. What was let through but still waited to be sent when that
    second began is at most `in_flight`, 20 %. So no second ever has more than the limit.
    """

    def __init__(
        self,
        limit: float,
        *,
        longest_wait: timedelta = LONGEST_WAIT,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Pace calls to `limit` requests a second; `clock` counts seconds.

        Raises `ValueError` for a limit below 5, of which the shares would not be whole calls.
        """
        if limit < _SMALLEST_LIMIT:
            raise ValueError(f"the limit must be at least {_SMALLEST_LIMIT} requests a second")
        self._bucket = AsyncLimiter(limit * _PACE_SHARE, 1)
        self._in_flight = asyncio.Semaphore(int(limit * _IN_FLIGHT_SHARE))
        self._longest_wait = longest_wait
        self._clock = clock
        self._open_at = clock()

    @classmethod
    def for_key(cls, api_key: str) -> Limiter:
        """Make the limiter for an API key; its prefix tells the limit."""
        return cls(_limit_of(api_key))

    def hold(self, duration: timedelta) -> None:
        """Let nothing through until `duration` has passed, or longer if that is asked already."""
        self._open_at = max(self._open_at, self._clock() + duration.total_seconds())

    @property
    def held_for(self) -> timedelta:
        """How long nothing is let through from now on; zero when calls may pass."""
        return timedelta(seconds=max(0.0, self._open_at - self._clock()))

    @asynccontextmanager
    async def turn(self, operation: str) -> AsyncIterator[None]:
        """Wait for a turn, and keep it while the call is under way.

        Raises `RequestHeldError` at once when Digital River's wait is longer than the longest
        wait here, and after the longest wait when too many calls are before this one.
        """
        await self._enter(operation)
        try:
            yield
        finally:
            self._in_flight.release()

    async def _enter(self, operation: str) -> None:
        self._refuse_long_hold(operation)
        try:
            async with asyncio.timeout(self._longest_wait.total_seconds()):
                await self._in_flight.acquire()
                try:
                    await self._pace(operation)
                except BaseException:
                    self._in_flight.release()
                    raise
        except TimeoutError:
            why = "too many calls are waiting for their turn"
            raise RequestHeldError(operation, why, max(self.held_for, _ONE_SECOND)) from None

    async def _pace(self, operation: str) -> None:
        """Pass the gate last and take a drop for each try: a gate that opens makes no burst."""
        while True:
            while wait := self.held_for.total_seconds():
                self._refuse_long_hold(operation)
                await asyncio.sleep(wait)
            await self._bucket.acquire()
            if not self.held_for:
                return

    def _refuse_long_hold(self, operation: str) -> None:
        held_for = self.held_for
        if held_for > self._longest_wait:
            why = f"Digital River asks to wait {held_for.total_seconds():.1f} s more"
            raise RequestHeldError(operation, why, held_for)
