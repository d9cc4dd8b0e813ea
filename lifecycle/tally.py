"""Counting units: a dict that is small and quick, where `collections.Counter` is neither."""

from collections.abc import Mapping


class Tally(dict[str, int]):
    """Units per order item. What arithmetic returns holds only items that it has units of."""

    __slots__ = ()

    def __missing__(self, item: str) -> int:
        """Count no units of an item that is not there."""
        return 0

    def __sub__(self, other: "Tally") -> "Tally":
        """Return the units beyond another tally's."""
        return Tally(
            {item: left for item, count in self.items() if (left := count - other.get(item, 0)) > 0}
        )

    def __and__(self, other: "Tally") -> "Tally":
        """Return the units that both have."""
        return Tally(
            {
                item: both
                for item, count in self.items()
                if (both := min(count, other.get(item, 0))) > 0
            }
        )

    def add(self, counts: Mapping[str, int]) -> None:
        """Add units of several items; none of an item leaves no trace."""
        for item, count in counts.items():
            if count:
                self[item] += count

    def total(self) -> int:
        """Return how many units there are of all items together."""
        return sum(self.values())
