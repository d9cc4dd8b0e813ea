"""Only what Digital River signed, just now, with a secret that is valid, passes."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from pydantic import SecretStr

from digital_river.signature import InvalidReason, InvalidSignature, sign, verify

BODY = b'{"id":"0b6f5f0e-0000-4000-8000-000000000001","type":"refund.complete"}'
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SECONDS = 1767225600
SIGNATURE_A = "Ec1BpKzrh2WFtXdOcvtskfsqLN374ma5SpXl3AqnFoU="
SIGNATURE_B = "CaE7IjtEwwSUgEsAEyJnc/HqDzPaCN/S0T6YOZhy3NI="
HEADER = f"{SECONDS}, {SIGNATURE_A}"
FIVE_MINUTES = timedelta(minutes=5)

moments = st.integers(10**9, 4 * 10**9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


def refusal(
    header: str | bytes | None, body: bytes = BODY, now: datetime = NOW, *secrets: str
) -> InvalidReason:
    """Verify what must not pass, and say why it did not."""
    with pytest.raises(InvalidSignature) as caught:
        verify(header, body, secrets or ("tok_sandbox_A",), now, FIVE_MINUTES)
    return caught.value.reason


def test_vector() -> None:
    """The test vector of docs/digital-river.md is signed and verified as written there."""
    assert sign("tok_sandbox_A", SECONDS, BODY) == HEADER
    assert sign("tok_sandbox_B", SECONDS, BODY) == f"{SECONDS}, {SIGNATURE_B}"
    assert verify(HEADER, BODY, ["tok_sandbox_A"], NOW, FIVE_MINUTES) == 0


@pytest.mark.parametrize("timestamp", [SECONDS, str(SECONDS), NOW])
@pytest.mark.parametrize("secret", ["tok_sandbox_A", b"tok_sandbox_A", SecretStr("tok_sandbox_A")])
def test_forms_of_what_is_signed(
    secret: str | bytes | SecretStr, timestamp: datetime | int | str
) -> None:
    """A secret and a moment may be given in any form, for the same signature."""
    assert sign(secret, timestamp, BODY) == HEADER
    assert verify(HEADER, BODY, [secret], NOW) == 0


@pytest.mark.parametrize(
    "header",
    [
        HEADER,
        HEADER.encode(),
        HEADER.replace(", ", ","),
        f"  {SECONDS} ,\t{SIGNATURE_A} ",
        f"{SECONDS}, {SIGNATURE_B}, {SIGNATURE_A}",
        f"{SECONDS}, {SIGNATURE_A}, {SIGNATURE_B}",
        f"{HEADER}, {SECONDS}, {SIGNATURE_B}",
    ],
)
def test_layouts(header: str | bytes) -> None:
    """Spaces, several signatures, and two headers joined into one do not matter."""
    assert verify(header, BODY, ["tok_sandbox_A"], NOW, FIVE_MINUTES) == 0


@pytest.mark.parametrize(
    ("secrets", "position"),
    [
        (["tok_sandbox_A", "tok_sandbox_B"], 0),
        (["tok_sandbox_B", "tok_sandbox_A"], 1),
        (["", "x", "tok_sandbox_A", "tok_sandbox_A"], 2),
        ("tok_sandbox_A", 0),
    ],
)
def test_several_secrets(secrets: list[str] | str, position: int) -> None:
    """All secrets are valid at once, the first that fits is named, a lone text is one secret."""
    assert verify(HEADER, BODY, secrets, NOW, FIVE_MINUTES) == position


@pytest.mark.parametrize(
    "timestamp",
    [
        "1767225600",
        "1767225600000",
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:00:00.123456Z",
        "2026-01-01T01:00:00+01:00",
        "2026-01-01T00:00:00",
    ],
)
def test_units_of_time(timestamp: str) -> None:
    """Seconds, milliseconds and ISO 8601 are all understood, for the unit is not documented."""
    assert verify(sign("s", timestamp, BODY), BODY, ["s"], NOW, FIVE_MINUTES) == 0


def test_a_moment_without_a_zone_is_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the receiver's clock is set to."""
    header = sign("s", "2026-01-01T00:00:00", BODY)
    try:
        monkeypatch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        assert verify(header, BODY, ["s"], NOW, FIVE_MINUTES) == 0
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(("number", "year"), [(10**11, 5138), (10**11 + 1, 1973)])
def test_where_milliseconds_begin(number: int, year: int) -> None:
    """A number is seconds up to the year 5138, and above it milliseconds since 1973."""
    now = datetime.fromtimestamp(number if year == 5138 else number / 1000, UTC)
    assert now.year == year
    assert verify(sign("s", number, BODY), BODY, ["s"], now, FIVE_MINUTES) == 0


def test_the_largest_header() -> None:
    """Eight signatures, or 1024 bytes, are taken; what is one more is malformed."""
    eight = f"{SECONDS}" + f", {SIGNATURE_B}" * 7 + f", {SIGNATURE_A}"
    full = f"{HEADER}, {'A' * (1024 - len(HEADER) - 2)}"
    assert len(full) == 1024
    for header in (eight, full):
        assert verify(header, BODY, ["tok_sandbox_A"], NOW, FIVE_MINUTES) == 0
    assert refusal(f"{eight}, {SIGNATURE_B}") is InvalidReason.MALFORMED
    assert refusal(f"{full}A") is InvalidReason.MALFORMED


@pytest.mark.parametrize("space", ["\n", "\r", "\v", "\f"])
def test_other_white_space_is_part_of_a_signature(space: str) -> None:
    """Only blanks and tabs stand around the parts of a header; no other character is forgiven."""
    assert refusal(f"{HEADER}{space}") is InvalidReason.NO_MATCH


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (NOW + FIVE_MINUTES, None),
        (NOW - FIVE_MINUTES, None),
        (NOW + FIVE_MINUTES + timedelta(seconds=1), InvalidReason.TOO_OLD),
        (NOW - FIVE_MINUTES - timedelta(seconds=1), InvalidReason.TOO_NEW),
        (NOW + timedelta(days=36500), InvalidReason.TOO_OLD),
        (NOW - timedelta(days=36500), InvalidReason.TOO_NEW),
    ],
)
def test_age(now: datetime, reason: InvalidReason | None) -> None:
    """What is older, or newer, than the tolerance is refused; the tolerance itself is not."""
    if reason is None:
        assert verify(HEADER, BODY, ["tok_sandbox_A"], now, FIVE_MINUTES) == 0
    else:
        assert refusal(HEADER, BODY, now) is reason


@pytest.mark.parametrize("timestamp", ["9" * 20, "99999999999999", "0", "1"])
def test_absurd_ages(timestamp: str) -> None:
    """Moments that no calendar holds are merely too new or too old."""
    reasons = {InvalidReason.TOO_NEW, InvalidReason.TOO_OLD}
    assert refusal(sign("tok_sandbox_A", timestamp, BODY)) in reasons


@pytest.mark.parametrize("header", [None, "", b""])
def test_missing(header: str | bytes | None) -> None:
    """A delivery without the header is refused as such."""
    assert refusal(header) is InvalidReason.MISSING


@pytest.mark.parametrize(
    "header",
    [
        " ",
        ",",
        ", ,",
        str(SECONDS),
        f"{SECONDS},",
        f"{SECONDS}, ",
        f", {SIGNATURE_A}",
        f"{HEADER},",
        f"{SECONDS},,{SIGNATURE_A}",
        f"t={SECONDS},v1={SIGNATURE_A}",
        f"{SECONDS}" + f", {SIGNATURE_A}" * 9,
        f"{'9' * 5000}, {SIGNATURE_A}",
        f"{'9' * 21}, {SIGNATURE_A}",
        f"-{SECONDS}, {SIGNATURE_A}",
        f"{SECONDS}.5, {SIGNATURE_A}",
        f"١٧٦٧٢٢٥٦٠٠, {SIGNATURE_A}",
        f"\x00{SECONDS}, {SIGNATURE_A}",
        "\ud800, \udfff",
        b"\xff\xfe, \x80",
        f"{SECONDS}, {'A' * 2000}",
        f"0001-01-01T00:00:00.0000009+23:59, {SIGNATURE_A}, ,",
    ],
)
def test_malformed(header: str | bytes) -> None:
    """What is not a timestamp and some signatures is refused before anything is computed."""
    assert refusal(header) is InvalidReason.MALFORMED


@pytest.mark.parametrize(
    "signature",
    [
        SIGNATURE_B,
        SIGNATURE_A[:-1],
        SIGNATURE_A.lower(),
        SIGNATURE_A + "=",
        f"v1={SIGNATURE_A}",
        "é",
        "\x00",
        "11cd41a4ace1876585b5774e72fb6c91fb2a2cddfbe266b94a95e5dc0aa71685",
    ],
)
def test_forged(signature: str) -> None:
    """A signature that is not exactly right is no signature."""
    assert refusal(f"{SECONDS}, {signature}") is InvalidReason.NO_MATCH


def test_other_body_or_time() -> None:
    """A right signature is of no use for another body or another moment."""
    assert refusal(HEADER, BODY + b"\n") is InvalidReason.NO_MATCH
    assert refusal(f"{SECONDS + 1}, {SIGNATURE_A}") is InvalidReason.NO_MATCH
    assert refusal(f"0{SECONDS}, {SIGNATURE_A}") is InvalidReason.NO_MATCH


def test_forged_and_old() -> None:
    """A forgery is called a forgery, whatever its age."""
    assert refusal(f"1, {SIGNATURE_A}") is InvalidReason.NO_MATCH


def test_no_secret_matches_nothing() -> None:
    """Without a secret, or with an empty one, nothing passes: anyone could sign with that."""
    with pytest.raises(InvalidSignature):
        verify(HEADER, BODY, [], NOW, FIVE_MINUTES)
    with pytest.raises(InvalidSignature):
        verify(sign("", SECONDS, BODY), BODY, ["", b""], NOW, FIVE_MINUTES)


def test_refusal_tells_no_secret() -> None:
    """The error says why, and neither what was expected nor what came."""
    with pytest.raises(InvalidSignature) as caught:
        verify(HEADER, BODY, ["canary"], NOW, FIVE_MINUTES)
    assert str(caught.value) == "invalid webhook signature: no_match"
    assert caught.value.__cause__ is None


@given(
    header=st.text() | st.binary() | st.none(),
    body=st.binary(),
    secrets=st.lists(st.text(st.characters(codec="utf-8")), max_size=3),
    now=moments,
)
@example(header="1,\x00", body=b"", secrets=["s"], now=NOW)
def test_nothing_else_is_raised(
    header: str | bytes | None, body: bytes, secrets: list[str], now: datetime
) -> None:
    """Whatever is sent, the answer is a refusal."""
    with pytest.raises(InvalidSignature):
        verify(header, body, secrets, now, FIVE_MINUTES)


@given(
    timestamp=st.text("0123456789-:TZ+., \x00é", max_size=30),
    signatures=st.lists(st.binary(max_size=50), max_size=4),
)
def test_nothing_else_is_raised_by_what_looks_right(
    timestamp: str, signatures: list[bytes]
) -> None:
    """Whatever is sent in the right layout, the answer is a refusal."""
    with pytest.raises(InvalidSignature):
        verify(b", ".join([timestamp.encode(), *signatures]), BODY, ["s"], NOW, FIVE_MINUTES)


@given(
    secret=st.text(st.characters(codec="utf-8"), min_size=1),
    others=st.lists(st.text(st.characters(codec="utf-8")), max_size=2),
    body=st.binary(),
    now=moments,
    skew=st.integers(-299, 299),
)
def test_what_is_signed_passes(
    secret: str, others: list[str], body: bytes, now: datetime, skew: int
) -> None:
    """What is signed with one of the secrets, within the tolerance, always passes."""
    header = sign(secret, now + timedelta(seconds=skew), body)
    position = verify(header, body, [*others, secret], now, FIVE_MINUTES)
    assert [*others, secret][position] == secret


@given(body=st.binary(), data=st.data())
def test_any_mutation_fails(body: bytes, data: st.DataObject) -> None:
    """Changing one bit of the signature, or any of the body or timestamp, is noticed."""
    timestamp, signature = sign("s", NOW, body).split(", ")
    part = data.draw(st.sampled_from(["timestamp", "signature", "body"]))
    changed = data.draw(st.binary(max_size=60))
    if part == "body":
        assume(changed != body)
        mutated = (f"{timestamp}, {signature}".encode(), changed)
    elif part == "signature":
        at = data.draw(st.integers(0, len(signature) - 1))
        bits = bytearray(signature.encode())
        bits[at] ^= 1 << data.draw(st.integers(0, 7))
        mutated = (timestamp.encode() + b", " + bytes(bits), body)
    else:
        assume(changed.strip(b" \t") != timestamp.encode())
        mutated = (changed + b", " + signature.encode(), body)
    with pytest.raises(InvalidSignature):
        verify(*mutated, ["s"], NOW, FIVE_MINUTES)
