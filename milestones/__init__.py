"""Milestones to the storefront: signed webhooks by the Standard Webhooks scheme."""
