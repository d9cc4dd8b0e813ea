"""T3 keeps its word: real processes die in the middle of returns, and no promise is broken."""

from pathlib import Path

import httpx
import pytest

from sandbox.faults import CallRule, DeliveryRule
from sandbox.options import Options
from sandbox.server import serve
from simulation.books import Violation
from simulation.processes.evidence import hold
from simulation.processes.gate import Carried, Request, run_gate
from simulation.processes.plan import (
    HousePlan,
    Kill,
    Life,
    draw_house,
    read_house_plan,
    write_house_plan,
)
from simulation.processes.running import run_house_plan

PLAN = HousePlan(
    seed=0,
    lives=(
        Life(coordinator="digital_river", course="whole", lines=(2, 1)),
        Life(coordinator="digital_river", course="whole", lines=(2, 1), shares=True),
        Life(coordinator="third_party", course="refund_fails", lines=(2,), twice=True),
        Life(coordinator="third_party", course="in_parts", lines=(2, 1)),
    ),
    caches=(0, 1000),
    kills=(
        Kill(service="worker", moment="write", n=3, worker=0),
        Kill(service="receiver", moment="ack", n=2),
        Kill(service="temporal", moment="event", n=14, life=3),
    ),
    calls=(CallRule(method="POST", path="/refunds", kind="answer_lost", times=1),),
    deliveries=(DeliveryRule(type="refund.*", kind="duplicate", times=2, copies=2),),
)
"""Two returns of one order, one that is asked for twice, and each process dies once."""


async def test_every_process_dies_and_nothing_is_lost() -> None:
    """The judge finds nothing, and all ends as it does undisturbed."""
    verdict = await run_house_plan(PLAN)
    assert verdict.violation is None
    assert verdict.ends == ["refunded"] * 4
    assert verdict.kills == {"worker at write": 1, "receiver at ack": 1, "temporal at event": 1}


def test_a_seed_is_a_plan_and_a_plan_is_a_file(tmp_path: Path) -> None:
    """A file holds all of a plan, a seed always draws the same one, and seeds differ."""
    path = tmp_path / "plan.json"
    plans = [draw_house(seed) for seed in range(50)]
    for seed, plan in enumerate(plans):
        write_house_plan(plan, path)
        assert read_house_plan(path) == plan == draw_house(seed)
    assert len({plan.lives for plan in plans}) > 40
    assert {kill.service for plan in plans for kill in plan.kills} == {
        "worker",
        "receiver",
        "temporal",
    }


async def test_an_acknowledged_event_that_no_history_holds_is_noticed() -> None:
    """A judge that never convicts proves nothing."""
    request = Request("POST", "/webhooks/digital-river", (), b'{"id": "event-1"}')
    with pytest.raises(Violation, match="S9: event event-1 was answered signalled"):
        await hold([], [Carried(request, 202, b'{"status": "signalled"}')], [])


async def test_a_gate_loses_an_answer_after_the_effect() -> None:
    """Digital River has done what was asked, and whoever asked does not know."""
    died: list[str] = []

    async def die() -> None:
        died.append("worker")

    async with (
        serve(Options()) as sandbox,
        run_gate(sandbox.url, lambda request: request.method == "POST") as gate,
        httpx.AsyncClient(base_url=gate.url) as client,
    ):
        gate.begin({1: die})
        order = {"coordinator": "third_party", "lines": [{"quantity": 1}]}
        with pytest.raises(httpx.TransportError):
            await client.post("/sandbox/orders", json=order)
        assert (died, len(sandbox.world.orders)) == (["worker"], 1)
        assert (await client.post("/sandbox/orders", json=order)).status_code == 201
    assert [one.status for one in gate.carried] == [201, 201]
