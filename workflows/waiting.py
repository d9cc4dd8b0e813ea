"""Waiting that Temporal's own cancellation does not end."""

import asyncio
from collections.abc import Callable

from temporalio import workflow


async def until(condition: Callable[[], bool], when_cancelled: Callable[[], None]) -> None:
    """Wait for a condition; a cancellation ends nothing, because money may be under way."""
    while True:
        try:
            await workflow.wait_condition(condition)
        except asyncio.CancelledError:
            when_cancelled()
        else:
            return
