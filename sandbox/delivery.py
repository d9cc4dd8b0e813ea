"""Webhook delivery: signed, concurrent, retried (docs/digital-river.md §5)."""

import asyncio
import json
import random
import time
from typing import TYPE_CHECKING

import httpx

from .books import Delivery
from .clock import event_time
from .events import Event
from .signature import HEADER, sign
from .webhooks import Webhook

if TYPE_CHECKING:
    from .world import World

ATTEMPTS = 10
ANSWER_SECONDS = 3.0
JITTER_SECONDS = 0.02
AT_ONCE = 64


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
            kind = None if rule is None else rule.kind
            if kind == "drop":
                self._note(event, webhook, 0, kind)
                continue
            wait = rule.seconds if rule is not None and kind == "delay" else 0.0
            copies = 1 + rule.copies if rule is not None and kind == "duplicate" else 1
            for _ in range(copies):
                self._start(event, webhook, kind, wait)

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

    def _start(self, event: Event, webhook: Webhook, fault: str | None, wait: float) -> None:
        task = asyncio.create_task(self._deliver(event, webhook, fault, wait))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(
        self, event: Event, webhook: Webhook, fault: str | None, wait: float
    ) -> None:
        body = json.dumps(event.wire(), separators=(",", ":")).encode()
        await asyncio.sleep(wait + self._random.uniform(0, JITTER_SECONDS))
        pause = self._world.switches.retry_after_seconds
        for attempt in range(1, ATTEMPTS + 1):
            if not webhook.enabled or webhook.id not in self._world.webhooks:
                return
            delivery = self._note(event, webhook, attempt, fault)
            delivery.status = await self._attempt(webhook.address, body)
            if delivery.status is not None and httpx.codes.is_success(delivery.status):
                return
            await asyncio.sleep(pause)
            pause *= 2

    async def _attempt(self, url: str, body: bytes) -> int | None:
        """Send once, with a fresh timestamp of the real clock: receivers check its age."""
        async with self._slots:
            headers = {
                HEADER: sign(self._world.options.webhook_secrets, int(time.time()), body),
                "Content-Type": "application/json",
            }
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    answer = await self._client.post(url, content=body, headers=headers)
            except (TimeoutError, httpx.HTTPError, httpx.InvalidURL):
                return None
            return answer.status_code

    def _note(self, event: Event, webhook: Webhook, attempt: int, fault: str | None) -> Delivery:
        delivery = Delivery(
            at=event_time(self._world.clock.now()),
            event_id=event.id,
            type=event.type,
            url=webhook.address,
            attempt=attempt,
            fault=fault,
        )
        self._world.books.deliveries.append(delivery)
        return delivery
