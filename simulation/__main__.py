"""`python -m simulation`: run plans, judge them, and say what was found. docs/reliability.md."""

import asyncio
import logging
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, cast

import typer
from rich.console import Console

from leaving import leave_with
from simulation.campaign import Tally, run_plans, simulate, smallest
from simulation.drawing import draw
from simulation.goals import reach
from simulation.hunting import hunt_all
from simulation.matrix import empty, write_matrix
from simulation.plan import Tier, read_plan, write_plan
from simulation.processes.reporting import (
    is_house_plan,
    report_houses,
    report_receiver_kills,
    run_again,
)

CHANGE = {"t0": 20_000, "t1": 2_000, "t2": 200, "t3": 10}
"""Plans of each tier for a change; a full run has ten times as many (R1)."""
FULL = 10
GOALS = {"pairs": 1_000, "creates": 10_000, "deaf": 1_000}
"""R4, R5 and R11 in a full run."""
RECEIVER_KILLS = 100
MOST_SHOWN = 5

console = Console(width=150)


@dataclass
class Campaign:
    """What is to be run, and what was found so far."""

    first: int
    folder: Path
    failed: int = 0
    faults: Counter[tuple[str, str]] = field(default_factory=Counter)

    def tier(self, name: str, seeds: int) -> None:
        """Run a tier's plans, and say what was found."""
        if name not in CHANGE:
            raise typer.BadParameter(f"there is no tier {name}", param_hint="--tier")
        if name == "t3":
            self.failed += report_houses(console, self.first, seeds, self.folder)
            return
        tally = simulate(cast(Tier, name), self.first, seeds)
        self.faults += tally.faults
        self.failed += len(tally.failures)
        self._report(tally)

    def _report(self, tally: Tally) -> None:
        pace = tally.plans / tally.seconds if tally.seconds else 0.0
        ends = ", ".join(f"{end} {n}" for end, n in tally.ends.most_common())
        plans = f"{tally.plans} plans, {tally.returns} returns"
        console.print(f"{tally.tier}: {plans}, {pace:.1f} a second, {tally.seconds:.0f} s")
        console.print(f"  {ends}")
        for seed, error in tally.torn:
            console.print(f"  seed {seed} was run twice, after {error}", markup=False)
        for seed, violation in tally.failures[:MOST_SHOWN]:
            self.folder.mkdir(exist_ok=True)
            path = self.folder / f"{tally.tier}-{seed}.json"
            write_plan(asyncio.run(smallest(draw(seed, tally.tier))), path)
            console.print(f"  seed {seed}: {violation}; kept in {path}", markup=False)
        console.print(f"  {len(tally.failures)} broken promises")

    def goal(self, name: str, seeds: int) -> None:
        """Try a goal, and say how it went."""
        goal = reach(name, self.first, seeds)
        self.failed += len(goal.failures)
        made = f", {goal.made} returns created" if goal.made else ""
        console.print(f"{name}: {goal.plans} plans{made}, {goal.seconds:.0f} s")
        for seed, violation in goal.failures[:MOST_SHOWN]:
            console.print(f"  seed {seed}: {violation}", markup=False)
        console.print(f"  {len(goal.failures)} broken promises")

    def hunt(self) -> None:
        """Hunt the planted bugs, and say how soon each was caught."""
        console.print("planted bugs: tier, seeds and seconds to catch, what gave them away")
        for caught in hunt_all():
            self.failed += caught.seeds is None
            found = f"{caught.seeds or 'never'} | {caught.seconds:.0f} s | {caught.violation[:90]}"
            console.print(f"  {caught.bug.tier} | {caught.bug.name} | {found}", markup=False)

    def matrix(self, path: Path) -> None:
        """Write which fault struck in which phase."""
        write_matrix(self.faults, path)
        missing = ", ".join(f"{fault} in {phase}" for fault, phase in empty(self.faults))
        console.print(f"matrix in {path}; never: {missing or 'nothing'}", markup=False)


def main(  # noqa: PLR0913 - one parameter for each option
    tier: Annotated[str, typer.Option(help="Which tiers, such as t0,t1.")] = "t0,t1,t2",
    seeds: Annotated[int | None, typer.Option(help="How many seeds a tier.")] = None,
    first: Annotated[int, typer.Option(help="The first seed.")] = 0,
    plan: Annotated[
        Path | None, typer.Option(help="Run this plan again.", exists=True, dir_okay=False)
    ] = None,
    folder: Annotated[Path, typer.Option(help="Where failing plans go.")] = Path("simulated"),
    *,
    full: Annotated[bool, typer.Option(help="Ten times as much, and every goal.")] = False,
    planted: Annotated[bool, typer.Option(help="Hunt the planted bugs.")] = False,
    pairs: Annotated[int, typer.Option(help="So many pairs of plans, with kills and without.")] = 0,
    creates: Annotated[int, typer.Option(help="So many creates whose answers are lost.")] = 0,
    deaf: Annotated[int, typer.Option(help="So many plans without any webhook.")] = 0,
    receiver_kills: Annotated[int, typer.Option(help="Kill the receiver so often.")] = 0,
    matrix: Annotated[Path | None, typer.Option(help="Write faults by phase here.")] = None,
) -> None:
    """Run whole returns through faults; exit 1 when a promise is broken."""
    logging.disable(logging.CRITICAL)
    if plan is not None:
        raise typer.Exit(_again(plan))
    campaign = Campaign(first, folder)
    goals = {"pairs": pairs, "creates": creates, "deaf": deaf}
    alone = planted or receiver_kills or any(goals.values())
    if full:
        goals, planted, receiver_kills = GOALS, True, RECEIVER_KILLS
        tier = ",".join(CHANGE)
    if full or not alone:
        for name in tier.split(","):
            campaign.tier(name, seeds or CHANGE.get(name, 0) * (FULL if full else 1))
    if matrix is not None:
        campaign.matrix(matrix)
    for name, count in goals.items():
        if count:
            campaign.goal(name, count)
    if receiver_kills:
        campaign.failed += report_receiver_kills(console, receiver_kills)
    if planted:
        campaign.hunt()
    raise typer.Exit(1 if campaign.failed else 0)


def _again(path: Path) -> int:
    if is_house_plan(path):
        return run_again(console, path)
    [verdict] = asyncio.run(run_plans([read_plan(path)]))
    for line in verdict.record.trace:
        console.print(line, markup=False)
    end = ", ".join(verdict.ends)
    console.print(f"{end}, hash {verdict.hash}: {verdict.violation or 'all is well'}", markup=False)
    return 1 if verdict.violation else 0


if __name__ == "__main__":
    leave_with(lambda: typer.run(main))
