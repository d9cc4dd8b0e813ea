"""Serving HTTP within limits: what the receiver and the storefront's API have in common."""
