"""An activity as Temporal runs it: try after try, with times and heartbeats between them."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

import pytest
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from lifecycle.facts import Fact, Learned

WORKFLOW = "return-1"
NOW = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)

Step = TypeVar("Step")
Activity = Callable[[Step], Coroutine[Any, Any, Learned]]


@dataclass
class Tries(Generic[Step]):
    """One scheduled activity; the last heartbeat of a failed try reaches the next ones."""

    activity: Activity[Step]
    step: Step
    at: datetime = NOW
    attempt: int = 0
    details: list[object] = field(default_factory=list)
    client: Client | None = None
    scheduled: datetime = field(init=False)

    def __post_init__(self) -> None:
        """Note when the first try is scheduled."""
        self.scheduled = self.at

    async def learn(self) -> Learned:
        """Make the next try."""
        self.attempt += 1
        environment = ActivityEnvironment(self.client)
        environment.info = replace(
            environment.info,
            workflow_id=WORKFLOW,
            attempt=self.attempt,
            scheduled_time=self.scheduled,
            current_attempt_scheduled_time=self.at,
            heartbeat_details=tuple(self.details),
        )
        environment.on_heartbeat = self._beat
        return await environment.run(self.activity, self.step)

    async def facts(self) -> tuple[Fact, ...]:
        """Make the next try and return what it taught."""
        return (await self.learn()).facts

    async def fail(self) -> ApplicationError:
        """Make the next try, which must fail, and wait as its error asks."""
        with pytest.raises(ApplicationError) as failure:
            await self.learn()
        self.at += failure.value.next_retry_delay or SECOND
        return failure.value

    def be_killed(self) -> None:
        """Let the worker of the next try die: nobody knows how far it came."""
        self.attempt += 1
        self.at += timedelta(seconds=60)

    def be_reset(self) -> None:
        """Count tries from the first again, as `temporal activity reset` does; heartbeats stay."""
        self.attempt = 0

    def _beat(self, *details: object) -> None:
        self.details = list(details)
