"""The card on the web UI's page of a workflow: all that an operator reads first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from lifecycle.card import LAST_FACTS, draw_card
from lifecycle.facts import DeadlinePassed
from lifecycle.request import Coordinator
from lifecycle.sentences import day
from tests.builders.returns import (
    Life,
    a_digital_river_life,
    a_request,
    a_third_party_life,
    at,
    refund_seen,
    return_seen,
)

CARD = """\
**needs_attention** · An operator must decide: Refund re_1 failed (expired_or_canceled_card): \
it did not pay the customer.

- Who must act: **operator**
- Since: 2026-03-07 09:00 UTC
- What follows: The return goes on when an operator has answered.
- Question `refund_failed:re_1:ended`, answered by `resolve`:
- Answer `retry`: A new refund is issued, under the next number.
- Answer `settle_by_hand`: It is paid by hand, by the reference that is given; no refund is issued \
for it.
- Answer `give_up`: It is not paid, and no refund is issued for it any more.
- From here: More Actions, Send an Update, `resolve`, \
`{"question": "refund_failed:re_1:ended", "answer": "retry", "who": "…", "why": "…"}`
- With `settle_by_hand` also `"reference": "…"`: of the payment
- May be done now: `resolve`
- Digital River return: `ret_1` (accepted)
- Order `order-1`, RMA `DHYQMS3BTV`, `digital_river`

- Item `a`: 2 of 2 arrived, 2 accepted, 0 refunded
- Refund `re_1`: failed, 0 EUR back

Last facts:

- re_1 is failed, 0 EUR back (`test`)
- ret_1 is accepted, 2 of 2 unit(s) accepted (`test`)
- ret_1 is created, 0 of 2 unit(s) accepted (`test`)
- Fulfillment order fo_1: 4 unit(s) shipped (`test`)
- Order order-1 is fulfilled (`test`)"""


def a_failed_life() -> Life:
    """Begin a return whose refund has failed."""
    life = a_digital_river_life({"a": 2})
    life.tell(
        return_seen(life.request, "accepted", taken=at(4)),
        refund_seen(
            {"a": 2},
            "failed",
            key="ret_1:refund:1",
            failure_reason="expired_or_canceled_card",
            taken=at(5),
        ),
    )
    return life


def test_a_card() -> None:
    """Where it stands, who acts, what is asked, the units, the money, and what was told last."""
    life = a_failed_life()

    assert draw_card(life.ledger, life.step) == CARD


def test_times_are_in_utc() -> None:
    """Whatever zone a time was given in."""
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)

    assert day(noon) == day(noon.astimezone(timezone(timedelta(hours=9)))) == "2026-03-02 12:00 UTC"


def test_a_waiting_agency_is_told_in_words() -> None:
    """Names of programs have no underscores for people."""
    life = a_third_party_life()
    life.tell(return_seen(life.request, "accepted", taken=at(4)))

    assert "Who must act: **digital river**" in draw_card(life.ledger, life.step)


def test_a_card_says_what_may_be_done() -> None:
    """By the names of the updates."""
    life = a_third_party_life()

    card = draw_card(life.ledger, life.step)

    assert "- May be done now: `receive_shipment`, `cancel`" in card


def test_card_names_who_acts() -> None:
    """The card says the phase, who must act, since when, and until when."""
    card = draw_card(a_digital_river_life().ledger, a_digital_river_life().step)

    assert "**awaiting_approval**" in card
    assert "Who must act: **fulfiller**" in card
    assert "Since: 2026-03-02 09:00 UTC" in card
    assert "Until: 2026-03-16 09:00 UTC" in card
    assert "`ret_1` (created)" in card


def test_card_without_times() -> None:
    """A question that no time belongs to has none on the card."""
    life = a_third_party_life()
    life.tell(return_seen(life.request, return_id="ret_9"))

    card = draw_card(life.ledger, life.step)

    assert "Question `two_returns`" in card
    assert "Since:" not in card
    assert "Until:" not in card


def test_card_of_nothing() -> None:
    """The card of a return without facts lists none."""
    life = Life(a_request(Coordinator.DIGITAL_RIVER, {"a": 1}))

    card = draw_card(life.ledger, life.step)

    assert card.endswith("- Item `a`: 0 of 1 arrived, 0 accepted, 0 refunded")


def test_card_stays_short() -> None:
    """Only the last facts are on the card, the latest first."""
    life = a_failed_life()
    for days in range(20):
        life.tell(DeadlinePassed(until=at(days)))

    card = draw_card(life.ledger, life.step)

    assert card.count("- Nothing new until") == LAST_FACTS
    assert card.index("2026-03-21") < card.index("2026-03-20")
