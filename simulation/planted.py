"""Bugs planted on purpose: a judge that never convicts proves nothing.

Each is an edit of the source, made in a copy; the copy then runs seeds of its tier until the judge
notices, which must take at most 1,000. `simulation/hunting.py` does that.
"""

from dataclasses import dataclass

from simulation.plan import Tier


@dataclass(frozen=True)
class Edit:
    """One change of one file; the old text stands there just once."""

    path: str
    old: str
    new: str


@dataclass(frozen=True)
class Bug:
    """One mistake, and the tier that must notice."""

    name: str
    tier: Tier
    edits: tuple[Edit, ...]


def _bug(tier: Tier, name: str, path: str, old: str, new: str) -> Bug:
    return Bug(name, tier, (Edit(path, old, new),))


RULES = (
    _bug(
        "t0",
        "pays what was asked, not what was accepted",
        "lifecycle/rules.py",
        "target = accepted(ledger, record) & ledger.requested",
        "target = ledger.requested",
    ),
    _bug(
        "t0",
        "adds up what repeated events say",
        "lifecycle/records.py",
        "max(item.accepted, self.accepted.get(item.item_id, 0))",
        "item.accepted + self.accepted.get(item.item_id, 0)",
    ),
    _bug(
        "t0",
        "accepts a line when its first unit comes",
        "lifecycle/receiving.py",
        "if count >= wanted[item] > done[item]",
        "if count and wanted[item] > done[item]",
    ),
    _bug(
        "t0",
        "retries a failed refund unasked",
        "lifecycle/refunding.py",
        "if Answer.RETRY in answers or _is_first_expiry(money, refund):",
        "if refund.broken:",
    ),
    _bug(
        "t0",
        "pays what a person gave up",
        "lifecycle/settling.py",
        "target - units_let_go(ledger, record.best.return_id) if ledger.decisions else target",
        "target",
    ),
    _bug(
        "t0",
        "ends with the first refund",
        "lifecycle/refunding.py",
        "        _place_of(ledger, money, refund).append(refund)\n    return money",
        "        _place_of(ledger, money, refund).append(refund)\n"
        "    money.under_way = [] if money.succeeded else money.under_way\n    return money",
    ),
    _bug(
        "t0",
        "accepts what was refunded by hand",
        "lifecycle/receiving.py",
        "return _ask_before_paying_twice(ledger, record, ready) or _accept(ledger, ready)",
        "return _accept(ledger, ready)",
    ),
    _bug(
        "t0",
        "accepts after a settlement",
        "lifecycle/receiving.py",
        "        or may_have_issued(ledger, record.best.return_id)\n",
        "",
    ),
    _bug(
        "t0",
        "takes a sibling's refunds for its own",
        "lifecycle/ours.py",
        "    return rma is not None and rma in (ledger",
        "    return True or rma in (ledger",
    ),
    _bug(
        "t0",
        "takes damaged goods for sound ones",
        "lifecycle/units.py",
        "units.add(dict(shipment.items))",
        "units.add(dict(shipment.items + (shipment.damaged or ())))",
    ),
    _bug(
        "t0",
        "listens to a flood to its end",
        "lifecycle/flood.py",
        "or len(ledger.timeline) > MOST_FACTS",
        "or len(ledger.timeline) > 2 * MOST_FACTS",
    ),
    _bug(
        "t0",
        "stops listening in a flood and asks nobody",
        "lifecycle/flood.py",
        "return ask(question, since=ledger.flooded.at) if ledger.flooded else None",
        "return None",
    ),
    _bug(
        "t0",
        "refunds an adopted return and asks nobody",
        "lifecycle/settling.py",
        "asks = ledger.request.policy.ask_before_refund and owed",
        "asks = ledger.request.adopt is None and owed",
    ),
    _bug(
        "t0",
        "pays after a chargeback",
        "lifecycle/rules.py",
        "    if ledger.chargeback is not None:\n        return charged_back(",
        "    if ledger.chargeback is not None and ledger.disputed is None:\n"
        "        return charged_back(",
    ),
    _bug(
        "t0",
        "a deadline begins anew with each look",
        "lifecycle/receiving.py",
        "    return max([begun, *(shipment.at for",
        "    return max([begun, ledger.passed or begun, *(shipment.at for",
    ),
)
"""What `lifecycle` alone can get wrong."""

CALLS = (
    _bug(
        "t1",
        "creates without reading back",
        "activities/once.py",
        "    if found.ours:\n        return found.ours\n    if not clean",
        "    if not clean",
    ),
    _bug(
        "t1",
        "takes a lost answer for none",
        "activities/once.py",
        "    return said != [NOTHING_SENT, info.attempt - 1]",
        "    return False",
    ),
    _bug(
        "t1",
        "takes 409 for a failure",
        "activities/once.py",
        "            return await _refused(creation, error)",
        "            return (refusal(creation.key, error),)",
    ),
    _bug(
        "t1",
        "lets a deadline pass without a look",
        "activities/watching.py",
        "        if attempt > 1 or time >= step.until:\n            with calling():",
        "        if time >= step.until:\n"
        "            return self.learned(DeadlinePassed(until=step.until))\n"
        "        if attempt > 1:\n            with calling():",
    ),
    _bug(
        "t1",
        "takes the quantity for what was accepted",
        "activities/translate.py",
        "accepted=item.quantity_accepted,\n                state=item.state,\n"
        "                amount",
        "accepted=item.quantity,\n                state=item.state,\n                amount",
    ),
    _bug(
        "t1",
        "believes the event's name, not the object's state",
        "activities/translate.py",
        "    return (read(event.object, event.created_time),) if read else ()",
        '    told = event.type.partition(".")[2].replace("complete", "succeeded")\n'
        '    return (read({**event.object, "state": told}, event.created_time),) if read else ()',
    ),
    _bug(
        "t1",
        "sleeps in an activity",
        "activities/watching.py",
        "        raise not_yet(time, min(",
        "        import asyncio\n"
        "        await asyncio.sleep(_gap(step, attempt).total_seconds())\n"
        "        raise not_yet(time, min(",
    ),
    _bug(
        "t1",
        "names the key in an error",
        "activities/retrying.py",
        "    return ApplicationError(\n        str(error),\n        details,",
        '    return ApplicationError(\n        f"{error} (Bearer sk_test_sandbox)",\n'
        "        details,",
    ),
)
"""What the activities can get wrong."""

NEVER_SEEN = Edit("webhooks/intake.py", "if event.id in self._signalled:", "if event.id in ():")
NEVER_TOLD = Edit(
    "webhooks/delivery.py", "if (message.event_id, workflow_id) in self._told:", "if False:"
)

EVENTS = (
    _bug(
        "t1",
        "believes any signature",
        "digital_river/signature.py",
        "    if position is None:\n        raise InvalidSignature(InvalidReason.NO_MATCH)\n",
        "    position = position or 0\n",
    ),
    _bug(
        "t1",
        "believes signatures from the future",
        "digital_river/signature.py",
        "    if -age > tolerance.total_seconds():",
        "    if False:",
    ),
    _bug(
        "t1",
        "believes old signatures",
        "digital_river/signature.py",
        "    if age > tolerance.total_seconds():",
        "    if False:",
    ),
    _bug(
        "t1",
        "believes events of the other mode",
        "webhooks/intake.py",
        "        if self._is_of_other_mode(event):",
        "        if False:",
    ),
    _bug(
        "t1",
        "acknowledges before it signals",
        "webhooks/delivery.py",
        "        if not await self._finder.tell(workflow_id, found, message, self._within):\n"
        "            return False\n",
        "",
    ),
    _bug(
        "t1",
        "acknowledges while Temporal is away",
        "webhooks/delivery.py",
        "            return Outcome.TEMPORAL_AWAY",
        "            return Outcome.SIGNALLED",
    ),
    Bug("signals an event as often as it comes", "t1", (NEVER_SEEN, NEVER_TOLD)),
    Bug(
        "tells events apart by their signatures",
        "t1",
        (
            Edit(NEVER_SEEN.path, NEVER_SEEN.old, "if event.id + str(id(event)) in ():"),
            NEVER_TOLD,
        ),
    ),
    Bug(
        "takes in the same event twice at a time",
        "t1",
        (
            Edit("webhooks/intake.py", "        if running is not None:", "        if False:"),
            Edit(
                "webhooks/intake.py",
                "task.add_done_callback(lambda _: self._running.pop(event.id))",
                "task.add_done_callback(lambda _: self._running.pop(event.id, None))",
            ),
        ),
    ),
    _bug(
        "t1",
        "adopts no return of a warehouse",
        "webhooks/finding.py",
        "wanted = from_warehouse and self",
        "wanted = not from_warehouse and self",
    ),
    _bug(
        "t1",
        "refunds what a warehouse began and asks nobody",
        "webhooks/finding.py",
        "Policy(ask_before_refund=asks or None)",
        "Policy(ask_before_refund=(not asks) or None)",
    ),
    _bug(
        "t1",
        "lets go what comes after the end",
        "webhooks/delivery.py",
        "if late else []",
        "if late and told else []",
    ),
    _bug(
        "t1",
        "refunds what comes after the end and asks nobody",
        "lifecycle/late.py",
        'update={"ask_before_refund": ask or None}',
        'update={"ask_before_refund": (not ask) or None}',
    ),
    _bug(
        "t1",
        "swallows what bears no mark",
        "webhooks/finding.py",
        "        if order_id is None:\n            return Found()\n        order = await",
        "        if order_id:\n            return Found()\n        order = await",
    ),
)
"""What the receiver can get wrong."""

WORKFLOW = (
    _bug(
        "t2",
        "commands that a replay does not give",
        "workflows/returns.py",
        "        if phase == self._phase:",
        "        if phase == self._phase or workflow.unsafe.is_replaying():",
    ),
    _bug(
        "t2",
        "forgets what an operator answers",
        "workflows/returns.py",
        '        self._ledger.record(self._decision(resolution), "operator")',
        "        self._decision(resolution)",
    ),
    _bug(
        "t2",
        "forgets parcels",
        "workflows/returns.py",
        "        if known is None or known.revision < fact.revision:",
        "        if known is not None and known.revision < fact.revision:",
    ),
    _bug(
        "t2",
        "fails its task over an event of a refund",
        "workflows/returns.py",
        "        self._inbox.take(event)\n",
        "        if self._ledger.refunds:\n            raise ValueError(event.event_id)\n"
        "        self._inbox.take(event)\n",
    ),
)
"""What only the real workflow can get wrong."""

BUGS = (*RULES, *CALLS, *EVENTS, *WORKFLOW)


def by_name(name: str) -> Bug:
    """Return the bug of a name."""
    return next(bug for bug in BUGS if bug.name == name)
