"""No query leaves a workflow ahead of its tasks: the SDK is made to forget it instead."""

from __future__ import annotations

from typing import cast

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.bridge.proto.workflow_activation import (
    QueryWorkflow,
    ResolveActivity,
    WorkflowActivation,
    WorkflowActivationJob,
)
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails, WorkflowRunner

from workflows.runner import AHEAD, TaskBoundRunner

RESOLVED = WorkflowActivationJob(resolve_activity=ResolveActivity(seq=1))
ASKED = WorkflowActivationJob(query_workflow=QueryWorkflow(query_id="q", query_type="snapshot"))


class Within:
    """Runs nothing, and keeps what it was given."""

    def __init__(self) -> None:
        """Begin."""
        self.lengths: list[int] = []

    def create_instance(self, _: object) -> Within:
        """Give itself for the instance, too."""
        return self

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        """Keep how long the history was."""
        self.lengths.append(act.history_length)
        completion = WorkflowActivationCompletion()
        completion.successful.SetInParent()
        return completion


@pytest.fixture
def within() -> Within:
    """Give what the workflow is run by."""
    return Within()


@pytest.fixture
def instance(within: Within) -> WorkflowInstance:
    """Begin a run of which two tasks are replayed."""
    runner = TaskBoundRunner(cast(WorkflowRunner, within))
    one = runner.create_instance(cast(WorkflowInstanceDetails, None))
    assert told(one, 3, task=100) is None
    assert told(one, 9, task=200) is None
    return one


def told(
    one: WorkflowInstance, length: int, *, task: int, job: WorkflowActivationJob = RESOLVED
) -> str | None:
    """Give a run a job out of so long a history; return why it failed."""
    act = WorkflowActivation(
        run_id="r", history_length=length, timestamp=Timestamp(seconds=task), jobs=[job]
    )
    completion = one.activate(act)
    return completion.failed.failure.message if completion.HasField("failed") else None


def test_a_query_of_a_run_that_is_where_its_tasks_are(instance: WorkflowInstance) -> None:
    """It is answered, also after more of the same task."""
    assert told(instance, 9, task=200, job=ASKED) is None
    assert told(instance, 9, task=200) is None
    assert told(instance, 9, task=200, job=ASKED) is None


def test_a_query_of_a_run_that_is_ahead(instance: WorkflowInstance, within: Within) -> None:
    """What came since the last task was taken in for the query: it fails, whatever was done."""
    assert told(instance, 14, task=200) is None
    assert told(instance, 14, task=200, job=ASKED) == AHEAD
    assert within.lengths == [3, 9, 14]


def test_a_task_catches_up(instance: WorkflowInstance) -> None:
    """A task of its own has a time of its own."""
    assert told(instance, 14, task=200) is None
    assert told(instance, 16, task=300) is None
    assert told(instance, 16, task=300, job=ASKED) is None


def test_the_first_task(within: Within) -> None:
    """Nothing is ahead of it."""
    runner = TaskBoundRunner(cast(WorkflowRunner, within))
    one = runner.create_instance(cast(WorkflowInstanceDetails, None))
    assert told(one, 3, task=100) is None
    assert told(one, 3, task=100, job=ASKED) is None
