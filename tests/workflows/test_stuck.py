"""A return that needs a person is seen: in the list, with its reason, and in the worker's log."""

import logging

import pytest
from temporalio.testing import WorkflowEnvironment

from storefront.client import Returns
from tests.builders.stuck import STUCK
from tests.running import STRICT, eventually
from tests.storefront.command import command_for
from tests.workflows.stuck import begin
from workflows.workers import returns_worker


async def test_every_stuck_return_is_found(
    alone: WorkflowEnvironment, caplog: pytest.LogCaptureFixture
) -> None:
    """`list --phase needs_attention` shows it, `show` and one warning give its reason."""
    command, returns = command_for(alone.client), Returns(alone.client)
    caplog.set_level(logging.WARNING)
    async with returns_worker(alone.client, workflow_runner=STRICT):
        stuck = dict([await begin(alone.client, name) for name in STUCK])

        async def all_are_listed() -> bool | None:
            told = await command.run("list", "--phase", "needs_attention", "--json")
            listed = {row["workflow_id"] for row in told.answer["returns"]}
            return True if listed == set(stuck) else None

        await eventually(all_are_listed)
        for workflow_id, reason in stuck.items():
            view = await returns.show(workflow_id)
            assert view.question is not None
            assert view.question.reason == reason
            warnings = [
                one.getMessage() for one in caplog.records if workflow_id in one.getMessage()
            ]
            assert [reason in warning for warning in warnings] == [True]
