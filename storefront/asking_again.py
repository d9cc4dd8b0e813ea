"""Answering a request again of which a person was asked.

Temporal gives the answer of an update again, whatever has happened since; so the return is read.
"""

from datetime import timedelta

from temporalio.client import Client

from lifecycle.judged import is_asked_by_shop
from lifecycle.steps import Refusal
from storefront.standing import standing_of
from workflows.messages import OpenedAnswer


async def answer_now(client: Client, queued: OpenedAnswer, patience: timedelta) -> OpenedAnswer:
    """Return what has become of a request since it was queued for a person."""
    view = await standing_of(client, queued.workflow_id, patience)
    answer = queued.model_copy(update={"sentence": None})
    if view.return_ is not None:
        known = {"return_id": view.return_.id, "state": view.return_.state}
        return answer.model_copy(
            update={"status": "opened", **known, "ship_to": view.return_.location}
        )
    if view.outcome is not None:
        refusal = view.refusal or Refusal(code=view.outcome, message="It was stopped.")
        return answer.model_copy(update={"status": "refused", "refusal": refusal})
    return queued if view.question and is_asked_by_shop(view.question.id) else answer
