"""What a driver needs of the world around a return, whichever tier builds it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from lifecycle.facts import Fact, Learned
from lifecycle.request import ReturnRequest
from lifecycle.steps import Call, Watch
from simulation.agenda import Clock
from simulation.books import Books, Record
from simulation.plan import Act, DeliveryFaultKind


@dataclass
class Trial:
    """One scheduled activity, try after try."""

    scheduled: datetime
    attempt: int = 0
    details: list[object] = field(default_factory=list)
    """The last heartbeat, which reaches the next try."""


class AgainError(Exception):
    """A try ended without an answer: the next one comes after the pause, or Temporal's own."""

    def __init__(self, pause: timedelta | None = None) -> None:
        super().__init__(pause)
        self.pause = pause


class FailedError(Exception):
    """A call ended for good without an answer."""


@dataclass(frozen=True)
class Letter:
    """One event on its way: whatever its world needs to deliver it."""

    event: object
    fault: DeliveryFaultKind | None = None
    attempt: int = 1


@dataclass(frozen=True)
class Message:
    """What the return is told of an event."""

    event_id: str
    facts: tuple[Fact, ...]


class World(Protocol):
    """Digital River, the people around it and the way there, in one virtual time."""

    clock: Clock
    request: ReturnRequest
    outbox: list[object]
    """Events that were made and not yet sent."""

    async def attempt(self, step: Call | Watch, trial: Trial) -> Learned:
        """Make one try of a step. Raises `AgainError` or `FailedError`."""

    async def deliver(self, letter: Letter, record: Record) -> Sequence[Message] | None:
        """Deliver an event; None when it was not acknowledged and will be sent again."""

    def act(self, act: Act) -> None:
        """Let somebody do something; what cannot be done is left."""

    def finish(self) -> None:
        """Let the bank pay what is still open: the faults are over."""

    def refund_states(self) -> dict[str, str]:
        """Return the state of each refund that is not a sibling's."""

    def books(self) -> Books:
        """Return all that exists."""
