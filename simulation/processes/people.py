"""What the shop, the warehouse, the customer and the operators do, each until they are heard."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import TypeVar

import httpx
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError

from lifecycle.request import ReturnRequest
from simulation.processes.house import House, Json
from simulation.processes.plan import HousePlan, Life
from storefront.client import Returns
from storefront.errors import NoAnswerError, NoSuchReturnError, StorefrontError
from workflows.messages import Cancellation, OpenedAnswer, Resolution, Shipment

T = TypeVar("T")
PATIENCE = timedelta(seconds=3)
PAUSE_SECONDS = 0.25
SOON = 0.3
"""Seconds that the fulfiller and the bank take."""

POLICY: Json = {"looks": [1], "doubt": 1.5, "more_goods": 2}
TERMS: dict[str, Json] = {
    "nothing_comes": {"goods": 4},
    "short": {"goods": 15, "short_return": "settle"},
}
"""A parcel must be told before its deadline, although processes are away for seconds."""

_runs = count(1)


@dataclass
class Lived:
    """One return as it was asked for, and what was asked and answered on the way."""

    life: Life
    request: ReturnRequest
    order: Json
    too_late: bool = False
    """Whether a parcel came after its deadline, because nobody heard of it in time."""
    answers: list[OpenedAnswer] = field(default_factory=list)
    sent: list[Shipment] = field(default_factory=list)
    """Parcels that the warehouse reported."""

    @property
    def workflow_id(self) -> str:
        """The id of its workflow."""
        return self.request.workflow_id


@dataclass
class People:
    """Everybody around the returns of one plan."""

    house: House
    plan: HousePlan
    lived: list[Lived] = field(default_factory=list)
    _helped: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Talk to the returns as a storefront does."""
        self._returns = Returns(self.house.client, PATIENCE)

    async def place_orders(self) -> None:
        """Have an order placed for each return, or for two of them."""
        run = next(_runs)
        groups: list[list[Life]] = []
        for life in self.plan.lives:
            if life.shares:
                groups[-1].append(life)
            else:
                groups.append([life])
        for group in groups:
            placed = await self.house.act(
                "/sandbox/orders", _order_for(group, spare=self.plan.spare)
            )
            items = iter(placed["order"]["items"])
            for life in group:
                lines = [(next(items)["id"], units) for units in life.lines]
                name = f"t3-{self.plan.seed}-{run}-{len(self.lived)}"
                request = _request(name, life, placed["order"]["id"], lines)
                self.lived.append(Lived(life, request, placed["order"]))

    async def live(self, one: Lived) -> None:
        """Do all that one return needs, until it has ended."""
        await self._ask(one)
        acts = {
            "whole": self._send_whole,
            "in_parts": self._send_parts,
            "short": self._send_short,
            "by_hand": self._accept_by_hand,
            "cancelled": self._cancel,
            "rejected": _nothing,
            "not_shipped": _nothing,
            "nothing_comes": _nothing,
            "bank_asks": self._send_whole,
            "refund_fails": self._send_whole,
            "given_up": self._send_whole,
        }
        await acts[one.life.course](one)
        while not await self.has_ended(one):
            await self._help(one)
            await asyncio.sleep(PAUSE_SECONDS)

    async def has_ended(self, one: Lived) -> bool:
        """Say whether Temporal knows a return as ended."""
        try:
            handle = self.house.client.get_workflow_handle(one.workflow_id)
            described = await handle.describe(rpc_timeout=PATIENCE)
        except RPCError:
            return False
        return described.status is not WorkflowExecutionStatus.RUNNING

    async def look(self, one: Lived) -> str:
        """Say where a return stands, for a verdict."""
        try:
            return (await self._returns.show(one.workflow_id)).sentence
        except StorefrontError as error:
            return str(error)

    async def _ask(self, one: Lived) -> None:
        async def ask() -> OpenedAnswer | None:
            answer = await self._returns.start(one.request)
            return None if answer.status == "queued" else answer

        times = 2 if one.life.twice else 1
        one.answers += await asyncio.gather(*(_until_heard(ask) for _ in range(times)))

    async def _send_whole(self, one: Lived) -> None:
        if one.life.coordinator == "third_party":
            await self._send(one, "P1", dict(_lines(one)))

    async def _send_parts(self, one: Lived) -> None:
        for number, (item, units) in enumerate(_lines(one)):
            await self._send(one, f"P{number}", {item: units})

    async def _send_short(self, one: Lived) -> None:
        if one.life.coordinator == "third_party":
            item, units = _lines(one)[0]
            await self._send(one, "P1", {item: units - 1})

    async def _send(self, one: Lived, reference: str, units: dict[str, int]) -> None:
        shipment = Shipment(reference=reference, items=units)
        try:
            await _until_heard(lambda: self._returns.receive_shipment(one.workflow_id, shipment))
        except NoSuchReturnError:
            one.too_late = True
        else:
            one.sent.append(shipment)

    async def _accept_by_hand(self, one: Lived) -> None:
        await self.house.act(f"/sandbox/returns/{one.answers[0].return_id}/accept")

    async def _cancel(self, one: Lived) -> None:
        cancellation = Cancellation(who="care", why="the customer keeps it")
        with suppress(NoSuchReturnError):
            await _until_heard(lambda: self._returns.cancel(one.workflow_id, cancellation))

    async def _help(self, one: Lived) -> None:
        """Give the bank its details, and answer what an operator is asked."""
        for refund in (await self.house.books())["refunds"]:
            waits = refund["orderId"] == one.request.order_id and "tokenInformation" in refund
            if waits and refund["id"] not in self._helped:
                self._helped.add(refund["id"])
                await self.house.act(f"/sandbox/refunds/{refund['id']}/submit-information")
        with suppress(StorefrontError):
            question = (await self._returns.show(one.workflow_id)).question
            if question is None:
                return
            wanted = "give_up" if one.life.course == "given_up" else "retry"
            answer = wanted if wanted in question.answers else question.answers[0]
            resolution = Resolution(question=question.id, answer=answer, who="ops", why="plan")
            await self._returns.resolve(one.workflow_id, resolution)


async def _nothing(_: Lived) -> None:
    """Leave a return to itself."""


async def _until_heard(ask: Callable[[], Awaitable[T | None]]) -> T:
    """Ask until there is an answer, as everybody must whose message may have been lost."""
    while True:
        with suppress(NoAnswerError, httpx.HTTPError):
            answer = await ask()
            if answer is not None:
                return answer
        await asyncio.sleep(PAUSE_SECONDS)


def _lines(one: Lived) -> list[tuple[str, int]]:
    return [(line.order_item_id, line.quantity) for line in one.request.lines]


def _request(name: str, life: Life, order_id: str, lines: list[tuple[str, int]]) -> ReturnRequest:
    terms = TERMS.get(life.course, {})
    return ReturnRequest.model_validate(
        {
            "request_id": name,
            "order_id": order_id,
            "coordinator": life.coordinator,
            "lines": [{"order_item_id": item, "quantity": units} for item, units in lines],
            "reason": "too_small",
            "policy": POLICY | terms,
        }
    )


def _order_for(group: list[Life], *, spare: bool) -> Json:
    """Return the order whose world brings these returns to their right end by itself."""
    life = group[0]
    units = [units for one in group for units in one.lines]
    lines: list[Json] = [{"quantity": one * 2 if spare else one} for one in units]
    order: Json = {"coordinator": life.coordinator, "lines": lines, "automation": _speed(life)}
    if life.course == "not_shipped":
        order["lines"] = [{"quantity": one, "shipped": 0} for one in units]
    if life.course == "rejected":
        order["fulfiller_script"] = {"decision": "reject"}
    if life.course == "short":
        received = {str(place): one - (not place) for place, one in enumerate(units)}
        order["fulfiller_script"] = {"receive": received}
    scripts = {"bank_asks": "require_information", "refund_fails": "fail", "given_up": "fail"}
    if life.course in scripts:
        order["refund_script"] = [scripts[life.course]]
    return order


def _speed(life: Life) -> Json:
    goods = {"approve_after_seconds": SOON, "receive_after_seconds": SOON}
    bank = {"bank_after_seconds": SOON}
    return bank if life.course == "cancelled" else goods | bank
