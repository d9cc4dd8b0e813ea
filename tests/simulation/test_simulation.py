"""The simulator keeps its word: no promise is broken, and the same plan goes the same way."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest

from lifecycle import rules
from lifecycle.ledger import Ledger
from lifecycle.records import ReturnRecord
from lifecycle.tally import Tally
from simulation.books import Books, Record
from simulation.campaign import run_plans, smallest
from simulation.drawing import draw
from simulation.goals import creates, deaf, essence, killed, steady
from simulation.matrix import FAULTS, cells, empty, table
from simulation.plan import Plan, Tier, read_plan, write_plan
from simulation.running import Verdict, run

TIERS: tuple[tuple[Tier, int], ...] = (("t0", 1000), ("t1", 60), ("t2", 8))
REPEATABLE: tuple[tuple[Tier, int], ...] = (("t0", 60), ("t1", 12))


@pytest.mark.parametrize(("tier", "seeds"), TIERS)
async def test_no_promise_is_broken(tier: Tier, seeds: int) -> None:
    """Whatever the plan, the judge finds nothing."""
    verdicts = await run_plans([draw(seed, tier) for seed in range(seeds)])
    assert len(verdicts) == seeds
    broken = {seed: one.violation for seed, one in enumerate(verdicts) if one.violation}
    assert broken == {}


@pytest.mark.parametrize(("tier", "seeds"), REPEATABLE)
async def test_same_seed_same_trace(tier: Tier, seeds: int) -> None:
    """A seed repeats bit by bit, also after others."""
    plans = [draw(seed, tier) for seed in range(seeds)]
    first = [(await run(plan)).hash for plan in plans]
    again = [(await run(plan)).hash for plan in reversed(plans)]
    assert first == again[::-1]
    assert len(set(first)) > len(plans) // 2


@pytest.mark.parametrize(("tier", "seeds"), REPEATABLE)
async def test_duplicates_change_nothing(tier: Tier, seeds: int) -> None:
    """A plan ends alike with and without events that come again, early or late."""
    for seed in range(seeds):
        plan = draw(seed, tier)
        once = replace(
            plan, deliveries=tuple(one for one in plan.deliveries if one.kind != "duplicate")
        )
        assert (await run(plan)).ends == (await run(once)).ends, seed


async def test_kills_change_nothing() -> None:
    """A plan in which workers die ends with the same ledger and the same books as without."""
    for seed in range(15):
        calm = steady(seed, "t1")
        assert killed(calm).kills
        assert essence(await run(calm)) == essence(await run(killed(calm))), seed


async def test_lost_answers_create_nothing_twice() -> None:
    """Three answers in ten are lost after the effect, and there is one return for each request."""
    for seed in range(15):
        verdict = await run(creates(seed, "t1"))
        assert verdict.violation is None
        assert [one.maker for one in verdict.books.returns].count("us") == 1


async def test_a_return_that_hears_nothing_ends_all_the_same() -> None:
    """With every webhook lost, looking alone brings each return to a true end."""
    verdicts = await run_plans([deaf(seed, "t1") for seed in range(15)])
    assert [one.violation for one in verdicts] == [None] * 15
    assert not any(one.record.heard for one in verdicts)


@pytest.mark.parametrize("tier", ["t0", "t1"])
async def test_a_plan_is_kept_and_run_again(tier: Tier, tmp_path: Path) -> None:
    """A file holds all of a plan: it goes as the first time."""
    plan, path = draw(7, tier), tmp_path / "plan.json"
    write_plan(plan, path)
    assert read_plan(path) == plan
    assert (await run(read_plan(path))).hash == (await run(plan)).hash


async def test_two_returns_of_one_order_live_side_by_side() -> None:
    """Some plans have two returns with look-alike lines, and each has an end of its own."""
    plans = [plan for plan in (draw(seed, "t1") for seed in range(100)) if plan.twin][:5]
    assert len(plans) == 5
    for plan in plans:
        verdict = await run(plan)
        assert verdict.violation is None
        assert len(verdict.ends) == 2


async def test_follow_ups_are_lived_to_their_end() -> None:
    """What comes after the end of some returns is carried on by another, and a person is asked."""
    plans = [plan for plan in (draw(seed, "t1") for seed in range(150)) if plan.after]
    verdicts = [await run(plan) for plan in plans]
    assert [one.violation for one in verdicts] == [None] * len(plans)
    followed = [one for one in verdicts if len(one.ends) > 1]
    assert len(followed) >= 3
    assert all(one.ends[-1] != "nothing" for one in followed)


@pytest.mark.parametrize("tier", ["t0", "t1"])
async def test_warehouse_returns_are_adopted_and_ask(tier: Tier) -> None:
    """Nobody asks for some returns; they are carried on, and refunded when a person approves."""
    plans = [plan for plan in (draw(seed, tier) for seed in range(250)) if plan.from_warehouse]
    verdicts = [await run(plan) for plan in plans]
    assert [one.violation for one in verdicts] == [None] * len(plans)
    paid = [one for one in verdicts if any(refund.maker == "us" for refund in one.books.refunds)]
    assert paid
    assert all({"approve", "retry"} & {said.answer for said in one.record.answers} for one in paid)


@pytest.mark.parametrize("tier", ["t0", "t1", "t2"])
def test_rare_things_are_drawn(tier: Tier) -> None:
    """Within the thousand seeds that a planted bug has."""
    acts = [act for seed in range(1000) for act in draw(seed, tier).acts]
    assert any(act.deed == "flood" for act in acts)
    assert any(act.deed == "begin_at_warehouse" for act in acts)
    assert any(any(act.damaged) for act in acts)
    assert any(act.wrong for act in acts)


def pay_what_was_asked(ledger: Ledger, record: ReturnRecord) -> Tally:  # noqa: ARG001
    """Take what was asked for what was accepted."""
    return ledger.requested


async def test_a_failing_plan_is_made_small() -> None:
    """What is left of a plan is needed for its failure."""
    with patch.object(rules, "accepted", pay_what_was_asked):
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


async def test_faults_are_counted_by_phase() -> None:
    """The matrix has a row for each fault, and says what was never tried."""
    verdicts = await run_plans([draw(seed, "t1") for seed in range(40)])
    faults = sum((one.faults for one in verdicts), verdicts[0].faults)
    assert {fault for fault, _ in cells(faults)} <= set(FAULTS)
    assert ("lost", "opening") not in empty(faults)
    assert ("lost", "opening") in empty({})
    assert len(table(faults).splitlines()) == 2 + len(FAULTS)


async def test_what_the_sdk_may_have_done_counts_when_it_repeats(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A plan that met it runs once more, and says so; any other broken promise counts at once."""
    plans = [draw(seed, "t2") for seed in range(6)]
    found: dict[int, list[str | None]] = {
        0: ["error: of the SDK", None],
        1: ["error: of ours", "error: of ours"],
        2: ["S3: paid"],
        3: [None],
        4: ["S10: it does not replay", "S10: it does not replay"],
        5: ["L3: a task failed", None],
    }

    async def leap(some: Sequence[Plan]) -> list[Verdict]:
        return [Verdict(found[one.seed].pop(0), "", (), Books(), Record()) for one in some]

    monkeypatch.setattr("simulation.campaign._leap", leap)
    verdicts = await run_plans(plans)
    assert [(one.violation, one.torn) for one in verdicts] == [
        (None, "error: of the SDK"),
        ("error: of ours", "error: of ours"),
        ("S3: paid", None),
        (None, None),
        ("S10: it does not replay", "S10: it does not replay"),
        (None, "L3: a task failed"),
    ]
