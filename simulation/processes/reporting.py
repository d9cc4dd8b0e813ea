"""What T3 says of itself."""

import asyncio
import json
import tempfile
import time
from collections import Counter
from pathlib import Path

from rich.console import Console

from simulation.processes.house import run_house
from simulation.processes.plan import read_house_plan, write_house_plan
from simulation.processes.receiver_kills import Tally, kill_receivers
from simulation.processes.running import HouseVerdict, run_house_plan, simulate_houses


def report_houses(console: Console, first: int, seeds: int, folder: Path) -> int:
    """Run plans, say what was found, keep those that fail; return how many did."""

    def told(verdict: HouseVerdict) -> None:
        if verdict.violation:
            folder.mkdir(exist_ok=True)
            path = folder / f"t3-{verdict.plan.seed}.json"
            write_house_plan(verdict.plan, path)
            found = f"  seed {verdict.plan.seed}: {verdict.violation}; kept in {path}"
            console.print(found, markup=False)

    verdicts = asyncio.run(simulate_houses(first, seeds, told))
    failed = sum(verdict.violation is not None for verdict in verdicts)
    ends = Counter(end for verdict in verdicts for end in verdict.ends)
    kills = sum((verdict.kills for verdict in verdicts), Counter[str]())
    seconds = sum(verdict.seconds for verdict in verdicts)
    console.print(f"t3: {len(verdicts)} plans, {seconds / len(verdicts):.0f} s each")
    console.print("  " + ", ".join(f"{end} {n}" for end, n in ends.most_common()))
    console.print("  killed: " + ", ".join(f"{name} {n}" for name, n in kills.most_common()))
    slow = sum(verdict.too_slow for verdict in verdicts)
    console.print(f"  {failed} broken promises, {slow} too slow to compare")
    return failed


def report_receiver_kills(console: Console, kills: int) -> int:
    """Kill the receiver so often under load; return how many acknowledged events were lost."""
    begun = time.monotonic()
    tally = asyncio.run(_kill_receivers(kills))
    seconds = time.monotonic() - begun
    console.print(f"receiver: {tally.kills} kills in {seconds:.0f} s")
    console.print(f"  {tally.sent} deliveries, {tally.unanswered} without an answer")
    console.print(
        f"  {len(tally.acknowledged)} events acknowledged, {len(tally.lost)} of them lost, "
        f"{tally.duplicates} signals twice"
    )
    return len(tally.lost)


async def _kill_receivers(kills: int) -> Tally:
    with tempfile.TemporaryDirectory(prefix="upriver-r12-") as logs:
        async with run_house(Path(logs)) as house:
            return await kill_receivers(house, kills)


def is_house_plan(path: Path) -> bool:
    """Say whether a file holds a plan of T3."""
    return bool(json.loads(path.read_bytes()).get("tier") == "t3")


def run_again(console: Console, path: Path) -> int:
    """Run one plan again; return 1 when it breaks a promise."""
    verdict = asyncio.run(run_house_plan(read_house_plan(path)))
    for life, end in zip(verdict.plan.lives, verdict.ends, strict=False):
        console.print(f"{life.coordinator} {life.course}: {end}", markup=False)
    console.print("killed: " + ", ".join(f"{name} {n}" for name, n in verdict.kills.items()))
    console.print(verdict.violation or "all is well", markup=False)
    return 1 if verdict.violation else 0
