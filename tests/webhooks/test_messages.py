"""What is signalled is exactly what was learned, and a workflow can read it."""

from __future__ import annotations

import pytest

from activities.translate import event_facts
from digital_river.models import Event
from lifecycle.fact_json import read_fact
from tests.webhooks.bench import Bench
from tests.webhooks.events import (
    Json,
    body_of,
    event,
    fulfillment_return,
    order,
    refund,
    third_party_return,
)
from workflows.converter import data_converter
from workflows.messages import EventMessage

LOCATION: Json = {
    "address": {"line1": "Dock 4", "city": "Venlo", "postalCode": "5928", "country": "NL"},
    "name": "Returns desk",
}
TOKEN: Json = {"token": "canary-token", "expiresTime": "2026-04-09T08:00:00.123Z"}
RELEVANT = [
    event("fulfillment_return.pending", fulfillment_return("pending", location=LOCATION)),
    event("fulfillment_return.accepted", fulfillment_return()),
    event("fulfillment_return.rejected", fulfillment_return("rejected")),
    event("fulfillment_return.created", fulfillment_return("accepted")),
    event("fulfillment_return.lost", fulfillment_return("lost_at_sea")),
    event("return.accepted", third_party_return(refundIds=["re_1", "re_2"])),
    event("return.updated", third_party_return("half_accepted")),
    event("refund.pending", refund()),
    event("refund.pending_information", refund("pending_information", tokenInformation=TOKEN)),
    event("refund.complete", refund(amount=119.01)),
    event("refund.succeeded", refund()),
    event("refund.failed", refund("failed", failureReason="closed account")),
    event("refund.updated", refund("expired")),
    event("refund.reviewed", refund("under_review")),
    event("order.dispute", order()),
    event("order.dispute.resolved", order("complete")),
    event("order.chargeback", order("complete")),
]


@pytest.mark.parametrize("content", RELEVANT, ids=lambda content: str(content["type"]))
async def test_signals_can_be_read(bench: Bench, content: Json) -> None:
    """A signal decodes as the workflow decodes it, and each of its facts is what was learned."""
    assert (await bench.send(content)).json() == {"status": "signalled"}
    [(_, name, sent)] = bench.temporal.signals
    converter = data_converter.payload_converter
    [read] = converter.from_payloads(converter.to_payloads([sent]), [EventMessage])
    event_sent = Event.model_validate_json(body_of(content))
    assert name == "digital_river_event"
    assert (read.event_id, read.type) == (content["id"], content["type"])
    assert tuple(read_fact(fact) for fact in read.facts) == event_facts(event_sent)


async def test_tokens_stay_out(bench: Bench) -> None:
    """The token for bank details is never signalled: histories are kept."""
    subject = refund("pending_information", tokenInformation=TOKEN)
    await bench.send(event("refund.pending_information", subject))
    [(_, _, sent)] = bench.temporal.signals
    assert "canary-token" not in sent.model_dump_json()
