"""The receiver: events signalled while a worker runs, events of no use, and forgeries."""

import json
from collections.abc import Sequence
from itertools import count, cycle, islice

from benchmarks.house import OURS, SECRET, Opened, Side, temporal, working
from benchmarks.load import Sender, Told, sender
from benchmarks.pairs import Compared, compare, percentile
from benchmarks.plan import Plan
from benchmarks.processes import Child, Task, child
from benchmarks.report import Row
from lifecycle.request import Coordinator
from sandbox.events import Event as Sent

TITLE = "Receiver"
LEAST_PER_SECOND, MOST_P99 = 150, 0.25
LEAST_OF_BARE = 0.6
FORGER = "whsec_somebody_else"
ACCEPTED, REFUSED = frozenset({202}), frozenset({401})
RETURNS = 60
"""Open returns that the events are for, in turns."""

IN_FLIGHT = 32
_numbers = count(1)


class WrongAnswerError(Exception):
    """The receiver answered what it must not: the figures would be of something else."""


def _expect(told: Told, statuses: frozenset[int]) -> Told:
    if told.statuses != statuses:
        raise WrongAnswerError(f"expected {set(statuses)}, not {set(told.statuses)}")
    return told


def _body(event: Sent) -> bytes:
    """Write an event that was not sent before: another id and another time."""
    number = next(_numbers)
    moment = f"2030-01-01T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}.000Z"
    again = {"id": f"0b6f5f0e-0000-4000-8000-{number:012}", "createdTime": moment}
    return json.dumps({**event.wire(), **again}).encode()


def _requests(to: Sender, events: Sequence[Sent], number: int, secret: str = SECRET) -> list[bytes]:
    return [to.request(_body(event), secret) for event in islice(cycle(events), number)]


async def _opened(one: Side) -> list[Opened]:
    """Open fulfillment returns and let the fulfiller approve, but tell nobody yet."""
    opened = [await one.open(Coordinator.DIGITAL_RIVER) for _ in range(RETURNS)]
    for each in opened:
        one.approve(each)
    return opened


async def _signalled(one: Side, receiver: Child, opened: Sequence[Opened], plan: Plan) -> list[Row]:
    events = [one.event(each, "fulfillment_return.pending") for each in opened]
    number = int(plan.events_per_second * plan.event_seconds)
    async with sender(receiver.url) as to:
        _expect(await to.flood(_requests(to, events, RETURNS)), ACCEPTED)
        requests = _requests(to, events, number)
        told = _expect(await to.on_a_clock(requests, plan.events_per_second), ACCEPTED)
        at_most = _expect(await to.flood(_requests(to, events, plan.flood)), ACCEPTED)
        pairs = []
        for _ in range(plan.pairs):
            false = _requests(to, events, plan.forgeries, FORGER)
            refused = await _cost(receiver, to, false, REFUSED)
            true = _requests(to, events, plan.forgeries)
            pairs.append((refused, await _cost(receiver, to, true, ACCEPTED)))
    p99 = percentile(told.latencies, 99)
    return [
        Row(
            what=f"signalled, routed by id, a worker running; {plan.events_per_second}/s due",
            figure=f"{told.per_second:.0f} events/s, {_latencies(told)}",
            budget=f"≥ {LEAST_PER_SECOND} events/s, p99 ≤ {MOST_P99 * 1000:.0f} ms",
            within=told.per_second >= LEAST_PER_SECOND and p99 <= MOST_P99,
        ),
        Row(
            what="the same, as many as it takes over 64 connections",
            figure=f"{at_most.per_second:.0f} events/s, {_latencies(at_most)}",
        ),
        _forgery("with", compare(pairs), "cheaper (< 1)"),
    ]


def _latencies(told: Told) -> str:
    p50, p99 = (percentile(told.latencies, percent) * 1000 for percent in (50, 99))
    return f"p50 {p50:.0f} ms, p99 {p99:.0f} ms"


def _forgery(how: str, found: Compared, budget: str = "") -> Row:
    return Row(
        what=f"CPU of refusing a forgery, to that of accepting {how} the signal",
        figure=f"{found.first:.0f} µs; accepting {found.second:.0f} µs",
        ratio=str(found),
        budget=budget,
        within=found.ratio < 1 if budget else None,
    )


async def _cost(
    server: Child, to: Sender, requests: Sequence[bytes], answers: frozenset[int]
) -> float:
    """Return the server's CPU microseconds for each request."""
    before = await server.cpu()
    _expect(await to.flood(requests), answers)
    return (await server.cpu() - before) / len(requests) * 1e6


async def _unsignalled(event: Sent, plan: Plan) -> list[Row]:
    """Compare an event of no use with a bare handler, and with a forgery of itself."""
    bare_pairs, forged_pairs = [], []
    async with (
        child(Task(kind="receiver")) as receiver,
        child(Task(kind="bare")) as bare,
        sender(receiver.url, IN_FLIGHT) as to,
        sender(bare.url, IN_FLIGHT) as to_bare,
    ):
        for _ in range(plan.pairs + 1):
            ours = await _cost(receiver, to, _requests(to, [event], plan.requests), ACCEPTED)
            least = await _cost(bare, to_bare, _requests(to_bare, [event], plan.requests), ACCEPTED)
            false = _requests(to, [event], plan.requests, FORGER)
            bare_pairs.append((least, ours))
            forged_pairs.append((await _cost(receiver, to, false, REFUSED), ours))
    # The first of each warmed the processes up.
    return _unsignalled_rows(compare(bare_pairs[1:]), compare(forged_pairs[1:]))


def _unsignalled_rows(bare: Compared, forged: Compared) -> list[Row]:
    return [
        Row(
            what="without the signal (an event of no use), on one core",
            figure=f"{1e6 / bare.second:,.0f} events a CPU second; bare {1e6 / bare.first:,.0f}",
            ratio=str(bare),
            budget=f"≥ {LEAST_OF_BARE} times bare Starlette",
            within=bare.ratio >= LEAST_OF_BARE,
        ),
        _forgery("without", forged),
    ]


async def run(plan: Plan) -> list[Row]:
    """Measure what is signalled, then what is not, with Temporal out of the way."""
    async with temporal() as address, working(address, OURS) as (ours, _):
        task = Task(kind="receiver", temporal=address, namespace=OURS)
        opened = await _opened(ours)
        async with child(task) as receiver:
            rows = await _signalled(ours, receiver, opened, plan)
        useless = ours.event(opened[0], "fulfillment_return.created")
    return rows + await _unsignalled(useless, plan)
