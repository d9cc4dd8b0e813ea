"""A bounded memory: what was used last is kept, what was not used for longest is forgotten."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


class Recent(Generic[K]):
    """The last keys that were remembered, at most so many."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._keys: OrderedDict[K, None] = OrderedDict()

    def __contains__(self, key: K) -> bool:
        """Whether the key is remembered; asking makes it recent again."""
        if key not in self._keys:
            return False
        self._keys.move_to_end(key)
        return True

    def remember(self, key: K) -> None:
        """Keep a key, and forget the oldest if there are too many."""
        self._keys[key] = None
        self._keys.move_to_end(key)
        if len(self._keys) > self._most:
            self._keys.popitem(last=False)
