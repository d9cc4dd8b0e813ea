"""The same knowledge for people: one sentence on where a return stands, one line per fact."""

from datetime import UTC, datetime
from typing import assert_never

from lifecycle.amounts import in_words
from lifecycle.facts import (
    NOT_SENT,
    Absent,
    CallGivenUp,
    CallWithdrawn,
    CancelRequested,
    Chargeback,
    DeadlinePassed,
    Decision,
    DisputeLookedUp,
    DisputeResolved,
    EndedBefore,
    Fact,
    FulfillmentOrderSeen,
    InDoubt,
    LookAlikes,
    MilestoneGivenUp,
    Missing,
    NotDue,
    OrderSeen,
    RefundSeen,
    Refused,
    ReturnClaimed,
    ReturnOrphaned,
    ReturnSeen,
    ReturnsListed,
    ShipmentReceived,
    TooManyMessages,
)
from lifecycle.judgement import EligibilityJudged
from lifecycle.steps import (
    AcceptItems,
    Adopt,
    CheckReturnable,
    CheckShipped,
    Close,
    Create,
    IssueRefund,
    ListReturns,
    Look,
    LookUpDispute,
    Outcome,
    Step,
    Wait,
    Waiting,
)

_WAITING = {
    Waiting.APPROVAL: "Waiting for the fulfiller to approve the return",
    Waiting.GOODS: "Waiting for the customer's goods to arrive",
    Waiting.MORE_GOODS: "Fewer units were accepted than asked; waiting for more",
    Waiting.REFUND: "Waiting for Digital River to complete the refund",
    Waiting.BANK_DETAILS: "Waiting for the customer's bank details",
    Waiting.DISPUTE: "The order is in a payment dispute; nothing is posted until it is resolved",
}

_OUTCOMES = {
    Outcome.REFUNDED: "Everything was accepted and refunded.",
    Outcome.PARTIALLY_REFUNDED: "Part of it was refunded; the rest was rejected, missing, settled "
    "by hand or given up.",
    Outcome.NOT_RETURNABLE: "Refused before anything was created.",
    Outcome.REJECTED: "The fulfiller rejected the return.",
    Outcome.EXPIRED: "Nothing arrived in time.",
    Outcome.CANCELLED: "Stopped before anything was received. Digital River has no cancel: its "
    "return, if there is one, stays open.",
    Outcome.REFUND_FAILED: "Nothing was refunded: it failed, was declined or was given up.",
    Outcome.CHARGED_BACK: "The bank paid the customer; nothing is paid again.",
}


def day(time: datetime) -> str:
    """Return a time as people read it, in UTC."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def sentence_for(step: Step) -> str:  # noqa: C901 - one arm per kind of step
    """Return one sentence that says where the return stands."""
    match step:
        case Wait():
            return _waiting(step)
        case Close():
            refusal = step.refusal
            return (
                f"{_OUTCOMES[step.outcome]} {refusal.message}"
                if refusal
                else (_OUTCOMES[step.outcome])
            )
        case CheckShipped() | CheckReturnable():
            return "Asking Digital River whether the units can come back."
        case Adopt():
            return f"Reading {step.return_id}, which is there already."
        case Create() | IssueRefund() if step.not_before is not None:
            only_look = isinstance(step, Create) and step.only_look
            then = "the return closes" if only_look else "anything is sent again"
            return (
                "An answer of Digital River was lost; looking a second time, after "
                f"{day(step.not_before)}, before {then}."
            )
        case Create():
            return "Opening the return at Digital River."
        case AcceptItems():
            units = sum(item.quantity for item in step.items)
            return f"Accepting {units} unit(s) at Digital River."
        case IssueRefund():
            goods = f"{sum(item.quantity for item in step.items)} unit(s)"
            what = "the shipping, if all of the order came back" if step.shipping else goods
            return f"Asking Digital River to refund {what}."
        case ListReturns():
            return "Looking up which return of the order a refund belongs to."
        case Look():
            return "Looking at Digital River before this return goes on or ends."
        case LookUpDispute():
            return "Looking up how the dispute of the order ended."
        case _:
            assert_never(step)


def _waiting(wait: Wait) -> str:
    if wait.question is not None:
        return f"An operator must decide: {wait.question.reason}"
    until = f", until {day(wait.until)}" if wait.until else ""
    return f"{_WAITING[wait.what]}{until}."


def fact_in_words(fact: Fact) -> str:  # noqa: C901, PLR0912 - one arm per kind of fact
    """Return one line on what a fact says."""
    match fact:
        case OrderSeen():
            return f"Order {fact.order_id} is {fact.state}"
        case FulfillmentOrderSeen():
            shipped = sum(item.shipped for item in fact.items)
            return f"Fulfillment order {fact.fulfillment_order_id}: {shipped} unit(s) shipped"
        case ReturnSeen():
            units = sum(item.accepted for item in fact.items)
            whole = sum(item.quantity for item in fact.items)
            return f"{fact.return_id} is {fact.state}, {units} of {whole} unit(s) accepted"
        case RefundSeen():
            back = in_words(fact.refunded_amount, fact.currency)
            return f"{fact.refund_id} is {fact.state}, {back} back"
        case Missing():
            return f"Digital River knows no {fact.resource.replace('_', ' ')} {fact.object_id}"
        case ReturnsListed():
            return "All returns of the order were listed"
        case EligibilityJudged():
            codes = ", ".join(f"{one.code} ({one.then})" for one in fact.findings)
            return f"The shop's rules were asked: {codes or 'the units may come back'}"
        case ReturnClaimed():
            return f"{fact.return_id} is this return's"
        case ReturnOrphaned():
            return f"{fact.return_id} was made by a workflow of ours that has ended"
        case EndedBefore():
            then = f"; then {fact.news}" if fact.news else ""
            return f"It had ended as {fact.outcome}{then}"
        case NotDue():
            return f"{fact.key} is not due: {fact.why}"
        case ShipmentReceived():
            return _parcel_in_words(fact)
        case DeadlinePassed():
            return f"Nothing new until {day(fact.until)}"
        case TooManyMessages():
            return "Too much was told of this return: events are taken into account no more"
        case CancelRequested():
            return f"{fact.who} asked to cancel: {fact.why}"
        case DisputeResolved() | DisputeLookedUp() | Chargeback():
            return _dispute_in_words(fact)
        case Decision():
            by = f" (reference {fact.reference})" if fact.reference else ""
            return f"{fact.who} decided {fact.answer} on {fact.question}: {fact.why}{by}"
        case _:
            return _call_in_words(fact)


def _call_in_words(
    fact: Refused | InDoubt | Absent | LookAlikes | CallGivenUp | CallWithdrawn | MilestoneGivenUp,
) -> str:
    match fact:
        case Refused(status=status) if status == NOT_SENT:
            return f"{fact.key} was not sent: {fact.message}"
        case Refused():
            return f"Digital River refused {fact.key}: {fact.message} ({fact.status} {fact.code})"
        case InDoubt():
            return f"The answer to {fact.key} was lost, and it is not to be seen yet"
        case Absent():
            return f"Looked for {fact.key}, and it is not to be seen"
        case LookAlikes():
            return f"{', '.join(fact.object_ids)} could each be {fact.key}"
        case CallGivenUp():
            return f"{fact.key} did not get through: {fact.message}"
        case CallWithdrawn():
            return f"{fact.key} was withdrawn before it got through"
        case MilestoneGivenUp():
            return f"The storefront was not told of {fact.key}: {fact.why}"
        case _:
            assert_never(fact)


def _dispute_in_words(fact: DisputeResolved | DisputeLookedUp | Chargeback) -> str:
    match fact:
        case DisputeResolved():
            return f"The dispute of order {fact.order_id} was resolved"
        case DisputeLookedUp():
            return "The events of Digital River were read for how the dispute ended"
        case Chargeback():
            return f"The bank charged order {fact.order_id} back"
        case _:
            assert_never(fact)


def _parcel_in_words(parcel: ShipmentReceived) -> str:
    parts = [*parcel.items]
    parts += [(f"damaged {item}", n) for item, n in parcel.damaged or ()]
    parts += [(f"wrong {what}", n) for what, n in parcel.wrong or ()]
    brought = ", ".join(f"{what}={n}" for what, n in parts)
    return f"Shipment {parcel.reference} (revision {parcel.revision}) brought {brought}"
