"""What a run leaves behind for the judge: the world's books, and what the driver did and said."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from lifecycle.steps import Close, Wait

Maker = Literal["us", "digital_river", "hand", "sibling"]

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
    arrived: Counter[str] = field(default_factory=Counter)
    """Units that the warehouse reported."""
    accepted_by_hand: bool = False
    wrongs: list[str] = field(default_factory=list)
    """What the world saw done that must never be done."""


@dataclass
class Said:
    """One answer of a person to one question."""

    at: datetime
    question: str
    answer: str


@dataclass
class Record:
    """What the driver of the return did and was told."""

    end: Close | Wait | None = None
    """How it closed, or what it waits for; None: neither, for too long."""
    sentence: str = ""
    answers: list[Said] = field(default_factory=list)
    at_close: dict[str, str] = field(default_factory=dict)
    """The state of each refund at Digital River when the return closed."""
    charged_back: datetime | None = None
    """When it was told of a chargeback."""
    cancelled: bool = False
    heard: set[str] = field(default_factory=set)
    """Ids of the events that were signalled."""
    forged: set[str] = field(default_factory=set)
    """Ids of the events that nobody at Digital River sent in that form."""
    acknowledged: set[str] = field(default_factory=set)
    """Ids of the events that were answered as signalled."""
    trace: list[str] = field(default_factory=list)
    """Every step and every message, in order: what the hash of a run is made of."""


class Violation(Exception):  # noqa: N818 - the judge's word for it
    """A promise was broken; the text begins with its number in docs/reliability.md."""
