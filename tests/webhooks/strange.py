"""Bodies that are signed and strange: events with values that nobody expects where they are."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

from digital_river import models
from digital_river.wire import Wire
from tests.webhooks.events import (
    Json,
    body_of,
    event,
    fulfillment_return,
    order,
    refund,
    third_party_return,
)
from tests.webhooks.forged import mutated

STRANGE: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 0.5, 1e308, 10**30, 10**400, "", " ", "0", "-1", "NaN"),
    *("a" * 10_000, "\x00", "\ud7ff\U0010ffff", "2026-13-45T99:99:99Z", "9999-12-31T23:59:59Z"),
    *([], {}, [[]], [{}], {"": None}, [None], {"id": {"id": {"id": []}}}, [1] * 1000),
    *("+275760-09-13", "2026-01-09T08:05:02Z", "refund", "succeeded", "EUR", "2.0", 2, "1e3"),
)
Place = tuple[Any, Any]
"""A container and a key in it: what is there is replaced."""


def _names() -> list[str]:
    """Return the names of all fields of all models, as Digital River writes them."""
    known = [
        one for one in vars(models).values() if isinstance(one, type) and issubclass(one, Wire)
    ]
    fields = [field for one in known for field in one.model_fields.values()]
    return sorted({field.alias for field in fields if field.alias} | {"unheardOf", "liveMode"})


def places(value: Any) -> Iterator[Place]:  # noqa: ANN401 - JSON
    """Yield every place in a value, however deep."""
    keys = range(len(value)) if isinstance(value, list) else tuple(value)
    for key in keys:
        yield value, key
        if isinstance(value[key], dict | list):
            yield from places(value[key])


def _changed(chance: random.Random, content: Any, names: list[str]) -> bytes:  # noqa: ANN401 - JSON
    """Write an event with values of another kind, from elsewhere, missing, or never heard of."""
    for _ in range(chance.randint(1, 4)):
        container, key = chance.choice(list(places(content)) or [(content, "id")])
        elsewhere, there = chance.choice(list(places(content)) or [({"": None}, "")])
        value = copy.deepcopy(chance.choice((*STRANGE, elsewhere[there])))
        if isinstance(container, list) or chance.random() < 0.5:
            container[key] = value
        elif chance.random() < 0.5:
            container[chance.choice(names)] = value
        else:
            container.pop(key, None)
    return json.dumps(content).encode()


def bodies(chance: random.Random) -> Iterator[bytes]:
    """Write bodies without end: events that are changed, and changed bytes of events."""
    names = _names()
    while True:
        content = chance.choice(events())
        if chance.random() < 0.25:
            yield mutated(chance, body_of(content))
        else:
            yield _changed(chance, content, names)


def events() -> list[Json]:
    """Return an event of each kind that teaches something."""
    return [
        event("refund.complete", refund()),
        event("refund.failed", refund("failed", failureReason="closed account")),
        event("return.accepted", third_party_return(refundIds=["re_1"])),
        event("fulfillment_return.accepted", fulfillment_return()),
        event("order.dispute", order()),
        event("order.chargeback", order("complete")),
        event("subscription.created", {"id": "sub_1"}),
    ]
