"""A house of processes for each file of this folder, whose tests kill them and start them again."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from simulation.processes.house import House, run_house


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Run Temporal on a file, a local Digital River and the receiver; no worker yet."""
    logs: Path = tmp_path_factory.mktemp("house")
    async with run_house(logs) as found:
        yield found
