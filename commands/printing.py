"""Answers for people: ids are never cut, and no value is read as markup."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from rich.console import Console
from rich.text import Text

from commands.columns import cells_of
from doctor.finding import Finding, Verdict
from lifecycle.amounts import in_words
from lifecycle.sentences import day
from lifecycle.snapshot import LineView, QuestionView, RefundView, Snapshot, UnsoundView
from storefront.answering import AnsweredMany
from storefront.errors import StorefrontError
from storefront.listing import ReturnRow
from storefront.reading import WrongInputError
from workflows.messages import Done, OpenedAnswer, ShipmentAnswer

_STYLES = {Verdict.OK: "green", Verdict.WARNING: "yellow", Verdict.WRONG: "bold red"}
LINE_COLUMNS = ("order item", "requested", "arrived", "accepted", "refunded", "set aside")


def print_opened(out: Console, answer: OpenedAnswer) -> None:
    """Say what became of a request."""
    if answer.status == "opened":
        _say(out, f"Opened: Digital River return {answer.return_id}, {answer.state}.")
    elif answer.status == "queued":
        why = answer.sentence or "Digital River or the workers do not answer yet."
        _say(out, f"Queued: the request is safe; {why}")
    elif answer.refusal is not None:
        _say(out, f"Refused ({answer.refusal.code}): {answer.refusal.message}")
        for line in answer.refusal.lines:
            _say(out, f"  {line.order_item_id}: {line.message} ({line.code})")
    _say(out, f"  workflow {answer.workflow_id}, RMA {answer.rma}")


def print_shipment(out: Console, answer: ShipmentAnswer) -> None:
    """Say where a return stands after goods came."""
    _say(out, answer.sentence)
    _print_lines(out, answer.lines)
    _print_unsound(out, answer.unsound)


def print_done(out: Console, done: Done) -> None:
    """Say what became of a cancellation or a resolution."""
    _say(out, done.sentence, title=done.phase)


def print_answered(out: Console, answered: AnsweredMany) -> None:
    """Say what one answer does, or did, to many returns."""
    rows = [(one.workflow_id, one.question or "", one.status) for one in answered.returns]
    if rows:
        columns = ("id", "question", "status", "what happens")
        told = [one.message for one in answered.returns]
        _print_table(out, columns, [(*row, text) for row, text in zip(rows, told, strict=True)])
    for kind, count in answered.kinds.items():
        _say(out, f"{count} ask {kind}")
    counts = Counter(one.status for one in answered.returns)
    summary = ", ".join(f"{count} {status}" for status, count in counts.items())
    _say(out, summary or "No return asks such a question.")
    if answered.dry_run and counts["planned"]:
        _say(out, "Nothing was done yet: the same with --yes and --question-kind does it.")


def print_finding(out: Console, finding: Finding) -> None:
    """Say what a check of the installation found, and below it what to do."""
    out.print(
        Text.assemble(
            (f"{finding.verdict:<8}", _STYLES[finding.verdict]),
            (finding.check, "bold"),
            f": {finding.message}",
        )
    )
    if finding.remedy:
        _say(out, f"{'':<8}{finding.remedy}")


def print_sorry(out: Console, error: StorefrontError) -> None:
    """Say why something did not succeed: a line per broken rule, or one sentence."""
    if isinstance(error, WrongInputError):
        for problem in error.problems:
            _say(out, f"{problem['field']}: {problem['rule']}")
    else:
        _say(out, str(error))


def print_snapshot(out: Console, view: Snapshot) -> None:
    """Show all that is known of a return."""
    _say(out, view.sentence, title=view.phase)
    _say(out, f"  order {view.order_id}, RMA {view.rma}, {view.coordinator}")
    if view.return_:
        unknown = _unknown_in_words(view.return_.unknown_state)
        _say(out, f"  Digital River return {view.return_.id}, {view.return_.state}{unknown}")
    if view.waiting:
        since = f" since {day(view.waiting.since)}" if view.waiting.since else ""
        until = f", until {day(view.waiting.until)}" if view.waiting.until else ""
        who = f"{view.waiting.who.replace('_', ' ')} must act{until}"
        _say(out, f"  waits for {view.waiting.what.replace('_', ' ')}{since}; {who}")
    if view.next:
        _say(out, f"  {view.next}")
    if view.question:
        _print_question(out, view.question)
    if view.refusal:
        for line in view.refusal.lines:
            _say(out, f"  {line.order_item_id}: {line.message} ({line.code})")
    _print_lines(out, view.lines)
    _print_unsound(out, view.unsound)
    for refund in view.refunds:
        _say(out, f"  refund {refund.id}: {_refund_in_words(refund)}")
    for fact in view.facts:
        when = day(fact.at) if fact.at else ""
        _say(out, f"  {when:<21} {fact.summary} ({fact.source})")


def _print_question(out: Console, question: QuestionView) -> None:
    """Show the answers there are, each with what happens then."""
    _say(out, f"  question {question.id}, to be answered by `resolve`:")
    width = max(map(len, question.answers))
    meanings = question.meanings or {}
    for answer in question.answers:
        _say(out, f"    {answer:<{width}}  {meanings.get(answer, '')}".rstrip())


def _refund_in_words(refund: RefundView) -> str:
    why = f" ({refund.failure_reason})" if refund.failure_reason else ""
    whole = f" of {in_words(refund.amount, refund.currency)}" if refund.amount is not None else ""
    made = f", made {day(refund.created)}" if refund.created else ""
    ended = f", ended {day(refund.ended)}" if refund.ended else ""
    back = in_words(refund.refunded_amount, refund.currency)
    unknown = _unknown_in_words(refund.unknown_state)
    return f"{refund.state}{why}{unknown}, {back}{whole} back{made}{ended}"


def _unknown_in_words(state: str | None) -> str:
    return f" (since shown as {state}, a state that Upriver does not know)" if state else ""


def print_rows(out: Console, rows: Iterable[ReturnRow], columns: list[str], now: datetime) -> None:
    """Show a list of returns."""
    _print_table(out, columns, [cells_of(row, columns, now) for row in rows])


def print_more(err: Console, limit: int) -> None:
    """Say that a list goes on beyond what was shown of it."""
    _say(err, f"There are more than {limit}; --limit shows more, and a filter fewer.")


def _print_lines(out: Console, lines: list[LineView]) -> None:
    cells = [
        (
            line.order_item_id,
            *map(str, (line.requested, line.arrived, line.accepted, line.refunded, line.set_aside)),
        )
        for line in lines
    ]
    _print_table(out, LINE_COLUMNS, cells)


def _print_unsound(out: Console, unsound: list[UnsoundView] | None) -> None:
    for one in unsound or ():
        _say(out, f"  shipment {one.shipment}: {one.units} of {one.what} {one.condition}")


def _print_table(out: Console, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print aligned columns; rich's own table would cut ids where the terminal is narrow."""
    widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
    for place, row in enumerate((columns, *rows)):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        style = "" if place else "bold"
        out.print(Text("  " + "  ".join(cells).rstrip(), style=style))


def _say(out: Console, text: str, title: str = "") -> None:
    """Print a line; a Text is taken as it is, whatever brackets a value holds."""
    out.print(Text.assemble((title, "bold"), ": ", text) if title else Text(text))
