"""Which messages of people a return takes, and why it refuses the others."""

from dataclasses import dataclass, replace

from lifecycle.adopting import knows_its_units
from lifecycle.facts import Decision, ShipmentReceived
from lifecycle.flood import MOST_FACTS
from lifecycle.ledger import Ledger
from lifecycle.ours import our_return
from lifecycle.rules import next_step, takes
from lifecycle.steps import Answer, Close, Wait
from lifecycle.units import accepted, anything_came


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a message is refused: a code for programs, a sentence for people."""

    code: str
    message: str


def object_to_shipment(ledger: Ledger, told: ShipmentReceived) -> Objection | None:
    """Say why a report of received goods is refused; None when it is taken."""
    if ledger.by_digital_river:
        message = "Digital River's fulfiller reports the goods of this return; nobody else does."
        return Objection("not_third_party", message)
    if len(ledger.timeline) > 2 * MOST_FACTS:
        message = "Far more was reported of this return than a return has; ask an operator."
        return Objection("too_many_messages", message)
    if not knows_its_units(ledger):
        return None
    unknown = sorted(_units(told).keys() - set(ledger.requested))
    if unknown:
        return Objection("unknown_line", f"Not in this return: {', '.join(unknown)}.")
    known = ledger.shipments.get(told.reference)
    if known is None or replace(told, at=known.at) == known:
        return None
    if told.revision <= known.revision:
        message = (
            f"Shipment {told.reference} is known in revision {known.revision}, with other units; "
            "send a correction as a higher revision."
        )
        return Objection("revision_outdated", message)
    fixed = _accepted_items(ledger, known, told)
    if fixed:
        message = (
            f"Digital River has accepted {', '.join(fixed)} already; it cannot take that back."
        )
        return Objection("already_accepted", message)
    return None


def _units(told: ShipmentReceived) -> dict[str, tuple[int, int]]:
    """Return the sound and the damaged units of each order item."""
    sound, damaged = dict(told.items), dict(told.damaged or ())
    return {item: (sound.get(item, 0), damaged.get(item, 0)) for item in sound | damaged}


def _accepted_items(ledger: Ledger, before: ShipmentReceived, now: ShipmentReceived) -> list[str]:
    """Return the accepted items whose units a correction would change."""
    record = our_return(ledger)
    done = accepted(ledger, record) if record else {}
    had, has = _units(before), _units(now)
    none = (0, 0)
    changed = {item for item in had | has if had.get(item, none) != has.get(item, none)}
    return sorted(item for item in changed if done.get(item))


def object_to_cancellation(ledger: Ledger) -> Objection | None:
    """Say why a cancellation is refused; None when it is taken."""
    overtaken = what_overtook_cancellation(ledger)
    if overtaken is not None:
        return overtaken
    if isinstance(next_step(ledger), Close):
        return Objection("closed", "The return has ended.")
    return None


def what_overtook_cancellation(ledger: Ledger) -> Objection | None:
    """Say why a return is not stopped, even where that was learned after it was asked for."""
    record = our_return(ledger)
    if anything_came(ledger):
        return Objection("goods_received", "Goods were received; the return goes on.")
    if record is not None and accepted(ledger, record).total():
        return Objection("goods_accepted", "Digital River has accepted goods; the return goes on.")
    return None


def object_to_decision(ledger: Ledger, decision: Decision) -> Objection | None:
    """Say why an operator's answer is refused; None when it is taken."""
    if takes(ledger, decision):
        return _object_to_reference(decision)
    step = next_step(ledger)
    question = step.question if isinstance(step, Wait) else None
    if question is None:
        return Objection("no_question", "Nothing is asked of an operator now.")
    if question.id != decision.question:
        return Objection("question_gone", f"The question that is open now is {question.id}.")
    return Objection("answer_not_offered", f"The answers are: {', '.join(question.answers)}.")


def _object_to_reference(decision: Decision) -> Objection | None:
    """Say why a reference is missing: what was paid by hand must be found again in the books."""
    by_hand = decision.answer == Answer.SETTLE_BY_HAND
    if by_hand and not decision.reference:
        message = "settle_by_hand needs the reference of the payment that is made by hand."
        return Objection("reference_missing", message)
    if decision.reference and not by_hand:
        message = f"{decision.answer} is no payment by hand; only settle_by_hand has a reference."
        return Objection("reference_not_wanted", message)
    return None
