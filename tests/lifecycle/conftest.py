"""How Hypothesis searches: wide on a desk, the same way every time in CI."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("desk", max_examples=100, deadline=None)
settings.register_profile("ci", max_examples=100, deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")
