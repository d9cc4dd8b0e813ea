"""`worker.py` for a simulation in real time: what was lost with a worker is noticed in seconds.

Its only argument is how many returns it keeps in memory.
"""

import sys
from datetime import timedelta
from functools import partial
from unittest.mock import patch

from temporalio.common import RetryPolicy

import worker
from leaving import leave
from workflows import calls
from workflows.workers import returns_worker

ONE_TRY = timedelta(seconds=5)
LOOK_RETRIES = RetryPolicy(
    initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=2)
)


def main(cached: int) -> int:
    """Work until told to end; return the exit status."""
    with (
        patch.object(calls, "ONE_TRY", ONE_TRY),
        patch.object(calls, "LOOK_RETRIES", LOOK_RETRIES),
        patch("worker.returns_worker", partial(returns_worker, max_cached=cached)),
    ):
        return worker.main([])


if __name__ == "__main__":
    leave(main(int(sys.argv[1])))
