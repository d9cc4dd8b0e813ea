"""Whatever is sent, the answer is one of five, and nothing that is not genuine is signalled."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from digital_river.signature import HEADER, InvalidSignature, verify
from tests.webhooks import fuzz
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
from webhooks import PATH, Options

HONEST = body_of(event("refund.complete", refund()))
SUBJECTS = {
    "refund.complete": refund(),
    "return.accepted": third_party_return(),
    "fulfillment_return.accepted": fulfillment_return(),
    "order.dispute": order(),
    "order.chargeback": order(),
}

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
headers = st.binary(max_size=200) | st.tuples(
    st.sampled_from([b"", b"0", b"1767945902", b"2026-01-09T08:05:02Z", b"9" * 400]),
    st.lists(st.binary(max_size=50), max_size=10),
).map(lambda parts: b", ".join([parts[0], *parts[1]]))


@pytest.fixture(scope="module")
async def shared() -> AsyncIterator[Bench]:
    """Return one receiver for all that is sent."""
    async with receiving(Options(largest_body=10_000)) as bench:
        bench.temporal.open[WORKFLOW] = ORDER
        yield bench


@given(body=st.binary(max_size=300) | st.just(HONEST), header=headers)
async def test_forgeries(shared: Bench, body: bytes, header: bytes) -> None:
    """No body passes with a header that was not made with a secret."""
    with pytest.raises(InvalidSignature):
        verify(header, body, [SECRET], NOW)
    answer = await shared.http.post(PATH, content=body, headers=[(HEADER.encode(), header)])
    assert answer.status_code == 401
    assert set(answer.json()) == {"error"}
    assert shared.temporal.signals == []


@given(position=st.integers(0, len(HONEST) - 1), bits=st.integers(1, 255))
async def test_changed_bodies(shared: Bench, position: int, bits: int) -> None:
    """No byte of a body can be changed without its signature failing."""
    changed = bytearray(HONEST)
    changed[position] ^= bits
    answer = await shared.post(bytes(changed), signature(HONEST))
    assert (answer.status_code, answer.json()) == (401, {"error": "no_match"})
    assert shared.temporal.signals == []


@given(body=st.binary(max_size=300) | values.map(json.dumps).map(str.encode))
async def test_genuine_rubbish(shared: Bench, body: bytes) -> None:
    """A genuine body that is no event is refused as the sender's mistake."""
    answer = await shared.post(body, signature(body))
    assert answer.status_code == 400
    assert set(answer.json()) == {"error"}


@given(data=st.data())
async def test_genuine_surprises(shared: Bench, data: st.DataObject) -> None:
    """Any event with anything for any of its fields is acknowledged, or refused as no event."""
    event_type = data.draw(st.sampled_from(sorted(SUBJECTS)) | st.text(max_size=20))
    subject: Json = dict(SUBJECTS.get(event_type, {}))
    content = event(event_type, subject)
    for changed in (subject, content):
        replaced: dict[str, JsonValue] = data.draw(
            st.dictionaries(st.sampled_from(sorted(changed) or ["id"]), values, max_size=3)
        )
        changed.update(replaced)
    body = json.dumps(content).encode()
    answer = await shared.post(body, signature(body))
    assert answer.status_code in ({202} if len(body) <= 10_000 else {413}) | {400}


async def test_mutated_signatures() -> None:
    """Of the forgeries of the first seed none is accepted, and each is refused properly."""
    found = await fuzz.fuzz_signatures(3000)
    assert found.keys() >= {"missing", "malformed", "no_match", "too_old", "too_new"}


async def test_the_fuzzer_finds_a_receiver_that_accepts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A receiver that believes what it should not is found out within a few deliveries."""
    monkeypatch.setattr("webhooks.reading.verify", lambda *_: 0)
    with pytest.raises(fuzz.BrokenError, match="was answered 202"):
        await fuzz.fuzz_signatures(100)


async def test_changed_events() -> None:
    """Of the genuine bodies of the first seed each is acknowledged or refused as no event."""
    found = await fuzz.fuzz_bodies(1000)
    assert found.keys() >= {"signalled", "unreadable", "unknown_type", "not_json", "not_an_event"}


async def test_unknown_fields() -> None:
    """Fields that no model has change no answer, wherever they are."""
    assert (await fuzz.fuzz_additions(100))["signalled"] > 50
