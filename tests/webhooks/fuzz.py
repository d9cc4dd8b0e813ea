"""`python -m tests.webhooks.fuzz`: deliveries that nobody meant, by the hundred thousand.

Signatures: what is not exactly what was signed is refused. Bodies: whatever is signed is
acknowledged or refused as no event. One seed is one sequence; tests run the first of them.
"""

from __future__ import annotations

import asyncio
import copy
import json
import logging
import random
import time
from collections import Counter
from itertools import islice
from typing import Annotated

import typer
from pydantic import SecretStr
from starlette.types import Message

from digital_river.signature import HEADER, sign
from tests.webhooks.events import NOW, ORDER, WORKFLOW, body_of
from tests.webhooks.fake_temporal import FakeTemporal
from tests.webhooks.forged import SECONDS, SECRETS, Forged, forgeries
from tests.webhooks.strange import STRANGE, bodies, events, places
from webhooks import PATH, Options, create_app

NAME = HEADER.lower().encode()
REFUSED = {400, 401, 413}
JUDGED = {202, 400, 413}


class BrokenError(Exception):
    """A delivery was answered as none of its kind may be."""


class Target:
    """A receiver, called without a network."""

    def __init__(self) -> None:
        self.temporal = FakeTemporal()
        self.temporal.open[WORKFLOW] = ORDER
        secrets = [SecretStr(secret) for secret in SECRETS]
        options = Options(now=lambda: NOW)
        self._app = create_app(self.temporal.client, secrets, options)

    async def answer(self, headers: tuple[bytes, ...], body: bytes) -> tuple[int, str]:
        """Deliver, and return the status and the word of the answer."""
        messages: list[Message] = [{"type": "http.request", "body": body}]
        sent: list[Message] = []

        async def receive() -> Message:
            return messages.pop()

        async def send(message: Message) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": "POST",
            "path": PATH,
            "headers": [(NAME, value) for value in headers],
        }
        await self._app(scope, receive, send)
        [word] = json.loads(sent[1]["body"]).values()
        return int(sent[0]["status"]), word


async def fuzz_signatures(number: int, seed: int = 1) -> Counter[str]:
    """Send forgeries; return how often each kind was answered how. Raises `BrokenError`."""
    chance, target, found = random.Random(seed), Target(), Counter[str]()  # noqa: S311 - no secret
    honest = [*(body_of(content) for content in events()), b"{}", b"", b"\x00"]
    for count, one in enumerate(islice(forgeries(chance, honest), number)):
        status, word = await target.answer(one.headers, one.body)
        if not one.genuine and status not in REFUSED:
            raise BrokenError(f"seed {seed}, {count}: {one} was answered {status} {word}")
        if one.kind == "untouched" and status == 401:
            raise BrokenError(f"seed {seed}, {count}: {one} was refused as {word}")
        found["genuine all the same" if one.genuine else word] += 1
    return found


async def fuzz_bodies(number: int, seed: int = 1) -> Counter[str]:
    """Send genuine bodies of all kinds; return how they were answered. Raises `BrokenError`."""
    chance, target, found = random.Random(seed), Target(), Counter[str]()  # noqa: S311 - no secret
    for count, body in enumerate(islice(bodies(chance), number)):
        status, word = await target.answer(*_genuine(body))
        if status not in JUDGED:
            raise BrokenError(f"seed {seed}, {count}: {body!r} was answered {status} {word}")
        found[word] += 1
    return found


async def fuzz_additions(number: int, seed: int = 1) -> Counter[str]:
    """Add fields that no model has; which must change no answer. Raises `BrokenError`."""
    chance, found = random.Random(seed), Counter[str]()  # noqa: S311 - no secret
    target, plain = Target(), Target()
    for count in range(number):
        content = chance.choice(events())
        _, expected = await plain.answer(*_genuine(body_of(content)))
        for container, _ in list(places(content)):
            if isinstance(container, dict):
                container[f"unheardOf{chance.randrange(3)}"] = copy.deepcopy(chance.choice(STRANGE))
        status, word = await target.answer(*_genuine(json.dumps(content).encode()))
        if word != expected:
            raise BrokenError(f"seed {seed}, {count}: {content} was answered {status} {word}")
        found[word] += 1
    return found


def _genuine(body: bytes) -> Forged:
    return (sign(SECRETS[0], SECONDS, body).encode(),), body


def main(
    signatures: Annotated[int, typer.Option(help="Forged deliveries.")] = 1_000_000,
    genuine: Annotated[
        int, typer.Option("--bodies", help="Genuine bodies of all kinds.")
    ] = 100_000,
    seed: int = 1,
) -> None:
    """Send them all, and print how they were answered."""
    logging.disable(logging.CRITICAL)
    for what, fuzz, number in (
        ("forgeries", fuzz_signatures, signatures),
        ("genuine bodies", fuzz_bodies, genuine),
        ("events with unknown fields", fuzz_additions, genuine // 10),
    ):
        began = time.monotonic()
        found = asyncio.run(fuzz(number, seed))
        typer.echo(f"{number:,} {what}, {time.monotonic() - began:.0f} s: {dict(found)}")


if __name__ == "__main__":
    typer.run(main)
