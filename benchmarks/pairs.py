"""Two things compared on a machine that has other things to do: A B A B …, and what each pair says.

Noise that lasts longer than a pair falls on both of its halves, so a ratio is steadier than either
figure. The median of the ratios forgives single pairs that were disturbed.
"""

import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

FEWEST = 9
"""Pairs below which a median says too little."""

RESAMPLES = 2000
SEED = 20_261_121


@dataclass(frozen=True, slots=True)
class Compared:
    """What pairs of figures say: medians, and the ratio of the first to the second."""

    first: float
    second: float
    ratio: float
    low: float
    high: float
    """The ratio lies between these two with 95 % confidence."""
    pairs: int

    def __str__(self) -> str:
        """Write the ratio with its interval."""
        return f"{self.ratio:.2f} ({self.low:.2f} to {self.high:.2f}, {self.pairs} pairs)"


def compare(pairs: Sequence[tuple[float, float]]) -> Compared:
    """Return the median of the ratios of the pairs, with its bootstrap interval."""
    ratios = [one / other for one, other in pairs]
    chance = random.Random(SEED)  # noqa: S311 - resampling, no secret
    medians = sorted(
        statistics.median(chance.choices(ratios, k=len(ratios))) for _ in range(RESAMPLES)
    )
    return Compared(
        first=statistics.median(one for one, _ in pairs),
        second=statistics.median(other for _, other in pairs),
        ratio=statistics.median(ratios),
        low=medians[int(RESAMPLES * 0.025)],
        high=medians[int(RESAMPLES * 0.975)],
        pairs=len(ratios),
    )


def percentile(figures: Sequence[float], percent: float) -> float:
    """Return the smallest figure that so many per cent do not exceed."""
    ordered = sorted(figures)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
