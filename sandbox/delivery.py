"""Webhook delivery: signed, concurrent, retried (docs/digital-river.md §5)."""

import asyncio
import json
import random
import time
from typing import TYPE_CHECKING, cast, get_args

import httpx

from .books import Delivery
from .clock import event_time
from .events import Event
from .faults import DeliveryRule, Impostor
from .identifiers import new_uuid
from .impostors import forge
from .json_types import JsonObject
from .signature import HEADER, sign
from .webhooks import Webhook

if TYPE_CHECKING:
    from .world import World

ATTEMPTS = 10
ANSWER_SECONDS = 3.0
JITTER_SECONDS = 0.02
AT_ONCE = 64
IMPOSTORS = get_args(Impostor)


class Deliverer:
    """Sends events to the registered webhooks; each delivery is a task of its own."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._tasks: set[asyncio.Task[None]] = set()
        self._random = random.SystemRandom()
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._client = httpx.AsyncClient(
            timeout=None,  # noqa: S113 - the whole attempt is timed, not its phases
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=AT_ONCE),
            trust_env=False,
        )

    def deliver(self, event: Event) -> None:
        """Start the delivery of an event to every webhook that wants it."""
        world = self._world
        for webhook in world.webhooks.values():
            if not webhook.wants(event.type):
                continue
            rule = world.faults.for_delivery(event.type, event.order_id, event.object["id"])
            if rule is not None and rule.kind == "drop":
                self._note(event.id, event, webhook, 0, rule)
                continue
            copies = 1 + rule.copies if rule is not None and rule.kind == "duplicate" else 1
            for _ in range(copies):
                self._start(event, webhook, rule)

    async def close(self) -> None:
        """Give up all deliveries under way."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._client.aclose()

    def forget(self) -> None:
        """Give up all deliveries of a world that was reset."""
        for task in self._tasks:
            task.cancel()

    def _start(self, event: Event, webhook: Webhook, rule: DeliveryRule | None) -> None:
        task = asyncio.create_task(self._deliver(event, webhook, rule))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, event: Event, webhook: Webhook, rule: DeliveryRule | None) -> None:
        await asyncio.sleep(self._wait(rule) + self._random.uniform(0, JITTER_SECONDS))
        if rule is not None and rule.kind in IMPOSTORS:
            await self._deliver_impostor(rule, event, webhook)
        wire = event.wire()
        pause = self._world.switches.retry_after_seconds
        for attempt in range(1, ATTEMPTS + 1):
            if not webhook.enabled or webhook.id not in self._world.webhooks:
                return
            if attempt > 1 and self._world.switches.fresh_event_ids:
                wire["id"] = new_uuid()
            delivery = self._note(wire["id"], event, webhook, attempt, rule)
            delivery.status = await self._attempt(webhook.address, *self._signed(wire))
            if delivery.status is not None and httpx.codes.is_success(delivery.status):
                return
            await asyncio.sleep(pause)
            pause *= 2

    def _wait(self, rule: DeliveryRule | None) -> float:
        if rule is not None and rule.kind == "delay":
            return rule.seconds
        return self._random.uniform(0, rule.seconds) if rule and rule.kind == "shuffle" else 0.0

    async def _deliver_impostor(self, rule: DeliveryRule, event: Event, webhook: Webhook) -> None:
        """Send once what nobody must believe, and care for no answer."""
        kind = cast(Impostor, rule.kind)
        secrets = self._world.options.webhook_secrets
        false = forge(kind, event.wire(), secrets, int(time.time()))
        delivery = self._note(false.id, event, webhook, 1, rule)
        delivery.status = await self._attempt(webhook.address, false.header, false.body)

    def _signed(self, wire: JsonObject) -> tuple[str, bytes]:
        """Sign with a fresh timestamp of the real clock: receivers check its age."""
        body = json.dumps(wire, separators=(",", ":")).encode()
        return sign(self._world.options.webhook_secrets, int(time.time()), body), body

    async def _attempt(self, url: str, header: str, body: bytes) -> int | None:
        async with self._slots:
            headers = {HEADER: header, "Content-Type": "application/json"}
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    answer = await self._client.post(url, content=body, headers=headers)
            except (TimeoutError, httpx.HTTPError, httpx.InvalidURL):
                return None
            return answer.status_code

    def _note(
        self,
        event_id: str,
        event: Event,
        webhook: Webhook,
        attempt: int,
        rule: DeliveryRule | None,
    ) -> Delivery:
        delivery = Delivery(
            at=event_time(self._world.clock.now()),
            event_id=event_id,
            type=event.type,
            url=webhook.address,
            attempt=attempt,
            fault=None if rule is None else rule.kind,
        )
        self._world.books.deliveries.append(delivery)
        return delivery
