"""Which events can teach a return something: all others would cost a signal for nothing.

Judged by the state of the object, never by the name of the event: an event named pending may
carry an object that has succeeded (docs/digital-river.md, Contradictions). A state that is not
known is told: the return keeps and shows it. The object is not read for this: most events are of
first states, and reading costs more than everything else that is done with them.
"""

from __future__ import annotations

from digital_river.models import (
    Event,
    FulfillmentReturnState,
    FulfillmentReturnType,
    RefundState,
    ReturnState,
)

_FULFILLMENT_RETURN = "fulfillment_return"
_FIRST_STATES = {
    _FULFILLMENT_RETURN: FulfillmentReturnState.CREATED.value,
    "return": ReturnState.CREATED.value,
    "refund": RefundState.PENDING.value,
}
"""No rule reads these: the answer to the create told them, or a later state says more."""


def is_first_state(event: Event) -> bool:
    """Whether the object is in the state that it began in."""
    resource = _resource(event)
    return resource in _FIRST_STATES and event.object.get("state") == _FIRST_STATES[resource]


def is_from_warehouse(event: Event) -> bool:
    """Whether the object is a return that the warehouse began by itself."""
    from_warehouse = event.object.get("type") == FulfillmentReturnType.WAREHOUSE.value
    return from_warehouse and _resource(event) == _FULFILLMENT_RETURN


def _resource(event: Event) -> str:
    return event.type.partition(".")[0]
