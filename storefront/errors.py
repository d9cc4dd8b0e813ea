"""Why a message to a return did not succeed."""


class StorefrontError(Exception):
    """A stable code for programs, and one sentence that says what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class RefusedError(StorefrontError):
    """The return does not take this message; the same again will be refused again."""


class NoSuchReturnError(StorefrontError):
    """There is no return with this workflow id."""


class EndedError(NoSuchReturnError):
    """The return has ended; it takes no messages any more."""


class NoSuchRefundError(StorefrontError):
    """The return has no refund with this id."""


class NoAnswerError(StorefrontError):
    """Nobody answered in time; the same again is safe."""
