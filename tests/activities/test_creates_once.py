"""Nothing is created twice, whatever happens to the answer: for all three creates alike."""

from datetime import timedelta

import pytest
from temporalio.exceptions import ApplicationErrorCategory

from lifecycle.facts import InDoubt
from tests.activities.makings import MAKERS, Maker
from tests.activities.place import Place
from tests.activities.tries import NOW, SECOND

LOST = [
    {"kind": "reset_after"},
    {"kind": "answer_lost", "seconds": 0.01},
    {"kind": "malformed"},
    {"kind": "error_after", "status": 500},
    {"kind": "error_after", "status": 502},
    {"kind": "error_after", "status": 503},
    {"kind": "error_after", "status": 504},
    {"kind": "error_after", "status": 408},
]
"""The create is done, and its answer is not had."""

REFUSED_AT_THE_DOOR = [
    {"kind": "too_many_requests", "retry_after": "0"},
    {"kind": "error", "status": 401},
    {"kind": "error", "status": 403},
]
"""The create is certainly not done, and is worth another try."""

MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.parametrize("maker", MAKERS)


async def test_a_create_posts_once(place: Place, maker: Maker) -> None:
    """A create reads first, posts once, and teaches what it made."""
    making = await maker(place)
    facts = await making.start().facts()
    assert making.is_adopted(facts)
    assert place.calls[0].startswith("GET ")
    assert place.posts(making.path) == 1


async def test_a_repeated_create_adopts(place: Place, maker: Maker) -> None:
    """The same create again, by another activity, finds the first and posts nothing."""
    making = await maker(place)
    await making.start().facts()
    facts = await making.start().facts()
    assert making.is_adopted(facts)
    assert place.posts(making.path) == 1


@pytest.mark.parametrize("fault", LOST, ids=lambda fault: "-".join(map(str, fault.values())))
async def test_a_lost_answer_is_adopted(
    place: Place, maker: Maker, fault: dict[str, object]
) -> None:
    """After a create was done and its answer lost, the next try adopts it and posts nothing."""
    making = await maker(place)
    await place.fault(method="POST", path=making.path, **fault)
    tries = making.start()
    failure = await tries.fail()
    assert not failure.non_retryable
    assert tries.details == []
    assert making.is_adopted(await tries.facts())
    assert place.posts(making.path) == 1


@pytest.mark.parametrize(
    "fault", [{"kind": "reset"}, {"kind": "error", "status": 503}], ids=lambda fault: fault["kind"]
)
async def test_absent_after_a_lost_answer_is_doubt(
    place: Place, maker: Maker, fault: dict[str, object]
) -> None:
    """After a lost answer, a read that finds nothing is a doubt, and nothing is posted."""
    making = await maker(place)
    await place.fault(method="POST", path=making.path, **fault)
    tries = making.start()
    await tries.fail()
    assert await tries.facts() == (InDoubt(key=making.step.key, absent=NOW + SECOND),)
    assert place.posts(making.path) == 1
    assert making.made() == []


async def test_a_killed_worker_leaves_a_doubt(place: Place, maker: Maker) -> None:
    """A try that follows one without a word posts nothing."""
    making = await maker(place)
    tries = making.start()
    tries.be_killed()
    assert await tries.facts() == (InDoubt(key=making.step.key, absent=NOW + MINUTE),)
    assert place.posts(making.path) == 0


async def test_doubt_outlives_failed_reads(place: Place, maker: Maker) -> None:
    """After a lost answer, failed reads do not make a later try believe that nothing was sent."""
    making = await maker(place)
    await place.fault(method="POST", path=making.path, kind="reset")
    tries = making.start()
    await tries.fail()
    await place.fault(method="GET", kind="error", times=2)
    await tries.fail()
    await tries.fail()
    facts = await tries.facts()
    assert [type(fact) for fact in facts] == [InDoubt]
    assert place.posts(making.path) == 1


async def test_an_old_heartbeat_clears_only_its_own_try(place: Place, maker: Maker) -> None:
    """A try that sent nothing clears itself, not the try after it that lost its answer."""
    making = await maker(place)
    tries = making.start()
    await place.fault(method="GET", kind="reset")
    await tries.fail()
    await place.fault(method="POST", path=making.path, kind="reset")
    await tries.fail()
    assert [type(fact) for fact in await tries.facts()] == [InDoubt]
    assert place.posts(making.path) == 1


async def test_a_failed_read_lets_the_next_try_post(place: Place, maker: Maker) -> None:
    """A try that failed before it sent anything says so, and the next one may post."""
    making = await maker(place)
    await place.fault(method="GET", kind="reset", times=3)
    tries = making.start()
    for _ in range(3):
        await tries.fail()
    assert place.posts(making.path) == 0
    assert making.is_adopted(await tries.facts())
    assert place.posts(making.path) == 1


@pytest.mark.parametrize("fault", REFUSED_AT_THE_DOOR, ids=lambda fault: str(list(fault.values())))
async def test_a_create_that_was_not_let_in_is_sent_again(
    place: Place, maker: Maker, fault: dict[str, object]
) -> None:
    """A create that got 429, 401 or 403 was not done, and is posted again."""
    making = await maker(place)
    await place.fault(method="POST", path=making.path, **fault)
    tries = making.start()
    assert not (await tries.fail()).non_retryable
    assert making.is_adopted(await tries.facts())
    assert place.posts(making.path) == 2


async def test_too_early_for_the_second_look(place: Place, maker: Maker) -> None:
    """Before `not_before` nothing is asked, and Temporal is told when to try again, benignly."""
    making = await maker(place)
    tries = making.start(not_before=NOW + MINUTE)
    failure = await tries.fail()
    assert (failure.type, failure.non_retryable) == ("NotYet", False)
    assert failure.next_retry_delay == MINUTE
    assert failure.category is ApplicationErrorCategory.BENIGN
    assert place.calls == []


async def test_the_second_look_may_post(place: Place, maker: Maker) -> None:
    """When a second look misses it too, the create is posted, once."""
    making = await maker(place)
    tries = making.start(not_before=NOW + MINUTE)
    await tries.fail()
    assert making.is_adopted(await tries.facts())
    assert place.posts(making.path) == 1


async def test_the_second_look_may_be_late(place: Place, maker: Maker) -> None:
    """A second look that is scheduled after `not_before` needs no further wait."""
    making = await maker(place)
    assert making.is_adopted(await making.start(NOW + MINUTE, NOW).facts())
    assert place.posts(making.path) == 1


async def test_the_second_look_may_find_it(place: Place, maker: Maker) -> None:
    """A second look that finds the lost create adopts it."""
    making = await maker(place)
    await place.fault(method="POST", path=making.path, kind="reset_after")
    await making.start().fail()
    tries = making.start(not_before=NOW + MINUTE)
    await tries.fail()
    assert making.is_adopted(await tries.facts())
    assert place.posts(making.path) == 1


async def test_the_second_create_may_be_lost_too(place: Place, maker: Maker) -> None:
    """After a second look, a second lost answer is a second doubt."""
    making = await maker(place)
    tries = making.start(not_before=NOW + MINUTE)
    await tries.fail()
    await place.fault(method="POST", path=making.path, kind="reset")
    await tries.fail()
    assert [type(fact) for fact in await tries.facts()] == [InDoubt]
    assert place.posts(making.path) == 1


async def test_killed_after_the_wait_is_doubt(place: Place, maker: Maker) -> None:
    """A worker that is killed on the first try after the wait may have posted."""
    making = await maker(place)
    tries = making.start(not_before=NOW + MINUTE)
    await tries.fail()
    tries.be_killed()
    assert [type(fact) for fact in await tries.facts()] == [InDoubt]
    assert place.posts(making.path) == 0


async def test_killed_during_the_wait_is_not_taken_for_a_post(place: Place, maker: Maker) -> None:
    """A try that came too early cannot have posted, even if its worker was killed."""
    making = await maker(place)
    tries = making.start(not_before=NOW + MINUTE)
    tries.be_killed()
    assert making.is_adopted(await tries.facts())


async def test_a_reset_leaves_a_doubt(place: Place, maker: Maker) -> None:
    """A first try that is not where it was scheduled was reset: a try before it may have posted."""
    making = await maker(place)
    await place.fault(method="POST", path=making.path, kind="reset")
    tries = making.start()
    await tries.fail()
    tries.be_reset()
    assert await tries.facts() == (InDoubt(key=making.step.key, absent=NOW + SECOND),)
    assert place.posts(making.path) == 1


async def test_a_reset_does_not_revive_an_old_heartbeat(place: Place, maker: Maker) -> None:
    """What the first try said before a reset is not taken for what the first one after it says."""
    making = await maker(place)
    tries = making.start()
    await place.fault(method="GET", kind="reset")
    await tries.fail()
    await place.fault(method="POST", path=making.path, kind="reset")
    await tries.fail()
    tries.be_reset()
    await place.fault(method="GET", kind="reset")
    await tries.fail()
    assert [type(fact) for fact in await tries.facts()] == [InDoubt]
    assert place.posts(making.path) == 1


@pytest.mark.parametrize("failed_reads", [0, 1, 2])
async def test_a_reset_after_the_wait_leaves_a_doubt(
    place: Place, maker: Maker, failed_reads: int
) -> None:
    """After the wait a reset leaves a doubt, however many reads fail after it."""
    making = await maker(place)
    tries = making.start(not_before=NOW + MINUTE)
    await tries.fail()
    await place.fault(method="POST", path=making.path, kind="reset")
    await tries.fail()
    tries.be_reset()
    for _ in range(failed_reads):
        await place.fault(method="GET", kind="reset")
        await tries.fail()
    assert [type(fact) for fact in await tries.facts()] == [InDoubt]
    assert place.posts(making.path) == 1


async def test_a_reset_during_the_wait_is_not_taken_for_a_post(place: Place, maker: Maker) -> None:
    """Tries that came too early cannot have posted, even if they were reset."""
    making = await maker(place)
    tries = making.start(not_before=NOW + MINUTE)
    await tries.fail()
    tries.be_reset()
    tries.at = NOW + SECOND
    assert (await tries.fail()).type == "NotYet"
    assert making.is_adopted(await tries.facts())
    assert place.posts(making.path) == 1


async def test_an_undocumented_answer_is_no_refusal(place: Place, maker: Maker) -> None:
    """A create that gets an answer nobody documents, such as 418, is left to a person."""
    making = await maker(place)
    await place.fault(method="POST", path=making.path, kind="error", status=418)
    tries = making.start()
    failure = await tries.fail()
    assert (failure.type, failure.non_retryable) == ("UnexpectedStatusError", True)
    assert tries.details == []


async def test_an_undocumented_answer_to_a_create_that_was_done(place: Place, maker: Maker) -> None:
    """A create that was done is adopted, whatever the answer says."""
    making = await maker(place)
    await place.fault(method="POST", path=making.path, kind="error_after", status=418)
    assert making.is_adopted(await making.start().facts())
    assert place.posts(making.path) == 1


async def test_a_conflict_with_our_own_create(place: Place, maker: Maker) -> None:
    """A 409 to a create that exists, bearing our key, is adopted."""
    making = await maker(place)
    await place.fault(method="POST", path=making.path, kind="error_after", status=409)
    assert making.is_adopted(await making.start().facts())
    assert place.posts(making.path) == 1
