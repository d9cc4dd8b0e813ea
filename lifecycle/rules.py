"""The rules: what to do next, readable from top to bottom as the life of a return.

`next_step` is pure: the ledger in, a step out. It reads no clock; a passed deadline is a fact.

The version of the rules is a fact too. A return moves to new rules when a worker that runs them
answers its next call, and a replay sees the same facts in the same order; so the function of a
version stays in `RULES`, unchanged, while a return on it may be open.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from lifecycle.adopting import adopt, is_adopted, unread_news, with_news
from lifecycle.facts import Decision
from lifecycle.flood import after_a_flood
from lifecycle.ledger import ADOPT, HOLDS, Ledger
from lifecycle.opening import check_first, look_for_the_create, open_return
from lifecycle.ours import (
    TWO_RETURNS,
    Claims,
    claim_question,
    claims_of,
    made_at,
    our_return,
    our_return_ids,
)
from lifecycle.questions import answered, ask, stamp
from lifecycle.receiving import (
    await_fulfiller,
    await_goods,
    gave_up_short,
    here,
    is_accepted,
    is_cancelled,
    settles_short,
)
from lifecycle.records import ReturnRecord
from lifecycle.refunding import money_of
from lifecycle.settling import charged_back, close, end, settle
from lifecycle.steps import (
    AcceptItems,
    Answer,
    Call,
    Close,
    ListReturns,
    Look,
    LookUpDispute,
    Outcome,
    Question,
    Step,
    Wait,
    Waiting,
    Who,
)
from lifecycle.trouble import in_trouble, last_lost, last_lost_or_given_up, was_given_up
from lifecycle.units import accepted, received
from lifecycle.unknown import unread_state
from lifecycle.watching import watch_key
from lifecycle.whole_order import is_paid_as_a_whole

EVER = datetime.min.replace(tzinfo=UTC)


def next_step(ledger: Ledger) -> Step:
    """Return what to do next, by the version of the rules that the ledger knows."""
    rules = RULES[min(ledger.rules, max(RULES))]
    step: Step | None = ledger.found.get(rules)
    if step is None:
        step = ledger.found[rules] = rules(ledger)
    return step


def still_wanted(running: Call, ledger: Ledger) -> bool:
    """Say whether a running call is still a thing to do, whatever was learned since it began."""
    wanted = next_step(ledger)
    if isinstance(running, AcceptItems) and isinstance(wanted, AcceptItems):
        return set(running.items) <= set(wanted.items)
    return isinstance(wanted, type(running)) and wanted.key == running.key


def takes(ledger: Ledger, decision: Decision) -> bool:
    """Say whether a decision answers the question that is open now; otherwise it is void."""
    step = next_step(ledger)
    question = step.question if isinstance(step, Wait) else None
    return (
        question is not None
        and question.id == decision.question
        and decision.answer in question.answers
    )


def _first_rules(ledger: Ledger) -> Step:
    adopted = ledger.request.adopt
    if adopted is not None and not is_adopted(ledger, adopted):
        return adopt(ledger, adopted)
    record = our_return(ledger)
    flood = after_a_flood(ledger, record)
    if isinstance(flood, Wait):
        return flood
    if record is None:
        return _unopened(ledger, flood)
    if flood is not None:
        return unread_news(ledger) or flood
    unread = check_first(ledger)
    if unread is not None:
        return unread
    step = _after_dispute(ledger, record) or _doubt(ledger, record) or _live(ledger, record)
    if isinstance(step, Wait | Close):
        return _look_first(ledger, record, step) or _before_the_end(ledger, record, step)
    return step


def _unopened(ledger: Ledger, flood: Step | None) -> Step:
    """Open the return, or end without one: by hand after a flood, which looks first."""
    given_up = was_given_up(ledger, ledger.check_key) or was_given_up(ledger, ledger.return_key)
    if flood is not None:
        look = None if given_up else look_for_the_create(ledger)
        return look or unread_news(ledger) or flood
    if ledger.chargeback is not None:
        return Close(outcome=Outcome.CHARGED_BACK)
    return Close(outcome=Outcome.CANCELLED) if given_up else open_return(ledger)


def _after_dispute(ledger: Ledger, record: ReturnRecord) -> Step | None:
    """Return what a dispute asks for: park, ask how it ended, or end with a chargeback."""
    if ledger.chargeback is not None:
        return charged_back(ledger, money_of(ledger, record))
    if ledger.order is not None and ledger.order.state == "dispute":
        return Wait(what=Waiting.DISPUTE, who=Who.DIGITAL_RIVER, since=ledger.order.taken)
    if ledger.disputed is None or (ledger.dispute_resolved or EVER) >= ledger.disputed:
        return None
    question = Question(
        id=f"dispute_ended:{stamp(ledger.disputed)}",
        reason="The order is no longer disputed, and Digital River has not said how that ended. "
        "After a chargeback the bank has paid the customer.",
        answers=(Answer.DISPUTE_RESOLVED, Answer.CHARGED_BACK),
    )
    if answered(ledger, question.id, Answer.CHARGED_BACK):
        return charged_back(ledger, money_of(ledger, record))
    if ledger.answer_to(question.id):
        return None
    return _look_up(ledger, record, ledger.disputed) or ask(question, since=ledger.disputed)


def _look_up(ledger: Ledger, record: ReturnRecord, seen: datetime) -> Step | None:
    """Read Digital River's events once for how a dispute ended, before a person is asked."""
    key = f"{record.best.return_id}:dispute:{stamp(seen)}"
    if (ledger.dispute_looked_up or EVER) >= seen or key in ledger.given_up:
        return None
    return LookUpDispute(key=key, order_id=ledger.order_id, seen=seen)


def _look_first(ledger: Ledger, record: ReturnRecord, step: Wait | Close) -> Step | None:
    """Look at Digital River before waiting or closing over what may have happened unseen.

    A write was lost; lists show late what it made, so before closing the look comes later. Or the
    shop cancels: what was accepted a moment before, and not told of yet, is found.
    """
    return_id = record.best.return_id
    if isinstance(step, Close):
        lost = last_lost_or_given_up(ledger, return_id)
        due = lost + ledger.request.policy.doubt if lost else None
        if step.outcome is Outcome.CANCELLED and ledger.cancel is not None:
            due = max(due or EVER, ledger.cancel.at)
    else:
        due = last_lost(ledger, return_id)
    if due is None or ledger.has_passed(due):
        return None
    look = Look(
        key=f"{return_id}:look",
        order_id=ledger.order_id,
        return_id=return_id,
        resource=record.best.resource,
        not_before=due,
    )
    return _out_of_reach(ledger, record, look.key) or look


def _before_the_end(ledger: Ledger, record: ReturnRecord, step: Wait | Close) -> Step:
    """Tell a person, before closing, what nobody has seen yet."""
    if isinstance(step, Wait):
        return with_news(ledger, step)
    return (
        unread_news(ledger)
        or _accepted_beyond_arrived(ledger, record)
        or unread_state(ledger, record)
        or step
    )


def _accepted_beyond_arrived(ledger: Ledger, record: ReturnRecord) -> Wait | None:
    if not ledger.shipments:
        return None
    beyond = accepted(ledger, record) - here(ledger, record)
    reported = {
        item
        for parcel in ledger.shipments.values()
        for item, _ in (*parcel.items, *(parcel.damaged or ()))
    }
    units = ", ".join(f"{n} of {item}" for item, n in sorted(beyond.items()) if item in reported)
    question = Question(
        id=f"accepted_beyond_arrived:{record.best.return_id}:{beyond.total()}",
        reason=f"Digital River has accepted more than arrived sound: {units}. It cannot take that "
        "back.",
        answers=(Answer.ACKNOWLEDGE,),
    )
    return ask(question) if units and ledger.answer_to(question.id) is None else None


def _doubt(ledger: Ledger, record: ReturnRecord) -> Step | None:
    """Return what must be settled before anything is posted: whose objects, and which state."""
    claims = claims_of(ledger, record)
    if claims.unplaced:
        return _list_returns(ledger, record, max(map(made_at, claims.unplaced)))
    question = _two_returns(ledger) or _contradiction(record, claims) or _whose_refund(claims)
    if question is not None:
        return ask(question)
    return _out_of_reach(ledger, record, watch_key(record.best.return_id))


def _list_returns(ledger: Ledger, record: ReturnRecord, made: datetime) -> Step:
    step = ListReturns(
        key=f"{record.best.return_id}:list",
        order_id=ledger.order_id,
        fulfillment_order_id=record.best.fulfillment_order_id,
        made=made,
    )
    return _out_of_reach(ledger, record, step.key) or step


def _out_of_reach(ledger: Ledger, record: ReturnRecord, key: str) -> Step | None:
    """Return the question that a read raised which did not get through, and what follows."""
    if was_given_up(ledger, key):
        return close(ledger, record, money_of(ledger, record))
    return in_trouble(ledger, key)


def _two_returns(ledger: Ledger) -> Question | None:
    ids = our_return_ids(ledger) if len(ledger.claimed) > 1 else []
    if len(ids) < 2 or ledger.answer_to(TWO_RETURNS):  # noqa: PLR2004 - two is the point
        return None
    return Question(
        id=TWO_RETURNS,
        reason=f"Digital River has more than one return for this request: {', '.join(ids)}.",
        answers=tuple(f"{ADOPT}{return_id}" for return_id in ids),
    )


def _contradiction(record: ReturnRecord, claims: Claims) -> Question | None:
    seen = [(record.best.return_id, record.states)]
    seen += [(refund.best.refund_id, refund.states) for refund in claims.ours]
    for object_id, states in seen:
        if states.contradict:
            finals = sorted(states.final)
            return Question(
                id=f"contradiction:{object_id}",
                reason=f"{object_id} was seen both {' and '.join(finals)}. Which of them holds?",
                answers=tuple(f"{HOLDS}{state}" for state in finals),
            )
    return None


def _whose_refund(claims: Claims) -> Question | None:
    for refund in claims.disputed:
        return Question(
            id=claim_question(refund),
            reason=f"Refund {refund.best.refund_id} could belong to this return or to another "
            "return of the order.",
            answers=(Answer.CLAIM, Answer.LEAVE),
        )
    return None


def _live(ledger: Ledger, record: ReturnRecord) -> Step:
    money = money_of(ledger, record)
    if record.state == "rejected" and not accepted(ledger, record).total():
        return end(ledger, record, money, Close(outcome=Outcome.REJECTED))
    if is_accepted(record) or record.state == "rejected":
        target = accepted(ledger, record) & ledger.requested
        return settle(ledger, record, money, target, we_pay=ledger.by_digital_river)
    if is_cancelled(ledger, record):
        return end(ledger, record, money, Close(outcome=Outcome.CANCELLED))
    if is_paid_as_a_whole(ledger, record):
        return end(ledger, record, money, Close(outcome=Outcome.PARTIALLY_REFUNDED))
    if settles_short(ledger, record):
        return settle(ledger, record, money, received(ledger, record), we_pay=True)
    if gave_up_short(ledger, record):
        return end(ledger, record, money, Close(outcome=Outcome.REFUND_FAILED))
    arrive = await_fulfiller if ledger.by_digital_river else await_goods
    step = arrive(ledger, record)
    return end(ledger, record, money, step) if isinstance(step, Close) else step


RULES: dict[int, Callable[[Ledger], Step]] = {1: _first_rules}
"""Every version that an open return may be on."""

CURRENT_RULES = max(RULES)
"""The version that this release teaches the returns whose calls it answers."""
