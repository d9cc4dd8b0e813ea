"""What must stay behind: the bank token, and what is the customer's own."""

import json
from datetime import UTC, datetime

import pytest

from activities.translate import event_facts, fulfillment_order_seen, order_seen, refund_seen
from activities.watching import Watching
from digital_river.models import Event, FulfillmentOrder, Order, Refund
from lifecycle.fact_json import write_fact
from lifecycle.facts import Fact, RefundSeen, Resource
from lifecycle.steps import Watch
from tests.activities.makings import a_refund as a_refund_to_make
from tests.activities.payloads import (
    ORDER,
    PERSONAL,
    TOKEN,
    Json,
    a_fulfillment_order,
    a_refund,
    an_event,
)
from tests.activities.place import Place
from tests.activities.tries import NOW, SECOND, Tries

TAKEN = datetime(2026, 1, 9, tzinfo=UTC)
WITH_TOKEN = a_refund(
    state="pending_information",
    tokenInformation={"token": TOKEN, "expiresTime": "2026-04-09T08:00:00.123Z"},
)


def everything(*facts: Fact) -> str:
    """Return all that facts hold, as they are stored and as they are logged."""
    return " ".join(json.dumps(write_fact(fact)) + repr(fact) for fact in facts)


def event(kind: str, wire: Json) -> tuple[Fact, ...]:
    """Return what an event teaches."""
    return event_facts(Event.model_validate(an_event(kind, wire)))


@pytest.mark.parametrize(
    "kind", ["refund.pending_information", "refund.pending", "refund.updated", "refund.new"]
)
def test_no_token_from_events(kind: str) -> None:
    """The token that opens the customer's bank form is in no fact, its expiry is."""
    [seen] = event(kind, WITH_TOKEN)
    assert isinstance(seen, RefundSeen)
    assert seen.expires is not None
    assert TOKEN in json.dumps(WITH_TOKEN)
    assert TOKEN not in everything(seen)


def test_no_token_from_reads() -> None:
    """A refund that was read teaches no token either."""
    assert TOKEN not in everything(refund_seen(Refund.model_validate(WITH_TOKEN), TAKEN))


async def test_no_token_from_activities(place: Place) -> None:
    """Neither the watch nor a refund that meets another one teaches the token."""
    making = await a_refund_to_make(place)
    made = await place.steer(f"orders/{making.step.order_id}/refunds", {"amount": 1})
    await place.steer(f"refunds/{made['id']}/require-information")
    token = place.world.refunds[made["id"]].token
    assert token
    watch = Watch(
        order_id=making.step.order_id,
        return_id=making.step.return_id,
        resource=Resource.FULFILLMENT_RETURN,
        refunds=True,
        order=True,
        known=(),
        until=NOW,
        looks=(SECOND,),
    )
    told = everything(
        *await making.start().facts(), *await Tries(Watching(place.river).watch, watch).facts()
    )
    assert told.count(made["id"]) == 4
    assert token not in told


@pytest.mark.parametrize("personal", PERSONAL)
def test_nothing_of_the_customer(personal: str) -> None:
    """E-mail, phone, name and addresses of the customer are in no fact about an order."""
    source = a_fulfillment_order()
    assert personal in json.dumps([ORDER, source])
    told = everything(
        order_seen(Order.model_validate(ORDER), TAKEN),
        fulfillment_order_seen(FulfillmentOrder.model_validate(source), TAKEN),
        *event("order.dispute", ORDER),
        *event("order.dispute.resolved", ORDER),
        *event("order.chargeback", ORDER),
    )
    assert "400000000336" in told
    assert personal not in told
