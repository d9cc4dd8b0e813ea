"""Pacing: never above the key's limit, never before a wait that was asked for has passed."""

from __future__ import annotations

import asyncio
import selectors
from bisect import bisect_left
from collections.abc import Callable, Coroutine
from datetime import timedelta
from functools import wraps
from typing import ParamSpec

import pytest

from digital_river.errors import RequestHeldError
from digital_river.limits import Limiter

P = ParamSpec("P")


class Clock:
    """A clock that tests wind."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Tell the time in seconds."""
        return self.now


class VirtualSelector(selectors.DefaultSelector):
    """A selector that lets the time pass at once instead of sleeping."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wind the clock by the time that there is nothing to do, and a little for each look."""
        self.now += max(timeout or 0, 1e-6)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in which hours take no time."""

    def __init__(self) -> None:
        self.virtual = VirtualSelector()
        super().__init__(self.virtual)

    def time(self) -> float:
        """Tell the time that would have passed."""
        return self.virtual.now


def in_virtual_time(test: Callable[P, Coroutine[None, None, None]]) -> Callable[P, None]:
    """Run a test in such a loop: no stall of this machine lets a time be over."""

    @wraps(test)
    def run(*arguments: P.args, **named: P.kwargs) -> None:
        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            runner.run(test(*arguments, **named))

    return run


async def pass_through(limiter: Limiter) -> None:
    """Take one turn."""
    async with limiter.turn("get_order"):
        pass


@pytest.mark.parametrize("limit", [4, 0, -1])
def test_too_small_a_limit(limit: int) -> None:
    """A limit that leaves no whole call is refused."""
    with pytest.raises(ValueError, match="at least 5"):
        Limiter(limit)


@pytest.mark.parametrize(("key", "burst"), [("sk_test_1", 10), ("sk_1", 100)])
@in_virtual_time
async def test_pace_of_a_key(key: str, burst: int) -> None:
    """A key's calls pass at 40 % of its limit: 10 a second for test keys, else 100."""
    limiter = Limiter.for_key(key)
    now = asyncio.get_running_loop().time
    started = now()
    for _ in range(burst):
        await pass_through(limiter)
    assert now() - started < 0.001
    await pass_through(limiter)
    assert now() - started == pytest.approx(1 / burst, abs=0.001)


@pytest.mark.parametrize("stall", [0.001, 0.3, 3.0])
@pytest.mark.parametrize("limit", [5, 25, 250])
@in_virtual_time
async def test_never_above_the_limit(limit: int, stall: float) -> None:
    """In no second are more requests sent than the limit, even where a stall heaps them up."""
    sent: list[float] = []

    async def call(limiter: Limiter) -> None:
        async with limiter.turn("get_order"):
            now = asyncio.get_running_loop().time
            await asyncio.sleep(stall - now() % stall)
            sent.append(now())

    async def flood() -> None:
        clock = asyncio.get_running_loop().time
        limiter = Limiter(limit, longest_wait=timedelta(days=1), clock=clock)
        await asyncio.gather(*(call(limiter) for _ in range(limit * 8)))

    await flood()
    sent.sort()
    most = max(bisect_left(sent, moment + 1) - place for place, moment in enumerate(sent))
    assert len(sent) == limit * 8
    assert most <= limit


async def test_few_are_in_flight() -> None:
    """At most a fifth of the limit is under way at once, and each end lets another one in."""
    limiter = Limiter(25)
    under_way = 0
    most = 0

    async def call() -> None:
        nonlocal under_way, most
        async with limiter.turn("get_order"):
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(0)
            under_way -= 1

    await asyncio.gather(*(call() for _ in range(10)))
    assert most == 5


async def test_long_hold() -> None:
    """A call that would wait too long is given back at once, with how long to wait."""
    clock = Clock()
    limiter = Limiter(25, clock=clock)
    limiter.hold(timedelta(seconds=120))
    clock.now += 20
    with pytest.raises(RequestHeldError) as caught:
        await pass_through(limiter)
    assert caught.value.retry_after == timedelta(seconds=100)
    assert caught.value.in_doubt is False
    assert str(caught.value) == ("get_order was not sent: Digital River asks to wait 100.0 s more")
    clock.now += 100
    assert limiter.held_for == timedelta(0)
    await pass_through(limiter)


async def test_holds_do_not_shrink() -> None:
    """A shorter wait does not end a longer one."""
    limiter = Limiter(25, clock=Clock())
    limiter.hold(timedelta(seconds=120))
    limiter.hold(timedelta(seconds=1))
    assert limiter.held_for == timedelta(seconds=120)


@in_virtual_time
async def test_short_hold() -> None:
    """A short wait is waited for, by every call."""
    now = asyncio.get_running_loop().time
    limiter = Limiter(1000, clock=now)
    limiter.hold(timedelta(seconds=0.05))
    started = now()
    await asyncio.gather(*(pass_through(limiter) for _ in range(20)))
    assert now() - started == pytest.approx(0.05, abs=0.001)


@in_virtual_time
async def test_hold_while_waiting() -> None:
    """A wait that begins while a call waits for its pace holds that call too."""
    clock = Clock()
    limiter = Limiter(25, clock=clock)
    for _ in range(10):
        await pass_through(limiter)
    waiting = asyncio.create_task(pass_through(limiter))
    await asyncio.sleep(0)
    limiter.hold(timedelta(seconds=60))
    with pytest.raises(RequestHeldError):
        await waiting


@in_virtual_time
async def test_too_many_wait() -> None:
    """A call that does not get its turn in time is given back, and takes nobody's place."""
    limiter = Limiter(5, longest_wait=timedelta(seconds=0.02))
    async with limiter.turn("get_order"):
        with pytest.raises(RequestHeldError, match="too many calls") as caught:
            await pass_through(limiter)
    assert caught.value.retry_after == timedelta(seconds=1)
    await pass_through(limiter)


@in_virtual_time
async def test_given_up_while_paced() -> None:
    """A call that is cancelled, or given back, while it waits for its pace frees its place."""
    limiter = Limiter(5, longest_wait=timedelta(seconds=0.02))
    for _ in range(2):
        await pass_through(limiter)
    for _ in range(3):
        with pytest.raises(RequestHeldError, match="too many calls"):
            await pass_through(limiter)
    waiting = asyncio.create_task(pass_through(limiter))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    with pytest.raises(RequestHeldError, match="too many calls"):
        await pass_through(limiter)


async def test_failures_free_their_place() -> None:
    """A call that fails ends its turn, and its own timeout stays its own."""
    limiter = Limiter(100_000)
    for _ in range(10):
        with pytest.raises(TimeoutError):
            async with limiter.turn("get_order"):
                raise TimeoutError
    await pass_through(limiter)
