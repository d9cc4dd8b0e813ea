"""One return as a case file, for the books or a dispute: what happened, who decided, what was paid.

It says nothing that the history does not hold, and nothing secret: a pure function of the snapshot.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from lifecycle.amounts import in_words
from lifecycle.case import ParcelView
from lifecycle.sentences import day
from lifecycle.snapshot import FactView, RefundView, Snapshot
from lifecycle.steps import LineRefusal

EARLIEST = datetime.min.replace(tzinfo=UTC)
_LOOKS = ("watch", "look")
_PEOPLE = ("operator", "warehouse", "customer service")
_COMPLETED = "completed"


class CaseFile(Snapshot):
    """All that is known of a return, in the order of time, with who said so in words."""

    status: str
    """Temporal's, such as `running`, `completed`, or `terminated` by somebody outside."""
    started: datetime
    ended: datetime | None = None


def case_file_of(
    view: Snapshot, status: str, started: datetime, ended: datetime | None
) -> CaseFile:
    """Return the case file of a return."""
    facts = [fact.model_copy(update={"source": _who(fact.source)}) for fact in _in_order(view)]
    told = {**dict(view), "facts": facts}
    return CaseFile(**told, status=status, started=started, ended=ended)


def _in_order(view: Snapshot) -> list[FactView]:
    """Sort by time; what has none happened after what was told before it."""
    times, latest = [], EARLIEST
    for fact in view.facts:
        latest = fact.at or latest
        times.append(latest)
    return [fact for _, fact in sorted(zip(times, view.facts, strict=True), key=lambda t: t[0])]


def _who(source: str) -> str:
    """Say who told a fact, of whom the timeline knows a name."""
    if source in _PEOPLE:
        return source
    if source == "workflow":
        return "Upriver"
    if source in _LOOKS:
        return "Digital River, looked at"
    kind, _, event = source.partition(" ")
    return f"Digital River, {source if kind == 'event' and event else f'asked by {source}'}"


def in_markdown(case: CaseFile) -> str:
    """Return a case file as people read it."""
    parts = [
        f"# Return {_plain(case.workflow_id)}",
        f"**{case.phase}**: {_plain(case.sentence)}",
        _ids(case),
        _asked(case),
        _parcels(case.parcels or []),
        _refunds(case.refunds),
        _decisions(case),
        _open(case),
        "## What happened\n\n" + _table(("when", "what", "told by"), _happened(case)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _ids(case: CaseFile) -> str:
    found = case.return_
    asked = case.asked
    rows = [
        ("order", case.order_id),
        ("coordinator", case.coordinator),
        ("Digital River return", f"{found.id} ({found.state})" if found else "none"),
        ("fulfillment order", asked.fulfillment_order_id if asked else None),
        ("RMA number", case.rma),
        ("request", asked.request_id if asked else None),
        ("carried on with", asked.adopted if asked else None),
        ("began", day(case.started)),
        ("ended", day(case.ended) if case.ended else "goes on"),
        ("stopped from outside", case.status if case.ended and case.status != _COMPLETED else None),
    ]
    return _table(("", ""), [(name, value) for name, value in rows if value])


def _asked(case: CaseFile) -> str:
    reason = case.asked.reason if case.asked else None
    head = "## What was asked for\n\n" + (f"Reason: {_plain(reason)}\n\n" if reason else "")
    rows = [
        (line.order_item_id, line.requested, line.arrived, line.accepted, line.refunded)
        for line in case.lines
    ]
    refused = [f"- {_plain(one.order_item_id)}: {_plain(one.message)}" for one in _refusals(case)]
    columns = ("order item", "requested", "arrived", "accepted", "refunded")
    return "\n\n".join(filter(None, [head + _table(columns, rows), "\n".join(refused)]))


def _refusals(case: CaseFile) -> Sequence[LineRefusal]:
    return case.refusal.lines if case.refusal else ()


def _parcels(parcels: list[ParcelView]) -> str:
    if not parcels:
        return ""
    rows = [
        (
            day(one.at),
            one.reference,
            one.revision,
            _counts(one.items),
            _counts(one.damaged),
            _counts(one.wrong),
        )
        for one in parcels
    ]
    columns = ("when", "parcel", "revision", "sound", "damaged", "wrong")
    return f"## Parcels\n\n{_table(columns, rows)}"


def _counts(units: dict[str, int] | None) -> str:
    return ", ".join(f"{count} of {what}" for what, count in (units or {}).items())


def _refunds(refunds: list[RefundView]) -> str:
    if not refunds:
        return "## Refunds\n\nNone."
    rows = [
        (
            one.id,
            one.state + (f" ({one.failure_reason})" if one.failure_reason else ""),
            in_words(one.amount, one.currency) if one.amount is not None else "not said",
            in_words(one.refunded_amount, one.currency),
            day(one.created) if one.created else "not said",
            day(one.ended) if one.ended else "not yet",
        )
        for one in refunds
    ]
    columns = ("refund", "state", "asked for", "paid back", "made", "ended")
    return f"## Refunds\n\n{_table(columns, rows)}"


def _decisions(case: CaseFile) -> str:
    if not case.decisions:
        return "## Decisions of people\n\nNone."
    rows = [
        (day(one.at), one.who, one.question or "", one.answer, one.meaning, one.why, one.reference)
        for one in case.decisions
    ]
    columns = ("when", "who", "question", "answer", "what it means", "why", "reference")
    return f"## Decisions of people\n\n{_table(columns, rows)}"


def _open(case: CaseFile) -> str:
    if case.waiting is None:
        return ""
    until = f", until {day(case.waiting.until)}" if case.waiting.until else ""
    told = f"It waits for {case.waiting.what}; {case.waiting.who} must act{until}."
    question = f" The open question is `{case.question.id}`." if case.question else ""
    return f"## What is open\n\n{_plain(told + question)}"


def _happened(case: CaseFile) -> list[tuple[str, str, str]]:
    return [(day(one.at) if one.at else "", one.summary, one.source) for one in case.facts]


def _table(columns: Sequence[str], rows: Sequence[Sequence[str | int | None]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(map(_plain, line))} |" for line in lines)


def _plain(value: str | int | None) -> str:
    """Return a value as text that is no markup: what people wrote stays what it is."""
    text = " ".join(str("" if value is None else value).split())
    for sign in ("\\", "|", "<", "*", "["):
        text = text.replace(sign, f"\\{sign}")
    return text
