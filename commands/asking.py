"""Asking a return through Temporal, for as long as the caller waits."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from commands.ending import sorry
from settings import SettingsError, TemporalAwayError, connect_temporal
from storefront.client import Returns
from storefront.errors import NoAnswerError, StorefrontError

T = TypeVar("T")


def ask(question: Callable[[Returns], Awaitable[T]], wait: float, as_json: bool) -> T:
    """Connect to Temporal and ask; every error ends the program with its exit status."""
    try:
        return asyncio.run(_connect_and_ask(question, wait))
    except StorefrontError as error:
        sorry(error, as_json)
    except SettingsError as error:
        sorry(StorefrontError("wrong_settings", str(error)), as_json)
    except TemporalAwayError as error:
        sorry(NoAnswerError("temporal_away", str(error)), as_json)


async def _connect_and_ask(question: Callable[[Returns], Awaitable[T]], wait: float) -> T:
    patience = timedelta(seconds=wait)
    return await question(Returns(await connect_temporal(patience), patience))
