"""What a customer's browser needs to enter bank details, read live and kept nowhere.

Whoever has the token may say where the money goes (docs/digital-river.md, "Failed refunds").
"""

from datetime import datetime

from pydantic import BaseModel

from digital_river import (
    DigitalRiver,
    DigitalRiverError,
    ForbiddenError,
    NotFoundError,
    UnauthorizedError,
)
from digital_river.models import RefundState
from storefront.errors import NoAnswerError, NoSuchRefundError, RefusedError, StorefrontError


class BankDetails(BaseModel):
    """The token for one refund: never log it, never store it."""

    refund_id: str
    token: str
    expires_time: datetime | None = None


def no_such_refund(refund_id: str) -> NoSuchRefundError:
    """Return the error that a return has no such refund."""
    return NoSuchRefundError("no_such_refund", f"This return has no refund {refund_id[:128]}.")


class BankDetailsReader:
    """Reads the token of a refund from Digital River."""

    def __init__(self, digital_river: DigitalRiver) -> None:
        self._digital_river = digital_river

    async def read(self, refund_id: str) -> BankDetails:
        """Return what is asked of the customer for a refund. Raises StorefrontError."""
        try:
            refund = await self._digital_river.get_refund(refund_id)
        except NotFoundError as error:
            raise no_such_refund(refund_id) from error
        except (UnauthorizedError, ForbiddenError) as error:
            message = "Digital River does not take our key; ask operations."
            raise StorefrontError("digital_river_refused", message) from error
        except DigitalRiverError as error:
            message = "Digital River could not be asked; try again later."
            raise NoAnswerError("digital_river_away", message) from error
        asked = refund.token_information
        if refund.state != RefundState.PENDING_INFORMATION or asked is None:
            message = f"No bank details are asked for: the refund is {refund.state}."
            raise RefusedError("no_bank_details_asked", message)
        return BankDetails(
            refund_id=refund.id,
            token=asked.token.get_secret_value(),
            expires_time=asked.expires_time,
        )
