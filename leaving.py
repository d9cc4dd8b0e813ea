"""How a process ends that has used Temporal's SDK."""

import logging
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn


def leave(status: int) -> NoReturn:
    """End the process with this exit status, without the interpreter's own end.

    The SDK's threads outlive the event loop, and can abort the process while the interpreter
    ends, with a status of their own (134). So everything that must be closed is closed before.
    """
    logging.shutdown()
    with suppress(BrokenPipeError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(status)


def leave_with(command: Callable[[], object]) -> NoReturn:
    """Run a command line, and leave with the exit status that it ends with."""
    status: object = 0
    try:
        command()
    except SystemExit as end:
        status = end.code
    leave(status if isinstance(status, int) else 0)
