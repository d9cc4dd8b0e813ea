"""The rate limit: requests per sliding second and key (docs/digital-river.md §6.11)."""

import time
from collections import deque

WINDOW_SECONDS = 1.0


class RateLimit:
    """Remembers when the calls of the last second came, by the real clock."""

    def __init__(self) -> None:
        self._calls: deque[float] = deque()

    def admits(self, limit: int | None) -> bool:
        """Count a call, or refuse it when the last second is full."""
        if limit is None:
            return True
        now = time.monotonic()
        while self._calls and self._calls[0] <= now - WINDOW_SECONDS:
            self._calls.popleft()
        if len(self._calls) >= limit:
            return False
        self._calls.append(now)
        return True
