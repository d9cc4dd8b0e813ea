"""What the processes that tests start have of this one's environment, and secrets to keep."""

import os

from tests.canaries import KEYS

KEPT = ("PATH", "SYSTEMROOT", "COVERAGE_PROCESS_CONFIG")
"""Where programs are, and whether `make coverage` counts what runs."""


def kept() -> dict[str, str]:
    """Return the variables that say nothing of what Upriver should do."""
    return {**KEYS, **{name: os.environ[name] for name in KEPT if name in os.environ}}
