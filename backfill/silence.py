"""Why the receiver hears nothing, as far as Digital River's own settings tell."""

from collections.abc import Sequence

from digital_river import Webhook


def likely_cause(webhooks: Sequence[Webhook]) -> str:
    """Return the likely cause in words."""
    if not webhooks:
        return "no webhook is registered at Digital River"
    disabled = [webhook.id for webhook in webhooks if webhook.enabled is False]
    if len(disabled) == len(webhooks):
        return (
            f"Digital River has disabled the endpoint (webhook {', '.join(disabled)}); "
            "mend the receiver, then enable it again"
        )
    return "the endpoint is enabled: look at the receiver, its proxy and its secrets"
