"""Carrying on with a return that is there already: another's, or ours whose workflow ended."""

from dataclasses import replace

from lifecycle.conditions import refuse_all
from lifecycle.facts import Resource, ReturnSeen
from lifecycle.ledger import Ledger
from lifecycle.questions import ask
from lifecycle.request import Coordinator
from lifecycle.states import FINAL, UNKNOWN, return_rank
from lifecycle.steps import Adopt, Answer, Close, Outcome, Question, Refusal, Step, Wait
from lifecycle.trouble import in_trouble, was_given_up
from lifecycle.units import authorised

HELD = "units_held"
"""The code of a refusal because the units sit in another return."""


def is_adopted(ledger: Ledger, return_id: str) -> bool:
    """Whether all is known that the adoption of a return begins with."""
    return (
        return_id in ledger.claimed and ledger.order is not None and _is_mapped(ledger, return_id)
    )


def knows_its_units(ledger: Ledger) -> bool:
    """Whether a return knows what it is about: an adoption has read it."""
    return_id = ledger.request.adopt
    return return_id is None or is_adopted(ledger, return_id)


def adopt(ledger: Ledger, return_id: str) -> Step:
    """Return the step that reads the return which is adopted, or why it cannot be."""
    if was_given_up(ledger, ledger.check_key):
        return Close(outcome=Outcome.CANCELLED)
    refusal = _refusal(ledger, return_id)
    if refusal is not None:
        return Close(outcome=Outcome.NOT_RETURNABLE, refusal=refusal)
    return in_trouble(ledger, ledger.check_key) or Adopt(
        key=ledger.check_key,
        resource=resource_of(ledger.request.coordinator),
        return_id=return_id,
    )


def adopt_orphan(ledger: Ledger, refusal: Refusal) -> Adopt | None:
    """Adopt our own return that holds just the units asked for, and that no workflow carries on.

    Digital River cannot cancel a return: the one of a cancelled or expired request keeps its units.
    """
    if refusal.code != HELD:
        return None
    for return_id in sorted(ledger.orphaned & ledger.returns.keys()):
        record = ledger.returns[return_id]
        if may_be_carried_on(record.best) and authorised(ledger, record) == ledger.requested:
            return Adopt(key=ledger.check_key, resource=record.best.resource, return_id=return_id)
    return None


def may_be_carried_on(seen: ReturnSeen) -> bool:
    """Say whether goods can still come for a return."""
    return UNKNOWN < return_rank(seen.resource, seen.state) < FINAL


def resource_of(coordinator: Coordinator) -> Resource:
    """Return the kind of Digital River's return that belongs to a model."""
    if coordinator is Coordinator.DIGITAL_RIVER:
        return Resource.FULFILLMENT_RETURN
    return Resource.RETURN


def unread_news(ledger: Ledger) -> Wait | None:
    """Ask a person to take note of why an ended return was followed up, unless one looked since."""
    question = _news(ledger)
    return ask(question) if question is not None else None


def with_news(ledger: Ledger, wait: Wait) -> Wait:
    """Say why an ended return was followed up to whoever is the first to be asked something."""
    asked, news = wait.question, _news(ledger)
    if asked is None or news is None:
        return wait
    return replace(wait, question=replace(asked, reason=f"{news.reason} {asked.reason}"))


def _news(ledger: Ledger) -> Question | None:
    """Return the question that tells why a return was followed up, until a person has read it.

    Whoever has decided anything since has read it, too; what was decided before the end is older.
    """
    told = [(end.taken, end.news, end.outcome) for end in ledger.ended_before if end.news]
    if not told:
        return None
    taken, news, outcome = max(told)
    question = Question(
        id=f"ended_before:{len(told)}",
        reason=f"This return had ended as {outcome}; then {news}.",
        answers=(Answer.ACKNOWLEDGE,),
    )
    if ledger.answer_to(question.id) or any(one.at >= taken for one in ledger.decisions):
        return None
    return question


def _is_mapped(ledger: Ledger, return_id: str) -> bool:
    """Whether every unit of the return is known as one of an order item."""
    if return_id not in ledger.returns:
        return False
    units = sum(item.quantity for item in ledger.returns[return_id].best.items)
    return 0 < units == ledger.requested.total()


def _refusal(ledger: Ledger, return_id: str) -> Refusal | None:
    if ("return", return_id) in ledger.missing:
        message = f"Digital River knows no such return: {return_id}."
        return refuse_all(ledger, "return_not_found", message)
    if any(resource == "order" for resource, _ in ledger.missing):
        message = f"The order of {return_id} is not to be found."
        return refuse_all(ledger, "order_not_found", message)
    if return_id not in ledger.claimed or return_id not in ledger.returns:
        return None
    looked = ledger.missing or ledger.fulfillment_orders or not ledger.by_digital_river
    if not looked or _is_mapped(ledger, return_id):
        return None
    message = f"The items of {return_id} cannot be told from the order's."
    return refuse_all(ledger, "unmapped_line", message)
