"""The way from the sandbox to the real receiver: signed, forged, late, cut short, or refused."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
from pydantic import SecretStr

from lifecycle.facts import read_fact
from sandbox.events import Event
from sandbox.signature import HEADER, sign
from simulation.agenda import Clock
from simulation.books import Record
from simulation.plan import DeliveryFaultKind
from simulation.temporal import Inbox
from simulation.world import Letter, Message
from webhooks import PATH, Options, create_app

SECRET, ANOTHER = "whsec_sandbox", "whsec_nobody"
BEYOND = timedelta(minutes=10)
"""Further from now than the receiver tolerates."""
ACCEPTED = 202


@dataclass
class Post:
    """Delivers events to a receiver of its own."""

    clock: Clock
    inbox: Inbox
    http: httpx.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        """Build the receiver."""
        app = create_app(self.inbox.client, [SecretStr(SECRET)], Options(now=self.clock.now))
        transport = httpx.ASGITransport(app)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://receiver")

    async def deliver(self, letter: Letter, record: Record) -> Sequence[Message] | None:
        """Deliver an event with its fault; None when it is to be sent again."""
        if not isinstance(letter.event, Event):
            return ()
        wire = letter.event.wire()
        self.inbox.messages.clear()
        if letter.attempt == 1 and letter.fault is not None:
            await self._strike(letter.fault, wire, record)
        self.inbox.away = letter.fault == "away" and letter.attempt == 1
        body = json.dumps(wire).encode()
        answer = await self._send(body, self._signed(body))
        if answer.status_code != ACCEPTED:
            return None if letter.attempt < 10 else ()  # noqa: PLR2004 - days are over
        if answer.json()["status"] == "signalled":
            record.acknowledged.add(letter.event.id)
        return [
            Message(message.event_id, tuple(read_fact(fact) for fact in message.facts))
            for message in self.inbox.messages
        ]

    async def _strike(self, fault: DeliveryFaultKind, wire: dict[str, Any], record: Record) -> None:
        """Send what nobody must believe: it says more than the event, under an id of its own."""
        false = json.loads(json.dumps(wire)) | {"id": f"{fault}-{wire['id']}"}
        _promote(false["data"]["object"])
        body = json.dumps(false).encode()
        match fault:
            case "forge":
                header = sign((ANOTHER,), self._seconds(), body)
            case "stale":
                header = sign((SECRET,), self._seconds(-BEYOND), body)
            case "future":
                header = sign((SECRET,), self._seconds(BEYOND), body)
            case "truncate":
                header, body = self._signed(body), body[: len(body) // 2]
            case _:
                return
        record.forged.add(false["id"])
        await self._send(body, header)

    def _signed(self, body: bytes) -> str:
        return sign((SECRET,), self._seconds(), body)

    def _seconds(self, later: timedelta = timedelta(0)) -> int:
        return int((self.clock.time + later).timestamp())

    async def _send(self, body: bytes, header: str) -> httpx.Response:
        return await self.http.post(PATH, content=body, headers={HEADER: header})


def _promote(one: dict[str, Any]) -> None:
    """Let an object say that all is well."""
    one["state"] = "succeeded" if str(one["id"]).startswith("re_") else "accepted"
    for item in one.get("items", []):
        item["quantityAccepted"] = item.get("quantity", 0)
