"""Asking a return where it stands: again, while it lacks a task for what it was told."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

import pytest
from temporalio.client import Client, WorkflowQueryFailedError

from lifecycle.snapshot import Snapshot, take_snapshot
from storefront import standing
from storefront.errors import NoAnswerError
from storefront.standing import standing_of
from storefront.translating import answered_within
from tests.builders.returns import a_third_party_life
from workflows.runner import AHEAD

LIFE = a_third_party_life()
VIEW = take_snapshot(LIFE.ledger, LIFE.step)


class Asked:
    """A client and a handle whose queries fail so, one after the other, and then are answered."""

    def __init__(self, *reasons: str) -> None:
        """Begin with these."""
        self.reasons = list(reasons)

    def get_workflow_handle_for(self, *_: object) -> Asked:
        """Give itself for the handle."""
        return self

    async def query(self, *_: object, rpc_timeout: timedelta) -> Snapshot:
        """Fail, or answer."""
        assert rpc_timeout
        if self.reasons:
            raise WorkflowQueryFailedError(self.reasons.pop(0))
        return VIEW


async def ask(*reasons: str) -> Snapshot:
    """Ask where queries fail so first."""
    return await standing_of(cast(Client, Asked(*reasons)), "w", timedelta(seconds=10))


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "PAUSE_SECONDS", 0.001)


async def test_a_return_that_lacks_a_task_is_asked_again() -> None:
    """Until it has it."""
    assert await ask(AHEAD, AHEAD) == VIEW


async def test_other_failures_are_told() -> None:
    """They do not pass by themselves."""
    with pytest.raises(WorkflowQueryFailedError, match="no such query"):
        await ask("no such query")


async def test_patience_ends() -> None:
    """No worker has a task for it."""
    with pytest.raises(NoAnswerError):
        async with answered_within(timedelta(seconds=0.05)):
            await ask(*[AHEAD] * 10_000)
