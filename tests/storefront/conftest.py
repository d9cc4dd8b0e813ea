"""The command line, connected to the Temporal on which everything runs."""

import pytest

from tests.running import Running
from tests.storefront.command import Command, command_for


@pytest.fixture(scope="session")
def shop(live: Running) -> Command:
    """Return the command line of the shop."""
    return command_for(live.client)
