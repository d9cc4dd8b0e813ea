"""Which fault struck in which phase of a return's life (R3)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import get_args

from simulation.plan import CallFaultKind, DeliveryFaultKind

PHASES = (
    "opening",
    "awaiting_approval",
    "awaiting_goods",
    "refunding",
    "awaiting_customer",
    "disputed",
    "needs_attention",
)
ENDED = "ended"
FAULTS = (*get_args(CallFaultKind), "late list", "kill", *get_args(DeliveryFaultKind))


def cells(faults: Mapping[tuple[str, str], int]) -> Counter[tuple[str, str]]:
    """Count by fault and phase; every outcome is the same phase."""
    found: Counter[tuple[str, str]] = Counter()
    for (fault, phase), times in faults.items():
        found[fault, phase if phase in PHASES else ENDED] += times
    return found


def empty(faults: Mapping[tuple[str, str], int]) -> list[tuple[str, str]]:
    """Return the cells of the living in which nothing was tried."""
    found = cells(faults)
    return [(fault, phase) for fault in FAULTS for phase in PHASES if not found[fault, phase]]


def table(faults: Mapping[tuple[str, str], int]) -> str:
    """Write the matrix as a table."""
    found = cells(faults)
    columns = (*PHASES, ENDED)
    lines = [_row("fault", [phase.replace("_", " ") for phase in columns])]
    lines.append("|---|" + "--:|" * len(columns))
    for fault in FAULTS:
        counts = [str(found[fault, phase] or "-") for phase in columns]
        lines.append(_row(fault.replace("_", " "), counts))
    return "\n".join(lines) + "\n"


def _row(first: str, rest: Iterable[str]) -> str:
    return f"| {first} | {' | '.join(rest)} |"


def write_matrix(faults: Mapping[tuple[str, str], int], path: Path) -> None:
    """Keep the matrix in a file."""
    path.write_text(table(faults), encoding="utf-8")
