"""The judge: reads the world's books and the record of what was said, and nothing of ours.

Numbers are those of docs/reliability.md.
"""

from collections import Counter

from lifecycle.steps import Close, Outcome, Wait
from simulation.books import LIVE, BookedRefund, Books, Record, Violation
from simulation.plan import Plan

SECOND_LOOK_SECONDS = 60
"""After a lost create, what is missing for so long counts as not created."""

UNPAID = (Outcome.REJECTED, Outcome.EXPIRED, Outcome.CANCELLED, Outcome.NOT_RETURNABLE)


def judge(plan: Plan, books: Books, record: Record) -> None:
    """Hold every promise against the books. Raises `Violation`."""
    if books.wrongs:
        raise Violation(books.wrongs[0])
    _one_return(plan, books, record)
    _acceptances(plan, books)
    _payments(plan, books, record)
    _events(record)
    _ends(books, record)
    if isinstance(record.end, Close):
        _outcome_is_true(plan, books, record, record.end.outcome)


def _one_return(plan: Plan, books: Books, record: Record) -> None:
    ours = [one for one in books.returns if one.maker == "us"]
    person = any(said.answer == "retry" for said in record.answers)
    if len(ours) > 1 and (plan.tag_reason or not person):
        raise Violation(f"S1: {len(ours)} returns were created for one request")


def _came(plan: Plan, books: Books) -> Counter[str]:
    """Units that may be paid for: accepted, or in our warehouse."""
    accepted: Counter[str] = Counter()
    for one in books.returns:
        if one.maker == "us":
            accepted |= one.accepted
    if plan.coordinator == "digital_river":
        return accepted
    asked = Counter(dict(zip(sorted(books.arrived), plan.lines, strict=False)))
    return accepted | (books.arrived & asked)


def _acceptances(plan: Plan, books: Books) -> None:
    for one in books.returns:
        if one.accepted - one.authorised:
            raise Violation(f"S2: {one.id} has more units accepted than authorised")
        checked = plan.coordinator == "third_party" and one.maker == "us"
        if checked and not books.accepted_by_hand and one.accepted - books.arrived:
            raise Violation(f"S2: {one.id} has more units accepted than arrived")


def _units(refunds: list[BookedRefund]) -> Counter[str]:
    total: Counter[str] = Counter()
    for refund in refunds:
        total.update(refund.units)
    return total


def _payments(plan: Plan, books: Books, record: Record) -> None:
    """Hold refunds against what came: a failed one may be repeated by a person's word alone."""
    mine = [one for one in books.refunds if one.maker in ("us", "digital_river")]
    came = _came(plan, books)
    excess = _units([one for one in mine if one.state in LIVE]) - came
    if excess:
        raise Violation(f"S3: {dict(excess)} paid beyond what came")
    if record.charged_back is not None:
        late = [one for one in mine if one.maker == "us" and one.made > record.charged_back]
        if late:
            raise Violation(f"S4: {late[0].id} was issued after a chargeback")
    broken = [one for one in mine if one.state not in LIVE]
    excused = {said.question.split(":")[1] for said in record.answers if said.answer == "retry"}
    expired = [one for one in broken if one.state == "expired"][:1]
    repeated = _units([one for one in broken if one.id in excused] + expired)
    if _units(mine) - came - repeated:
        raise Violation("S4: a failed refund was issued again, and nobody had said so")


def _events(record: Record) -> None:
    believed = record.heard & record.forged
    if believed:
        raise Violation(f"S5: forged event {min(believed)} was believed")
    lost = record.acknowledged - record.heard
    if lost:
        raise Violation(f"S9: event {min(lost)} was acknowledged and told to nobody")


def _ends(books: Books, record: Record) -> None:
    if record.end is None:
        raise Violation("L1: it neither ends nor waits: " + " | ".join(record.trace[-3:]))
    if isinstance(record.end, Wait):
        if not (record.sentence and record.end.what and record.end.who):
            raise Violation("L1: it waits without a reason")
        ours = [one for one in books.returns if one.maker == "us"]
        if any(one.state == "accepted" for one in ours):
            raise Violation(f"L1: accepted goods wait for {record.end.what}")


def _outcome_is_true(plan: Plan, books: Books, record: Record, outcome: Outcome) -> None:
    """Say whether an outcome shows no money that did not go back, and hides none that did."""
    paid = [
        one
        for one in books.refunds
        if one.maker != "sibling" and record.at_close.get(one.id) == "succeeded"
    ]
    asked = sum(plan.lines)
    if outcome is Outcome.REFUNDED and sum((_units(paid)).values()) < asked:
        raise Violation("S4: it says refunded, and not all of it was")
    ours = [one for one in books.refunds if one.maker in ("us", "digital_river")]
    open_still = [
        one for one in ours if record.at_close.get(one.id) in ("pending", "pending_information")
    ]
    gave_up = any(said.answer in ("give_up", "settle_by_hand") for said in record.answers)
    if outcome is Outcome.CANCELLED:
        # Known gap (docs/reliability.md): a cancellation is believed without a last look.
        return
    by_hand = any(one.maker == "hand" for one in books.refunds)
    if open_still and not (gave_up or by_hand) and outcome is not Outcome.CHARGED_BACK:
        raise Violation(f"S4: it closed as {outcome} while {open_still[0].id} was open")
    if outcome in UNPAID and ours:
        raise Violation(f"S4: it says {outcome}, and there are refunds")
    returns = [one for one in books.returns if one.maker == "us"]
    # Known gap (docs/reliability.md): lists that lag longer than two looks are apart.
    if outcome is Outcome.NOT_RETURNABLE and returns and plan.stale <= SECOND_LOOK_SECONDS:
        raise Violation("S1: it says not returnable, and the return exists")
    came = _came(plan, books)
    if outcome is Outcome.EXPIRED and came and not gave_up:
        raise Violation("L2: it says expired, and goods came")
    if outcome is Outcome.REFUND_FAILED and paid and not gave_up:
        raise Violation("S4: it says refund failed, and money went back")
