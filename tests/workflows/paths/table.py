"""The table that the paths are put into, and how fast the local Digital River acts for them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.running import Json, Running

NOW = {"approve_after_seconds": 0, "receive_after_seconds": 0, "bank_after_seconds": 0}
"""The fulfiller and the bank act at once, so that the next look finds the change."""

BANK_NOW = {"bank_after_seconds": 0}
APPROVED_NOW = {"approve_after_seconds": 0}
ACCEPTED_NOW = {"approve_after_seconds": 0, "receive_after_seconds": 0}

Script = Callable[[Running, Json], Awaitable[str]]


@dataclass(frozen=True)
class Path:
    """A script that ends with a workflow id, and the outcome that the return must have."""

    outcome: str
    script: Script


PATHS: dict[str, Path] = {}


def path(outcome: str) -> Callable[[Script], Script]:
    """Put a script into the table, under its own name."""

    def put(script: Script) -> Script:
        PATHS[script.__name__] = Path(outcome, script)
        return script

    return put
