"""Deliveries out of order, and impostors that nobody must believe."""

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from digital_river.signature import InvalidSignature, verify
from sandbox.signature import HEADER
from tests.sandbox.calls import Json, Planter, give_back, ok, until
from tests.sandbox.conftest import SECRETS
from tests.sandbox.receiver import Receiver

TOLERANCE = timedelta(minutes=5)


async def faulty(river: httpx.AsyncClient, receiver: Receiver, **rule: object) -> None:
    """Register the receiver for refunds, with one fault."""
    body = {"types": ["refund.pending"], "address": receiver.url}
    await ok(river.post("/webhooks", json=body), 201)
    await ok(river.put("/sandbox/faults", json={"deliveries": [rule]}))


def reason_to_refuse(headers: dict[str, str], body: bytes) -> str | None:
    """Return why a receiver refuses a delivery; None when its signature holds."""
    secrets = [secret.encode() for secret in SECRETS]
    header = headers[HEADER.lower()].encode()
    try:
        verify(header, body, secrets, datetime.now(UTC), TOLERANCE)
    except InvalidSignature as invalid:
        return invalid.reason.value
    return None


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("bad_signature", "no_match"),
        ("wrong_secret", "no_match"),
        ("body_swapped", "no_match"),
        ("stale", "too_old"),
        ("future", "too_new"),
        ("truncated", "no_match"),
        ("wrong_mode", None),
        ("unknown_type", None),
    ],
)
async def test_an_impostor_comes_before_the_event(
    river: httpx.AsyncClient, plant: Planter, receiver: Receiver, kind: str, reason: str | None
) -> None:
    """It bears an id of its own and says more than the event, which then comes as always."""
    await faulty(river, receiver, kind=kind)
    await give_back(river, await plant())
    false, genuine = await receiver.next(), await receiver.next()
    assert reason_to_refuse(*false) == reason
    assert reason_to_refuse(*genuine) is None
    event = json.loads(genuine[1])
    assert event["data"]["object"]["state"] == "pending"

    async def sent() -> Json:
        return {"rows": (await ok(river.get("/sandbox/books")))["deliveries"]}

    rows = (await until(sent, lambda found: len(found["rows"]) == 2))["rows"]
    assert [row["event_id"] for row in rows] == [f"{kind}-{event['id']}", event["id"]]
    assert {row["fault"] for row in rows} == {kind}
    if kind != "truncated":
        claimed = json.loads(false[1])
        assert claimed["data"]["object"]["state"] == "succeeded"
        assert (claimed["liveMode"], claimed["type"]) == (
            kind == "wrong_mode",
            "unheard.of" if kind == "unknown_type" else "refund.pending",
        )


async def test_a_rule_for_deliveries_can_begin_later(
    river: httpx.AsyncClient, plant: Planter, receiver: Receiver
) -> None:
    """`skip` lets the first events through, `times` ends the rule."""
    await faulty(river, receiver, kind="drop", skip=1, times=1)
    planted = await plant()
    made = [(await give_back(river, planted, amount=1))["id"] for _ in range(3)]
    told = {json.loads((await receiver.next())[1])["data"]["object"]["id"] for _ in range(2)}
    assert told == {made[0], made[2]}


async def test_shuffled_events_lose_their_order(
    river: httpx.AsyncClient, plant: Planter, receiver: Receiver
) -> None:
    """Each event waits for a time of its own, and all arrive."""
    await faulty(river, receiver, kind="shuffle", seconds=0.4)
    planted = await plant(lines=[{"quantity": 16}])
    made = [(await give_back(river, planted, amount=1))["id"] for _ in range(16)]
    told = [json.loads((await receiver.next())[1])["data"]["object"]["id"] for _ in made]
    assert sorted(told) == sorted(made)
    assert told != made


async def test_retries_may_bear_other_ids(
    river: httpx.AsyncClient, plant: Planter, receiver: Receiver
) -> None:
    """With the switch each attempt names the event anew; without it never."""
    receiver.script = [500, 500, 202, 500, 202]
    await faulty(river, receiver, kind="delay")
    for fresh, attempts in ((True, 3), (False, 2)):
        switches = {"fresh_event_ids": fresh, "retry_after_seconds": 0.01, "rate_limit": None}
        await ok(river.put("/sandbox/switches", json=switches))
        await give_back(river, await plant())
        ids = {json.loads((await receiver.next())[1])["id"] for _ in range(attempts)}
        assert len(ids) == (attempts if fresh else 1)


async def test_events_may_be_silent_about_metadata(
    river: httpx.AsyncClient, plant: Planter, receiver: Receiver
) -> None:
    """With the switch off no object in an event shows its metadata; a read still does."""
    await faulty(river, receiver, kind="delay")
    switches = {"metadata_in_events": False, "rate_limit": None}
    await ok(river.put("/sandbox/switches", json=switches))
    made = await give_back(river, await plant(), amount=1, metadata={"key": "mine"})
    _, body = await receiver.next()
    assert "metadata" not in json.loads(body)["data"]["object"]
    assert (await ok(river.get(f"/refunds/{made['id']}")))["metadata"] == {"key": "mine"}
