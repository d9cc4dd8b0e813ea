"""Objects that Digital River last showed in a state that is not known here.

Such a state ends nothing and is shown at once; waits go on, and their deadlines ask. But a return
does not end over one before a person has taken note of it: money may have moved.
"""

from lifecycle.ledger import Ledger
from lifecycle.ours import our_refunds
from lifecycle.questions import ask
from lifecycle.records import RefundRecord, ReturnRecord
from lifecycle.steps import Answer, Question, Wait


def unread_state(ledger: Ledger, record: ReturnRecord) -> Wait | None:
    """Ask a person to take note of the first unknown state that nobody has taken note of."""
    objects: list[tuple[str, ReturnRecord | RefundRecord]] = [(record.best.return_id, record)]
    objects += [(refund.best.refund_id, refund) for refund in our_refunds(ledger, record)]
    for object_id, seen in objects:
        state = seen.unknown_state
        if state is None:
            continue
        before = "" if state == seen.state else f", and before that it was {seen.state}"
        question = Question(
            id=f"unknown_state:{object_id}:{state}",
            reason=f"Digital River says that {object_id} is {state}, a state that Upriver does not "
            f"know{before}. Look into the Dashboard: has money moved?",
            answers=(Answer.ACKNOWLEDGE,),
        )
        if ledger.answer_to(question.id) is None:
            return ask(question, since=seen.states.unknown[state])
    return None
