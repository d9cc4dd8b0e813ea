"""What is not provably from Digital River and of now is refused, and changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from pydantic import SecretStr

from digital_river.signature import HEADER
from tests.webhooks.bench import OLD_SECRET, Bench
from tests.webhooks.events import NOW, SECRET, body_of, event, refund, signature
from tests.webhooks.fake_temporal import FakeTemporal
from webhooks import PATH, create_app
from webhooks.keyring import fingerprint

GENUINE = body_of(event("refund.complete", refund()))
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({}, "missing"),
        ({HEADER: ""}, "missing"),
        ({HEADER: "t=1,v1=2"}, "malformed"),
        ({HEADER: "x" * 2000}, "malformed"),
        (signature(GENUINE, "another secret"), "no_match"),
        (signature(GENUINE + b" "), "no_match"),
        (signature(GENUINE, at=NOW - HOUR), "too_old"),
        (signature(GENUINE, at=NOW + HOUR), "too_new"),
    ],
)
async def test_refused(bench: Bench, headers: dict[str, str], reason: str) -> None:
    """Each way of not being genuine is answered 401 with its reason, counted, and not signalled."""
    answer = await bench.post(GENUINE, headers)
    assert (answer.status_code, answer.json()) == (401, {"error": reason})
    assert await bench.outcomes() == {f"refused_{reason}": 1}
    assert bench.temporal.signals == []


async def test_two_headers_are_refused(bench: Bench) -> None:
    """A delivery with two signature headers is malformed, even if both are right."""
    value = signature(GENUINE)[HEADER]
    answer = await bench.http.post(
        PATH, content=GENUINE, headers=[(HEADER, value), (HEADER, value)]
    )
    assert (answer.status_code, answer.json()) == (401, {"error": "malformed"})


async def test_bytes_that_are_no_text_are_refused(bench: Bench) -> None:
    """A signature of arbitrary bytes is refused like any other that does not fit."""
    headers = [(HEADER.encode(), b"1767945902, \xff\xfe\x00")]
    answer = await bench.http.post(PATH, content=GENUINE, headers=headers)
    assert (answer.status_code, answer.json()) == (401, {"error": "no_match"})


async def test_both_secrets_are_valid_and_counted(bench: Bench) -> None:
    """While a secret is replaced either one signs, and the use of each is counted."""
    for secret in (OLD_SECRET, SECRET, OLD_SECRET):
        body = body_of(event("refund.complete", refund()))
        assert (await bench.post(body, signature(body, secret))).status_code == 202
    used = {fingerprint(SECRET.encode()): 1, fingerprint(OLD_SECRET.encode()): 2}
    assert await bench.counts("upriver_webhook_secret_used_total", "secret") == used


async def test_the_clock_is_the_machines() -> None:
    """Unless told otherwise a receiver compares signatures with the present time."""
    app = create_app(FakeTemporal().client, [SecretStr(SECRET)])
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://receiver") as http:
        signed = signature(b"{}", at=datetime.now(UTC))
        answer = await http.post(PATH, content=b"{}", headers=signed)
    assert answer.json() == {"error": "not_an_event"}
