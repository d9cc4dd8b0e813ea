"""A file of webhook secrets that may change while the receiver runs.

Its content is what counts, read again every second: however it is replaced, by writing, by
renaming or by the swap of a link as Kubernetes does it, no event of the file system can be missed.
What cannot be used changes nothing: the secrets that were valid stay valid.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Sequence
from pathlib import Path

from pydantic import SecretStr

from webhooks.keyring import Keyring

LARGEST_FILE = 64 * 1024
"""Bytes; a secret has less than a hundred."""
READ_EVERY_SECONDS = 1.0

_SECRET = re.compile(r"[A-Za-z0-9+/=_.~-]+")
"""Base64, hexadecimal or a prefixed token: no word of JSON, YAML or HTML passes for one."""

_log = logging.getLogger(__name__)


class UnusableFileError(Exception):
    """A file does not hold secrets; the message says why, and nothing of what it holds."""


def read_secrets(path: Path) -> tuple[SecretStr, ...]:
    """Read secrets with commas or line ends between them. Raises `UnusableFileError`."""
    try:
        if not path.is_file():
            raise UnusableFileError("there is no such file")
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise UnusableFileError(f"cannot be read: {error.strerror}") from None
    words = content.decode("ascii", "replace").replace(",", " ").split()
    if not words:
        raise UnusableFileError("is empty")
    if len(content) > LARGEST_FILE or not all(_SECRET.fullmatch(word) for word in words):
        raise UnusableFileError("must be secrets alone, with commas or line ends between them")
    return tuple(SecretStr(word) for word in words)


def secrets_of(path: Path | None, told: Sequence[SecretStr] | None) -> Sequence[SecretStr]:
    """Return the secrets that a file holds, or without one those told. Raises as `read_secrets`."""
    return read_secrets(path) if path else told or ()


class SecretsFile:
    """Keeps a keyring as a file says."""

    def __init__(self, path: Path, keyring: Keyring) -> None:
        self._path = path
        self._keyring = keyring
        self._seen: tuple[SecretStr, ...] | str = ""
        self._obeyed: tuple[SecretStr, ...] | str = ""

    async def follow(self) -> None:
        """Read the file again and again, until cancelled."""
        while True:
            await asyncio.sleep(READ_EVERY_SECONDS)
            await self.look()

    async def look(self) -> None:
        """Read the file once; what is new counts when it is read twice, so never half written."""
        before = self._seen
        try:
            self._seen = await asyncio.to_thread(read_secrets, self._path)
        except UnusableFileError as error:
            self._seen = str(error)
        if self._seen == before:
            self._obey(self._seen)

    def _obey(self, found: tuple[SecretStr, ...] | str) -> None:
        news, self._obeyed = found != self._obeyed, found
        if isinstance(found, str):
            self._keyring.file_unusable += 1
            if news:
                _log.error("The file of webhook secrets %s. The secrets stay as they were", found)
        elif news:
            self._keyring.replace(found)
            _log.info("Webhook secrets: %s", ", ".join(self._keyring.fingerprints))
