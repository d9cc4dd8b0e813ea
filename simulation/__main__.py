"""`python -m simulation`: run plans, judge them, and say what was found. docs/reliability.md."""

import asyncio
import logging
from pathlib import Path
from typing import Annotated, cast

import typer
from rich.console import Console
from rich.table import Table

from simulation.campaign import Tally, hunt_all, simulate, smallest
from simulation.drawing import draw
from simulation.plan import Tier, read_plan, write_plan
from simulation.processes.reporting import (
    is_house_plan,
    report_houses,
    report_receiver_kills,
    run_again,
)
from simulation.running import run

QUICK = {"t0": 20_000, "t1": 100_000}
BUDGET = {"t0": None, "t1": 60.0}
"""Seconds of the quick run: T1 runs as many seeds as fit."""
HOUSES = 10
"""Plans of T3 for each change."""
MOST_SHOWN = 5

console = Console(width=150)


def main(  # noqa: PLR0913 - one parameter for each option
    tier: Annotated[str, typer.Option(help="Which tiers, such as t0,t1.")] = "t0,t1",
    seeds: Annotated[int | None, typer.Option(help="How many seeds a tier.")] = None,
    first: Annotated[int, typer.Option(help="The first seed.")] = 0,
    plan: Annotated[Path | None, typer.Option(help="Run this plan again.")] = None,
    folder: Annotated[Path, typer.Option(help="Where failing plans go.")] = Path("simulated"),
    *,
    quick: Annotated[bool, typer.Option(help="The numbers of each change; the default.")] = True,
    planted: Annotated[bool, typer.Option(help="Hunt the planted bugs.")] = False,
    receiver_kills: Annotated[int, typer.Option(help="Kill the receiver so often (R12).")] = 0,
) -> None:
    """Run whole returns through faults; exit 1 when a promise is broken."""
    logging.disable(logging.CRITICAL)
    if plan is not None:
        raise typer.Exit(_again(plan))
    if planted:
        raise typer.Exit(_hunt())
    if receiver_kills:
        raise typer.Exit(report_receiver_kills(console, receiver_kills))
    failed = 0
    for name in tier.split(","):
        if name == "t3":
            failed += report_houses(console, first, seeds or HOUSES, folder)
            continue
        if name not in QUICK:
            raise typer.BadParameter(f"there is no tier {name}", param_hint="--tier")
        one = cast(Tier, name)
        budget = BUDGET[one] if quick and seeds is None else None
        failed += _report(simulate(one, first, seeds or QUICK[one], budget), folder)
    raise typer.Exit(1 if failed else 0)


def _report(tally: Tally, folder: Path) -> int:
    pace = tally.plans / tally.seconds if tally.seconds else 0.0
    ends = ", ".join(f"{end} {n}" for end, n in tally.ends.most_common())
    console.print(f"{tally.tier}: {tally.plans} plans, {pace:.0f} a second, {tally.seconds:.0f} s")
    console.print(f"  {ends}")
    for seed, violation in tally.failures[:MOST_SHOWN]:
        folder.mkdir(exist_ok=True)
        path = folder / f"{tally.tier}-{seed}.json"
        write_plan(asyncio.run(smallest(draw(seed, tally.tier))), path)
        console.print(f"  seed {seed}: {violation}; shrunk into {path}", markup=False)
    console.print(f"  {len(tally.failures)} broken promises")
    return len(tally.failures)


def _again(path: Path) -> int:
    if is_house_plan(path):
        return run_again(console, path)
    verdict = asyncio.run(run(read_plan(path)))
    for line in verdict.record.trace:
        console.print(line, markup=False)
    console.print(f"{verdict.end}, hash {verdict.hash}: {verdict.violation or 'all is well'}")
    return 1 if verdict.violation else 0


def _hunt() -> int:
    table = Table("tier", "planted bug", "seeds", "given away by")
    missed = 0
    for caught in hunt_all():
        missed += caught.seeds is None
        table.add_row(caught.tier, caught.bug, str(caught.seeds or "never"), caught.violation)
    console.print(table)
    return 1 if missed else 0


if __name__ == "__main__":
    typer.run(main)
