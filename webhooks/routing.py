"""Which workflows an event is for. First that fits: our mark on the object, or else its order.

Our marks are `metadata.workflow_id`, on what we created, and the RMA number in `reason`, which
Digital River copies to the refunds it makes (docs/digital-river.md, Metadata and Refund). A mark
names one workflow, and nobody else hears of it: an event of one return never reaches another.
What bears no mark, and disputes and chargebacks, concern every open return of the order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from digital_river.models import Event
from lifecycle.facts import Chargeback, Fact, OrderSeen, RefundSeen, ReturnSeen
from lifecycle.identity import rma_in, workflow_id_for

_WORKFLOW_ID = re.compile(r"return-[A-Za-z0-9._:@/+=-]{1,400}")
_ORDER_ID = re.compile(r"[A-Za-z0-9._:@/+=-]{1,128}")
"""What a request may name as its order: no other order has returns of ours. Needs no quoting."""


def marked_workflow(event: Event, facts: Sequence[Fact]) -> str | None:
    """Return the id of the one workflow whose mark the event's object bears, if it bears one."""
    found = (_marked(event, fact) for fact in facts)
    return next((workflow_id for workflow_id in found if workflow_id), None)


def order_of(facts: Sequence[Fact]) -> str | None:
    """Return the id of the order that the facts are about, if a return can be of such an order."""
    found = (_order(fact) for fact in facts)
    return next((order_id for order_id in found if order_id), None)


def _marked(event: Event, fact: Fact) -> str | None:
    if not isinstance(fact, ReturnSeen | RefundSeen):
        return None
    return _in_metadata(event) or _by_rma(fact)


def _in_metadata(event: Event) -> str | None:
    metadata = event.object.get("metadata")
    workflow_id = metadata.get("workflow_id") if isinstance(metadata, dict) else None
    if isinstance(workflow_id, str) and _WORKFLOW_ID.fullmatch(workflow_id):
        return workflow_id
    return None


def _by_rma(fact: ReturnSeen | RefundSeen) -> str | None:
    rma, order_id = rma_in(fact.reason), _order(fact)
    return workflow_id_for(order_id, rma) if rma and order_id else None


def _order(fact: Fact) -> str | None:
    if not isinstance(fact, OrderSeen | ReturnSeen | RefundSeen | Chargeback):
        return None
    order_id = fact.order_id
    return order_id if order_id and _ORDER_ID.fullmatch(order_id) else None
