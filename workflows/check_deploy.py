"""Would this build break an open return? Replays what is open in a namespace to know."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from temporalio.client import Client, WorkflowHistory
from temporalio.runtime import Runtime
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Replayer
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from workflows.converter import data_converter
from workflows.milestones import MilestonesWorkflow
from workflows.names import MILESTONES_WORKFLOW, RETURN_WORKFLOW
from workflows.returns import ReturnWorkflow

OPEN = (
    f"WorkflowType IN ('{RETURN_WORKFLOW}', '{MILESTONES_WORKFLOW}') "
    "AND ExecutionStatus = 'Running'"
)
"""Open returns, and what tells the storefront the rest of returns that have ended."""

LONGEST_REASON = 500
"""What a rule raised is told with all of its traceback in one line."""


@dataclass(frozen=True)
class Break:
    """An open workflow whose history this build does not repeat."""

    workflow_id: str
    run_id: str
    reason: str
    """The first line of what the replay said, cut where it is long."""


@dataclass
class Verdict:
    """What the replays told."""

    open: int
    """How many the namespace counted at the start."""
    replayed: int = 0
    would_break: list[Break] = field(default_factory=list)


async def check_deploy(
    client: Client, *, limit: int | None = None, runtime: Runtime | None = None
) -> Verdict:
    """Replay open returns, the newest first, and say which of them this build would break.

    Nothing is written and no worker is needed. Raises RPCError when Temporal does not answer.
    """
    verdict = Verdict(open=(await client.count_workflows(OPEN)).count)
    replayer = Replayer(
        workflows=[ReturnWorkflow, MilestonesWorkflow],
        data_converter=data_converter,
        workflow_runner=SandboxedWorkflowRunner(),
        runtime=runtime,
    )
    async with replayer.workflow_replay_iterator(_histories(client, limit)) as results:
        async for result in results:
            verdict.replayed += 1
            if result.replay_failure is not None:
                verdict.would_break.append(_break(result.history, result.replay_failure))
    return verdict


async def _histories(client: Client, limit: int | None) -> AsyncIterator[WorkflowHistory]:
    async for execution in client.list_workflows(OPEN, limit=limit):
        handle = client.get_workflow_handle(execution.id, run_id=execution.run_id)
        try:
            yield await handle.fetch_history()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:  # deleted since it was listed
                raise


def _break(history: WorkflowHistory, failure: Exception) -> Break:
    reason = str(failure).strip().partition("\n")[0] or type(failure).__name__
    return Break(history.workflow_id, history.run_id, reason[:LONGEST_REASON])
