"""Upriver in Temporal's web UI, seen by a real browser: `make screenshots`."""
