"""What follows from each answer to each question, in one sentence for who has to choose."""

from lifecycle.ledger import ADOPT, HOLDS
from lifecycle.steps import Answer

_AGAIN = "The call is made again, after a look whether an earlier try took effect."
_ENDS_UNPAID = "Nothing is accepted or refunded; the return ends as refund_failed."
_BY_HAND = "It is paid by hand, by the reference that is given; no refund is issued for it."
_BY_HAND_UNSEEN = (
    "It is paid by hand, by the reference that is given. Look in the Dashboard first that no "
    "refund was made."
)
_NOT_PAID = "It is not paid, and no refund is issued for it any more."
_ONCE_MORE = "The same time is given once more, as the terms of the return say."
_NOTED = "It is taken note of, and the return goes on; nothing is paid or taken back."
_UNSOUND: dict[str, str] = {
    Answer.ACCEPT_ANYWAY: "Damaged and wrong goods count as if they were sound: all is accepted, "
    "and Digital River refunds it.",
    Answer.REFUND_RECEIVED_PART: "What arrived sound is refunded, and the rest is not waited for.",
    Answer.GIVE_UP: _ENDS_UNPAID,
}
_ALL_THE_SAME = "It was for something else: the goods are accepted, and Digital River refunds them."

_ANY: dict[str, str] = {
    Answer.APPROVE: "The return goes on.",
    Answer.DECLINE: "The return does not go on with it.",
    Answer.RETRY: _AGAIN,
    Answer.EXTEND_DEADLINE: _ONCE_MORE,
    Answer.REFUND_RECEIVED_PART: _UNSOUND[Answer.REFUND_RECEIVED_PART],
    Answer.ACCEPT_ANYWAY: _UNSOUND[Answer.ACCEPT_ANYWAY],
    Answer.LOOK_ONLY: "The return goes on by looking at Digital River; events tell it nothing.",
    Answer.SETTLE_BY_HAND: _BY_HAND,
    Answer.ACKNOWLEDGE: _NOTED,
    Answer.DISPUTE_RESOLVED: "Nobody was paid by the dispute; the return goes on.",
    Answer.CHARGED_BACK: "The bank has paid the customer: the return pays nothing more and ends as "
    "charged_back.",
    Answer.ACCEPT_ALL_THE_SAME: _ALL_THE_SAME,
    Answer.REFUND_ALL_THE_SAME: "It was for something else: a refund is issued.",
    Answer.ALREADY_PAID: "That refund counts for these units: nothing more is accepted, and other "
    "units that arrived are refunded by this return.",
    Answer.CLAIM: "The refund counts as this return's.",
    Answer.LEAVE: "The refund is another return's and counts for nothing here.",
    Answer.GIVE_UP: _NOT_PAID,
}
"""Where a question has no sentence of its own."""

_OF_QUESTION: dict[str, dict[str, str]] = {
    "digital_river_unreachable": {Answer.SETTLE_BY_HAND: _BY_HAND_UNSEEN},
    "in_doubt": {Answer.SETTLE_BY_HAND: _BY_HAND_UNSEEN},
    "look_alikes": {
        Answer.RETRY: "None of them is it: the call is made again.",
        Answer.SETTLE_BY_HAND: _BY_HAND_UNSEEN,
    },
    "eligibility": {
        Answer.APPROVE: "The return is opened at Digital River.",
        Answer.DECLINE: "Nothing is opened: the request is refused, with the code declined.",
    },
    "approval_overdue": {Answer.GIVE_UP: "Nothing is refunded; the return ends as expired."},
    "short_at_deadline": _UNSOUND,
    "unsound": {
        **_UNSOUND,
        Answer.EXTEND_DEADLINE: "Other goods are waited for, until the deadline for goods.",
    },
    "too_many_messages": {
        Answer.SETTLE_BY_HAND: "The return ends now; what is owed is paid by hand, by the "
        "reference that is given.",
    },
    "accept_refused": {Answer.GIVE_UP: _ENDS_UNPAID},
    "order_refunded_before_acceptance": {
        Answer.ALREADY_PAID: "That refund paid for the goods: nothing more is accepted or "
        "refunded, and the return ends as partially_refunded.",
    },
    "order_refunded": {
        Answer.ALREADY_PAID: "That refund paid for it: it is not refunded again.",
    },
    "approve_refund": {
        Answer.APPROVE: "The refund is issued.",
        Answer.DECLINE: "No refund is issued, and the return ends.",
    },
    "approve_acceptance": {
        Answer.APPROVE: "The goods are accepted, and Digital River refunds them.",
        Answer.DECLINE: _ENDS_UNPAID,
    },
    "refund_refused": {Answer.RETRY: "A new refund is issued, under the next number."},
    "refund_failed": {Answer.RETRY: "A new refund is issued, under the next number."},
    "refund_expired": {
        Answer.RETRY: "A new refund is issued, and the customer is asked for bank details again.",
    },
    "unknown_state": {
        Answer.ACKNOWLEDGE: "It counts as in the state that was known before; the return goes on.",
    },
    "amount_mismatch": {
        Answer.RETRY: "What is missing is refunded.",
        Answer.ACKNOWLEDGE: "The amounts are right as they are.",
        Answer.SETTLE_BY_HAND: "What is missing is paid by hand, by the reference that is given.",
    },
}

_GIVING_UP: tuple[tuple[str, str], ...] = (
    (":refund:", _NOT_PAID),
    (":accept:", _ENDS_UNPAID),
    (":check:", "Nothing is opened; the return ends as cancelled."),
    (":return:", "Nothing is opened; the return ends as cancelled."),
    ("", "Digital River is asked no more; the return ends with what is known now."),
)
"""By what the key of a call that did not get through says of it."""

_OF_CALLS = ("digital_river_unreachable", "in_doubt", "look_alikes")


def kind_of(question_id: str) -> str:
    """Return the kind of a question, which its id begins with."""
    return question_id.partition(":")[0]


def meaning_of(question_id: str, answer: str) -> str:
    """Say what happens when a question gets this answer."""
    kind = kind_of(question_id)
    if answer.startswith(ADOPT):
        return f"{answer.removeprefix(ADOPT)} is taken for the one that belongs to this return."
    if answer.startswith(HOLDS):
        return f"It is {answer.removeprefix(HOLDS)}, for good; the return goes on from there."
    if kind in _OF_CALLS and answer == Answer.GIVE_UP:
        return next(told for part, told in _GIVING_UP if part in question_id)
    return _OF_QUESTION.get(kind, {}).get(answer) or _ANY[answer]
