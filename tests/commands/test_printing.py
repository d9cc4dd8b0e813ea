"""What people read: whole ids, values as they are, and the words that matter."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from rich.console import Console

from commands.columns import DEFAULT, cells_of, columns_named
from commands.printing import (
    print_done,
    print_opened,
    print_rows,
    print_shipment,
    print_snapshot,
    print_sorry,
)
from lifecycle.snapshot import (
    FactView,
    LineView,
    QuestionView,
    RefundView,
    ReturnView,
    Snapshot,
    WaitingView,
)
from lifecycle.steps import LineRefusal, Refusal
from storefront.errors import StorefrontError
from storefront.listing import ReturnRow
from storefront.reading import WrongInputError
from workflows.messages import Done, OpenedAnswer, ShipmentAnswer

HOSTILE = "[/] [red]x :smile: \\"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LINE = LineView(order_item_id=HOSTILE, requested=2, arrived=1, accepted=1, refunded=0)
REFUSAL = Refusal(
    code="units_held",
    message=HOSTILE,
    lines=(LineRefusal(order_item_id="i1", code="units_held", message=HOSTILE),),
)


@pytest.fixture
def out() -> Console:
    """Return a narrow terminal whose text can be read."""
    return Console(file=StringIO(), width=40, soft_wrap=True, force_terminal=False)


def text(out: Console) -> str:
    """Return what was printed."""
    assert isinstance(out.file, StringIO)
    return out.file.getvalue()


def test_a_refusal_shows_what_it_was_told(out: Console) -> None:
    """Sentences of Digital River may hold brackets; they are shown and never obeyed."""
    answer = OpenedAnswer(workflow_id="w", rma="R", status="refused", refusal=REFUSAL)
    print_opened(out, answer)
    assert text(out) == (
        f"Refused (units_held): {HOSTILE}\n  i1: {HOSTILE} (units_held)\n  workflow w, RMA R\n"
    )


def test_opened_and_queued(out: Console) -> None:
    """The return id, or that the request is safe."""
    print_opened(
        out,
        OpenedAnswer(workflow_id="w", rma="R", status="opened", return_id="7", state="created"),
    )
    print_opened(out, OpenedAnswer(workflow_id="w", rma="R", status="queued"))
    assert "Opened: Digital River return 7, created.\n" in text(out)
    told = "Queued: the request is safe; Digital River or the workers do not answer yet.\n"
    assert told in text(out)


def test_queued_for_a_person(out: Console) -> None:
    """Why the caller waits."""
    sentence = "The shop looks at this request before the return is opened."
    answer = OpenedAnswer(workflow_id="w", rma="R", status="queued", sentence=sentence)
    print_opened(out, answer)
    assert f"Queued: the request is safe; {sentence}\n" in text(out)


def test_a_snapshot_shows_who_must_act_and_until_when(out: Console) -> None:
    """The card has phase, sentence, wait, question, lines, refunds and facts."""
    view = Snapshot(
        workflow_id="w",
        rma="R",
        order_id="o",
        coordinator="third_party",
        phase="needs_attention",
        refusal=REFUSAL,
        return_=ReturnView(id="7", state="accepted", unknown_state="lost"),
        lines=[LINE],
        refunds=[
            RefundView(id="re", state="failed", refunded_amount=Decimal("0.00"), currency="EUR"),
            RefundView(
                id="re2",
                state="failed",
                refunded_amount=Decimal(0),
                amount=Decimal(10),
                currency="EUR",
                failure_reason="closed_account",
                created=NOON,
                ended=NOON,
            ),
        ],
        waiting=WaitingView(what="more_goods", who="digital_river", since=NOON, until=NOON),
        question=QuestionView(
            id="q1",
            reason="failed",
            answers=["retry", "give_up"],
            meanings={"retry": HOSTILE, "give_up": "It is not paid."},
        ),
        sentence=HOSTILE,
        facts=[
            FactView(kind="refund", source="watch", summary=HOSTILE, at=NOON),
            FactView(kind="decision", source="operator", summary="no time"),
        ],
    )
    print_snapshot(out, view)
    shown = text(out).splitlines()
    assert shown[0] == f"needs_attention: {HOSTILE}"
    assert "  order o, RMA R, third_party" in shown
    odd = "since shown as lost, a state that Upriver does not know"
    assert f"  Digital River return 7, accepted ({odd})" in shown
    noon = "2026-03-02 12:00 UTC"
    assert f"  waits for more goods since {noon}; digital river must act, until {noon}" in shown
    place = shown.index("  question q1, to be answered by `resolve`:")
    assert shown[place + 1] == f"    retry    {HOSTILE}"
    assert shown[place + 2] == "    give_up  It is not paid."
    assert "  refund re: failed, 0 EUR back" in shown
    failed = f"failed (closed_account), 0 EUR of 10 EUR back, made {noon}, ended {noon}"
    assert f"  refund re2: {failed}" in shown
    assert f"  2026-03-02 12:00 UTC  {HOSTILE} (watch)" in shown
    assert "                        no time (operator)" in shown


def test_tables_are_aligned_and_never_cut(out: Console) -> None:
    """A list that is piped into another program keeps its ids, in 40 columns too."""
    row = ReturnRow(
        workflow_id="return-400000000001-ABCDEFGHIJ",
        order_id="400000000001",
        coordinator=None,
        phase=None,
        return_id="7f0c3c5e-0f4b-4a58-9e46-0f4f34a2a111",
        started=NOON,
        ended=None,
    )
    print_rows(out, [row], columns_named(DEFAULT), NOON + timedelta(days=3, hours=5))
    print_rows(out, [], columns_named(DEFAULT), NOON)
    head, line, empty = text(out).splitlines()
    assert line.split() == [
        row.workflow_id,
        row.order_id,
        row.return_id,
        "2026-03-02",
        "12:00",
        "UTC",
        "3",
        "d",
    ]
    assert head.index("order") == line.index("400000000001 ")
    assert head.index("started") == line.index("2026-03-02")
    assert empty.split() == DEFAULT.split(",")


def test_goods_and_decisions_are_answered_with_a_sentence(out: Console) -> None:
    """The warehouse sees each line; an operator what became of the decision."""
    print_shipment(out, ShipmentAnswer(lines=[LINE], sentence=HOSTILE))
    print_done(out, Done(phase="refunding", sentence=HOSTILE))
    shown = text(out).splitlines()
    assert shown[0] == HOSTILE
    assert shown[2].split()[-5:] == ["2", "1", "1", "0", "0"]
    assert shown[3] == f"refunding: {HOSTILE}"


def test_errors_are_one_sentence_or_a_line_for_each_rule(out: Console) -> None:
    """Every broken rule is told at once."""
    print_sorry(out, StorefrontError("code", HOSTILE))
    problems = [{"field": "a.0", "rule": HOSTILE}, {"field": "b", "rule": "required"}]
    print_sorry(out, WrongInputError(problems))
    assert text(out).splitlines() == [HOSTILE, f"a.0: {HOSTILE}", "b: required"]


def test_columns_say_how_a_return_ended_and_how_long_it_took() -> None:
    """Age counts to the end of one that has ended, in the largest unit that fits."""
    row = ReturnRow(
        workflow_id="w",
        order_id="o",
        coordinator="third_party",
        phase="expired",
        return_id="7",
        started=NOON,
        ended=NOON + timedelta(hours=5),
    )
    cells = cells_of(row, columns_named("ended, age,phase"), NOON + timedelta(days=9))
    assert cells == ["2026-03-02 17:00 UTC", "5 h", "expired"]
    goes_on = row.model_copy(update={"ended": None})
    assert cells_of(goes_on, ["ended", "age"], NOON + timedelta(seconds=90)) == ["", "1 min"]
