"""Every plausible fact of a return, as Hypothesis draws it: siblings, stale and odd ones too.

Times, ids and units come from small sets, so that facts meet, tie and contradict each other.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from hypothesis import strategies as st

from lifecycle.facts import (
    Absent,
    CallGivenUp,
    CallWithdrawn,
    CancelRequested,
    Chargeback,
    DeadlinePassed,
    Decision,
    DisputeLookedUp,
    DisputeResolved,
    EndedBefore,
    Fact,
    FulfillmentOrderSeen,
    InDoubt,
    LookAlikes,
    MilestoneGivenUp,
    Missing,
    NotDue,
    OrderSeen,
    RefundSeen,
    Refused,
    ReturnClaimed,
    ReturnOrphaned,
    ReturnSeen,
    ReturnsListed,
    ShipmentReceived,
    TooManyMessages,
)
from lifecycle.identity import refund_key, return_key
from lifecycle.judgement import EligibilityJudged, ShopFinding, Then
from lifecycle.request import ReturnRequest
from lifecycle.steps import Answer
from tests.builders.returns import (
    START,
    WAREHOUSE,
    a_request,
    at,
    fulfillment_order_seen,
    order_seen,
    refund_seen,
    return_seen,
    shipped_item,
)

RETURN_IDS = ("ret_1", "ret_2", "ret_3")
REFUND_IDS = ("re_1", "re_10", "re_2")

times: st.SearchStrategy[datetime] = st.integers(0, 8).map(lambda n: at(n * 5))
units: st.SearchStrategy[int] = st.integers(0, 3)


def keys(request: ReturnRequest) -> st.SearchStrategy[str]:
    """Draw the key of a call."""
    return st.sampled_from(
        (
            return_key(request.workflow_id),
            f"{request.workflow_id}:check",
            refund_key("ret_1", 1),
            refund_key("ret_1", 2),
            refund_key("ret_2", 1),
            "ret_1:accept:a",
            "ret_1:accept:a,b",
            "ret_1:watch",
            "ret_1:list",
        )
    )


def sibling_of(request: ReturnRequest) -> ReturnRequest:
    """Return another request for some of the same units."""
    return a_request(request.coordinator, {"a": 1}, request_id="request-2")


def owner_of(request: ReturnRequest) -> ReturnRequest:
    """Return the request that our return was made for: an adoption carries on with another's."""
    if request.adopt is None:
        return request
    return a_request(request.coordinator, {"a": 2, "b": 1}, request_id="request-9")


@st.composite
def returns(draw: st.DrawFn, request: ReturnRequest) -> ReturnSeen:
    """Draw a snapshot of our return, of one that looks like it, or of a sibling."""
    return_id = draw(st.sampled_from(RETURN_IDS))
    owner = sibling_of(request) if return_id == "ret_3" else owner_of(request)
    states = ("created", "pending", "accepted", "rejected", "inspected", "lost")
    seen = return_seen(
        owner,
        draw(st.sampled_from(states)),
        {line.order_item_id: draw(units) for line in owner.lines},
        taken=draw(times),
        return_id=return_id,
        location=draw(st.sampled_from((None, WAREHOUSE))),
        refund_ids=tuple(draw(st.lists(st.sampled_from(REFUND_IDS), max_size=2))),
    )
    marks = (return_key(owner.workflow_id), None) if return_id != "ret_2" else (None,)
    reasons = (owner.sent_reason, "too_small") if return_id != "ret_2" else ("too_small",)
    return replace(
        seen,
        key=draw(st.sampled_from(marks)),
        reason=draw(st.sampled_from(reasons)),
        created=draw(st.sampled_from((START, None))),
    )


@st.composite
def refunds(draw: st.DrawFn, request: ReturnRequest) -> RefundSeen:
    """Draw a snapshot of a refund: ours, Digital River's, the Dashboard's, or a sibling's."""
    seen = refund_seen(
        draw(st.dictionaries(st.sampled_from(("a", "b", "x")), st.none() | st.integers(1, 2))),
        draw(
            st.sampled_from(
                ("pending", "pending_information", "succeeded", "failed", "expired", "reversed")
            )
        ),
        refund_id=draw(st.sampled_from(REFUND_IDS)),
        key=draw(st.none() | keys(request)),
        reason=draw(st.sampled_from((None, request.sent_reason, sibling_of(request).sent_reason))),
        taken=draw(times),
        created=draw(st.none() | times),
        expires=draw(st.none() | times),
        failure_reason=draw(st.sampled_from((None, "expired_or_canceled_card"))),
    )
    return replace(
        seen,
        type=draw(st.sampled_from((None, None, "shipping"))),
        amount=draw(st.sampled_from((None, Decimal("21.60")))),
        order_id=draw(st.sampled_from(("order-1", None, "order-2"))),
    )


@st.composite
def orders(draw: st.DrawFn) -> OrderSeen:
    """Draw a snapshot of the order."""
    states = ("fulfilled", "complete", "dispute", "returned", "blocked")
    seen = order_seen(draw(st.sampled_from(states)), taken=draw(times))
    return replace(seen, updated=draw(st.none() | times))


@st.composite
def fulfillment_orders(draw: st.DrawFn) -> FulfillmentOrderSeen:
    """Draw a snapshot of a fulfillment order, some of it not shipped."""
    items = [
        shipped_item(item, shipped=draw(units), pending=draw(units), cancelled=draw(units))
        for item in draw(st.sampled_from((("a", "b"), ("a",), ("b",))))
    ]
    seen = fulfillment_order_seen(
        *items, fulfillment_order_id=draw(st.sampled_from(("fo_1", "fo_2"))), taken=draw(times)
    )
    return replace(seen, currency=draw(st.sampled_from(("EUR", "USD", None))))


@st.composite
def shipments(draw: st.DrawFn) -> ShipmentReceived:
    """Draw a warehouse's report."""
    return ShipmentReceived(
        reference=draw(st.sampled_from(("parcel-1", "parcel-2"))),
        revision=draw(st.integers(1, 3)),
        items=(("a", draw(units)), ("b", draw(units))),
        at=draw(times),
    )


def judgements() -> st.SearchStrategy[EligibilityJudged]:
    """Draw what the shop's rules said of units of `a` and `b`."""
    finding = st.builds(
        ShopFinding,
        code=st.sampled_from(("return_window_over", "value_above_limit")),
        then=st.sampled_from(Then),
        message=st.just("Too late."),
        order_item_ids=st.sampled_from((("a",), ("b",), ("a", "b"))),
    )
    found = st.lists(finding, max_size=2).map(tuple)
    return st.builds(EligibilityJudged, findings=found, taken=times)


def facts_of_others(request: ReturnRequest) -> st.SearchStrategy[Fact]:
    """Draw any fact but a person's decision."""
    key = keys(request)
    return st.one_of(
        returns(request),
        refunds(request),
        returns(request),
        refunds(request),
        orders(),
        fulfillment_orders(),
        shipments(),
        st.builds(ReturnsListed, taken=times),
        judgements(),
        st.builds(ReturnClaimed, return_id=st.sampled_from(RETURN_IDS)),
        st.builds(ReturnOrphaned, return_id=st.sampled_from(RETURN_IDS)),
        st.builds(
            EndedBefore,
            outcome=st.just("expired"),
            news=st.sampled_from(("it was accepted", "the bank paid")),
            taken=times,
        ),
        st.builds(DeadlinePassed, until=times.map(lambda time: time)),
        st.builds(InDoubt, key=key, absent=times),
        st.builds(NotDue, key=key, why=st.just("no"), taken=times),
        st.builds(CallWithdrawn, key=key, at=times),
        st.builds(Absent, key=key, at=times),
        st.builds(TooManyMessages, at=times),
        st.builds(DisputeLookedUp, seen=times),
        st.builds(DisputeResolved, order_id=st.just("order-1"), taken=times),
        st.builds(
            LookAlikes,
            key=key,
            object_ids=st.lists(st.sampled_from(RETURN_IDS), max_size=2).map(tuple),
        ),
        st.builds(CallGivenUp, key=key, message=st.sampled_from(("lost", "late")), at=times),
        st.builds(
            Refused,
            key=key,
            status=st.just(409),
            code=st.sampled_from(("quantity_too_large", "conflict")),
            message=st.just("No."),
            taken=times,
        ),
        st.builds(
            Missing,
            resource=st.sampled_from(("order", "fulfillment_order", "return")),
            object_id=st.sampled_from(("order-1", "fo_1", "ret_1")),
            taken=times,
        ),
        st.builds(CancelRequested, who=st.sampled_from(("ann", "bob")), why=st.just("."), at=times),
        st.builds(Chargeback, order_id=st.just("order-1"), taken=times),
        st.builds(MilestoneGivenUp, key=st.just("opened"), why=st.just("gone"), at=times),
    )


def decisions(request: ReturnRequest) -> st.SearchStrategy[Decision]:
    """Draw a decision on a question that may never have been asked."""
    questions = (
        "two_returns",
        "contradiction:ret_1",
        "contradiction:re_1",
        "whose_refund:re_1",
        "refund_failed:re_1:ended",
        "refund_expired:re_1:ended",
        "refund_refused:ret_1:refund:1:1",
        f"look_alikes:{return_key(request.workflow_id)}:1",
        f"eligibility:{request.rma}",
    )
    answers = (*Answer, "adopt:ret_1", "adopt:ret_9", "holds:accepted", "holds:failed", "holds:odd")
    return st.builds(
        Decision,
        question=st.sampled_from(questions),
        answer=st.sampled_from(answers).map(str),
        who=st.just("ann"),
        why=st.just("seen"),
        at=times,
    )


def facts(request: ReturnRequest) -> st.SearchStrategy[Fact]:
    """Draw any fact."""
    return facts_of_others(request) | decisions(request)
