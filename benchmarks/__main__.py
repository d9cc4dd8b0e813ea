"""`python -m benchmarks [names]`: measure, and print one table for each benchmark.

Figures of time depend on the machine and on who else is using it, so nothing is asserted: the
verdict is a column, and the exit status is 0. docs/performance.md says how to read the tables.
"""

import asyncio
import signal
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Annotated, Any

import typer
from rich.console import Console

from benchmarks import listing, memory, reaction, receiver, recovery, rules, worker_cpu
from benchmarks.plan import FULL, QUICK, Plan
from benchmarks.report import Row, machine, show
from leaving import leave_with


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What is measured, and how."""

    title: str
    run: Callable[[Plan], Coroutine[Any, Any, list[Row]]]


BENCHMARKS = {
    "rules": Benchmark(rules.TITLE, rules.run),
    "worker_cpu": Benchmark(worker_cpu.TITLE, worker_cpu.run),
    "memory": Benchmark(memory.TITLE, memory.run),
    "receiver": Benchmark(receiver.TITLE, receiver.run),
    "reaction": Benchmark(reaction.TITLE, reaction.run),
    "recovery": Benchmark(recovery.TITLE, recovery.run),
    "listing": Benchmark(listing.TITLE, listing.run),
}
FILE_WIDTH = 150
"""Characters, where no terminal says how wide it is."""

NOTES = (
    "The Temporal server is a dev server in memory: nothing is synced to a disk, so rates and "
    "latencies are better than a durable server's. All of it shares this machine. A ratio is the "
    "median of its pairs, with a bootstrap 95 % interval."
)


def main(
    names: Annotated[
        list[str] | None, typer.Argument(help=f"Of {', '.join(BENCHMARKS)}; all by default.")
    ] = None,
    *,
    quick: Annotated[bool, typer.Option(help="Smaller, and so noisier.")] = False,
    open_returns: Annotated[
        int | None, typer.Option(min=1, help="How many, when the worker is killed; 200.")
    ] = None,
) -> None:
    """Measure Upriver on this machine."""
    unknown = set(names or ()) - set(BENCHMARKS)
    if unknown:
        raise typer.BadParameter(f"there is no {', '.join(sorted(unknown))}")
    plan = QUICK if quick else FULL
    if open_returns is not None:
        plan = replace(plan, open_returns=open_returns)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends what was started, too
    console = Console()
    if not console.is_terminal:
        console.width = FILE_WIDTH
    console.print(f"{machine()}\n\n{NOTES}\n", highlight=False)
    for name in names or BENCHMARKS:
        began = time.monotonic()
        rows = asyncio.run(BENCHMARKS[name].run(plan))
        show(console, BENCHMARKS[name].title, rows)
        console.print(f"[dim]{name}: {time.monotonic() - began:.0f} s[/]\n", highlight=False)


if __name__ == "__main__":
    leave_with(lambda: typer.run(main))
