"""An event is worth a signal if the state of its object is, whatever the event is called."""

from __future__ import annotations

import pytest

from tests.webhooks.bench import Bench
from tests.webhooks.events import Json, event, fulfillment_return, refund, third_party_return


@pytest.mark.parametrize(
    ("subject", "event_type", "outcome"),
    [
        (refund("pending"), "refund.complete", "irrelevant"),
        (refund("succeeded"), "refund.pending", "signalled"),
        (refund("never_heard_of"), "refund.updated", "signalled"),
        (third_party_return("created"), "return.updated", "irrelevant"),
        (third_party_return("created"), "return.accepted", "irrelevant"),
        (third_party_return("accepted"), "return.created", "signalled"),
        (fulfillment_return("created"), "fulfillment_return.pending", "irrelevant"),
        (fulfillment_return("pending"), "fulfillment_return.created", "signalled"),
        (fulfillment_return("created", type="warehouse"), "fulfillment_return.new", "signalled"),
        (fulfillment_return("pending", type="warehouse"), "fulfillment_return.new", "signalled"),
    ],
)
async def test_the_state_decides(
    bench: Bench, subject: Json, event_type: str, outcome: str
) -> None:
    """First states teach nothing, later and unknown ones do."""
    answer = await bench.send(event(event_type, subject))
    assert (answer.status_code, answer.json()) == (202, {"status": outcome})
