"""What a return answers those who send it messages, and what it leaves behind as its result."""

from lifecycle.carrying import carried
from lifecycle.fact_json import write_fact
from lifecycle.judged import is_asked_by_shop
from lifecycle.ledger import Ledger
from lifecycle.ours import our_return
from lifecycle.phase import phase_of
from lifecycle.rules import next_step
from lifecycle.sentences import sentence_for
from lifecycle.snapshot import take_snapshot
from lifecycle.steps import Close, Refusal, Step, Wait
from workflows.messages import Done, OpenedAnswer, ReturnResult, ShipmentAnswer

A_PERSON_LOOKS = "The shop looks at this request before the return is opened."
"""What the customer may read while a person is asked."""


def opened_answer(ledger: Ledger, step: Step) -> OpenedAnswer | None:
    """Return the answer to the storefront's request, as soon as there is one.

    While a person is asked, that is the answer: nobody waits for hours. An update is answered once,
    so whoever asks again is told by `storefront.asking_again` what has become of it.
    """
    record = our_return(ledger)
    if record is not None:
        return OpenedAnswer(
            workflow_id=ledger.workflow_id,
            rma=ledger.request.rma,
            status="opened",
            return_id=record.best.return_id,
            state=record.state,
            ship_to=record.location,
        )
    if isinstance(step, Wait) and step.question and is_asked_by_shop(step.question.id):
        return OpenedAnswer(
            workflow_id=ledger.workflow_id,
            rma=ledger.request.rma,
            status="queued",
            sentence=A_PERSON_LOOKS,
        )
    if not isinstance(step, Close):
        return None
    return OpenedAnswer(
        workflow_id=ledger.workflow_id,
        rma=ledger.request.rma,
        status="refused",
        refusal=step.refusal or Refusal(code=step.outcome, message="It was stopped."),
    )


def shipment_answer(ledger: Ledger) -> ShipmentAnswer:
    """Return what the warehouse hears of a return after it reported goods."""
    view = take_snapshot(ledger, next_step(ledger), last_facts=0)
    return ShipmentAnswer(lines=view.lines, sentence=view.sentence, unsound=view.unsound)


def done_answer(ledger: Ledger) -> Done:
    """Return what became of a cancellation or a decision."""
    step = next_step(ledger)
    return Done(phase=phase_of(step), sentence=sentence_for(step))


def result_of(ledger: Ledger, step: Close) -> ReturnResult:
    """Return how the return ended."""
    view = take_snapshot(ledger, step, last_facts=0)
    return ReturnResult(
        outcome=step.outcome,
        return_id=view.return_.id if view.return_ else None,
        refusal=step.refusal,
        lines=view.lines,
        refunds=view.refunds,
        sentence=view.sentence,
        known=[write_fact(fact) for fact in carried(ledger, step.outcome)] or None,
    )
