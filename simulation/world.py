"""What a driver needs of the world around its return, whichever tier builds it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from lifecycle.facts import Fact, Learned
from lifecycle.ledger import Ledger
from lifecycle.request import ReturnRequest
from lifecycle.steps import Call, Close, Watch
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
    """What a return is told of an event."""

    event_id: str
    facts: tuple[Fact, ...]


@dataclass
class Told:
    """What became of one delivery: the messages for each workflow."""

    messages: Sequence[tuple[str, Message]] = ()
    started: Sequence[tuple[str, ReturnRequest]] = ()
    """Workflows that it started: those of adoptions and of follow-ups."""
    again: bool = False
    """Whether it was not acknowledged, and will be sent again."""


class World(Protocol):
    """Digital River, the people around it and the way there, in one virtual time."""

    @property
    def clock(self) -> Clock:
        """The one time."""

    @property
    def requests(self) -> Sequence[ReturnRequest]:
        """The returns that are asked for: one, or two of one order; none of a warehouse's own."""

    @property
    def items(self) -> Sequence[str]:
        """The items of the order, line by line."""

    @property
    def outbox(self) -> list[object]:
        """Events that were made and not yet sent."""

    @property
    def acknowledged(self) -> int:
        """How many events of fulfillment returns were acknowledged."""

    @property
    def struck(self) -> Counter[str]:
        """Faults that struck since somebody asked."""

    async def attempt(self, workflow_id: str, step: Call | Watch, trial: Trial) -> Learned:
        """Make one try of a step. Raises `AgainError` or `FailedError`."""

    async def deliver(self, letter: Letter, records: Mapping[str, Record]) -> Told:
        """Deliver an event; records are by workflow id."""

    def act(self, act: Act) -> None:
        """Let somebody do something; what cannot be done is left."""

    def close(self, ledger: Ledger, step: Close) -> None:
        """Note how a return has ended: it is told nothing any more."""

    def finish(self) -> None:
        """Let the bank pay what is still open: the faults are over."""

    def refund_states(self) -> dict[str, str]:
        """Return the state of each refund of the order."""

    def books(self, request: ReturnRequest | None) -> Books:
        """Return all that exists, as it concerns one return."""
