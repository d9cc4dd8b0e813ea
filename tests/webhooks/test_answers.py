"""Every delivery is answered in JSON, with the status that Digital River should act on."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from itertools import cycle
from types import SimpleNamespace

import httpx
import pytest
from pydantic import SecretStr
from starlette.types import Message

from tests.webhooks.bench import Bench, receiving
from tests.webhooks.events import (
    NOW,
    ORDER,
    SECRET,
    WORKFLOW,
    Json,
    body_of,
    event,
    fulfillment_return,
    order,
    refund,
    signature,
    third_party_return,
)
from tests.webhooks.fake_temporal import FakeTemporal
from webhooks import PATH, Options, create_app

SMALL = Options(largest_body=1000)


async def test_a_relevant_event_is_signalled(bench: Bench) -> None:
    """What a rule reads is signalled to its workflow before the answer."""
    answer = await bench.send(event("refund.complete", refund()))
    assert (answer.status_code, answer.json()) == (202, {"status": "signalled"})
    assert [(to, name) for to, name, _ in bench.temporal.signals] == [
        (WORKFLOW, "digital_river_event")
    ]


@pytest.mark.parametrize(
    ("content", "outcome"),
    [
        (event("refund.pending", refund("pending")), "irrelevant"),
        (event("order.refunded", order()), "irrelevant"),
        (event("subscription.created", {}), "unknown_type"),
        (event("refund.complete", {"id": 1}), "unreadable"),
        (event("order.dispute", {}), "unreadable"),
        (event("refund.complete", refund(reason=None, orderId=None)), "unmatched"),
        (event("refund.complete", refund(reason=None, orderId="other")), "unmatched"),
        (event("refund.complete", refund(orderId="other")), "late"),
        (event("fulfillment_return.created", fulfillment_return("created")), "irrelevant"),
    ],
)
async def test_what_is_nobodys_is_acknowledged(bench: Bench, content: Json, outcome: str) -> None:
    """A genuine event that no workflow is told of is answered 202 and counted by its reason."""
    answer = await bench.send(content)
    assert (answer.status_code, answer.json()) == (202, {"status": outcome})
    assert await bench.outcomes() == {outcome: 1}
    assert bench.temporal.signals == []


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b'"\xff"', "not_json"),
        (b"[" * 100_000 + b"]" * 100_000, "not_json"),
        (b"null", "not_an_event"),
        (b"[]", "not_an_event"),
        (b"{}", "not_an_event"),
        (body_of(event("refund.complete", refund(), id="")), "not_an_event"),
        (body_of(event("refund.complete", refund(), id="a b")), "not_an_event"),
        (body_of(event("refund.complete", refund(), id="x" * 129)), "not_an_event"),
        (body_of(event("refund.complete", refund(), createdTime="later")), "not_an_event"),
    ],
)
async def test_what_is_no_event_is_refused(bench: Bench, body: bytes, reason: str) -> None:
    """A genuine body that holds no event is answered 400 with the reason."""
    answer = await bench.post(body, signature(body))
    assert (answer.status_code, answer.json()) == (400, {"error": reason})
    assert await bench.outcomes() == {reason: 1}


@pytest.mark.parametrize(
    ("expected", "live", "outcome"),
    [
        (True, True, "signalled"),
        (True, False, "wrong_mode"),
        (False, True, "wrong_mode"),
        (False, None, "signalled"),
        (None, True, "signalled"),
        (None, False, "signalled"),
    ],
)
async def test_mode(expected: bool | None, live: bool | None, outcome: str) -> None:
    """Events of the other mode are acknowledged and not signalled, if a mode is expected."""
    async with receiving(Options(live_mode=expected)) as bench:
        bench.temporal.open[WORKFLOW] = ORDER
        answer = await bench.send(event("refund.complete", refund(), liveMode=live))
    assert (answer.status_code, answer.json()) == (202, {"status": outcome})
    assert len(bench.temporal.signals) == (outcome == "signalled")


async def test_a_body_that_says_it_is_too_large() -> None:
    """A body is refused by the length that it announces, before it is read."""
    async with receiving(SMALL) as bench:
        answer = await bench.post(b"x" * 1001)
        assert (answer.status_code, answer.json()) == (413, {"error": "too_large"})
        assert answer.headers["connection"] == "close"
        assert await bench.outcomes() == {"too_large": 1}


@pytest.mark.parametrize("announced", [None, "999", "many", "9" * 30])
async def test_a_body_that_grows_too_large(announced: str | None) -> None:
    """A body that announces nothing, or less than it is, is refused once it is too large."""

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"x" * 400

    headers = {} if announced is None else {"Content-Length": announced}
    async with receiving(SMALL) as bench:
        answer = await bench.http.post(PATH, content=chunks(), headers=headers)
    assert (answer.status_code, answer.json()) == (413, {"error": "too_large"})


async def test_a_body_in_pieces(bench: Bench) -> None:
    """A body may come in any pieces: its bytes are what was signed."""
    body = body_of(event("refund.complete", refund()))

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 100):
            yield body[start : start + 100]

    answer = await bench.http.post(PATH, content=chunks(), headers=signature(body))
    assert answer.json() == {"status": "signalled"}


async def test_a_sender_that_goes_away(bench: Bench) -> None:
    """A body that ends with its connection is counted, and nothing is raised."""
    app = create_app(bench.temporal.client, [SecretStr(SECRET)], Options(now=lambda: NOW))
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": PATH, "headers": [], "root_path": ""}
    await app(scope, receive, send)
    assert sent[0]["status"] == 400
    assert sent[1]["body"] == b'{"error":"incomplete"}'


async def test_other_addresses_and_methods(bench: Bench) -> None:
    """What is not served is answered in JSON too, and never redirected."""
    for path in ("/", f"{PATH}/"):
        answer = await bench.http.post(path)
        assert (answer.status_code, answer.json()) == (404, {"error": "not_found"})
    answer = await bench.http.get(PATH)
    assert (answer.status_code, answer.json()) == (405, {"error": "method_not_allowed"})
    assert answer.headers["allow"] == "POST"


async def test_a_mistake_of_ours_shows_nothing() -> None:
    """An error that nobody foresaw is answered 500 without a word about it."""
    temporal = FakeTemporal()
    temporal.failure = LookupError("our secret mistake")
    app = create_app(temporal.client, [SecretStr(SECRET)], Options(now=lambda: NOW))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    body = body_of(event("refund.complete", refund()))
    async with httpx.AsyncClient(transport=transport, base_url="http://receiver") as http:
        answers = (
            await http.post(PATH, content=body, headers=signature(body)),
            await http.get("/readyz"),
        )
        counted = (await http.get("/metrics")).text
    assert {answer.status_code for answer in answers} == {500}
    assert [answer.json() for answer in answers] == [{"error": "internal"}] * 2
    assert 'upriver_webhook_events_total{outcome="internal"} 1.0' in counted


def test_a_receiver_needs_a_secret() -> None:
    """Without a secret nothing could be genuine, so no receiver is made."""
    with pytest.raises(ValueError, match="at least one webhook secret"):
        create_app(FakeTemporal().client, [])


async def test_logs_say_what_happened_and_nothing_personal(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    """Logs name the event, its outcome and its workflow, and hold no body and no secret."""
    personal = third_party_return(location={"address": {"line1": "Canary Street 1"}})
    sent = event("return.accepted", personal)
    with caplog.at_level(logging.DEBUG, "webhooks"):
        await bench.send(sent)
        await bench.send(event("refund.complete", {"id": "Canary Street 1"}))
        await bench.post(b"Canary Street 1", signature(b"x"))
    text = caplog.text
    assert f"event={sent['id']} outcome=signalled workflow={WORKFLOW}" in text
    assert "outcome=unreadable" in text
    assert "outcome=refused_no_match" in text
    assert "Canary" not in text
    assert SECRET not in text


async def test_a_flood_is_counted_and_writes_one_line_a_second(
    bench: Bench, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refusals of one kind within a second are one line, and each is in the metrics."""
    moments = cycle([100.0, 100.0, 100.9, 100.9, 101.1, 101.1])
    clock = SimpleNamespace(perf_counter=lambda: next(moments))
    monkeypatch.setattr("webhooks.endpoint.time", clock)
    with caplog.at_level(logging.WARNING, "webhooks.endpoint"):
        for _ in range(3):
            await bench.post(b"{}", signature(b"x"))
    lines = [one for one in caplog.records if one.name == "webhooks.endpoint"]
    assert [one.getMessage() for one in lines] == ["outcome=refused_no_match"] * 2
    assert await bench.outcomes() == {"refused_no_match": 3}
