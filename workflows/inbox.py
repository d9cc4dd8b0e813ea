"""What webhooks tell a return: each event is taken once, and a flood of them no more."""

from pydantic import ValidationError
from temporalio import workflow

from lifecycle.fact_json import read_fact
from lifecycle.facts import TooManyMessages
from lifecycle.flood import MOST_FACTS, is_flooded
from lifecycle.ledger import Ledger
from workflows.messages import EventMessage


class Inbox:
    """The events of one return."""

    def __init__(self, ledger: Ledger) -> None:
        """Begin with none."""
        self._ledger = ledger
        self._ids: dict[str, None] = {}
        """The latest ids, the oldest first: what comes again after so many changes nothing."""

    def take(self, event: EventMessage) -> None:
        """Write down what an event taught."""
        if self._ledger.flooded is not None or self._is_known(event.event_id):
            return
        if is_flooded(self._ledger, workflow.info().get_current_history_length()):
            self._ids.clear()
            self._ledger.record(TooManyMessages(at=workflow.now()), "workflow")
            return
        for wire in event.facts:
            try:
                self._ledger.record(read_fact(wire), f"event {event.type}")
            except ValidationError:
                workflow.logger.exception("Event %s holds an unreadable fact", event.event_id)

    def _is_known(self, event_id: str) -> bool:
        known = bool(event_id) and event_id in self._ids
        self._ids[event_id] = None
        if len(self._ids) > MOST_FACTS:
            del self._ids[next(iter(self._ids))]
        return known
