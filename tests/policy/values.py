"""Values of every kind that histories hold: made up by Hypothesis, or one of each by hand."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import get_args

from hypothesis import strategies as st
from pydantic import BaseModel

from lifecycle import facts, steps
from lifecycle.location import Address, Location
from lifecycle.policy import Policy
from lifecycle.request import Coordinator, RequestedLine, ReturnRequest
from lifecycle.snapshot import (
    FactView,
    LineView,
    QuestionView,
    RefundView,
    ReturnView,
    Snapshot,
    WaitingView,
)
from workflows.messages import (
    BackfillReport,
    Cancellation,
    Done,
    EventMessage,
    OpenedAnswer,
    Resolution,
    ReturnResult,
    Shipment,
    ShipmentAnswer,
)

NOW = datetime(2026, 3, 2, 9, 30, 15, 123456, tzinfo=UTC)
LATER = NOW + timedelta(days=14)
DOCK = Location(
    address=Address(line1="1 Dock Road", city="Köln", postal_code="50667", state="NW", country="DE")
)
REFUSAL = steps.Refusal(
    code="not_shipped",
    message="Not sent yet.",
    lines=(steps.LineRefusal(order_item_id="1", code="not_shipped", message="Not sent."),),
)
LINE = LineView(order_item_id="1", requested=2, arrived=1, accepted=1, refunded=0)
REFUND = RefundView(
    id="re_1",
    state="failed",
    amount=Decimal("0.10"),
    refunded_amount=Decimal("12345678901234.50"),
    currency="EUR",
)
MESSAGES: tuple[BaseModel, ...] = (
    ReturnRequest(
        request_id="r",
        order_id="o",
        coordinator=Coordinator.THIRD_PARTY,
        lines=(RequestedLine(order_item_id="1", quantity=2),),
        reason="too_small",
        location=DOCK,
        metadata={"text": "1", "flag": True, "number": 1, "share": 0.5},
        policy=Policy(looks=(timedelta(seconds=90), timedelta(days=7)), doubt=timedelta(minutes=1)),
    ),
    EventMessage(event_id="e", type="refund.complete", facts=[{"kind": "x", "n": None, "y": [1]}]),
    OpenedAnswer(workflow_id="w", rma="R", status="opened", return_id="1", ship_to=DOCK),
    OpenedAnswer(workflow_id="w", rma="R", status="refused", refusal=REFUSAL),
    OpenedAnswer(workflow_id="w", rma="R", status="queued", sentence="The shop looks at it."),
    Shipment(reference="S", revision=2, items={"1": 0, "2": 3}),
    ShipmentAnswer(lines=[LINE], sentence="One of two."),
    Cancellation(who="care", why="kept"),
    Resolution(question="q", answer="retry", who="ops", why="new card"),
    BackfillReport(covered_until=NOW, read=3, acknowledged=1, missed=1, missed_since=NOW),
    Done(phase="refunding", sentence="It goes on."),
    ReturnResult(outcome="refund_failed", lines=[LINE], refunds=[REFUND], sentence="No."),
    Snapshot(
        workflow_id="w",
        rma="R",
        order_id="o",
        coordinator="digital_river",
        phase="needs_attention",
        refusal=REFUSAL,
        return_=ReturnView(id="1", state="accepted", location=DOCK),
        lines=[LINE],
        refunds=[REFUND],
        waiting=WaitingView(what="decision", who="operator", since=NOW, until=LATER),
        question=QuestionView(id="q", reason="why", answers=["retry"]),
        sentence="A person is asked.",
        facts=[FactView(kind="refund", source="watch", summary="failed", at=NOW)],
    ),
)
"""One of each message, with something in every field that could go wrong on the way."""

FACTS: tuple[type, ...] = get_args(get_args(facts.Fact)[0])
STEPS: tuple[type, ...] = (*get_args(steps.Call), steps.Watch, steps.Wait, steps.Close)

_MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive
_AMOUNTS = st.decimals("-1000000", "1000000000000", places=2)
_SPANS = st.timedeltas(timedelta(0), timedelta(days=365))
_TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
_METADATA = st.dictionaries(
    _TEXTS, st.one_of(_TEXTS, st.booleans(), st.integers(-(2**53), 2**53)), max_size=3
)


def register() -> None:
    """Tell Hypothesis how to make what facts and steps are built of."""
    st.register_type_strategy(datetime, _MOMENTS)
    st.register_type_strategy(Decimal, _AMOUNTS)
    st.register_type_strategy(timedelta, _SPANS)
    st.register_type_strategy(str, _TEXTS)
    st.register_type_strategy(Location, st.just(DOCK))
    st.register_type_strategy(
        steps.Create,
        st.builds(steps.Create, metadata=st.none() | _METADATA),
    )


register()
