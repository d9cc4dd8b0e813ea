"""Bank details that never come: issued once more when the token expires, then a person is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from lifecycle.facts import RefundSeen
from lifecycle.steps import Close, IssueRefund, Outcome, Waiting
from tests.builders.returns import (
    Life,
    a_third_party_life,
    an_accepted_life,
    at,
    refund_seen,
    return_seen,
)


def accepted_by_us() -> Life:
    """Begin a third-party return whose refunds Digital River makes."""
    life = a_third_party_life({"a": 1})
    life.tell(return_seen(life.request, "accepted", taken=at(4)))
    return life


def asking(life: Life, number: int, key: str | None, until: datetime) -> RefundSeen:
    """Make a refund that needs bank details."""
    seen = refund_seen(
        {"a": 1},
        "pending_information",
        refund_id=f"re_{number}",
        key=key,
        reason=life.request.sent_reason,
        taken=at(5),
        expires=until,
    )
    return replace(seen, created=at(4, hours=number))


@pytest.mark.parametrize("begin", [an_accepted_life, accepted_by_us])
def test_the_second_expiry_asks(begin: Callable[[], Life]) -> None:
    """In both models: the first token that runs out is issued again unasked, the second is not."""
    life = begin()
    key = "ret_1:refund:1" if life.ledger.by_digital_river else None
    first = asking(life, 1, key, at(94))
    life.tell(first)
    assert (life.wait.what, life.wait.until) == (Waiting.BANK_DETAILS, at(94))

    again = life.tell(replace(first, state="expired", taken=at(95)))
    assert isinstance(again, IssueRefund)
    assert again.preview is True
    second = asking(life, 2, again.key, at(186))
    life.tell(second)
    assert (life.wait.what, life.wait.until) == (Waiting.BANK_DETAILS, at(186))

    life.tell(replace(second, state="expired", taken=at(187)))
    assert life.question.id == "refund_expired:re_2:ended"
    assert life.question.answers == ("retry", "settle_by_hand", "give_up")

    assert life.decide("give_up") == Close(outcome=Outcome.REFUND_FAILED)
