"""Goods that came damaged, or were not what was asked back (third party): a person decides.

They never count as arrived by themselves. As soon as they stand for all that is missing an operator
is asked, at once: what is waited for is not likely to come.
"""

from lifecycle.ledger import Ledger
from lifecycle.questions import stamp
from lifecycle.records import ReturnRecord
from lifecycle.steps import Answer, Question
from lifecycle.tally import Tally
from lifecycle.units import damaged, delivered, received, wrong


def unsound_question(ledger: Ledger, record: ReturnRecord) -> Question | None:
    """Return the question what to do with unsound goods that stand for all that is missing."""
    question_id = _question_id(ledger, record)
    if question_id is None or ledger.requested - with_unsound(ledger):
        return None
    part = (Answer.REFUND_RECEIVED_PART,) if received(ledger, record) else ()
    return Question(
        id=question_id,
        reason=f"As many units came as were expected, but {_in_words(ledger)}.",
        answers=(Answer.ACCEPT_ANYWAY, *part, Answer.EXTEND_DEADLINE, Answer.GIVE_UP),
    )


def unsound_answer(ledger: Ledger, record: ReturnRecord) -> str | None:
    """Return what a person decided on the unsound goods that were reported last."""
    question_id = _question_id(ledger, record) if ledger.decisions else None
    decision = ledger.answer_to(question_id) if question_id else None
    return decision.answer if decision else None


def with_unsound(ledger: Ledger) -> Tally:
    """Units that are here if damaged ones count, and if what is wrong stands for the rest."""
    units = delivered(ledger)
    units.add(damaged(ledger))
    missing = ledger.requested - units
    return ledger.requested if missing.total() <= wrong(ledger).total() else units


def _question_id(ledger: Ledger, record: ReturnRecord) -> str | None:
    """Return the id of the question about unsound goods; each report of some asks it anew."""
    reports = [one.at for one in ledger.shipments.values() if one.damaged or one.wrong]
    return f"unsound:{record.best.return_id}:{stamp(max(reports))}" if reports else None


def _in_words(ledger: Ledger) -> str:
    parts = [f"{n} of {item} damaged" for item, n in sorted(damaged(ledger).items())]
    others = sorted(wrong(ledger).items())
    parts += [f"{n} of {what} that nobody asked back" for what, n in others]
    return ", ".join(parts)
