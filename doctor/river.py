"""Digital River: whether it answers this key and version, at our time, and sends its events."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpx

from digital_river import DigitalRiver, DigitalRiverError, EventType, Webhook
from digital_river.errors import ForbiddenError, StatusError, UnauthorizedError
from digital_river.retry_after import read_http_date
from digital_river.transport import API_VERSION
from doctor.finding import Finding, ok, warning, wrong
from settings import DigitalRiverSettings

NEAR = timedelta(seconds=30)
"""Clocks may differ so much: the header has whole seconds, and the answer takes its time."""

SAID_OTHERWISE = {EventType.REFUND_SUCCEEDED}
"""`refund.complete` says the same (docs/digital-river.md §4.3.2)."""

DEFAULT_VERSION = "default"
"""How a webhook says that it has the version of its account (docs/digital-river.md, Webhook)."""


async def examine_river(
    settings: DigitalRiverSettings, path: str, types: Sequence[str], tolerance: timedelta
) -> list[Finding]:
    """Ask once, for the webhooks, and look at all that the answer tells."""
    dates: list[str | None] = []

    async def note(response: httpx.Response) -> None:
        dates.append(response.headers.get("Date"))

    key = settings.digital_river_api_key
    url, version = settings.digital_river_url, settings.digital_river_version
    async with (
        httpx.AsyncClient(event_hooks={"response": [note]}) as http,
        DigitalRiver(url, key, version=version, http=http) as digital_river,
    ):
        try:
            webhooks = await digital_river.list_webhooks()
        except DigitalRiverError as error:
            clock = [check_clock(dates[0], datetime.now(UTC), tolerance)] if dates else []
            return [_unreached(url, error), check_version(version), *clock]
    return [
        ok("digital river", f"{url} answers and takes the API key"),
        check_version(version),
        check_clock(dates[0], datetime.now(UTC), tolerance),
        check_webhook(webhooks, path, types, version),
    ]


def _unreached(url: str, error: DigitalRiverError) -> Finding:
    if isinstance(error, UnauthorizedError | ForbiddenError):
        remedy = "put a secret key of this account and mode into DIGITAL_RIVER_API_KEY and restart"
        return wrong("digital river", f"{url} refuses the API key: {error}", remedy)
    if isinstance(error, StatusError):
        remedy = "is DIGITAL_RIVER_URL the address of the API? Otherwise wait, or ask its support"
        return wrong("digital river", f"{url} does not answer as it should: {error}", remedy)
    remedy = "look at DIGITAL_RIVER_URL and at the way there: DNS, proxy, firewall"
    return wrong("digital river", f"{url} cannot be reached: {error}", remedy)


def check_version(version: str) -> Finding:
    """Hold the version that is asked for against the one that the models are written for."""
    if version == API_VERSION:
        return ok("api version", f"{version}, for which this release is written")
    remedy = "leave DIGITAL_RIVER_VERSION out, unless Digital River's support wants it so"
    return warning(
        "api version", f"{version}, and this release is written for {API_VERSION}", remedy
    )


def check_clock(date: str | None, now: datetime, tolerance: timedelta) -> Finding:
    """Hold our clock against the Date of an answer: signatures beyond the tolerance are refused."""
    theirs = read_http_date(date)
    if theirs is None:
        return warning(
            "clock", "the answer bears no time to compare with", "look at the clock of this machine"
        )
    apart = abs(now - theirs)
    told = f"{int(apart.total_seconds())} s from Digital River's"
    remedy = "set the clock of this machine by NTP"
    if apart <= NEAR:
        return ok("clock", told)
    if apart < tolerance:
        return warning("clock", told, remedy)
    limit = f"webhooks are refused from {int(tolerance.total_seconds())} s on"
    return wrong("clock", f"{told}, and {limit}", remedy)


def check_webhook(
    webhooks: Sequence[Webhook], path: str, types: Sequence[str], version: str
) -> Finding:
    """Look for a webhook that sends everything that returns want to the receiver's path."""
    ours = [one for one in webhooks if urlsplit(one.address).path == path]
    if not ours:
        others = ", ".join(one.address for one in webhooks) or "none"
        remedy = f"register https://YOUR-RECEIVER{path} in the Dashboard, in this mode"
        message = f"no webhook is registered for the receiver; registered: {others}"
        return wrong("webhook", message, remedy)
    enabled = [one for one in ours if one.enabled is not False]
    if not enabled:
        ids = ", ".join(one.id for one in ours)
        remedy = f"mend the receiver first, then enable it: PATCH /webhooks/{ours[0].id}"
        return wrong("webhook", f"Digital River has disabled the webhook {ids}", remedy)
    wanted = [kind for kind in types if kind not in SAID_OTHERWISE]
    missing = [kind for kind in wanted if not any(_sends(one, kind) for one in enabled)]
    if missing:
        remedy = "add them to the webhook; the back-fill carries them, late, until then"
        return wrong("webhook", f"it does not send {', '.join(missing)}", remedy)
    odd = {one.api_version for one in enabled} - {None, DEFAULT_VERSION, version}
    if odd:
        remedy = f"give the webhook the version {version}"
        message = f"it sends objects of version {', '.join(sorted(map(str, odd)))}"
        return warning("webhook", message, remedy)
    return ok("webhook", f"enabled, to {enabled[0].address}")


def _sends(webhook: Webhook, kind: str) -> bool:
    wildcard = f"{kind.partition('.')[0]}.*"
    return bool({kind, wildcard, "*"} & set(webhook.types))
