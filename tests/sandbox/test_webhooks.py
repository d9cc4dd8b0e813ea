"""Webhooks: registration, signatures, retries, and faults of delivery."""

import base64
import hashlib
import hmac
import json
import time

import httpx

from sandbox.signature import sign
from tests.sandbox.calls import Json, Planter, give_back, ok, refused, until
from tests.sandbox.conftest import SECRETS
from tests.sandbox.receiver import Receiver

PENDING = ["refund.pending"]


async def subscribe(river: httpx.AsyncClient, receiver: Receiver, types: list[str]) -> Json:
    """Register the receiver."""
    body = {"types": types, "address": receiver.url}
    found: Json = await ok(river.post("/webhooks", json=body), 201)
    return found


async def deliveries(river: httpx.AsyncClient) -> Json:
    """Return the delivery attempts in the books."""
    books = await ok(river.get("/sandbox/books"))
    return {"data": books["deliveries"]}


def test_signature_vector() -> None:
    """The header equals the contract's test vector, with one signature for each secret."""
    body = b'{"id":"0b6f5f0e-0000-4000-8000-000000000001","type":"refund.complete"}'
    assert sign(["tok_sandbox_A", "tok_sandbox_B"], 1767225600, body) == (
        "1767225600, Ec1BpKzrh2WFtXdOcvtskfsqLN374ma5SpXl3AqnFoU=, "
        "CaE7IjtEwwSUgEsAEyJnc/HqDzPaCN/S0T6YOZhy3NI="
    )


async def test_signed_delivery(
    river: httpx.AsyncClient, plant: Planter, receiver: Receiver
) -> None:
    """An event arrives whole, signed with every secret over the real time and the raw body."""
    hook = await subscribe(river, receiver, PENDING)
    await ok(river.post("/sandbox/clock", json={"advance_seconds": 86400}))
    refund = await give_back(river, await plant())
    headers, body = await receiver.next()
    event = json.loads(body)
    assert event["data"]["object"] == refund
    assert event["webhookIds"] == [hook["id"]]
    assert event["digitalriverVersion"] == "2021-12-13"
    assert event["liveMode"] is False
    stamp, *signatures = headers["digitalriver-signature"].split(", ")
    assert abs(int(stamp) - time.time()) < 60
    for secret, signature in zip(SECRETS, signatures, strict=True):
        digest = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).digest()
        assert signature == base64.b64encode(digest).decode()


async def test_failures_are_retried(
    river: httpx.AsyncClient, plant: Planter, receiver: Receiver
) -> None:
    """Anything but 2xx, redirects too, is tried again with the same event and a fresh header."""
    receiver.script = [500, 301, 404]
    await ok(river.put("/sandbox/switches", json={"retry_after_seconds": 0.15, "rate_limit": None}))
    await subscribe(river, receiver, PENDING)
    await give_back(river, await plant())
    attempts = [await receiver.next() for _ in range(4)]
    assert len({body for _, body in attempts}) == 1
    assert len({headers["digitalriver-signature"] for headers, _ in attempts}) > 1

    def delivered(found: Json) -> bool:
        return [row["status"] for row in found["data"]] == [500, 301, 404, 202]

    found = await until(lambda: deliveries(river), delivered)
    assert [row["attempt"] for row in found["data"]] == [1, 2, 3, 4]


async def test_an_unreachable_receiver_is_retried(
    river: httpx.AsyncClient, plant: Planter, receiver: Receiver
) -> None:
    """A connection that is refused counts as an attempt without a status."""
    hook = await subscribe(river, receiver, PENDING)
    await ok(river.patch(f"/webhooks/{hook['id']}", json={"address": "http://127.0.0.1:9/"}))
    await give_back(river, await plant())
    await until(lambda: deliveries(river), lambda found: len(found["data"]) > 1)
    await ok(river.patch(f"/webhooks/{hook['id']}", json={"address": receiver.url}))
    await receiver.next()
    found = await deliveries(river)
    assert found["data"][0]["status"] is None


async def test_types_and_enabled_are_respected(
    river: httpx.AsyncClient, plant: Planter, receiver: Receiver
) -> None:
    """Only subscribed types go out, and none while a webhook is disabled."""
    hook = await subscribe(river, receiver, ["refund.complete"])
    path = f"/webhooks/{hook['id']}"
    planted = await plant()
    silent = await give_back(river, planted, amount=1)
    loud = await give_back(river, planted, amount=1)
    await ok(river.patch(path, json={"enabled": False}))
    await ok(river.post(f"/sandbox/refunds/{silent['id']}/complete"))
    await ok(river.patch(path, json={"enabled": True}))
    await ok(river.post(f"/sandbox/refunds/{loud['id']}/complete"))
    _, body = await receiver.next()
    assert json.loads(body)["data"]["object"]["id"] == loud["id"]
    assert len((await deliveries(river))["data"]) == 1


async def test_delivery_faults(
    river: httpx.AsyncClient, plant: Planter, receiver: Receiver
) -> None:
    """A delivery can be dropped, doubled, or delayed behind later ones."""
    await subscribe(river, receiver, PENDING)
    planted = await plant()
    rules = [
        {"type": "refund.*", "kind": "drop", "times": 1},
        {"order_id": planted["order"]["id"], "kind": "duplicate", "copies": 2, "times": 1},
        {"kind": "delay", "seconds": 1.5, "times": 1},
    ]
    await ok(river.put("/sandbox/faults", json={"deliveries": rules}))
    refunds = [(await give_back(river, planted, amount=1))["id"] for _ in range(4)]
    received = [json.loads((await receiver.next())[1]) for _ in range(5)]
    ids = [event["data"]["object"]["id"] for event in received]
    assert sorted(ids[:4]) == sorted([refunds[1]] * 3 + [refunds[3]])
    assert ids[4] == refunds[2]
    first = (await deliveries(river))["data"][0]
    assert (first["attempt"], first["status"], first["fault"]) == (0, None, "drop")


async def test_registration(river: httpx.AsyncClient) -> None:
    """Webhooks are listed as a bare array, changed, and deleted with an empty 204."""
    body = {"types": PENDING, "address": "http://127.0.0.1:9/hooks"}
    hook = await ok(river.post("/webhooks", json=body), 201)
    assert (hook["enabled"], hook["apiVersion"], hook["transportType"]) == (True, "default", "HTTP")
    assert "whsec" not in json.dumps(hook)
    assert await ok(river.get("/webhooks")) == [hook]
    assert await ok(river.get("/webhooks", params={"type": "return.created"})) == []
    assert (await refused(river.post("/webhooks", json=body)))[:2] == (409, "already_exists")
    missing = await refused(river.post("/webhooks", json={"address": "http://127.0.0.1:9"}))
    assert missing == (400, "missing_parameter", "types")
    path = f"/webhooks/{hook['id']}"
    assert (await ok(river.get(path)))["id"] == hook["id"]
    deleted = await river.delete(path)
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert (await refused(river.get(path)))[0] == 404
