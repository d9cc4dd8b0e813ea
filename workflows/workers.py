"""The two Temporal workers of a worker process: one for returns, one for Digital River."""

from datetime import timedelta

from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import Worker, WorkerDeploymentConfig, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from activities import all_activities
from digital_river import DigitalRiver
from eligibility.shop_rules import ShopRules
from lifecycle.rules import CURRENT_RULES
from workflows.backfill import BackfillWorkflow
from workflows.milestones import MilestonesWorkflow
from workflows.names import DIGITAL_RIVER_TASK_QUEUE, RETURNS_TASK_QUEUE
from workflows.returns import ReturnWorkflow
from workflows.runner import TaskBoundRunner

RELEASE = "0.1.0"
"""The build that histories name: short, because each task of a return repeats it."""

DEPLOYMENT = "upriver"
"""The name of the worker deployment, of which each build id is a version."""

BUILD = WorkerDeploymentConfig(
    version=WorkerDeploymentVersion(deployment_name=DEPLOYMENT, build_id=RELEASE),
    use_worker_versioning=False,
)
"""Worker versioning is off: every worker takes every task."""

GRACE = timedelta(seconds=30)
"""For what is under way when the process is told to end."""

STICKY_TIMEOUT = timedelta(seconds=2)
"""How soon another worker takes over from one that was killed; the default is 10 s."""


def _versioned(build_id: str) -> WorkerDeploymentConfig:
    """Turn worker versioning on; open returns move to the current version at their next task."""
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(deployment_name=DEPLOYMENT, build_id=build_id),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.AUTO_UPGRADE,
    )


def returns_worker(
    client: Client,
    *,
    workflow_runner: WorkflowRunner | None = None,
    max_cached: int = 1000,
    build_id: str | None = None,
) -> Worker:
    """Return the worker that runs the workflows; a build id turns worker versioning on."""
    return Worker(
        client,
        task_queue=RETURNS_TASK_QUEUE,
        workflows=[ReturnWorkflow, BackfillWorkflow, MilestonesWorkflow],
        workflow_runner=TaskBoundRunner(workflow_runner or SandboxedWorkflowRunner()),
        max_cached_workflows=max_cached,
        graceful_shutdown_timeout=GRACE,
        deployment_config=_versioned(build_id) if build_id else BUILD,
        sticky_queue_schedule_to_start_timeout=STICKY_TIMEOUT,
    )


def digital_river_worker(  # noqa: PLR0913 - each says what this worker knows
    client: Client,
    digital_river: DigitalRiver,
    *,
    per_second: float,
    rules: int = CURRENT_RULES,
    shop_rules: ShopRules | None = None,
    milestones: bool = False,
) -> Worker:
    """Return the worker that calls Digital River, at most so often over all processes.

    `shop_rules` are asked before a return is created; without them nothing is.
    `milestones` says whether the storefront is to be told of them.
    """
    return Worker(
        client,
        task_queue=DIGITAL_RIVER_TASK_QUEUE,
        activities=all_activities(digital_river, rules, shop_rules, milestones=milestones),
        max_task_queue_activities_per_second=per_second,
        max_concurrent_activities=50,
        graceful_shutdown_timeout=GRACE,
        deployment_config=BUILD,
    )
