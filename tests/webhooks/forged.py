"""Forged deliveries: what is left of a genuine one after somebody changed its header or body."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from digital_river.signature import sign
from tests.webhooks.events import NOW

SECRETS = ("whsec_new", "whsec_old")
"""Both are valid, as while a secret is replaced."""
OTHERS = ("", "whsec_other", "whsec_ne", "WHSEC_NEW")
SECONDS = int(NOW.timestamp())

Forged = tuple[tuple[bytes, ...], bytes]
"""The values of the signature's header, and a body."""


@dataclass(frozen=True)
class Delivery:
    """What is sent, and whether it may be taken for genuine."""

    headers: tuple[bytes, ...]
    body: bytes
    genuine: bool
    kind: str


def _signed(chance: random.Random, body: bytes) -> tuple[bytes, list[bytes]]:
    """Sign as Digital River might: any form of the time, one secret or both."""
    moment = chance.choice(
        (str(SECONDS), str(SECONDS * 1000), "2026-01-09T08:05:02Z", "2026-01-09T08:05:02+00:00")
    )
    secrets = chance.choice((SECRETS, SECRETS[:1], SECRETS[1:]))
    return moment.encode(), [
        sign(secret, moment, body).split(", ")[1].encode() for secret in secrets
    ]


def _noise(chance: random.Random, most: int = 8) -> bytes:
    return chance.choice(
        (
            chance.randbytes(chance.randint(1, most)),
            b"\x00",
            b"\xff\xfe",
            b",",
            b", ",
            b" ",
            b"\r\n",
            "٣".encode(),
            b"9" * chance.choice((1, 19, 21, 400, 5000)),
            b"=",
            b"t=",
            b"v1=",
        )
    )


def mutated(chance: random.Random, data: bytes) -> bytes:
    """Change some bytes."""
    place = chance.randrange(len(data) + 1)
    end = min(len(data), place + chance.randint(1, 8))
    return chance.choice(
        (
            data[:place] + bytes([chance.randrange(256)]) + data[place + 1 :],
            data[:place] + _noise(chance) + data[place:],
            data[:place] + data[end:],
            data[:place],
            data[place:],
            data[:place] + data[place:end] * 2 + data[end:],
            data.swapcase(),
            data[::-1],
            _noise(chance, 100),
        )
    )


def forgeries(chance: random.Random, bodies: list[bytes]) -> Iterator[Delivery]:
    """Write deliveries without end, most of which are forged in one way or another."""
    while True:
        body = chance.choice(bodies)
        moment, signatures = _signed(chance, body)
        header = b", ".join([moment, *signatures])
        kind = chance.choice(tuple(_FORGED))
        headers, sent = _FORGED[kind](chance, header, body)
        genuine = (
            sent == body
            and len(headers) == 1
            and _says(headers[0]).issuperset({moment})
            and bool(_says(headers[0]) & set(signatures))
            and headers[0].split(b",")[0].strip(b" \t") == moment
        )
        yield Delivery(headers, sent, genuine, kind)


def _says(header: bytes) -> set[bytes]:
    return {part.strip(b" \t") for part in header.split(b",")}


def _other_moment(chance: random.Random, header: bytes, body: bytes) -> Forged:
    _, rest = header.split(b", ", 1)
    moment = chance.choice((str(SECONDS + 1), str(SECONDS - 1), f"{SECONDS}.0", "NaN", "-1", "0"))
    return (moment.encode() + b", " + rest,), body


def _late_or_early(chance: random.Random, _: bytes, body: bytes) -> Forged:
    shift = chance.choice((-1, 1)) * chance.choice((301, 3600, 10**6, 10**9, 10**15))
    text = str(max(0, SECONDS + shift))
    return (sign(chance.choice(SECRETS), text, body).encode(),), body


def _another_secret(chance: random.Random, _: bytes, body: bytes) -> Forged:
    return (sign(chance.choice(OTHERS), SECONDS, body).encode(),), body


def _another_spelling(chance: random.Random, header: bytes, body: bytes) -> Forged:
    moment, *signatures = header.split(b", ")
    digest = base64.b64decode(signatures[0])
    spelt = chance.choice(
        (
            digest,
            digest.hex().encode(),
            signatures[0].rstrip(b"="),
            signatures[0] + b"=",
            b"v1=" + signatures[0],
            base64.b32encode(digest),
            digest[:16],
        )
    )
    return (moment + b", " + spelt,), body


_FORGED: dict[str, Callable[[random.Random, bytes, bytes], Forged]] = {
    "header changed": lambda chance, header, body: ((mutated(chance, header),), body),
    "body changed": lambda chance, header, body: ((header,), mutated(chance, body)),
    "both changed": lambda chance, header, body: (
        (mutated(chance, header),),
        mutated(chance, body),
    ),
    "other body": lambda _chance, header, body: ((header,), body + b" "),
    "no header": lambda _chance, _header, body: ((), body),
    "two headers": lambda chance, header, body: (
        (header, chance.choice((header, mutated(chance, header)))),
        body,
    ),
    "other time": _other_moment,
    "late or early": _late_or_early,
    "another secret": _another_secret,
    "another spelling": _another_spelling,
    "noise": lambda chance, _header, body: ((chance.randbytes(chance.randrange(1200)),), body),
    "untouched": lambda _chance, header, body: ((header,), body),
}
"""Ways to make headers and a body of genuine ones."""
