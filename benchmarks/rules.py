"""The rules alone: facts recorded, each with the step that follows from it, on one core."""

import gc
import hashlib
import hmac
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from benchmarks.pairs import Compared, compare
from benchmarks.plan import Plan
from benchmarks.report import Row
from lifecycle.facts import Fact, ReturnClaimed, ReturnsListed
from lifecycle.identity import refund_key
from lifecycle.ledger import Ledger
from lifecycle.request import Coordinator, ReturnRequest
from lifecycle.rules import next_step
from lifecycle.steps import Close
from tests.builders.returns import (
    WAREHOUSE,
    a_request,
    at,
    fulfillment_order_seen,
    order_seen,
    refund_seen,
    return_seen,
    shipment,
)

TITLE = "Lifecycle rules"
FACTS_PER_SECOND = 50_000
EVENT = bytes(782)
"""As large as a real refund event; its HMAC is the anchor, fixed work of the same core."""

Life = tuple[ReturnRequest, Sequence[Fact]]


def digital_river_life() -> Life:
    """Return the facts of a fulfillment return, with the repetitions that webhooks bring."""
    request = a_request(Coordinator.DIGITAL_RIVER, {"a": 2, "b": 1})
    created = return_seen(request)
    approved = return_seen(request, "pending", taken=at(1), location=WAREHOUSE)
    accepted = return_seen(request, "accepted", taken=at(9))
    key = refund_key(created.return_id, 1)
    refund = refund_seen({"a": 2, "b": 1}, key=key, taken=at(9, seconds=1), created=at(9))
    paid = replace(refund, state="succeeded", taken=at(12))
    return request, (
        *(order_seen(), fulfillment_order_seen()),
        *(created, ReturnClaimed(return_id=created.return_id)),
        *(approved, approved),
        *(accepted, refund, replace(refund, taken=at(9, seconds=3))),
        *(paid, accepted, paid),
    )


def third_party_life() -> Life:
    """Return the facts of a return in two parcels, whose refunds Digital River makes."""
    request = a_request(Coordinator.THIRD_PARTY, {"a": 2, "b": 1})
    created, reason = return_seen(request), request.sent_reason
    half = return_seen(request, accepted={"a": 2}, taken=at(5))
    whole = return_seen(request, "accepted", taken=at(8))
    first = refund_seen({"a": 2}, reason=reason, taken=at(6), created=at(5))
    second = refund_seen(
        {"b": 1}, refund_id="re_2", reason=reason, taken=at(8, hours=1), created=at(8)
    )
    return request, (
        *(order_seen(), ReturnsListed(taken=at())),
        *(created, ReturnClaimed(return_id=created.return_id)),
        *(shipment({"a": 2}, when=at(5)), half, first),
        *(shipment({"b": 1}, reference="parcel-2", when=at(8)), whole, second),
        *(replace(first, state="succeeded", taken=at(9)), whole),
        replace(second, state="succeeded", taken=at(10)),
    )


def live(life: Life) -> int:
    """Tell a return its facts, take the next step after each, and return how many there were."""
    request, facts = life
    ledger = Ledger(request, request.workflow_id)
    step = next_step(ledger)
    for fact in facts:
        ledger.record(fact, "benchmark")
        step = next_step(ledger)
    if not isinstance(step, Close):
        raise TypeError(f"the facts do not make a whole life: {step}")
    return len(facts)


def rate(work: Callable[[], int], seconds: float) -> float:
    """Return how many a second of CPU time gets done."""
    done, began = 0, time.process_time()
    while (spent := time.process_time() - began) < seconds:
        done += work()
    return done / spent


def _hash() -> int:
    hmac.new(b"whsec_benchmark", EVENT, hashlib.sha256).digest()
    return 1


def _measure(life: Life, plan: Plan) -> Compared:
    rate(lambda: live(life), plan.rule_seconds)
    return compare(
        [
            (rate(lambda: live(life), plan.rule_seconds), rate(_hash, plan.rule_seconds))
            for _ in range(plan.pairs)
        ]
    )


async def run(plan: Plan) -> list[Row]:
    """Measure a life of each coordinator, against hashing an event."""
    gc.collect()
    gc.freeze()
    rows = []
    for name, life in (
        ("digital_river, 12 facts", digital_river_life()),
        ("third_party in two parcels, 13 facts", third_party_life()),
    ):
        found = _measure(life, plan)
        rows.append(
            Row(
                what=f"facts recorded, each with its next step: {name}",
                figure=f"{found.first:,.0f} a CPU second",
                ratio=f"{found} of HMACs of an event, {found.second:,.0f} a CPU second",
                budget=f"≥ {FACTS_PER_SECOND:,}",
                within=found.first >= FACTS_PER_SECOND,
            )
        )
    gc.unfreeze()
    return rows
