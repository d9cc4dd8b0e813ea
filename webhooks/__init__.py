"""The receiver of Digital River's webhooks: verify, translate, route, signal, and say so.

Temporal is its only store (docs/digital-river.md, Webhook delivery): what is answered with 202 is
in a workflow's history, or concerns no workflow and is counted. 503 asks Digital River to try
again, and 4xx is kept for what is not a genuine event, because an endpoint that keeps refusing is
disabled.
"""

from __future__ import annotations

from webhooks.app import PATH, Options, create_app

__all__ = ["PATH", "Options", "create_app"]
