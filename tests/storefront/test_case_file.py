"""A case file: what happened in the order of time, who said so, who decided, what was paid."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from lifecycle.facts import DeadlinePassed, Decision
from lifecycle.snapshot import take_snapshot
from lifecycle.steps import LineRefusal, Refusal
from storefront.case_file import CaseFile, case_file_of, in_markdown
from tests.builders.returns import (
    START,
    Life,
    a_third_party_life,
    an_accepted_life,
    at,
    refund_seen,
    return_seen,
    shipment,
)


def case_of(life: Life, status: str = "running") -> CaseFile:
    """Return the case file of a life."""
    ended = None if status == "running" else at(9)
    return case_file_of(take_snapshot(life.ledger, life.step), status, START, ended)


def a_settled_life() -> Life:
    """Begin a return whose refund failed, and that was paid by hand."""
    life = an_accepted_life()
    failed = refund_seen(
        {"a": 1}, "failed", key="ret_1:refund:1", failure_reason="closed_account", taken=at(5)
    )
    life.ledger.record(
        replace(failed, amount=Decimal("21.60"), created=at(4)), "event refund.failed"
    )
    life.ledger.record(
        Decision(
            question=life.question.id,
            answer="settle_by_hand",
            who="ann",
            why="card | closed <b>",
            at=at(6),
            reference="transfer 17",
        ),
        "operator",
    )
    return life


def test_it_says_who_decided_what_and_why_with_the_reference() -> None:
    """One row of a table; what people wrote is text and no markup."""
    text = in_markdown(case_of(a_settled_life(), "completed"))

    assert (
        "| 2026-03-08 09:00 UTC | ann | refund_failed:re_1:ended | settle_by_hand | "
        "It is paid by hand, by the reference that is given; no refund is issued for it. | "
        "card \\| closed \\<b> | transfer 17 |" in text
    )


def test_it_has_amounts_and_times_of_each_refund() -> None:
    """What was asked for, what was paid, when it was made and when it ended."""
    text = in_markdown(case_of(a_settled_life()))

    assert (
        "| re_1 | failed (closed_account) | 21.60 EUR | 0 EUR | 2026-03-06 09:00 UTC | "
        "2026-03-07 09:00 UTC |" in text
    )


def test_it_has_every_id_of_digital_rivers() -> None:
    """Order, return, fulfillment order of the request, and refunds."""
    text = in_markdown(case_of(a_settled_life(), "completed"))

    assert text.startswith("# Return return-order-1-DHYQMS3BTV\n\n**partially_refunded**: ")
    for row in (
        "| order | order-1 |",
        "| Digital River return | ret_1 (accepted) |",
        "| RMA number | DHYQMS3BTV |",
        "| request | request-1 |",
        "| began | 2026-03-02 09:00 UTC |",
        "| ended | 2026-03-11 09:00 UTC |",
    ):
        assert row in text
    assert "stopped from outside" not in text


def test_what_happened_is_in_the_order_of_time() -> None:
    """Whenever it was told; what has no time stays after what was told before it."""
    life = a_third_party_life()
    life.ledger.record(shipment({"a": 1}, when=at(3)), "warehouse")
    life.ledger.record(DeadlinePassed(until=at(4)), "watch")
    life.ledger.record(return_seen(life.request, taken=at(1)), "event return.created")
    life.ledger.record(return_seen(life.request, "accepted", taken=at(2)), "accept_items")

    facts = case_of(life).facts[-4:]

    assert [(one.at, one.source) for one in facts] == [
        (at(1), "Digital River, event return.created"),
        (at(2), "Digital River, asked by accept_items"),
        (at(3), "warehouse"),
        (None, "Digital River, looked at"),
    ]


def test_it_has_what_came_in_each_parcel() -> None:
    """Sound, damaged and wrong units, by parcel."""
    life = a_third_party_life({"a": 2})
    parcel = replace(shipment({"a": 1}, when=at(3)), damaged=(("a", 1),), wrong=(("a brick", 2),))
    life.ledger.record(parcel, "warehouse")

    text = in_markdown(case_of(life))

    assert "| parcel-1 | 1 | 1 of a | 1 of a | 2 of a brick |" in text
    assert "The open question is `unsound:ret_1:" in text


def test_a_return_that_was_stopped_from_outside_says_so() -> None:
    """A workflow that somebody terminated did not end by the rules."""
    text = in_markdown(case_of(a_third_party_life(), "terminated"))

    assert "| stopped from outside | terminated |" in text
    assert "It waits for goods; customer must act, until " in text
    assert "## Refunds\n\nNone." in text
    assert "## Decisions of people\n\nNone." in text


def test_a_refusal_is_told_line_by_line() -> None:
    """Nothing was opened: why, for each line."""
    life = a_third_party_life()
    view = take_snapshot(life.ledger, life.step)
    line = LineRefusal(order_item_id="a", code="units_held", message="It is held.")
    refusal = Refusal(code="units_held", message="No.", lines=(line,))
    refused = view.model_copy(update={"refusal": refusal, "return_": None, "asked": None})

    text = in_markdown(case_file_of(refused, "completed", START, START + timedelta(days=1)))

    assert "- a: It is held." in text
    assert "| Digital River return | none |" in text


def test_programs_read_the_same() -> None:
    """The model of the snapshot, with when it began and ended."""
    case = case_of(a_settled_life(), "completed")

    again = CaseFile.model_validate_json(case.model_dump_json(exclude_none=True))

    assert again == case
    assert again.decisions is not None
    assert again.decisions[0].reference == "transfer 17"
