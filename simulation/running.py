"""From a plan to a verdict."""

import hashlib
from dataclasses import dataclass

from simulation.books import Books, Record, Violation
from simulation.driver import Driver
from simulation.judge import judge
from simulation.plan import Plan
from simulation.real import real_world
from simulation.toy import Toy


@dataclass(frozen=True)
class Verdict:
    """How a plan went."""

    violation: str | None
    hash: str
    """Of everything that was done and said: the same plan, the same hash."""
    end: str
    books: Books
    record: Record

    @property
    def kind(self) -> str:
        """The number of the promise that was broken, if one was."""
        return (self.violation or "").partition(":")[0]


async def run(plan: Plan) -> Verdict:
    """Run a plan to its end, and judge it."""
    world = Toy(plan) if plan.tier == "t0" else real_world(plan)
    driver = Driver(plan, world)
    violation = None
    try:
        await driver.live()
        judge(plan, world.books(), driver.record)
    except Violation as broken:
        violation = str(broken)
    except Exception as error:  # noqa: BLE001 - any error of the product is a finding
        violation = f"error: {type(error).__name__}: {error}"
    record = driver.record
    digest = hashlib.sha256("\n".join(record.trace).encode()).hexdigest()[:16]
    return Verdict(violation, digest, _end(record), world.books(), record)


def _end(record: Record) -> str:
    end = record.end
    if end is None:
        return "nothing"
    outcome = getattr(end, "outcome", None)
    return str(outcome) if outcome else f"waits for {getattr(end, 'what', '')}"
