"""What the judge reads: the sandbox's books, and the record of one return.

`books_of` reads a page of `GET /sandbox/books`, whichever tier it came from.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from lifecycle.identity import rma_in
from lifecycle.request import ReturnRequest

Maker = Literal["us", "digital_river", "hand", "sibling"]
Row = Mapping[str, Any]

LIVE = ("pending", "pending_information", "succeeded")


@dataclass
class BookedReturn:
    """One return at Digital River, by line."""

    id: str
    maker: Maker
    authorised: Counter[str]
    accepted: Counter[str]
    state: str


@dataclass
class BookedRefund:
    """One refund at Digital River, by line."""

    id: str
    maker: Maker
    made: datetime
    units: Counter[str]
    state: str


@dataclass
class Books:
    """What exists in the end, and what happened on the way that the end does not show."""

    returns: list[BookedReturn] = field(default_factory=list)
    refunds: list[BookedRefund] = field(default_factory=list)
    accepted_by_hand: bool = False
    wrongs: list[str] = field(default_factory=list)
    """What was seen to be done that must never be done."""


@dataclass
class Hands:
    """What other people made in the plan: the sandbox cannot tell them from us."""

    siblings: set[str] = field(default_factory=set)
    """Ids of the returns that somebody else began."""
    sibling_refunds: set[str] = field(default_factory=set)
    by_hand: set[str] = field(default_factory=set)
    """Ids of the refunds made in the Dashboard."""
    accepted_by_hand: bool = False


@dataclass
class Said:
    """One answer of a person to one question."""

    at: datetime
    question: str
    answer: str


@dataclass
class End:
    """How a return ended, or what it waits for."""

    outcome: str | None = None
    waits_for: str | None = None
    who: str | None = None

    @property
    def words(self) -> str:
        """Say it in a word or three."""
        return self.outcome or f"waits for {self.waits_for}"


@dataclass
class Record:
    """What became of one return: what it did, what it was told, and what it said."""

    end: End | None = None
    """None: it neither ended nor waited, for too long."""
    sentence: str = ""
    answers: list[Said] = field(default_factory=list)
    at_close: dict[str, str] = field(default_factory=dict)
    """The state of each refund of the order when the return closed."""
    arrived: Counter[str] = field(default_factory=Counter)
    """Units that the warehouse reported, at most at any time."""
    taken_back: bool = False
    """Whether it corrected a count downwards."""
    ended: datetime | None = None
    books: "Books | None" = None
    """What there was at its end, where more happens after it."""
    charged_back: datetime | None = None
    """When it was told of a chargeback."""
    facts: int = 0
    """How many facts it knew in the end; not counted in T2 and T3."""
    heard: Counter[str] = field(default_factory=Counter)
    """How often each event was signalled, by its id."""
    objects: set[str] = field(default_factory=set)
    """Ids of the returns and refunds that events told it of."""
    forged: set[str] = field(default_factory=set)
    """Ids of the events that nobody at Digital River sent in that form."""
    acknowledged: set[str] = field(default_factory=set)
    """Ids of the events that were answered as signalled."""
    swallowed: set[str] = field(default_factory=set)
    """Ids of the events about it that were answered with 202 and not signalled to anybody."""
    words: list[str] = field(default_factory=list)
    """What people read of it: errors, sentences, log lines."""
    faults: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Which fault struck in which phase, how often."""
    trace: list[str] = field(default_factory=list)
    """Every step and every message, in order: what the hash of a run is made of."""


class Violation(Exception):  # noqa: N818 - the judge's word for it
    """A promise was broken; the text begins with its number in docs/reliability.md."""


@dataclass(frozen=True)
class Reader:
    """Reads the books for one return of an order."""

    order_id: str
    names: Mapping[str, str]
    """The plan's name of each line, by order item and by item of the fulfillment order; lines that
    the return is not about keep their ids."""
    hands: Hands
    twins: tuple[ReturnRequest, ...] = ()
    """Other returns of ours on the order: to this one they are somebody else's."""

    def books(self, page: Row) -> Books:
        """Read all that exists of the order."""
        order_id = self.order_id
        rows = [one for one in page["returns"] if one["orderId"] == order_id]
        orders = {
            str(one["id"]) for one in page["fulfillment_orders"] if one["upstreamId"] == order_id
        }
        rows += [one for one in page["fulfillment_returns"] if one["fulfillmentOrderId"] in orders]
        returns = [self._return(one) for one in rows]
        strangers = {one.id for one in returns if one.maker == "sibling"}
        refunds = [
            self._refund(one, page["refunds_made_by"].get(one["id"]), strangers)
            for one in page["refunds"]
            if one["orderId"] == order_id
        ]
        return Books(returns, refunds, self.hands.accepted_by_hand)

    def _return(self, row: Row) -> BookedReturn:
        names = [str(i.get("itemId") or i.get("fulfillmentOrderItemId")) for i in row["items"]]
        lines = [self.names.get(name, name) for name in names]
        return BookedReturn(
            id=row["id"],
            maker="sibling" if self._is_strange(row) else "us",
            authorised=_count(lines, [item["quantity"] for item in row["items"]]),
            accepted=_count(lines, [item["quantityAccepted"] for item in row["items"]]),
            state=row["state"],
        )

    def _is_strange(self, row: Row) -> bool:
        owner, rma = row.get("metadata", {}).get("workflow_id"), rma_in(row.get("reason"))
        others = {one.workflow_id for one in self.twins}
        if row["id"] in self.hands.siblings or owner in others:
            return True
        return rma is not None and rma in {one.rma for one in self.twins}

    def _refund(self, row: Row, made_by: str | None, strangers: set[str]) -> BookedRefund:
        items = row.get("items", [])
        return BookedRefund(
            id=row["id"],
            maker=self._maker(row, made_by, strangers),
            made=datetime.fromisoformat(row["createdTime"]),
            units=_count(
                [self.names.get(item["itemId"], item["itemId"]) for item in items],
                [item["quantity"] for item in items],
            ),
            state=row["state"],
        )

    def _maker(self, row: Row, made_by: str | None, strangers: set[str]) -> Maker:
        key = row.get("metadata", {}).get("key", "")
        owner = made_by or key.partition(":refund:")[0]
        if row["id"] in self.hands.sibling_refunds or owner in strangers:
            return "sibling"
        if made_by is not None:
            return "digital_river"
        return "hand" if row["id"] in self.hands.by_hand else "us"


def _count(lines: list[str], units: list[int]) -> Counter[str]:
    found: Counter[str] = Counter()
    for line, n in zip(lines, units, strict=True):
        found[line] += n
    return found
