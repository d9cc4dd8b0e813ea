"""Names for JSON values as Python holds them."""

from typing import Any

JsonObject = dict[str, Any]
