"""Telling the storefront of milestones: beside the return, one after another, never in its way."""

import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ActivityError

from lifecycle.facts import Learned, MilestoneGivenUp
from lifecycle.ledger import Ledger
from lifecycle.milestones import Milestone, is_overtaken, milestones, reminders, the_end
from lifecycle.rules import next_step
from lifecycle.steps import Close
from workflows import names
from workflows.given_up import why_given_up
from workflows.messages import Untold

PATIENCE = timedelta(days=3)
"""How long after it was reached a milestone is told."""

ONE_TRY = timedelta(seconds=60)

RETRIES = RetryPolicy(
    initial_interval=timedelta(seconds=5),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(hours=1),
)
"""Some eighty tries in the time that there is."""


async def tell(milestone: Milestone) -> str | None:
    """Tell the storefront of a milestone; return why it was given up, or None."""
    time_left = milestone.timestamp + PATIENCE - workflow.now()
    try:
        await workflow.execute_activity(
            names.TELL_STOREFRONT,
            milestone,
            task_queue=names.STOREFRONT_TASK_QUEUE,
            summary=f"Tell the storefront: {milestone.type}",
            start_to_close_timeout=ONE_TRY,
            schedule_to_close_timeout=max(time_left, ONE_TRY),
            retry_policy=RETRIES,
        )
    except ActivityError as error:
        why = why_given_up(error)
        workflow.logger.warning("The storefront was not told of %s: %s", milestone.key, why)
        workflow.metric_meter().create_counter(
            "storefront_milestones_given_up", "Milestones that the storefront was not told of"
        ).add(1)
        return why
    return None


class Telling:
    """What one return tells; nothing, until an answer says that there is somebody to tell."""

    def __init__(self, ledger: Ledger) -> None:
        """Begin switched off."""
        self._ledger = ledger
        self._noticed: set[str] | None = None
        """Keys of all that was reached; None while it is switched off."""
        self._seen = 0
        """How much of the ledger's timeline that was taken from."""
        self._untold: list[Milestone] = []
        self._ended: Close | None = None
        """The end that the storefront hears of."""
        self._ends = 0
        self._tasks: list[asyncio.Task[None]] = []

    def before(self, learned: Learned) -> None:
        """Switch on with the first answer that says so: what was reached before is not told."""
        if learned.milestones and self._noticed is None:
            reached = milestones(self._ledger, workflow.now())
            self._noticed = {milestone.key for milestone in reached}
            self._tasks.append(asyncio.create_task(self._go_on()))

    @property
    def is_broken(self) -> bool:
        """Whether there is a bug here, which must not pass unseen."""
        return any(task.done() and task.exception() for task in self._tasks)

    def raise_what_broke(self) -> None:
        """Raise the bug, as one of the return itself."""
        for task in self._tasks:
            if task.done():
                task.result()

    def hand_over(self, end: Close) -> asyncio.Task[None] | None:
        """Let a workflow of its own tell what is left, and the end; None when it does.

        So nothing that comes later finds a return open that has ended.
        """
        if self._noticed is None:
            return None
        self._notice(self._noticed)
        if end != self._ended:
            self._ended, self._ends = end, self._ends + 1
            self._untold.append(the_end(self._ledger, end, workflow.now(), self._ends))
        if not self._untold:
            return None
        untold, self._untold = Untold(milestones=self._untold), []
        self._tasks.append(asyncio.create_task(self._begin(untold)))
        return self._tasks[-1]

    async def _begin(self, untold: Untold) -> None:
        await workflow.start_child_workflow(
            names.MILESTONES_WORKFLOW,
            untold,
            id=f"{self._ledger.workflow_id}-milestones-{self._ends}",
            id_reuse_policy=WorkflowIDReusePolicy.TERMINATE_IF_RUNNING,
            parent_close_policy=workflow.ParentClosePolicy.ABANDON,
            static_summary="What is left to tell the storefront",
        )

    async def _go_on(self) -> None:
        """Tell what is reached, as long as the return lives."""
        while True:
            await workflow.wait_condition(self._is_due)
            assert self._noticed is not None  # noqa: S101 - it was switched on
            self._notice(self._noticed)
            if self._may_tell():
                await self._tell(self._untold[0])

    def _is_due(self) -> bool:
        return len(self._ledger.timeline) > self._seen or self._may_tell()

    def _may_tell(self) -> bool:
        """Say whether there is something to tell; of a return that ends, another workflow does."""
        return bool(self._untold) and not isinstance(next_step(self._ledger), Close)

    def _notice(self, noticed: set[str]) -> None:
        self._seen = len(self._ledger.timeline)
        now = workflow.now()
        for milestone in milestones(self._ledger, now):
            if milestone.key not in noticed and not is_overtaken(milestone):
                self._untold.append(milestone)
            noticed.add(milestone.key)
        for at, reminder in reminders(self._ledger, now):
            if reminder.key not in noticed and at > now:
                self._tasks.append(asyncio.create_task(self._remind(reminder.key, at - now)))
            noticed.add(reminder.key)

    async def _remind(self, key: str, after: timedelta) -> None:
        await workflow.sleep(after, summary=f"Then the storefront hears: {key}")
        due = reminders(self._ledger, workflow.now())
        self._untold += [reminder for _, reminder in due if reminder.key == key]

    async def _tell(self, milestone: Milestone) -> None:
        why = await tell(milestone)
        if milestone in self._untold:
            self._untold.remove(milestone)
        if why is not None:
            given_up = MilestoneGivenUp(key=milestone.key, why=why, at=workflow.now())
            self._ledger.record(given_up, "storefront")
