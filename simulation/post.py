"""The way from the sandbox to the real receiver: signed, forged, late, cut short, or refused."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast, get_args

import httpx

from sandbox.events import Event
from sandbox.impostors import forge
from sandbox.signature import HEADER, sign
from simulation.books import Hands, Record
from simulation.edge import words_of
from simulation.plan import DeliveryFaultKind, Impostor, Plan
from simulation.world import Letter
from webhooks import PATH

SECRET = "whsec_sandbox"  # noqa: S105 - the sandbox's own
ACCEPTED, NO_ANSWER = 202, 504
MOST_ATTEMPTS = 10
"""Days are over then."""
IMPOSTORS = get_args(Impostor)

SWALLOWED = ("unmatched", "irrelevant", "unknown_type", "unreadable", "wrong_mode")
TELLING = (
    "fulfillment_return.pending",
    "fulfillment_return.accepted",
    "fulfillment_return.rejected",
    "return.accepted",
    "refund.complete",
    "refund.failed",
    "refund.pending_information",
    "order.dispute",
    "order.dispute.resolved",
    "order.chargeback",
)
"""Types of events that a return which is open must be told of."""


@dataclass
class Post:
    """Delivers the events of one order to a receiver."""

    plan: Plan
    http: httpx.AsyncClient
    now: Callable[[], datetime]
    """Of the receiver."""
    hands: Hands
    url: str = "http://receiver" + PATH
    knows_all: bool = True
    """Whether the receiver can find every open return: Temporal's lists lag."""
    acknowledged: int = 0
    """How many events of fulfillment returns were answered with 202."""

    async def deliver(self, letter: Letter, records: Sequence[Record]) -> bool:
        """Deliver an event with its fault; False when it is to be sent again."""
        if not isinstance(letter.event, Event):
            return True
        wire = letter.event.wire()
        if letter.attempt == 1 and letter.fault is not None:
            await self._strike(letter.fault, wire, records)
        elif self.plan.fresh_ids and letter.attempt > 1:
            wire["id"] = f"{wire['id']}-{letter.attempt}"
        times = 2 if letter.fault == "at_once" and letter.attempt == 1 else 1
        answers = await asyncio.gather(*(self._send(wire) for _ in range(times)))
        if any(answer.status_code != ACCEPTED for answer in answers):
            return letter.attempt >= MOST_ATTEMPTS
        self._note(wire, [words_of(answer) for answer in answers], records)
        return True

    def _note(self, wire: dict[str, Any], words: list[str], records: Sequence[Record]) -> None:
        """Write down what was promised for an event."""
        self.acknowledged += wire["type"].startswith("fulfillment_return.")
        one = wire["data"]["object"]["id"]
        strange = one in self.hands.siblings or one in self.hands.sibling_refunds
        for record in records:
            if record.end is None and "signalled" in words:
                record.acknowledged.add(wire["id"])
            lost = wire["type"] in TELLING and words[0] in SWALLOWED
            if self.knows_all and lost and not strange and record.end is None:
                record.swallowed.add(wire["id"])

    async def _strike(
        self, fault: DeliveryFaultKind, wire: dict[str, Any], records: Sequence[Record]
    ) -> None:
        """Send what nobody must believe, or what says in its type more than is true."""
        if fault == "wrong_type":
            kind = str(wire["type"]).partition(".")[0]
            done = "complete" if kind == "refund" else "accepted"
            if kind != "order":
                await self._send(wire | {"id": f"{fault}-{wire['id']}", "type": f"{kind}.{done}"})
            return
        if fault not in IMPOSTORS:
            return
        now = int(self.now().timestamp())
        false = forge(cast(Impostor, fault), wire, (SECRET,), now)
        for record in records:
            record.forged.add(false.id)
        await self.http.post(self.url, content=false.body, headers={HEADER: false.header})

    async def _send(self, wire: dict[str, Any]) -> httpx.Response:
        body = json.dumps(wire, separators=(",", ":")).encode()
        signed = self.now() + timedelta(seconds=self.plan.skew)
        header = sign((SECRET,), int(signed.timestamp()), body)
        try:
            return await self.http.post(self.url, content=body, headers={HEADER: header})
        except httpx.TransportError:  # a connection that ended under it: it is sent again
            return httpx.Response(NO_ANSWER)
