"""Logging that a flood cannot fill the disk with: every delivery is counted in the metrics."""

from __future__ import annotations

import logging
import time

MOST_MESSAGES = 100


class OncePerSecond(logging.Filter):
    """Lets the same message through once a second."""

    def __init__(self) -> None:
        super().__init__()
        self._again: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is to be written; what explains an error always is."""
        if record.exc_info:
            return True
        now, message = time.monotonic(), record.getMessage()
        if now < self._again.get(message, 0.0):
            return False
        if len(self._again) >= MOST_MESSAGES:
            self._again.clear()
        self._again[message] = now + 1.0
        return True
