"""Hunts planted bugs: each is edited into a copy of the source, which then runs its tier."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from simulation.plan import Tier
from simulation.planted import BUGS, Bug

ROOT = Path(__file__).parent.parent
MOST_SEEDS = 1000
NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", "__pycache__", ".*_cache", "simulated", "docs", "histories"
)
TIMEOUT_SECONDS = 900


@dataclass(frozen=True)
class Caught:
    """How long it took, and what gave it away; no seeds: it was not caught."""

    bug: Bug
    seeds: int | None
    violation: str
    seconds: float


def hunt_all(bugs: tuple[Bug, ...] = BUGS) -> Iterator[Caught]:
    """Hunt every planted bug, some at a time."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(hunt, bugs)


def hunt(bug: Bug) -> Caught:
    """Plant a bug in a copy, and let the copy look for it."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="upriver-planted-") as folder:
        copy = Path(folder) / "upriver"
        shutil.copytree(ROOT, copy, ignore=NOT_COPIED)
        plant(bug, copy)
        found = subprocess.run(  # noqa: S603 - ourselves
            [sys.executable, "-m", "simulation.hunting", bug.tier, str(MOST_SEEDS)],
            cwd=copy,
            env={**os.environ, "PYTHONPATH": str(copy)},
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    seconds = time.monotonic() - begun
    said = found.stdout.splitlines()
    if not said or not said[-1].startswith("["):
        return Caught(bug, None, f"it does not run: {found.stderr[-200:]}", seconds)
    seeds, violation = json.loads(said[-1])
    return Caught(bug, seeds, violation, seconds)


def plant(bug: Bug, root: Path) -> None:
    """Make a bug's edits. Raises `ValueError` when the source has changed under them."""
    for edit in bug.edits:
        path = root / edit.path
        source = path.read_text(encoding="utf-8")
        if source.count(edit.old) != 1:
            raise ValueError(f"{bug.name}: {edit.path} does not hold it once: {edit.old!r}")
        path.write_text(source.replace(edit.old, edit.new), encoding="utf-8")


def _look() -> None:
    """Run seeds until one breaks a promise, and say which it was."""
    from simulation.campaign import first_failure  # noqa: PLC0415 - only in the copy

    tier, most = cast(Tier, sys.argv[1]), int(sys.argv[2])
    print(json.dumps(asyncio.run(first_failure(tier, most))), flush=True)  # noqa: T201 - to the hunter


if __name__ == "__main__":
    _look()
