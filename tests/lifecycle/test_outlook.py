"""What follows from where a return stands, and what people may do now: said, and true."""

import pytest

from lifecycle.admission import object_to_cancellation
from lifecycle.facts import DeadlinePassed
from lifecycle.outlook import what_comes_next, what_may_be_done
from lifecycle.policy import Policy, ShortReturn
from lifecycle.request import Coordinator
from tests.builders.returns import (
    Life,
    a_digital_river_life,
    a_request,
    a_third_party_life,
    at,
    order_seen,
    refund_seen,
    return_seen,
    shipment,
)


def next_of(life: Life) -> str:
    """Return what follows."""
    told = what_comes_next(life.ledger, life.step)
    assert told is not None
    return told


def test_approval() -> None:
    """Yes, no, and silence each have their consequence."""
    life = a_digital_river_life()
    assert next_of(life) == (
        "When the fulfiller approves, the customer gets the address to ship to; when it rejects, "
        "the return ends. After that time Upriver looks once more, and then asks an operator."
    )
    assert what_may_be_done(life.ledger, life.step) == ["cancel"]


def test_goods_that_a_fulfiller_receives() -> None:
    """The fulfiller accepts, and the refund is ours to ask for."""
    life = a_digital_river_life()
    life.tell(return_seen(life.request, "pending", taken=at(4)))
    assert next_of(life) == (
        "When the fulfiller accepts the goods, Upriver asks Digital River for the refund. "
        "If nothing has arrived by then, the return expires."
    )


@pytest.mark.parametrize(
    ("policy", "then"),
    [
        (ShortReturn.SETTLE, "what came is refunded"),
        (ShortReturn.WAIT, "waited for all the same"),
        (ShortReturn.ASK, "asks an operator"),
    ],
)
def test_goods_that_came_in_part(policy: ShortReturn, then: str) -> None:
    """The shop's policy says what follows at the deadline."""
    life = a_third_party_life({"a": 2}, policy=Policy(short_return=policy))
    assert "the return expires" in next_of(life)
    assert what_may_be_done(life.ledger, life.step) == ["receive_shipment", "cancel"]

    life.tell(shipment({"a": 1}, when=at(5)))

    assert then in next_of(life)
    assert what_may_be_done(life.ledger, life.step) == ["receive_shipment"]


def test_goods_without_a_deadline() -> None:
    """Nothing follows by the clock where nothing is due."""
    life = a_third_party_life({"a": 2}, policy=Policy(short_return=ShortReturn.WAIT))
    life.tell(shipment({"a": 1}, when=at(5)), DeadlinePassed(until=at(90)))

    assert next_of(life).endswith("Digital River refunds.")


def test_a_question() -> None:
    """It waits for its answer, and takes it."""
    life = a_digital_river_life({"a": 2})
    life.tell(
        return_seen(life.request, "accepted", taken=at(4)),
        refund_seen({"a": 2}, "failed", key="ret_1:refund:1", taken=at(5)),
    )
    assert next_of(life) == "The return goes on when an operator has answered."
    assert what_may_be_done(life.ledger, life.step) == ["resolve"]


def test_a_refund() -> None:
    """It pays or fails; when it does neither, a person hears of it."""
    life = a_digital_river_life({"a": 2})
    life.tell(
        return_seen(life.request, "accepted", taken=at(4)),
        refund_seen({"a": 2}, "pending", key="ret_1:refund:1", taken=at(5)),
    )
    assert "when one fails, an operator is asked. After that time" in next_of(life)


def test_a_dispute() -> None:
    """It has no end by the clock."""
    life = a_digital_river_life()
    life.tell(order_seen("dispute", taken=at(2)))
    assert next_of(life) == (
        "When the dispute is resolved, the return goes on; after a chargeback it ends, and nothing "
        "is paid."
    )


def test_nothing_follows_a_call_or_the_end() -> None:
    """Only a wait has something that comes next, and an ended return takes nothing."""
    life = Life(a_request(Coordinator.DIGITAL_RIVER, {"a": 1}))
    assert what_comes_next(life.ledger, life.step) is None
    assert what_may_be_done(life.ledger, life.step) == ["cancel"]

    ended = a_digital_river_life({"a": 2})
    ended.tell(return_seen(ended.request, "rejected", taken=at(4)))
    assert what_comes_next(ended.ledger, ended.step) is None
    assert what_may_be_done(ended.ledger, ended.step) == []


def test_cancel_is_offered_where_it_is_taken() -> None:
    """The card and the workflow agree."""
    for life in (a_digital_river_life(), a_third_party_life()):
        offered = "cancel" in what_may_be_done(life.ledger, life.step)
        assert offered == (object_to_cancellation(life.ledger) is None)
        life.tell(return_seen(life.request, "accepted", taken=at(4)))
        offered = "cancel" in what_may_be_done(life.ledger, life.step)
        assert offered == (object_to_cancellation(life.ledger) is None)
