"""Which messages of people a return takes, and why it refuses the others."""

from collections.abc import Mapping
from dataclasses import dataclass

from lifecycle.facts import Decision, ShipmentReceived
from lifecycle.ledger import Ledger
from lifecycle.ours import our_return
from lifecycle.rules import next_step, takes
from lifecycle.steps import Close, Wait
from lifecycle.units import accepted, delivered


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a message is refused: a code for programs, a sentence for people."""

    code: str
    message: str


def object_to_shipment(
    ledger: Ledger, reference: str, revision: int, items: Mapping[str, int]
) -> Objection | None:
    """Say why a report of received goods is refused; None when it is taken."""
    if ledger.by_digital_river:
        message = "Digital River's fulfiller reports the goods of this return; nobody else does."
        return Objection("not_third_party", message)
    unknown = sorted(set(items) - set(ledger.requested))
    if unknown:
        return Objection("unknown_line", f"Not in this return: {', '.join(unknown)}.")
    known = ledger.shipments.get(reference)
    if known is None or _says(known, revision, items):
        return None
    if revision <= known.revision:
        message = (
            f"Shipment {reference} is known in revision {known.revision}, with other units; "
            "send a correction as a higher revision."
        )
        return Objection("revision_outdated", message)
    fixed = _accepted_items(ledger, dict(known.items), items)
    if fixed:
        message = (
            f"Digital River has accepted {', '.join(fixed)} already; it cannot take that back."
        )
        return Objection("already_accepted", message)
    return None


def _says(known: ShipmentReceived, revision: int, items: Mapping[str, int]) -> bool:
    return known.revision == revision and dict(known.items) == dict(items)


def _accepted_items(ledger: Ledger, before: dict[str, int], items: Mapping[str, int]) -> list[str]:
    """Return the accepted items whose units a correction would change."""
    record = our_return(ledger)
    done = accepted(ledger, record) if record else {}
    changed = {item for item in before.keys() | items if before.get(item) != items.get(item)}
    return sorted(item for item in changed if done.get(item))


def object_to_cancellation(ledger: Ledger) -> Objection | None:
    """Say why a cancellation is refused; None when it is taken."""
    record = our_return(ledger)
    if delivered(ledger):
        return Objection("goods_received", "Goods were received; the return goes on.")
    if record is not None and accepted(ledger, record).total():
        return Objection("goods_accepted", "Digital River has accepted goods; the return goes on.")
    if isinstance(next_step(ledger), Close):
        return Objection("closed", "The return has ended.")
    return None


def object_to_decision(ledger: Ledger, decision: Decision) -> Objection | None:
    """Say why an operator's answer is refused; None when it is taken."""
    if takes(ledger, decision):
        return None
    step = next_step(ledger)
    question = step.question if isinstance(step, Wait) else None
    if question is None:
        return Objection("no_question", "Nothing is asked of an operator now.")
    if question.id != decision.question:
        return Objection("question_gone", f"The question that is open now is {question.id}.")
    return Objection("answer_not_offered", f"The answers are: {', '.join(question.answers)}.")
