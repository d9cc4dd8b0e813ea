"""Lists: Digital River gives them out page by page, the newest first."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Generic, TypeVar

from pydantic import model_validator

from digital_river.errors import UnreadableAnswerError
from digital_river.wire import Identified, Wire

PAGE_SIZE = 100
"""The most that Digital River puts on a page."""


T = TypeVar("T", bound=Identified)


class Page(Wire, Generic[T]):
    """One page of a list."""

    data: tuple[T, ...]
    has_more: bool | None = None
    """Missing from lists of fulfillment orders."""

    @model_validator(mode="before")
    @classmethod
    def _bare_array_is_all(cls, data: object) -> object:
        """Read the list of webhooks, which comes without an envelope."""
        return {"data": data, "hasMore": False} if isinstance(data, list) else data

    @property
    def next_cursor(self) -> str | None:
        """What to ask for the next page with; None when this is the last one."""
        more = len(self.data) >= PAGE_SIZE if self.has_more is None else self.has_more
        return self.data[-1].id if more and self.data else None


async def every(
    operation: str, fetch: Callable[[str | None], Awaitable[Page[T]]]
) -> AsyncIterator[T]:
    """Go through all pages. `fetch` gets one, the first or the one after a cursor.

    Raises `UnreadableAnswerError` rather than end early, or never, when there is said to be more
    but no way to get there: who reads a list before creating must know all of it.
    """
    seen: set[str] = set()
    cursor: str | None = None
    while True:
        page = await fetch(cursor)
        for each in page.data:
            yield each
        cursor = page.next_cursor
        if cursor is None and not page.has_more:
            return
        if cursor is None or cursor in seen:
            raise UnreadableAnswerError(operation, "a list promises more but does not go on")
        seen.add(cursor)
