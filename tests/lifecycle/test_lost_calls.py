"""Calls that were lost or withdrawn: a look before anything ends, and no orphan of a create."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lifecycle.facts import (
    Absent,
    CallGivenUp,
    CallWithdrawn,
    CancelRequested,
    DeadlinePassed,
    Fact,
    InDoubt,
    LookAlikes,
    ReturnsListed,
    TooManyMessages,
)
from lifecycle.request import Coordinator
from lifecycle.rules import still_wanted
from lifecycle.steps import (
    AcceptItems,
    Call,
    CheckReturnable,
    CheckShipped,
    Close,
    Create,
    IssueRefund,
    Look,
    Outcome,
    Wait,
)
from tests.builders.returns import (
    START,
    Life,
    Quantities,
    a_digital_river_life,
    a_request,
    a_third_party_life,
    an_accepted_life,
    at,
    chargeback,
    fulfillment_order_seen,
    order_seen,
    refund_seen,
    return_seen,
    shipment,
)

CANCEL = CancelRequested(who="ann", why="changed her mind", at=at(5))


def a_call(life: Life) -> Call:
    """Return the call that is due; fails when none is."""
    step = life.step
    assert not isinstance(step, Wait | Close), step
    return step


def creating(coordinator: Coordinator) -> Life:
    """Begin a return whose create is due."""
    life = Life(a_request(coordinator, {"a": 1}))
    checked: list[Fact] = [ReturnsListed(taken=START), fulfillment_order_seen()]
    life.tell(order_seen(), checked[coordinator is Coordinator.DIGITAL_RIVER])
    assert isinstance(life.step, Create)
    return life


def a_withdrawn_acceptance() -> Life:
    """Begin a return whose acceptance was withdrawn, because the parcel held nothing after all."""
    life = a_third_party_life()
    life.tell(shipment({"a": 1}, when=at(3)))
    step = a_call(life)
    life.tell(shipment({"a": 0}, revision=2, when=at(4)))
    assert not still_wanted(step, life.ledger)
    life.tell(CallWithdrawn(key=step.key, at=at(4)))
    return life


def test_look_before_waiting() -> None:
    """After a withdrawn call the return and its refunds are looked at, once, before the wait."""
    life = a_withdrawn_acceptance()
    step = life.step
    assert isinstance(step, Look)
    assert (step.key, step.return_id, step.not_before) == ("ret_1:look", "ret_1", at(4))

    after = life.tell(DeadlinePassed(until=step.not_before))

    assert isinstance(after, Wait)


def test_look_before_closing() -> None:
    """A cancelled return does not close over an acceptance that may have got through."""
    life = a_withdrawn_acceptance()
    assert isinstance(life.tell(CANCEL), Look)

    life.tell(return_seen(life.request, "accepted", taken=at(5)), DeadlinePassed(until=at(4)))

    assert life.step != Close(outcome=Outcome.CANCELLED)
    assert life.ledger.returns["ret_1"].state == "accepted"


def test_look_finds_nothing() -> None:
    """When the withdrawn call left no trace, the cancelled return closes."""
    life = a_withdrawn_acceptance()
    life.tell(CANCEL)

    assert life.look() == Close(outcome=Outcome.CANCELLED)


def test_later_loss_is_looked_at_again() -> None:
    """A look answers for what was lost before it, and not for what is lost later."""
    life = a_withdrawn_acceptance()
    life.tell(DeadlinePassed(until=at(4)))

    step = life.tell(CallWithdrawn(key="ret_1:accept:a", at=at(6)))

    assert isinstance(step, Look)
    assert step.not_before == at(6)


def test_losses_of_others() -> None:
    """A call about something else than our return asks for no look."""
    life = a_third_party_life()
    waiting = life.step

    life.tell(
        InDoubt(key=life.ledger.return_key, absent=at(4)),
        CallWithdrawn(key=life.ledger.check_key, at=at(4)),
        CallWithdrawn(key="ret_10:accept:a", at=at(4)),
    )

    assert life.step == waiting


def test_look_does_not_get_through() -> None:
    """A look that fails is a person's matter, and is made again when they say so."""
    life = a_withdrawn_acceptance()
    key = a_call(life).key
    life.tell(CallGivenUp(key=key, message="The answer changes nothing.", at=at(5)))
    assert life.question.id.startswith(f"digital_river_unreachable:{key}:")

    assert isinstance(life.decide("retry"), Look)


def test_money_first() -> None:
    """A call that is due goes before the look: it reads back by itself."""
    life = an_accepted_life()
    step = a_call(life)

    assert isinstance(life.tell(CallWithdrawn(key=step.key, at=at(5))), IssueRefund)
    again = life.step
    assert isinstance(again, IssueRefund)
    assert again.key == step.key
    assert again.not_before == at(5) + life.request.policy.doubt


def test_charged_back_with_a_lost_refund() -> None:
    """A chargeback closes only after a look for the refund whose answer was lost."""
    life = an_accepted_life()
    step = a_call(life)
    life.tell(chargeback())
    assert not still_wanted(step, life.ledger)
    look = life.tell(CallWithdrawn(key=step.key, at=at(5)))
    assert isinstance(look, Look)

    life.look(refund_seen({"a": 1}, "succeeded", key=step.key, taken=at(6)))

    assert life.question.id == "paid_twice:re_1"


def test_the_last_look_waits_for_lists() -> None:
    """A refund made a moment before a chargeback is looked for when lists must show it."""
    life = an_accepted_life()
    step = a_call(life)
    life.tell(chargeback(), CallWithdrawn(key=step.key, at=at(5)))

    look = life.tell(DeadlinePassed(until=at(5)))

    assert isinstance(look, Look)
    assert look.not_before == at(5) + life.request.policy.doubt
    assert life.look() == Close(outcome=Outcome.CHARGED_BACK)


def test_seen_since() -> None:
    """A lost refund that was seen since is in doubt no more, and costs no look."""
    life = an_accepted_life()
    step = a_call(life)
    life.tell(InDoubt(key=step.key, absent=at(5)))

    end = life.tell(refund_seen({"a": 1}, "succeeded", key=step.key, taken=at(6)))

    assert end == Close(outcome=Outcome.REFUNDED)


def test_a_running_call_stays_wanted() -> None:
    """Facts that do not change the step, or only its other fields, leave a call running."""
    life = an_accepted_life()
    step = a_call(life)

    life.tell(return_seen(life.request, "accepted", taken=at(9)))

    assert still_wanted(step, life.ledger)


def test_more_goods_leave_an_acceptance_running() -> None:
    """An acceptance goes on while its items are still among those to accept."""
    life = a_third_party_life({"a": 1, "b": 1})
    life.tell(shipment({"a": 1}, when=at(3)))
    step = a_call(life)
    assert isinstance(step, AcceptItems)

    life.tell(shipment({"b": 1}, reference="parcel-2", when=at(4)))
    wider = a_call(life)

    assert wider.key != step.key
    assert still_wanted(step, life.ledger)
    life.tell(shipment({"b": 0}, reference="parcel-2", revision=2, when=at(5)))
    assert not still_wanted(wider, life.ledger)


def test_another_kind_of_call() -> None:
    """A call is not wanted any more when another kind of call is due."""
    life = creating(Coordinator.THIRD_PARTY)
    step = a_call(life)

    life.tell(return_seen(life.request), shipment({"a": 1}, when=at(3)))

    assert isinstance(life.step, AcceptItems)
    assert not still_wanted(step, life.ledger)


@pytest.mark.parametrize("coordinator", list(Coordinator))
def test_cancelled_while_creating(coordinator: Coordinator) -> None:
    """A cancelled return whose create may have got through is looked for, and never created."""
    life = creating(coordinator)
    step = a_call(life)
    life.tell(CANCEL)
    assert not still_wanted(step, life.ledger)

    look = life.tell(CallWithdrawn(key=step.key, at=at(5)))

    assert isinstance(look, Create)
    assert look.only_look
    assert look.not_before == at(5) + life.request.policy.doubt
    again = life.tell(Absent(key=step.key, at=at(5, seconds=60)))
    assert isinstance(again, Create)
    assert (again.only_look, again.not_before) == (True, at(5, seconds=180))


@pytest.mark.parametrize("coordinator", list(Coordinator))
def test_cancelled_and_not_created(coordinator: Coordinator) -> None:
    """What no list has shown for an hour was not created: the cancelled return closes."""
    life = creating(coordinator)
    key = life.ledger.return_key
    life.tell(CANCEL, CallWithdrawn(key=key, at=at(5)))
    looks = 0
    while isinstance(life.step, Create):
        assert life.step.not_before is not None
        life.tell(Absent(key=key, at=life.step.not_before))
        looks += 1

    assert life.step == Close(outcome=Outcome.CANCELLED)
    assert looks == 6
    assert max(life.ledger.absent[key]) == at(5, hours=1, seconds=180)


def test_an_hour_from_the_last_loss() -> None:
    """Looks count from the last try that may have sent something."""
    life = creating(Coordinator.THIRD_PARTY)
    key = life.ledger.return_key
    life.tell(
        CANCEL,
        InDoubt(key=key, absent=at(5)),
        CallWithdrawn(key=key, at=at(5, hours=2)),
        Absent(key=key, at=at(5, hours=2, seconds=60)),
    )
    assert isinstance(life.step, Create)

    closed = life.tell(Absent(key=key, at=at(5, hours=3)))

    assert closed == Close(outcome=Outcome.CANCELLED)


@pytest.mark.parametrize("coordinator", list(Coordinator))
def test_cancelled_and_created(coordinator: Coordinator) -> None:
    """What was created after all is adopted before the cancelled return closes."""
    life = creating(coordinator)
    life.tell(CANCEL, CallWithdrawn(key=life.ledger.return_key, at=at(5)))

    look = life.tell(return_seen(life.request))
    assert isinstance(look, Look)
    assert life.tell(DeadlinePassed(until=look.not_before)) == Close(outcome=Outcome.CANCELLED)
    assert life.ledger.claimed == {"ret_1"}


@pytest.mark.parametrize("coordinator", list(Coordinator))
def test_flooded_while_creating(coordinator: Coordinator) -> None:
    """A person ends it by hand: what may have been created is looked for first, never created."""
    life = creating(coordinator)
    key = life.ledger.return_key
    life.tell(CallWithdrawn(key=key, at=at(5)), TooManyMessages(at=at(5)))
    look = life.decide("settle_by_hand")
    assert isinstance(look, Create)
    assert look.only_look

    found, alike = (Life(life.request) for _ in range(2))
    for other in (found, alike):
        other.tell(*life.ledger.timeline)
    assert isinstance(found.tell(return_seen(life.request)), Close)
    assert found.ledger.claimed == {"ret_1"}
    alike.tell(LookAlikes(key=key, object_ids=("ret_8", "ret_9")))
    assert alike.question.id.startswith("look_alikes:")
    assert life.tell(Absent(key=key, at=at(6))) == Close(outcome=Outcome.CANCELLED)


@pytest.mark.parametrize("coordinator", list(Coordinator))
def test_disputed_while_creating(coordinator: Coordinator) -> None:
    """A dispute does not close a return over a create that may have got through."""
    life = creating(coordinator)
    step = a_call(life)
    life.tell(order_seen("dispute", taken=at(5)), CallWithdrawn(key=step.key, at=at(5)))
    look = life.step
    assert isinstance(look, Create)
    assert look.only_look

    assert isinstance(life.tell(Absent(key=step.key, at=at(5, seconds=60))), Create)
    end = life.tell(Absent(key=step.key, at=at(6)))

    assert isinstance(end, Close)
    assert end.outcome is Outcome.NOT_RETURNABLE
    assert end.refusal is not None
    assert end.refusal.code == "order_disputed"


def test_accepted_beyond_arrived() -> None:
    """Units that Digital River accepted and the warehouse took back are told of before the end."""
    life = a_third_party_life()
    life.tell(
        shipment({"a": 1}, when=at(3)),
        return_seen(life.request, "accepted", taken=at(4)),
        shipment({"a": 0}, revision=2, when=at(5)),
        refund_seen({"a": 1}, "succeeded", reason=life.request.sent_reason, taken=at(6)),
    )
    assert life.question.id == "accepted_beyond_arrived:ret_1:1"
    assert life.question.answers == ("acknowledge",)

    assert life.decide("acknowledge") == Close(outcome=Outcome.REFUNDED)


@pytest.mark.parametrize("begin", [a_third_party_life, a_digital_river_life])
def test_accepted_without_a_report(begin: Callable[[Quantities], Life]) -> None:
    """Where the warehouse reported nothing of an item, its acceptance is not doubted."""
    life = begin({"a": 1, "b": 1})
    life.tell(
        shipment({"b": 1}, when=at(3)),
        return_seen(life.request, "accepted", taken=at(4)),
        refund_seen({"a": 1, "b": 1}, "succeeded", key="ret_1:refund:1", taken=at(6)),
    )

    assert life.step == Close(outcome=Outcome.REFUNDED)


@pytest.mark.parametrize("coordinator", list(Coordinator))
def test_known_before_its_check(coordinator: Coordinator) -> None:
    """A return that an event named before the order was read, after a reset, is read first."""
    life = Life(a_request(coordinator, {"a": 1}))

    step = life.tell(return_seen(life.request, "accepted", taken=at(4)))

    assert isinstance(step, CheckShipped | CheckReturnable)
    told: list[Fact] = [ReturnsListed(taken=START), fulfillment_order_seen()]
    after = life.tell(order_seen(), told[coordinator is Coordinator.DIGITAL_RIVER])
    assert isinstance(after, IssueRefund | Wait)


def test_known_and_out_of_reach() -> None:
    """When that read does not get through a person is asked, and the return may go on without."""
    life = Life(a_request(Coordinator.DIGITAL_RIVER, {"a": 1}))
    step = a_call(life)
    life.tell(return_seen(life.request), CallGivenUp(key=step.key, message="lost", at=at(4)))

    assert life.question.id.startswith("digital_river_unreachable:")
    assert isinstance(life.decide("retry"), CheckShipped)
    life.tell(CallGivenUp(key=step.key, message="lost", at=at(8)))
    assert isinstance(life.decide("give_up"), Wait)
