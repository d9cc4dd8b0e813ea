"""When the receiver, or Digital River's list itself, has told nothing for too long; and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from temporalio import activity
from temporalio.client import Client

from digital_river import DigitalRiver, DigitalRiverError, TimeRange, Webhook
from workflows.messages import BackfillReport
from workflows.names import RETURN_WORKFLOW

SILENCE = timedelta(hours=1)
"""How long the receiver may miss all events before somebody is called."""

NOTHING_LISTED = timedelta(days=1)
"""How long Digital River may list nothing while returns are open that began before.

A shop that sells has events of other types, and a watch looks at a return after a day.
"""


class Alarm:
    """Calls somebody, by a metric and by a warning, after each run of the back-fill."""

    def __init__(self, client: Client, digital_river: DigitalRiver, within: timedelta) -> None:
        self._client = client
        self._api = digital_river
        self._within = within

    async def after(self, report: BackfillReport, time: datetime) -> None:
        """Tell what a run found missing. Raises `RPCError` when Temporal does not answer."""
        await self._of_the_receiver(report, time)
        await self._of_the_list(report, time)

    async def _of_the_receiver(self, report: BackfillReport, time: datetime) -> None:
        """Warn when events were missed and none made since was acknowledged."""
        silent = time - report.missed_since if report.missed_since else timedelta(0)
        activity.metric_meter().create_gauge(
            "upriver_webhook_silence_seconds", "How long the receiver has missed every event"
        ).set(int(silent.total_seconds()))
        if silent >= SILENCE:
            cause = await self._likely_cause()
            activity.logger.warning("No webhook was acknowledged for %s: %s", silent, cause)

    async def _of_the_list(self, report: BackfillReport, time: datetime) -> None:
        """Warn when nothing is listed, which is not for lack of returns or of business."""
        since = time - NOTHING_LISTED
        heard = report.last_event or report.covered_until
        waiting = await self._open_before(since) if heard <= since else 0
        lost = waiting > 0 and not await self._lists_any(since)
        activity.metric_meter().create_gauge(
            "upriver_events_list_silence_seconds",
            "How long Digital River has listed no event although returns are open",
        ).set(int((time - heard).total_seconds()) if lost else 0)
        if lost:
            activity.logger.warning(
                "Digital River lists no event since %s, and %s returns have been open for longer "
                "than %s: its list is lost, or the API key is another account's; of webhooks: %s",
                heard,
                waiting,
                NOTHING_LISTED,
                await self._likely_cause(),
            )

    async def _open_before(self, time: datetime) -> int:
        """Count the open returns that began before, by one question."""
        query = (
            f"WorkflowType = '{RETURN_WORKFLOW}' AND ExecutionStatus = 'Running' "
            f"AND StartTime < '{time.isoformat()}'"
        )
        return (await self._client.count_workflows(query, rpc_timeout=self._within)).count

    async def _lists_any(self, since: datetime) -> bool:
        """Whether there is an event of any type, one that no return wants among them."""
        try:
            async for _ in self._api.list_events(created_time=TimeRange(gte=since)):
                return True
        except DigitalRiverError as error:  # what was told and covered must not be lost for it
            activity.logger.warning("Events of other types cannot be listed: %s", error)
        return False

    async def _likely_cause(self) -> str:
        try:
            return likely_cause(await self._api.list_webhooks())
        except DigitalRiverError as error:
            return f"the cause cannot be read: {error}"


def likely_cause(webhooks: Sequence[Webhook]) -> str:
    """Return in words why the receiver hears nothing, as far as Digital River's settings tell."""
    if not webhooks:
        return "no webhook is registered at Digital River"
    disabled = [webhook.id for webhook in webhooks if webhook.enabled is False]
    if len(disabled) == len(webhooks):
        return (
            f"Digital River has disabled the endpoint (webhook {', '.join(disabled)}); "
            "mend the receiver, then enable it again"
        )
    return "the endpoint is enabled: look at the receiver, its proxy and its secrets"


def missed_since(
    before: datetime | None, missed: list[datetime], acknowledged: list[datetime]
) -> datetime | None:
    """Return when the oldest missed event was made that is younger than all acknowledged ones."""
    last_heard = max(acknowledged, default=None)
    candidates = [*missed, *([before] if before else [])]
    return min((one for one in candidates if last_heard is None or one > last_heard), default=None)
