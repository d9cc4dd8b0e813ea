"""Creating a thing once, through an API that has no idempotency key.

Every create reads back first and adopts what bears its key. A try that may follow one whose answer
was lost posts nothing: it reports the create as *in doubt*, and the return looks a second time,
later, before anything is sent again (docs/digital-river.md, "Creates").

A failed try that surely sent nothing says so in its last heartbeat. A worker that was killed says
nothing, and silence counts as doubt. `temporal activity reset` counts tries from 1 again, and keeps
heartbeats: the first try after it is in doubt, too, and says so for those that follow.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from temporalio import activity

from activities.calling import now
from activities.retrying import is_refusal, not_yet
from digital_river import ConflictError, DigitalRiverError, StatusError
from lifecycle.facts import NOT_SENT, Absent, Fact, InDoubt, LookAlikes, Refused

NOTHING_SENT = "nothing sent"
DOUBT = "in doubt"

FIRST_AFTER_THE_WAIT = 2
"""The attempt of a create that was scheduled too early: its first one only waits."""

NO_MONEY_LEFT = {"amountRequested", "amount_too_large"}
"""Words by which Digital River says that a refund exceeds what is left to refund."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a read before (or after) a create found."""

    ours: tuple[Fact, ...] = ()
    """What bears our key: the create is done."""
    news: tuple[Fact, ...] = ()
    """What was not known when the create was decided on: a reason to decide anew."""
    look_alikes: tuple[str, ...] = ()
    """Ids of what bears no key but could be ours."""
    others: tuple[Fact, ...] = ()
    """What explains a refusal."""


@dataclass(frozen=True, slots=True)
class Creation:
    """One thing to create, and how to find it."""

    key: str
    not_before: datetime | None
    find: Callable[[], Awaitable[Found]]
    post: Callable[[], Awaitable[tuple[Fact, ...]]]
    only_look: bool = False
    """Whether nothing may be created any more, only found."""
    preview: Callable[[], Awaitable[tuple[Fact, ...]]] | None = None
    """A last look before the post; what it returns is a reason not to post."""


async def create_once(creation: Creation) -> tuple[Fact, ...]:
    """Create unless it is there, and return what was learned of it. Raises the client's errors."""
    if creation.not_before is not None and now() < creation.not_before:
        raise not_yet(now(), creation.not_before, "An answer was lost; too early to look again")
    clean = creation.only_look or not _may_follow_a_lost_answer(creation.not_before)
    if not clean:
        activity.heartbeat(DOUBT)
    try:
        found = await creation.find()
    except DigitalRiverError:
        _note_nothing_sent(clean)
        raise
    if found.ours:
        return found.ours
    if not clean or (creation.not_before is not None and found.look_alikes):
        return _in_doubt(creation.key, found)
    if found.news:
        return found.news
    if creation.only_look:
        return (Absent(key=creation.key, at=now()),)
    return await _objections(creation) or await _post(creation)


async def _post(creation: Creation) -> tuple[Fact, ...]:
    try:
        return await creation.post()
    except DigitalRiverError as error:
        _note_nothing_sent(not error.in_doubt)
        if isinstance(error, StatusError) and is_refusal(error):
            return await _refused(creation, error)
        raise


async def _objections(creation: Creation) -> tuple[Fact, ...]:
    """Return what the last look before a post objects to.

    After a doubt, money that is not left may be where our own lost create took it.
    """
    if creation.preview is None:
        return ()
    try:
        objections = await creation.preview()
    except DigitalRiverError:
        _note_nothing_sent(surely=True)
        raise
    if creation.not_before is not None and any(isinstance(one, Refused) for one in objections):
        return (InDoubt(key=creation.key, absent=now()),)
    return objections


def _may_follow_a_lost_answer(not_before: datetime | None) -> bool:
    info = activity.info()
    said = list(info.heartbeat_details)
    if said == [DOUBT]:
        return True
    if info.attempt == 1:
        return info.current_attempt_scheduled_time > info.scheduled_time
    put_off = not_before is not None and info.scheduled_time < not_before
    if put_off and info.attempt == FIRST_AFTER_THE_WAIT:
        return False
    return said != [NOTHING_SENT, info.attempt - 1]


def _note_nothing_sent(surely: bool) -> None:
    if surely:
        activity.heartbeat(NOTHING_SENT, activity.info().attempt)


def _in_doubt(key: str, found: Found) -> tuple[Fact, ...]:
    """Report the doubt with all that was read: none of it tells whether the create was done."""
    doubt = InDoubt(key=key, absent=now())
    if found.look_alikes:
        return (*found.others, LookAlikes(key=key, object_ids=found.look_alikes), doubt)
    return (*found.news, doubt)


async def _refused(creation: Creation, error: StatusError) -> tuple[Fact, ...]:
    """Read again: a refusal may mean that it was done before."""
    found = await creation.find()
    if found.ours:
        return found.ours
    if error.in_doubt:
        raise error
    if creation.not_before is not None and _may_be_our_own_doing(error):
        return _in_doubt(creation.key, found)
    return found.news or (*found.others, refusal(creation.key, error))


def _may_be_our_own_doing(error: StatusError) -> bool:
    """Say whether a lost create, done but not visible yet, would have the next one refused so.

    It holds the units (409) or the money (400; docs/digital-river.md, "Errors"). A dispute of the
    order, which is refused at that parameter, is nobody's doing here.
    """
    if "order" in error.parameters:
        return False
    return isinstance(error, ConflictError) or not NO_MONEY_LEFT.isdisjoint(
        (*error.codes, *error.parameters)
    )


def not_sent(key: str, code: str, why: str) -> Refused:
    """Return the reason why a write was not sent, as a fact."""
    return Refused(key=key, status=NOT_SENT, code=code, message=why, taken=now())


def refusal(key: str, error: StatusError) -> Refused:
    """Return Digital River's refusal as a fact."""
    return Refused(
        key=key,
        status=error.status,
        code=error.codes[0] if error.codes else error.type or str(error.status),
        message=error.messages[0] if error.messages else str(error),
        taken=now(),
    )
