"""A create that the shop has cancelled meanwhile: found and adopted, or not; never made."""

from datetime import timedelta

import pytest

from lifecycle.facts import Absent
from tests.activities.makings import Maker, a_fulfillment_return, a_return
from tests.activities.place import Place
from tests.activities.tries import NOW

MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.parametrize("maker", [a_return, a_fulfillment_return])


async def test_nothing_is_created(place: Place, maker: Maker) -> None:
    """What is not there is not created, and no order is read to explain it."""
    making = (await maker(place)).changed(only_look=True)
    facts = await making.start(not_before=NOW).facts()
    assert facts == (Absent(key=making.step.key, at=NOW),)
    assert place.posts(making.path) == 0


async def test_what_is_there_is_adopted(place: Place, maker: Maker) -> None:
    """A create that had got through is adopted."""
    making = await maker(place)
    await making.start().facts()
    facts = await making.changed(only_look=True).start(not_before=NOW).facts()
    assert making.is_adopted(facts)
    assert place.posts(making.path) == 1


async def test_not_too_early(place: Place, maker: Maker) -> None:
    """The look waits until what was created shows, and says then that there is nothing."""
    making = (await maker(place)).changed(only_look=True)
    tries = making.start(not_before=NOW + MINUTE)
    assert (await tries.fail()).next_retry_delay == MINUTE
    [absent] = await tries.facts()
    assert isinstance(absent, Absent)
    assert place.posts(making.path) == 0
