"""The secrets that webhooks may be signed with now, and how each is used.

A secret is shown as its fingerprint, the first eight hexadecimal digits of its SHA-256: the same
after a restart and wherever it stands in the list, and `printf %s SECRET | sha256sum` tells it.
Digital River's secrets are long and random, so nobody finds one by its fingerprint.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from pydantic import SecretStr


@dataclass(slots=True)
class Use:
    """How often a secret signed a genuine delivery, and when it last did."""

    count: int = 0
    last: float = 0.0
    """Seconds since 1970; 0: never."""


class Keyring(Collector):
    """Secrets that are all valid at once, and may be replaced at any moment."""

    def __init__(self, secrets: Sequence[SecretStr]) -> None:
        self.secrets: tuple[bytes, ...] = ()
        self._uses: dict[str, Use] = {}
        self._by_position: list[Use] = []
        self.file_unusable = 0
        """How often the file of secrets was read and could not be used."""
        self.replace(secrets)

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """The names of the valid secrets."""
        return tuple(self._uses)

    def replace(self, secrets: Sequence[SecretStr]) -> None:
        """Make these the valid secrets; who stays keeps its counts.

        Raises `ValueError` without a secret: nothing could ever be genuine.
        """
        if not secrets:
            raise ValueError("a receiver needs at least one webhook secret")
        valid = tuple(secret.get_secret_value().encode() for secret in secrets)
        names = [fingerprint(secret) for secret in valid]
        self._uses = {name: self._uses.get(name) or Use() for name in names}
        self._by_position = [self._uses[name] for name in names]
        self.secrets = valid

    def used(self, position: int) -> None:
        """Note that a genuine delivery was signed with the secret at a position of `secrets`."""
        use = self._by_position[position]
        use.count += 1
        use.last = time.time()

    def collect(self) -> Iterator[Metric]:
        """Show the use of each valid secret to Prometheus."""
        used = CounterMetricFamily(
            "upriver_webhook_secret_used",
            "Genuine deliveries, by the fingerprint of the secret that signed them",
            labels=["secret"],
        )
        last = GaugeMetricFamily(
            "upriver_webhook_secret_last_used_seconds",
            "When a secret last signed a genuine delivery, in seconds since 1970; 0: never",
            labels=["secret"],
        )
        for name, use in self._uses.items():
            used.add_metric([name], use.count)
            last.add_metric([name], use.last)
        yield used
        yield last
        yield CounterMetricFamily(
            "upriver_webhook_secrets_file_unusable",
            "Reads of the file of secrets that changed nothing, because it could not be used",
            value=self.file_unusable,
        )


def fingerprint(secret: bytes) -> str:
    """Return what a secret is called where it must not be shown."""
    return hashlib.sha256(secret).hexdigest()[:8]
