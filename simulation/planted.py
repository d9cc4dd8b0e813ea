"""Bugs planted on purpose: a judge that never convicts proves nothing.

Each is a patch in the memory of one process, and must be caught within 1,000 seeds at its tier.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from unittest.mock import patch

from temporalio import activity

from activities import creates, once
from activities.calling import now
from activities.once import Creation, refusal
from activities.retrying import not_yet
from activities.watching import Watching
from digital_river import signature
from digital_river.errors import StatusError
from digital_river.models import Event
from digital_river.signature import InvalidReason
from lifecycle import ours, receiving, records, refunding, rules
from lifecycle.facts import DeadlinePassed, Fact, Learned, ReturnSeen
from lifecycle.ledger import Ledger
from lifecycle.records import ReturnRecord
from lifecycle.refunding import Money
from lifecycle.steps import Step, Watch
from lifecycle.tally import Tally
from lifecycle.units import delivered
from simulation.drawing import draw
from simulation.plan import Tier
from simulation.running import run
from webhooks import delivery, reading
from webhooks.outcomes import Outcome

MOST_SEEDS = 1000


@dataclass(frozen=True)
class Bug:
    """One mistake, where it is put, and the tier that must notice."""

    name: str
    tier: Tier
    place: object
    attribute: str
    wrong: object


@dataclass(frozen=True)
class Caught:
    """How long it took, and what gave it away; no seeds: it was not caught."""

    bug: str
    tier: Tier
    seeds: int | None
    violation: str


def _pay_what_was_asked(ledger: Ledger, record: ReturnRecord) -> Tally:  # noqa: ARG001
    return ledger.requested


_add = records.ReturnRecord.add


def _add_up(record: ReturnRecord, seen: ReturnSeen) -> None:
    before = dict(record.accepted)
    _add(record, seen)
    for item in seen.items:
        record.accepted[item.item_id] = before.get(item.item_id, 0) + item.accepted


def _accept_what_began_to_come(ledger: Ledger, record: ReturnRecord) -> Tally:  # noqa: ARG001
    came = delivered(ledger)
    return Tally({item: n for item, n in ledger.requested.items() if came[item]})


_money_of = refunding.money_of


def _retry_unasked(ledger: Ledger, record: ReturnRecord) -> Money:
    money = _money_of(ledger, record)
    return replace(money, retried=money.retried + money.unanswered, unanswered=[])


def _first_refund_ends_it(ledger: Ledger, record: ReturnRecord) -> Money:
    money = _money_of(ledger, record)
    return replace(money, under_way=[]) if money.succeeded else money


def _no(*_: object, **__: object) -> bool:
    return False


def _yes(*_: object, **__: object) -> bool:
    return True


def _ignore_chargeback(ledger: Ledger) -> Step:
    kept, ledger.chargeback = ledger.chargeback, None
    try:
        return _rules(ledger)
    finally:
        ledger.chargeback = kept


_rules = rules.RULES[1]


def _one_rules(wrong: Callable[[Ledger], Step]) -> dict[int, Callable[[Ledger], Step]]:
    return {1: wrong}


async def _create_blindly(creation: Creation) -> tuple[Fact, ...]:
    return await creation.post()


async def _conflict_is_failure(creation: Creation, error: StatusError) -> tuple[Fact, ...]:
    return (refusal(creation.key, error),)


def _all_clean(*_: object) -> bool:
    return False


@activity.defn(name="watch")
async def _deadline_without_a_look(_watching: Watching, step: Watch) -> Learned:
    if now() >= step.until:
        return Learned(rules=1, facts=(DeadlinePassed(until=step.until),))
    raise not_yet(now(), step.until, "Nothing new yet")


def _any_signature(*_: object) -> int:
    return 0


def _any_age(forgiven: InvalidReason) -> Callable[..., int]:
    def verify(*given: object) -> int:
        try:
            return _verify(*given)
        except signature.InvalidSignature as invalid:
            if invalid.reason is forgiven:
                return 0
            raise

    return verify


_verify: Callable[..., int] = signature.verify


async def _acknowledge_first(*_: object) -> bool:
    return True


_deliver = delivery.Delivery.deliver


async def _swallow(one: delivery.Delivery, event: Event, facts: Sequence[Fact]) -> Outcome:
    outcome = await _deliver(one, event, facts)
    return Outcome.SIGNALLED if outcome is Outcome.TEMPORAL_AWAY else outcome


BUGS = (
    Bug("pays what was asked, not what was accepted", "t0", rules, "accepted", _pay_what_was_asked),
    Bug("adds up what repeated events say", "t0", records.ReturnRecord, "add", _add_up),
    Bug(
        "accepts a line when its first unit comes",
        "t0",
        receiving,
        "here",
        _accept_what_began_to_come,
    ),
    Bug("retries a failed refund unasked", "t0", rules, "money_of", _retry_unasked),
    Bug("ends with the first refund", "t0", rules, "money_of", _first_refund_ends_it),
    Bug("accepts after a settlement", "t0", receiving, "may_have_issued", _no),
    Bug("takes a sibling's refunds for its own", "t0", ours, "_is_marked_ours", _yes),
    Bug("pays after a chargeback", "t0", rules, "RULES", _one_rules(_ignore_chargeback)),
    Bug("creates without reading back", "t1", creates, "create_once", _create_blindly),
    Bug("takes a lost answer for none", "t1", once, "_may_follow_a_lost_answer", _all_clean),
    Bug("takes 409 for a failure", "t1", once, "_refused", _conflict_is_failure),
    Bug("lets a deadline pass without a look", "t1", Watching, "watch", _deadline_without_a_look),
    Bug("believes any signature", "t1", reading, "verify", _any_signature),
    Bug(
        "believes signatures from the future",
        "t1",
        reading,
        "verify",
        _any_age(InvalidReason.TOO_NEW),
    ),
    Bug("believes old signatures", "t1", reading, "verify", _any_age(InvalidReason.TOO_OLD)),
    Bug("acknowledges before it signals", "t1", delivery.Delivery, "_signal", _acknowledge_first),
    Bug("acknowledges while Temporal is away", "t1", delivery.Delivery, "deliver", _swallow),
)


async def hunt(bug: Bug) -> Caught:
    """Run seed after seed until the bug shows."""
    for seed in range(MOST_SEEDS):
        plan = draw(seed, bug.tier)
        with planted(bug):
            verdict = await run(plan)
        if verdict.violation:
            return Caught(bug.name, bug.tier, seed + 1, verdict.violation)
    return Caught(bug.name, bug.tier, None, "")


@contextmanager
def planted(bug: Bug) -> Iterator[None]:
    """Put a bug in for a while."""
    with patch.object(bug.place, bug.attribute, bug.wrong):
        yield


def by_name(name: str) -> Bug:
    """Return the bug of a name."""
    return next(bug for bug in BUGS if bug.name == name)
