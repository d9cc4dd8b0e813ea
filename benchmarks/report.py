"""The tables, and the machine that the figures were taken on."""

import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.table import Table

from local.dev_server import temporal_command

HERE = Path(__file__).parent.parent
VERDICTS = {True: "[green]within[/]", False: "[red]misses[/]", None: ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure, what it was compared with, and what it may be."""

    what: str
    figure: str
    ratio: str = ""
    """To the anchor that was measured in the same run."""
    budget: str = ""
    within: bool | None = None
    """None where the figure is colour only."""


def show(console: Console, title: str, rows: Sequence[Row]) -> None:
    """Print one table."""
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column("what", ratio=5)
    table.add_column("figure", ratio=3)
    table.add_column("ratio to the anchor", ratio=3)
    table.add_column("budget", ratio=3)
    table.add_column("verdict", no_wrap=True)
    for row in rows:
        table.add_row(row.what, row.figure, row.ratio, row.budget, VERDICTS[row.within])
    console.print(table)


def machine() -> str:
    """Describe the machine, the versions, the commit, the time, and who else is at work."""
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    libraries = ("temporalio", "pydantic", "starlette", "uvicorn", "uvloop", "httpx")
    versions = ", ".join(f"{name} {version(name)}" for name in libraries)
    return (
        f"{_processor()}, {os.cpu_count()} CPUs, {platform.system()}; "
        f"Python {platform.python_version()}, {versions}; "
        f"{_output(temporal_command(), '--version')}; "
        f"commit {_output('git', 'describe', '--always', '--dirty')}; "
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC; load {load}"
    )


def _processor() -> str:
    """Return the model of the CPU; where /proc does not tell it, its architecture."""
    table = Path("/proc/cpuinfo")
    for line in table.read_text().splitlines() if table.exists() else ():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.processor() or platform.machine()


def _output(*command: str) -> str:
    try:
        done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=True)  # noqa: S603 - a fixed command
    except (OSError, subprocess.CalledProcessError):
        return f"{Path(command[0]).name} unknown"
    return done.stdout.strip()
