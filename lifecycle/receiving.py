"""From an open return to accepted goods: approval, parcels, acceptance, and what came short."""

from dataclasses import replace
from datetime import datetime

from lifecycle.facts import Resource
from lifecycle.ledger import Ledger, once
from lifecycle.let_go import calls_let_go
from lifecycle.policy import ShortReturn
from lifecycle.questions import Deadline, answered, ask, deadline, stamp
from lifecycle.records import ReturnRecord
from lifecycle.refunding import may_have_issued, paid_early
from lifecycle.states import return_rank
from lifecycle.steps import (
    AcceptItems,
    Answer,
    Close,
    Outcome,
    Question,
    Step,
    Units,
    Wait,
    Waiting,
    Who,
)
from lifecycle.tally import Tally
from lifecycle.trouble import in_trouble, was_given_up
from lifecycle.units import accepted, anything_came, authorised, delivered, received
from lifecycle.unsound import unsound_answer, unsound_question, with_unsound
from lifecycle.watching import known_refunds
from lifecycle.whole_order import ask_before_accepting

APPROVED = return_rank(Resource.FULFILLMENT_RETURN, "pending")


def is_accepted(record: ReturnRecord) -> bool:
    """Whether Digital River holds the return as accepted."""
    return record.state == "accepted"


def is_cancelled(ledger: Ledger, record: ReturnRecord) -> bool:
    """Whether the return was stopped before anything was received or accepted."""
    if ledger.cancel is None:
        return False
    return not anything_came(ledger) and not accepted(ledger, record).total()


def opened_at(ledger: Ledger, record: ReturnRecord) -> datetime:
    """Return when the return came into being; one that was adopted, when it was first seen."""
    return_id, seen = record.best.return_id, min(record.states.since.values())
    adopted = return_id == ledger.request.adopt or return_id in ledger.orphaned
    return seen if adopted else record.best.created or seen


def await_fulfiller(ledger: Ledger, record: ReturnRecord) -> Step:
    """Wait for the fulfiller of a fulfillment return: approval first, then the goods."""
    policy = ledger.request.policy
    if APPROVED in record.states.since:
        return _await_rest(ledger, record)
    due = deadline(
        ledger,
        f"approval_overdue:{record.best.return_id}",
        opened_at(ledger, record),
        lambda start: start + policy.approval,
    )
    if not due.passed:
        return Wait(what=Waiting.APPROVAL, who=Who.FULFILLER, since=due.since, until=due.until)
    if due.answer == Answer.GIVE_UP:
        return Close(outcome=Outcome.EXPIRED)
    reason = "The fulfiller has neither approved nor rejected the return in time."
    answers = (Answer.EXTEND_DEADLINE, Answer.GIVE_UP)
    return ask(Question(id=due.question_id, reason=reason, answers=answers), since=due.until)


def await_goods(ledger: Ledger, record: ReturnRecord) -> Step:
    """Accept what has arrived in full and wait for the rest (third_party)."""
    ready = _ready(ledger, record)
    if ready is None or _is_paid_already(ledger, record):
        return _await_rest(ledger, record)
    return _ask_before_paying_twice(ledger, record, ready) or _accept(ledger, ready)


def _await_rest(ledger: Ledger, record: ReturnRecord) -> Step:
    """Wait for goods; at the deadline, follow the policy for what came short."""
    due = goods_deadline(ledger, record)
    unsound = unsound_question(ledger, record) if ledger.shipments else None
    if unsound is not None and ledger.answer_to(unsound.id) is None:
        return ask(unsound, since=due.since)
    if due.passed and not received(ledger, record) and not anything_came(ledger):
        return Close(outcome=Outcome.EXPIRED)
    if not due.passed or ledger.request.policy.short_return is ShortReturn.WAIT:
        until = None if due.passed else due.until
        return Wait(what=Waiting.GOODS, who=Who.CUSTOMER, since=due.since, until=until)
    part = (Answer.REFUND_RECEIVED_PART,) if received(ledger, record) else ()
    question = Question(
        id=due.question_id,
        reason="Fewer sound units arrived than were authorised. Digital River refunds only what is "
        "complete.",
        answers=(*part, Answer.EXTEND_DEADLINE, Answer.GIVE_UP),
    )
    if unsound is not None:
        question = replace(unsound, id=due.question_id)
    return ask(question, since=due.until)


def settles_short(ledger: Ledger, record: ReturnRecord) -> bool:
    """Say whether the received part is refunded and the rest no longer waited for.

    Once a refund of ours may be there, or a person dealt with one, it stays so, whatever arrives
    later: accepting the return would make Digital River refund the same units again.
    """
    due = goods_deadline(ledger, record)
    settles = (
        (due.passed and ledger.request.policy.short_return is ShortReturn.SETTLE)
        or Answer.REFUND_RECEIVED_PART in _answers(ledger, record, due)
        or may_have_issued(ledger, record.best.return_id)
        or bool(ledger.decisions and calls_let_go(ledger, record.best.return_id))
        or (_is_paid_already(ledger, record) and not ledger.requested - received(ledger, record))
    )
    return settles and bool(received(ledger, record))


def gave_up_short(ledger: Ledger, record: ReturnRecord) -> bool:
    """Say whether a person gave the received part up."""
    return Answer.GIVE_UP in _answers(ledger, record, goods_deadline(ledger, record))


def here(ledger: Ledger, record: ReturnRecord) -> Tally:
    """Units that arrived, unsound ones where a person lets them count."""
    if not ledger.decisions:
        return delivered(ledger)
    answers = _answers(ledger, record, goods_deadline(ledger, record))
    return with_unsound(ledger) if Answer.ACCEPT_ANYWAY in answers else delivered(ledger)


def _answers(ledger: Ledger, record: ReturnRecord, due: Deadline) -> tuple[str | None, ...]:
    """Return what was decided at the deadline for the goods, and before it on unsound ones."""
    return (due.answer, unsound_answer(ledger, record)) if ledger.decisions else ()


@once
def goods_deadline(ledger: Ledger, record: ReturnRecord) -> Deadline:
    """Return the deadline for the goods; each parcel starts it anew."""
    return deadline(
        ledger,
        f"short_at_deadline:{record.best.return_id}",
        last_arrival(ledger, record),
        lambda start: start + ledger.request.policy.goods,
    )


def last_arrival(ledger: Ledger, record: ReturnRecord) -> datetime:
    """Return when the last parcel came, or the return was approved, or else opened."""
    begun = record.states.since.get(APPROVED, opened_at(ledger, record))
    return max([begun, *(shipment.at for shipment in ledger.shipments.values())])


def _ready(ledger: Ledger, record: ReturnRecord) -> AcceptItems | None:
    """Return the acceptance of every item that is complete and not accepted yet."""
    came, done = here(ledger, record) & ledger.requested, accepted(ledger, record)
    wanted = authorised(ledger, record)
    ready = [item for item, count in sorted(came.items()) if count >= wanted[item] > done[item]]
    if not ready:
        return None
    return_id = record.best.return_id
    return AcceptItems(
        return_id=return_id,
        key=f"{return_id}:accept:{','.join(ready)}",
        items=tuple(Units(item_id=item, quantity=wanted[item]) for item in ready),
        whole=len(ready) == len(wanted),
        known=known_refunds(ledger) or None,
    )


def _ask_before_paying_twice(
    ledger: Ledger, record: ReturnRecord, step: AcceptItems
) -> Wait | None:
    """Ask before accepting units that somebody has refunded: Digital River would pay once more.

    It pays for all that was accepted when the last item is, so earlier acceptances count, too.
    """
    early, items = paid_early(ledger, record), {item.item_id for item in step.items}
    items |= accepted(ledger, record).keys()
    twice = {item: n for item, n in sorted(early.items()) if n and item in items}
    units = ", ".join(f"{n} of {item}" for item, n in twice.items())
    question = Question(
        id=f"{_early(record)}:{','.join(f'{item}={n}' for item, n in twice.items())}",
        reason=f"Somebody has refunded {units}. Once the return is accepted, Digital River "
        "refunds them again, as far as the order has money left.",
        answers=(Answer.ALREADY_PAID, Answer.ACCEPT_ALL_THE_SAME),
    )
    if twice and ledger.answer_to(question.id) is None:
        return ask(question)
    return ask_before_accepting(ledger, record)


def _early(record: ReturnRecord) -> str:
    return f"refunded_before_acceptance:{record.best.return_id}"


def _is_paid_already(ledger: Ledger, record: ReturnRecord) -> bool:
    """Say whether a refund made elsewhere counts: the rest is ours to refund, and none accepted."""
    decision = ledger.last_answer_about(_early(record)) if ledger.decisions else None
    return decision is not None and decision.answer == Answer.ALREADY_PAID


def _accept(ledger: Ledger, step: AcceptItems) -> Step:
    trouble = in_trouble(ledger, step.key)
    if trouble is not None:
        return trouble
    if was_given_up(ledger, step.key):
        return Close(outcome=Outcome.REFUND_FAILED)
    if ledger.request.policy.ask_before_refund:
        asked = Question(
            id=f"approve_acceptance:{step.key}",
            reason="The goods are here. When they are accepted, Digital River refunds them.",
            answers=(Answer.APPROVE, Answer.DECLINE),
        )
        if ledger.answer_to(asked.id) is None:
            return ask(asked)
        if answered(ledger, asked.id, Answer.DECLINE):
            return Close(outcome=Outcome.REFUND_FAILED)
    refused = ledger.refusals.get(step.key)
    if refused is None:
        return step
    question = f"accept_refused:{step.key}:{stamp(refused.taken)}"
    if answered(ledger, question, Answer.GIVE_UP):
        return Close(outcome=Outcome.REFUND_FAILED)
    if ledger.answer_to(question) is None:
        reason = f"Digital River refused to accept the goods: {refused.message}"
        answers = (Answer.RETRY, Answer.GIVE_UP)
        return ask(Question(id=question, reason=reason, answers=answers), since=refused.taken)
    return step
