"""Runs workflows as the SDK does, but lets no query leave one ahead of its tasks.

To answer a query about a workflow that is not in its cache, the SDK (temporalio 1.35.0) reads the
whole history and takes in what has come since the last task, too. The workflow then goes on without
a task; what comes next is taken in behind that, where a replay takes both in together: its history
does not replay any more (docs/reliability.md, "Mistakes of the SDK"). So such a query fails, which
makes the SDK forget the workflow, and whoever asked asks again.
"""

from collections.abc import Sequence
from typing import Any

from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.converter import SerializationContext, StorageDriverStoreContext
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails, WorkflowRunner
from temporalio.workflow import Info

AHEAD = "What was told a moment ago has no task yet; ask again."
"""Why a query fails that would leave a workflow ahead of its tasks."""


class TaskBoundRunner(WorkflowRunner):
    """Runs workflows by another runner, each no further than its tasks go."""

    def __init__(self, within: WorkflowRunner) -> None:
        """Run them by this one."""
        self._within = within

    def prepare_workflow(self, defn: Any) -> None:  # noqa: ANN401 - the type is the SDK's own
        """Prepare a workflow type."""
        self._within.prepare_workflow(defn)

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """Begin a run, or its replay."""
        return _Instance(self._within.create_instance(det))

    def set_worker_level_failure_exception_types(
        self, types: Sequence[type[BaseException]]
    ) -> None:
        """Hand on which exceptions fail a workflow."""
        self._within.set_worker_level_failure_exception_types(types)


class _Instance(WorkflowInstance):
    """One run. Each task has a time of its own; what is beyond the last one has its time."""

    def __init__(self, within: WorkflowInstance) -> None:
        self._within = within
        self._task = (0, 0)
        self._length = 0
        self._is_ahead = False

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        if any(job.HasField("query_workflow") for job in act.jobs):
            return self._refused(act) if self._is_ahead else self._within.activate(act)
        task = act.timestamp.seconds, act.timestamp.nanos
        self._is_ahead = task == self._task and act.history_length > self._length
        self._task, self._length = task, act.history_length
        return self._within.activate(act)

    def _refused(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        completion = WorkflowActivationCompletion(run_id=act.run_id)
        completion.failed.failure.message = AHEAD
        return completion

    def get_serialization_context(self, command_info: Any) -> SerializationContext | None:  # noqa: ANN401
        return self._within.get_serialization_context(command_info)

    def get_external_store_context(self, command_info: Any) -> StorageDriverStoreContext:  # noqa: ANN401
        return self._within.get_external_store_context(command_info)

    def get_info(self) -> Info:
        return self._within.get_info()

    def get_thread_id(self) -> int | None:
        return self._within.get_thread_id()
