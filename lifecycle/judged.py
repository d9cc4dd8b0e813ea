"""What follows from the shop's own rules: a refusal, a question to a person, or nothing."""

from lifecycle.conditions import refuse_all, refuse_lines
from lifecycle.judgement import ShopFinding, Then
from lifecycle.ledger import Ledger
from lifecycle.questions import answered, ask
from lifecycle.steps import Answer, LineRefusal, Question, Refusal, Wait

DECLINED = "declined"
"""The code of a refusal that a person decided."""

_ABOUT = "eligibility"


def refused_by_shop(ledger: Ledger) -> Refusal | None:
    """Refuse what the shop's rules refuse, or a person has declined; None where neither does."""
    refusal = refuse_lines(_refused_lines(ledger))
    if refusal is None and answered(ledger, _question_id(ledger), Answer.DECLINE):
        message = "The shop has looked at this request and declined it."
        return refuse_all(ledger, DECLINED, message)
    return refusal


def with_refusals_of_shop(ledger: Ledger, refusal: Refusal) -> Refusal:
    """Add the lines that the shop's rules refuse, too, to a refusal of others."""
    told = {line.order_item_id for line in refusal.lines}
    more = [line for line in _refused_lines(ledger) if line.order_item_id not in told]
    return (refuse_lines([*refusal.lines, *more]) if more else None) or refusal


def _refused_lines(ledger: Ledger) -> list[LineRefusal]:
    """Return the first refusal of each line that is refused."""
    refused: dict[str, LineRefusal] = {}
    for finding in _findings(ledger, Then.REFUSE):
        for item in finding.order_item_ids:
            line = LineRefusal(order_item_id=item, code=finding.code, message=finding.message)
            refused.setdefault(item, line)
    return [refused[item] for item in ledger.requested if item in refused]


def asked_by_shop(ledger: Ledger) -> Wait | None:
    """Ask a person where the shop's rules say so; None once it was approved."""
    findings = _findings(ledger, Then.ASK)
    if not findings or ledger.answer_to(_question_id(ledger)) is not None:
        return None
    why = " ".join(f"{one.message} ({one.code}: {_items(ledger, one)})" for one in findings)
    question = Question(
        id=_question_id(ledger),
        reason=f"The shop's rules ask before this return is opened. {why}",
        answers=(Answer.APPROVE, Answer.DECLINE),
    )
    return ask(question, since=ledger.judged.taken if ledger.judged else None)


def is_asked_by_shop(question_id: str) -> bool:
    """Say whether a question is the one whether a return may be opened."""
    return question_id.startswith(f"{_ABOUT}:")


def _items(ledger: Ledger, finding: ShopFinding) -> str:
    items = finding.order_item_ids
    return "all" if len(items) == len(ledger.requested) else ", ".join(items)


def _question_id(ledger: Ledger) -> str:
    return f"{_ABOUT}:{ledger.request.rma}"


def _findings(ledger: Ledger, then: Then) -> list[ShopFinding]:
    found = ledger.judged.findings if ledger.judged else ()
    return [one for one in found if one.then is then]
