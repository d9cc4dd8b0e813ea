"""The way from our client to the sandbox, in one process, with what the plan does to each call."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from simulation.agenda import Clock
from simulation.plan import STALE_REFUNDS, CallFaultKind, Plan

LISTS = ("/returns", "/fulfillment-returns", "/refunds")
SLOW = timedelta(seconds=30)
RETRY_AFTER = timedelta(seconds=2)


@dataclass
class Edge(httpx.AsyncBaseTransport):
    """Carries calls, loses answers, and shows lists late."""

    inner: httpx.AsyncBaseTransport
    clock: Clock = field(default_factory=Clock)
    stale: timedelta = timedelta(0)
    faults: Mapping[int, CallFaultKind] = field(default_factory=dict)
    calls: int = 0
    held_until: datetime | None = None
    wrongs: list[str] = field(default_factory=list)

    def begin(self, plan: Plan, clock: Clock) -> None:
        """Forget the last plan."""
        self.clock = clock
        self.stale = timedelta(seconds=plan.stale)
        self.faults = {fault.call: fault.kind for fault in plan.calls}
        self.calls = 0
        self.held_until = None
        self.wrongs = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one call, and let its fault strike before or after the effect."""
        if self.held_until is not None and self.clock.time < self.held_until:
            self.wrongs.append("S8: a request was sent before Retry-After had passed")
        fault = self.faults.get(self.calls)
        self.calls += 1
        early = self._early(fault)
        if early is not None:
            return early
        answer = await self.inner.handle_async_request(request)
        await answer.aread()
        if fault == "lost":
            raise httpx.ReadTimeout("the answer was lost", request=request)
        if fault == "error_after":
            return httpx.Response(500)
        if fault == "malformed":
            return httpx.Response(answer.status_code, content=b"<html>bad gateway")
        if request.method == "GET" and request.url.path in LISTS and self.stale:
            return self._late(answer)
        return answer

    def _early(self, fault: CallFaultKind | None) -> httpx.Response | None:
        if fault == "connect":
            raise httpx.ConnectError("no connection")
        if fault == "reset":
            raise httpx.ReadError("connection reset")
        if fault == "slow":
            self.clock.time += SLOW
        if fault == "error":
            return httpx.Response(503)
        if fault == "too_many":
            self.held_until = self.clock.time + RETRY_AFTER
            seconds = str(int(RETRY_AFTER.total_seconds()))
            return httpx.Response(429, headers={"Retry-After": seconds})
        return None

    def _late(self, answer: httpx.Response) -> httpx.Response:
        """Leave out what was created a moment ago: lists are eventually consistent."""
        page: dict[str, Any] = json.loads(answer.content)
        if isinstance(page.get("data"), list):
            page["data"] = [one for one in page["data"] if self._shows(one)]
        return httpx.Response(answer.status_code, json=page)

    def _shows(self, one: dict[str, Any]) -> bool:
        """Say whether a list has it; refunds that Digital River made itself are always there."""
        if "fulfillmentOrderId" not in one and "key" not in one.get("metadata", {}):
            return True
        created = datetime.fromisoformat(one["createdTime"])
        stale = min(self.stale, STALE_REFUNDS) if "refundedAmount" in one else self.stale
        return self.clock.time - created >= stale
