"""The simulator keeps its word: no promise is broken, runs repeat, planted bugs are caught."""

from dataclasses import replace
from pathlib import Path

import pytest

from simulation.campaign import smallest
from simulation.drawing import draw
from simulation.plan import Plan, Tier, read_plan, write_plan
from simulation.planted import by_name, hunt, planted
from simulation.running import run

TIERS: tuple[tuple[Tier, int], ...] = (("t0", 300), ("t1", 30))


@pytest.mark.parametrize(("tier", "seeds"), TIERS)
async def test_no_promise_is_broken(tier: Tier, seeds: int) -> None:
    """Whatever the plan, the judge finds nothing."""
    broken = {seed: (await run(draw(seed, tier))).violation for seed in range(seeds)}
    assert {seed: words for seed, words in broken.items() if words} == {}


@pytest.mark.parametrize(("tier", "seeds"), TIERS)
async def test_same_seed_same_trace(tier: Tier, seeds: int) -> None:
    """A seed repeats bit by bit, also after others."""
    plans = [draw(seed, tier) for seed in range(seeds // 5)]
    first = [(await run(plan)).hash for plan in plans]
    again = [(await run(plan)).hash for plan in reversed(plans)]
    assert first == again[::-1]
    assert len(set(first)) > len(plans) // 2


@pytest.mark.parametrize(("tier", "seeds"), TIERS)
async def test_duplicates_change_nothing(tier: Tier, seeds: int) -> None:
    """A plan ends alike with and without events that come again, early or late."""
    for seed in range(seeds):
        plan = draw(seed, tier)
        once = replace(
            plan, deliveries=tuple(one for one in plan.deliveries if one.kind != "duplicate")
        )
        assert (await run(plan)).end == (await run(once)).end, seed


@pytest.mark.parametrize(
    "name", ["pays what was asked, not what was accepted", "believes any signature"]
)
async def test_a_planted_bug_is_caught(name: str) -> None:
    """A judge that never convicts proves nothing."""
    caught = await hunt(by_name(name))
    assert caught.seeds is not None
    assert caught.seeds < 200


@pytest.mark.parametrize("tier", ["t0", "t1"])
async def test_a_plan_is_kept_and_run_again(tier: Tier, tmp_path: Path) -> None:
    """A file holds all of a plan: it goes as the first time."""
    plan, path = draw(7, tier), tmp_path / "plan.json"
    write_plan(plan, path)
    assert read_plan(path) == plan
    assert (await run(read_plan(path))).hash == (await run(plan)).hash


async def test_a_failing_plan_is_made_small() -> None:
    """What is left of a plan is needed for its failure."""
    bug = by_name("pays what was asked, not what was accepted")
    with planted(bug):
        plan = await _failing()
        small = await smallest(plan)
        assert (await run(small)).kind == (await run(plan)).kind == "S3"
    assert len(small.acts) <= len(plan.acts)
    assert not small.calls
    assert not small.deliveries


async def _failing() -> Plan:
    for seed in range(200):
        plan = draw(seed, "t0")
        if (await run(plan)).violation:
            return plan
    pytest.fail("no seed shows the bug")
