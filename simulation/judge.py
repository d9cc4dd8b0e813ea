"""The judge: reads the world's books and the record of what was said, and nothing of ours.

Numbers are those of docs/reliability.md.
"""

import re
from collections import Counter

from simulation.books import LIVE, BookedRefund, Books, Record, Violation
from simulation.plan import Plan

FLOODED, MOST_FACTS_KNOWN = 1_001, 1_100
"""Facts after which no event is taken in any more, and what calls and people may still add."""

NAMED = re.compile(r"=(\d+)(?:,|$)")
"""Units in the id of a question about a refund."""

LETTING_GO = ("give_up", "settle_by_hand", "already_paid")
UNPAID = ("rejected", "expired", "cancelled", "not_returnable")


def judge(plan: Plan, books: Books, record: Record, secrets: tuple[str, ...] = ()) -> None:
    """Hold every promise against the books. Raises `Violation`."""
    if books.wrongs:
        raise Violation(books.wrongs[0])
    _one_return(plan, books, record)
    _acceptances(plan, books, record)
    _payments(plan, books, record)
    _events(plan, record)
    _only_ours(plan, books, record)
    _within_bounds(record)
    _no_secret(record, secrets)
    _ends(books, record)
    if record.end is not None and record.end.outcome is not None:
        _outcome_is_true(plan, books, record, record.end.outcome)


def _one_return(plan: Plan, books: Books, record: Record) -> None:
    ours = [one for one in books.returns if one.maker == "us"]
    person = any(said.answer == "retry" for said in record.answers)
    if len(ours) > 1 and (plan.tag_reason or not person):
        raise Violation(f"S1: {len(ours)} returns were created for one request")


def _came(plan: Plan, books: Books, record: Record) -> Counter[str]:
    """Units that may be paid for: accepted, or in our warehouse."""
    accepted: Counter[str] = Counter()
    for one in books.returns:
        if one.maker == "us":
            accepted |= one.accepted
    if plan.coordinator == "digital_river":
        return accepted
    return accepted | (_arrived(plan, record) & _asked(plan))


def _asked(plan: Plan) -> Counter[str]:
    return Counter(dict(zip(plan.items, plan.lines, strict=True)))


def _arrived(plan: Plan, record: Record) -> Counter[str]:
    """Units that arrived sound; all of them, where a person has unsound ones count."""
    anyway = any(said.answer == "accept_anyway" for said in record.answers)
    return record.arrived | _asked(plan) if anyway else record.arrived


def _acceptances(plan: Plan, books: Books, record: Record) -> None:
    for one in books.returns:
        if one.accepted - one.authorised:
            raise Violation(f"S2: {one.id} has more units accepted than authorised")
        checked = plan.coordinator == "third_party" and one.maker == "us"
        if checked and not books.accepted_by_hand and one.accepted - _arrived(plan, record):
            raise Violation(f"S2: {one.id} has more units accepted than arrived")


def _units(refunds: list[BookedRefund]) -> Counter[str]:
    total: Counter[str] = Counter()
    for refund in refunds:
        total.update(refund.units)
    return total


def _payments(plan: Plan, books: Books, record: Record) -> None:
    """Hold refunds against what came: a failed one may be repeated by a person's word alone."""
    left = _said_of_refunds(record, "leave")
    mine = [one for one in _of_ours(books) if one.id not in left]
    mine = [one for one in mine if not _accepted_after_we_paid(books, one)]
    came = _came(plan, books, record)
    excess = _units([one for one in mine if one.state in LIVE]) - came
    if excess:
        raise Violation(f"S3: {dict(excess)} paid beyond what came")
    _paid_by_hand_before(plan, books, record)
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
    _let_go(record, mine, came + repeated)


def _accepted_after_we_paid(books: Books, refund: BookedRefund) -> bool:
    """Say whether a person had Digital River make it, by accepting what we had refunded."""
    before = (one.maker == "us" and one.made < refund.made for one in books.refunds)
    return refund.maker == "digital_river" and books.accepted_by_hand and any(before)


def _let_go(record: Record, mine: list[BookedRefund], payable: Counter[str]) -> None:
    """Hold refunds against what people let go before: a question names the units of its call."""
    let_go = 0
    for said in record.answers:
        if said.answer not in LETTING_GO or ":refund:" not in said.question:
            continue
        let_go += sum(int(count) for count in NAMED.findall(said.question))
        later = [one for one in mine if one.state in LIVE and one.made > said.at]
        paid = _units([one for one in later if one.maker == "us"])
        if paid.total() + let_go > payable.total():
            raise Violation(f"S4: {later[0].id} pays for what a person had let go")


def _paid_by_hand_before(plan: Plan, books: Books, record: Record) -> None:
    """Hold acceptances against refunds made in the Dashboard: Digital River pays what is accepted.

    Unless a person said that it may, or accepted it in the Dashboard, or it is not sure whose
    refund that is.
    """
    said = {one.answer for one in record.answers}
    alone = all(one.maker == "us" for one in books.returns)
    if plan.coordinator != "third_party" or books.accepted_by_hand or not alone:
        return
    if said & {"accept_all_the_same", "leave"}:
        return
    hand = [one for one in books.refunds if one.maker == "hand" and one.state in LIVE]
    for paid in (one for one in books.refunds if one.maker == "digital_river"):
        before = _units([one for one in hand if one.made < paid.made])
        if before & paid.units:
            raise Violation(f"S3: {paid.id} pays for what was refunded by hand before")


def _of_ours(books: Books) -> list[BookedRefund]:
    return [one for one in books.refunds if one.maker in ("us", "digital_river")]


def _said_of_refunds(record: Record, answer: str, asked: str = "whose_refund:") -> set[str]:
    """Return the refunds of which a person said so, when that was asked."""
    said = [one for one in record.answers if one.question.startswith(asked)]
    return {one.question.removeprefix(asked) for one in said if one.answer == answer}


def _events(plan: Plan, record: Record) -> None:
    believed = record.heard.keys() & record.forged
    if believed:
        raise Violation(f"S5: forged event {min(believed)} was believed")
    lost = record.acknowledged - record.heard.keys()
    if lost:
        raise Violation(f"S9: event {min(lost)} was acknowledged and told to nobody")
    if record.swallowed:
        raise Violation(f"S9: event {min(record.swallowed)} was about this return and swallowed")
    twice = [event for event, times in record.heard.items() if times > 1]
    if twice and not plan.fresh_ids and plan.tier == "t1":
        raise Violation(f"S9: event {min(twice)} was signalled more than once")


def _only_ours(plan: Plan, books: Books, record: Record) -> None:
    """Where objects bear our mark, nothing of another return reaches this one."""
    if not (plan.twin and plan.tag_reason):
        return
    strange = {one.id for one in books.returns if one.maker == "sibling"}
    strange |= {one.id for one in books.refunds if one.maker == "sibling"}
    if strange & record.objects:
        raise Violation(f"S6: {min(strange & record.objects)} of another return was told")


def _within_bounds(record: Record) -> None:
    """Whoever sends however much, a return stops taking it in, and tells a person.

    A person who is asked something else then may end the return before.
    """
    asked = any(
        said.question.startswith("too_many_messages:") or said.answer == "give_up"
        for said in record.answers
    )
    if record.facts > MOST_FACTS_KNOWN:
        raise Violation(f"S11: it took in {record.facts} facts")
    if record.facts > FLOODED and not asked:
        raise Violation("S11: it stopped listening, and nobody was asked")


def _no_secret(record: Record, secrets: tuple[str, ...]) -> None:
    for words in (*record.words, *record.trace):
        if any(secret in words for secret in secrets):
            raise Violation("S7: a secret was said aloud")


def _ends(books: Books, record: Record) -> None:
    if record.end is None:
        raise Violation("L1: it neither ends nor waits: " + " | ".join(record.trace[-3:]))
    if record.end.outcome is None:
        if not (record.sentence and record.end.waits_for and record.end.who):
            raise Violation("L1: it waits without a reason")
        ours = [one for one in books.returns if one.maker == "us"]
        if any(one.state == "accepted" for one in ours):
            raise Violation(f"L1: accepted goods wait for {record.end.waits_for}")


def _let_go_of_the_create(record: Record) -> bool:
    """Say whether a person ended a return of which it was not known whether it was created."""
    return any(
        said.answer == "give_up" and said.question.startswith("digital_river_unreachable:")
        for said in record.answers
    )


def _outcome_is_true(plan: Plan, books: Books, record: Record, outcome: str) -> None:
    """Say whether an outcome shows no money that did not go back, and hides none that did.

    Where Digital River takes back that a refund succeeded, a person may say that it did.
    """
    vouched_for = _said_of_refunds(record, "holds:succeeded", asked="contradiction:")
    paid = [
        one
        for one in books.refunds
        if one.maker != "sibling" or one.id in _said_of_refunds(record, "claim")
        if record.at_close.get(one.id) == "succeeded" or one.id in vouched_for
    ]
    asked = sum(plan.lines)
    if outcome == "refunded" and sum((_units(paid)).values()) < asked:
        raise Violation("S4: it says refunded, and not all of it was")
    left = _said_of_refunds(record, "leave")
    ours = [one for one in _of_ours(books) if one.id not in left]
    open_still = [
        one for one in ours if record.at_close.get(one.id) in ("pending", "pending_information")
    ]
    gave_up = any(said.answer in ("give_up", "settle_by_hand") for said in record.answers)
    by_hand = any(one.maker == "hand" for one in books.refunds)
    if open_still and not (gave_up or by_hand) and outcome != "charged_back":
        raise Violation(f"S4: it closed as {outcome} while {open_still[0].id} was open")
    if outcome in UNPAID and ours and not _let_go_of_the_create(record):
        raise Violation(f"S4: it says {outcome}, and there are refunds")
    returns = [one for one in books.returns if one.maker == "us"]
    if outcome == "not_returnable" and returns:
        raise Violation("S1: it says not returnable, and the return exists")
    if outcome == "rejected" and any(one.state != "rejected" for one in returns):
        raise Violation("S4: it says rejected, and Digital River does not")
    came = _came(plan, books, record)
    if outcome == "expired" and came and not (gave_up or record.taken_back):
        raise Violation("L2: it says expired, and goods came")
    declined = any(said.answer == "decline" for said in record.answers)
    if outcome == "refund_failed" and paid and not (gave_up or declined):
        raise Violation("S4: it says refund failed, and money went back")
