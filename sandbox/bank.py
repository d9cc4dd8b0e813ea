"""The payment provider's acts on a refund (docs/digital-river.md §4.3)."""

from datetime import timedelta
from typing import TYPE_CHECKING

from .errors import restricted
from .events import refund_event
from .identifiers import new_uuid
from .money import NOTHING, spread
from .resources import OPEN_REFUNDS, Refund

if TYPE_CHECKING:
    from .world import World

TOKEN_LIFE = timedelta(days=90)


def complete(world: "World", refund: Refund, failing_charges: int = 0) -> None:
    """Pay the customer; the last so many charges do not take their part (§6.8).

    What they do not take was not refunded, and can be again.
    """
    _close(world, refund, "succeeded", "complete")
    charges = world.orders[refund.order_id].charges
    rows = [row for charge in charges for row in charge.rows if row.refund_id == refund.id]
    for row in rows[len(rows) - failing_charges :]:
        row.state = "failed"
    paid = sum((row.amount for row in rows if row.state == "complete"), NOTHING)
    shares = spread(paid, list(refund.parts.values()))
    refund.parts = dict(zip(refund.parts, shares, strict=True))
    refund_event(world, "refund.complete", refund)


def fail(world: "World", refund: Refund, failure_reason: str | None = None) -> None:
    """Refuse; the money counts as refundable again (§6.9)."""
    _close(world, refund, "failed", "failed")
    refund.failure_reason = failure_reason
    refund_event(world, "refund.failed", refund)


def require_information(world: "World", refund: Refund) -> None:
    """Ask the customer for bank details; the token lives 90 days (§7 C9)."""
    if refund.state != "pending":
        raise restricted(f"The refund is {refund.state}.")
    refund.state = "pending_information"
    refund.token = new_uuid()
    refund.token_expires = world.clock.now() + TOKEN_LIFE
    world.changed.set()
    refund_event(world, "refund.pending_information", refund)


def submit_information(world: "World", refund: Refund) -> None:
    """Note that the customer gave bank details: the token no longer expires, no event tells."""
    if refund.state != "pending_information" or refund.details_given is not None:
        raise restricted("The refund waits for no information.")
    refund.details_given = world.clock.now()
    world.changed.set()


def expire(world: "World", refund: Refund) -> None:
    """Let the token run out; no event tells (§7 U6)."""
    if refund.state != "pending_information":
        raise restricted(f"The refund is {refund.state}.")
    _close(world, refund, "expired", "failed")


def act(world: "World", refund: Refund) -> None:
    """Do what the order's script has for this refund."""
    scripts = world.orders[refund.order_id].scripts
    word = scripts.every_refund or "complete"
    if refund.number < len(scripts.refunds):
        word = scripts.refunds[refund.number]
    if refund.state == "pending" and word.startswith("require_information"):
        require_information(world, refund)
    elif word in ("complete", "require_information"):
        complete(world, refund)
    elif word == "complete_in_part":
        complete(world, refund, failing_charges=1)
    else:
        fail(world, refund)


def _close(world: "World", refund: Refund, state: str, row_state: str) -> None:
    if refund.state not in OPEN_REFUNDS:
        raise restricted(f"The refund is {refund.state}.")
    refund.state = state
    world.open_refunds.pop(refund.id, None)
    now = world.clock.now()
    order = world.orders[refund.order_id]
    order.updated = now
    for charge in order.charges:
        for row in charge.rows:
            if row.refund_id == refund.id:
                row.state = row_state
                row.updated = now
