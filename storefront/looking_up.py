"""Reading one of Digital River's returns, of whichever kind: all that an adoption asks."""

from datetime import UTC, datetime

from activities.translate import fulfillment_return_seen, return_seen
from digital_river import DigitalRiver, DigitalRiverError, NotFoundError
from lifecycle.facts import ReturnSeen
from storefront.errors import NoAnswerError, RefusedError


async def look_up(digital_river: DigitalRiver, return_id: str) -> ReturnSeen:
    """Read a return by its id, which does not tell its kind. Raises StorefrontError."""
    taken = datetime.now(UTC)
    try:
        try:
            return return_seen(await digital_river.get_return(return_id), taken)
        except NotFoundError:
            found = await digital_river.get_fulfillment_return(return_id)
            return fulfillment_return_seen(found, taken)
    except NotFoundError:
        message = f"Digital River knows no return {return_id} of either kind."
        raise RefusedError("no_such_return", message) from None
    except DigitalRiverError as error:
        message = f"Digital River could not be asked: {error}"
        raise NoAnswerError("digital_river_away", message) from error
