"""The card on the web UI's workflow page, in Markdown: where it stands, who acts, until when."""

import json

from lifecycle.amounts import in_words
from lifecycle.ledger import Ledger
from lifecycle.sentences import day
from lifecycle.snapshot import QuestionView, Snapshot, take_snapshot
from lifecycle.steps import Answer, Step

LAST_FACTS = 5


def draw_card(ledger: Ledger, step: Step) -> str:
    """Return the card of a return."""
    view = take_snapshot(ledger, step, last_facts=LAST_FACTS)
    head = f"**{view.phase}** · {view.sentence}"
    parts = [head, _who_acts(view), _money(view), _untold(ledger), _told(view)]
    return "\n\n".join(filter(None, parts))


def _who_acts(view: Snapshot) -> str:
    lines = []
    if view.waiting:
        lines.append(f"- Who must act: **{view.waiting.who.replace('_', ' ')}**")
        if view.waiting.since:
            lines.append(f"- Since: {day(view.waiting.since)}")
        if view.waiting.until:
            lines.append(f"- Until: {day(view.waiting.until)}")
    if view.next:
        lines.append(f"- What follows: {view.next}")
    if view.question:
        lines.append(f"- Question `{view.question.id}`, answered by `resolve`:")
        meanings = view.question.meanings or {}
        lines += [f"- Answer `{answer}`: {meaning}" for answer, meaning in meanings.items()]
        lines.append(
            f"- From here: More Actions, Send an Update, `resolve`, `{_example(view.question)}`"
        )
        if Answer.SETTLE_BY_HAND in view.question.answers:
            lines.append('- With `settle_by_hand` also `"reference": "…"`: of the payment')
    if view.actions:
        lines.append(f"- May be done now: {', '.join(f'`{name}`' for name in view.actions)}")
    if view.return_:
        lines.append(f"- Digital River return: `{view.return_.id}` ({view.return_.state})")
    lines.append(f"- Order `{view.order_id}`, RMA `{view.rma}`, `{view.coordinator}`")
    return "\n".join(lines)


def _example(asked: QuestionView) -> str:
    """Return what the update `resolve` is given, with the first answer that there is."""
    resolution = {"question": asked.id, "answer": asked.answers[0], "who": "…", "why": "…"}
    return json.dumps(resolution, ensure_ascii=False)


def _money(view: Snapshot) -> str:
    """Return the units line by line, and the refunds; the web UI draws no tables."""
    lines = [
        f"- Item `{line.order_item_id}`: {line.arrived} of {line.requested} arrived, "
        f"{line.accepted} accepted, {line.refunded} refunded"
        for line in view.lines
    ]
    lines += [
        f"- Shipment `{one.shipment}`: {one.units} of {one.what} {one.condition}"
        for one in view.unsound or ()
    ]
    refunds = [
        f"- Refund `{refund.id}`: {refund.state}, "
        f"{in_words(refund.refunded_amount, refund.currency)} back"
        + (f" of {in_words(refund.amount, refund.currency)}" if refund.amount else "")
        for refund in view.refunds
    ]
    return "\n".join(lines + refunds)


def _untold(ledger: Ledger) -> str:
    keys = ", ".join(f"`{key}`" for key in sorted(ledger.untold))
    return f"- The storefront was not told of {keys}" if keys else ""


def _told(view: Snapshot) -> str:
    told = [f"- {fact.summary} (`{fact.source}`)" for fact in reversed(view.facts)]
    return "\n".join(["Last facts:", "", *told]) if told else ""
