"""Who may call: whoever shows one of the keys, as a bearer token (RFC 6750)."""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Sequence

from pydantic import SecretStr
from starlette.types import Scope

from storefront.api.problems import UNAUTHORIZED, ProblemError

_log = logging.getLogger(__name__)


class Keys:
    """The keys that are valid, all at once: so that one can replace the other without a gap."""

    def __init__(self, keys: Sequence[SecretStr]) -> None:
        """Keep their digests. Raises `ValueError` without a key."""
        if not keys:
            raise ValueError("at least one key is needed")
        self._digests = tuple(_digest(key.get_secret_value().encode()) for key in keys)

    def check(self, scope: Scope) -> None:
        """Let a request with a valid key pass. Raises `ProblemError`."""
        shown = [value for name, value in scope["headers"] if name == b"authorization"]
        if self._is_valid(shown):
            return
        _log.warning("a request without a valid key was refused")
        detail = "Send one of the keys of STOREFRONT_API_KEY as `Authorization: Bearer …`."
        error = ', error="invalid_token"' if shown else ""
        headers = {"WWW-Authenticate": f'Bearer realm="upriver"{error}'}
        raise ProblemError(UNAUTHORIZED, detail, headers=headers)

    def _is_valid(self, shown: Sequence[bytes]) -> bool:
        """Compare with every key, in a time that tells nothing of any."""
        if len(shown) != 1:
            return False
        scheme, _, token = shown[0].partition(b" ")
        digest = _digest(token.strip())
        same = [hmac.compare_digest(digest, known) for known in self._digests]
        return scheme.lower() == b"bearer" and any(same)


def _digest(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()
