"""The search attributes of a return that is under way."""

from temporalio.common import SearchAttributeUpdate

from lifecycle.ledger import Ledger
from lifecycle.ours import our_return
from workflows import names


def attributes_now(ledger: Ledger, phase: str) -> list[SearchAttributeUpdate[str]]:
    """Return what a new phase changes; an adoption may learn its order with its return."""
    updates: list[SearchAttributeUpdate[str]] = [names.RETURN_PHASE.value_set(phase)]
    record = our_return(ledger)
    if record is not None:
        updates.append(names.RETURN_ID.value_set(record.best.return_id))
    if ledger.order_id != ledger.request.order_id:
        updates.append(names.ORDER_ID.value_set(ledger.order_id))
    return updates
