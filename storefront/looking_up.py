"""Reading one of Digital River's returns, of whichever kind: all that an adoption asks."""

from datetime import UTC, datetime

from activities.translate import fulfillment_return_seen, return_seen
from digital_river import BadRequestError, DigitalRiver, DigitalRiverError, NotFoundError
from lifecycle.facts import ReturnSeen
from storefront.errors import NoAnswerError, RefusedError


async def look_up(digital_river: DigitalRiver, return_id: str) -> ReturnSeen:
    """Read a return by its id, which does not tell its kind. Raises StorefrontError.

    Asked for an id of the other kind, an API may say that it has none such, or that it is no id.
    """
    said = []
    for read in (_return, _fulfillment_return):
        try:
            return await read(digital_river, return_id)
        except (BadRequestError, NotFoundError) as error:
            said.append(str(error))
        except DigitalRiverError as error:
            message = f"Digital River could not be asked: {error}"
            raise NoAnswerError("digital_river_away", message) from error
    message = f"Digital River knows no return {return_id} of either kind: {'; '.join(said)}"
    raise RefusedError("no_such_return", message)


async def _return(digital_river: DigitalRiver, return_id: str) -> ReturnSeen:
    return return_seen(await digital_river.get_return(return_id), datetime.now(UTC))


async def _fulfillment_return(digital_river: DigitalRiver, return_id: str) -> ReturnSeen:
    found = await digital_river.get_fulfillment_return(return_id)
    return fulfillment_return_seen(found, datetime.now(UTC))
