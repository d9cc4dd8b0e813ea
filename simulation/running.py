"""From a plan to a verdict."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from lifecycle.ledger import Ledger
from simulation.afterwards import judge_all
from simulation.books import Books, Record, Violation
from simulation.driver import Driver
from simulation.judge import judge
from simulation.plan import Plan
from simulation.real import SECRETS, real_world
from simulation.stage import Stage
from simulation.toy import Toy
from simulation.world import World


@dataclass(frozen=True)
class Verdict:
    """How a plan went."""

    violation: str | None
    hash: str
    """Of everything that was done and said: the same plan, the same hash."""
    ends: tuple[str, ...]
    """Of each return."""
    books: Books
    record: Record
    """Of the first return."""
    faults: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Which fault struck in which phase, how often."""
    ledgers: tuple[Ledger, ...] = ()
    """What each return knew in the end."""
    torn: str | None = None
    """What made it run a second time, see `simulation.campaign`."""

    @property
    def end(self) -> str:
        """How the first return ended."""
        return self.ends[0] if self.ends else "nobody was told"

    @property
    def may_be_torn(self) -> bool:
        """Whether the SDK may have done it: an error, a task that failed, a replay that differs."""
        return self.kind in ("error", "L3", "S10")

    @property
    def kind(self) -> str:
        """The number of the promise that was broken, if one was."""
        return (self.violation or "").partition(":")[0]


async def run(plan: Plan) -> Verdict:
    """Run a plan to its end in this process, and judge it."""
    world = Toy(plan) if plan.tier == "t0" else real_world(plan)
    stage = Stage(plan, world, Driver)
    violation = None
    try:
        await stage.play()
        _judge(plan, world, stage.drivers)
    except Violation as broken:
        violation = str(broken)
    except Exception as error:  # noqa: BLE001 - any error of the product is a finding
        violation = f"error: {type(error).__name__}: {error}"
    records = [driver.record for driver in stage.drivers]
    faults: Counter[tuple[str, str]] = sum((one.faults for one in records), Counter())
    return Verdict(
        violation,
        digest(records),
        tuple(record.end.words if record.end else "nothing" for record in records),
        world.books(world.requests[0] if plan.twin else None),
        records[0] if records else Record(),
        faults,
        tuple(driver.ledger for driver in stage.drivers),
    )


def _judge(plan: Plan, world: World, drivers: Sequence[Driver]) -> None:
    """Hold two returns of one order apart, and a return and its follow-ups together."""
    if plan.twin:
        for driver in drivers:
            books = driver.record.books or world.books(driver.request)
            judge(plan, books, driver.record, SECRETS)
        return
    records = [driver.record for driver in drivers]
    judge_all(plan, world.books(None), records, SECRETS, world.acknowledged)


def digest(records: list[Record]) -> str:
    """Return a hash of everything that was done and said."""
    told = "\n".join(line for record in records for line in record.trace)
    return hashlib.sha256(told.encode()).hexdigest()[:16]
