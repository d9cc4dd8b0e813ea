"""Creates sent twice: what Digital River does then is open (docs/digital-river.md §6.10)."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from .errors import quantity_too_large
from .validation import Body
from .world import World


@contextmanager
def creating(world: World, path: str, body: Body) -> Iterator[None]:
    """Refuse an identical create where the switch says so; otherwise units and money decide."""
    what = (path, json.dumps(body.fields, sort_keys=True, default=str))
    if world.switches.repeated_create == "conflict" and what in world.created:
        raise quantity_too_large("items[0].qty", "The quantity is larger than what is left.")
    yield
    world.created.add(what)
