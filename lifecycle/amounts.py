"""What units are worth, what is left to refund of an order, and what really went back.

Units decide what is owed; amounts only tell when something is not as it should be
(docs/digital-river.md, "Money and wobble").
"""

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from lifecycle.steps import Units

_CENT = Decimal("0.01")
_NO_CENTS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
"""Currencies without a minor unit."""


def minor_unit(currency: str) -> Decimal:
    """Return the smallest amount that counts: amounts are read to the hundredth, never finer."""
    return Decimal(1) if currency in _NO_CENTS.split() else _CENT


def whole_minor_units(amount: Decimal, currency: str) -> Decimal:
    """Round an amount down to what can be paid."""
    return amount.quantize(minor_unit(currency), rounding=ROUND_DOWN)


def in_words(amount: Decimal, currency: str) -> str:
    """Return an amount as people read it: cents where there are any."""
    return f"{amount:.2f} {currency}" if amount % 1 else f"{amount:.0f} {currency}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineMoney:
    """One line of an order: what its units are worth with their tax, and what of it is left."""

    item_id: str
    quantity: int
    value: Decimal | None
    left: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderMoney:
    """What of an order can still be refunded, as Digital River says."""

    currency: str
    left: Decimal | None
    lines: tuple[LineMoney, ...]


def not_covered(order: OrderMoney, items: tuple[Units, ...]) -> str | None:
    """Say in words what of a refund the order has no money left for; None when it is covered.

    What Digital River does not tell is left for it to judge.
    """
    cent = minor_unit(order.currency)
    lines = {line.item_id: line for line in order.lines}
    short, total = [], Decimal(0)
    for item in items:
        line = lines.get(item.item_id)
        wanted = item.amount or (worth(line, item.quantity) if line else None)
        if line is None or wanted is None:
            continue
        total += wanted
        if line.left is not None and wanted > line.left + cent:
            short.append(_shortage(f"item {item.item_id}", wanted, line.left, order.currency))
    if order.left is not None and total > order.left + cent * len(items):
        short.append(_shortage("the order", total, order.left, order.currency))
    return "; ".join(short) or None


def worth(line: LineMoney, units: int) -> Decimal | None:
    """Return what units of a line cost with their tax; None where Digital River does not tell."""
    return None if line.value is None else line.value * units / line.quantity


def _shortage(what: str, wanted: Decimal, left: Decimal, currency: str) -> str:
    return f"{in_words(wanted, currency)} for {what}, of which {in_words(left, currency)} are left"
