"""Decimal arithmetic on amounts of money, in a currency with two decimal places."""

from decimal import ROUND_DOWN, Decimal

CENT = Decimal("0.01")
NOTHING = Decimal(0)


def cents(amount: Decimal) -> Decimal:
    """Round down to a hundredth, so that the parts never exceed the whole."""
    return amount.quantize(CENT, rounding=ROUND_DOWN)


def share(whole: Decimal, part: int, parts: int) -> Decimal:
    """Return the value of `part` units out of `parts`."""
    return cents(whole * part / parts)


def spread(amount: Decimal, weights: list[Decimal]) -> list[Decimal]:
    """Divide an amount in proportion; no part exceeds its weight unless the whole does."""
    total = sum(weights, NOTHING)
    if not total:
        return [NOTHING for _ in weights]
    parts = [cents(amount * weight / total) for weight in weights]
    left = amount - sum(parts, NOTHING)
    for place, weight in enumerate(weights):
        more = min(left, weight - parts[place]) if amount <= total else left
        parts[place] += more
        left -= more
    return parts


def fill(amount: Decimal, limits: list[Decimal]) -> list[Decimal]:
    """Divide an amount over limits in their order: the first is used up first."""
    parts = []
    for limit in limits:
        part = min(amount, limit)
        parts.append(part)
        amount -= part
    return parts
