"""Everything that exists in one sandbox."""

import asyncio
from collections.abc import Iterator
from itertools import count
from typing import Protocol, TypeVar

from .books import Books
from .clock import Clock
from .errors import not_found
from .events import Event
from .faults import FaultBox
from .options import Automation, Options, Switches
from .resources import Charge, FulfillmentOrder, FulfillmentReturn, Order, Refund, Return
from .webhooks import Webhook

T = TypeVar("T")


class Courier(Protocol):
    """Carries events to the webhooks while the application serves."""

    def deliver(self, event: Event) -> None:
        """Start the deliveries of an event."""

    def forget(self) -> None:
        """Give up every delivery under way."""


class World:
    """The state of a sandbox; only touched from the event loop, so every change is whole.

    `changed` wakes the automation; `closing` ends every call that a fault holds up; `created` holds
    the bodies of all creates by path.
    """

    options: Options
    switches: Switches
    automation: Automation
    orders: dict[str, Order]
    fulfillment_orders: dict[str, FulfillmentOrder]
    fulfillment_returns: dict[str, FulfillmentReturn]
    returns: dict[str, Return]
    refunds: dict[str, Refund]
    charges: dict[str, Charge]
    events: dict[str, Event]
    created: set[tuple[str, str]]
    open_fulfillment_returns: dict[str, FulfillmentReturn]
    open_refunds: dict[str, Refund]
    order_ids: Iterator[int]
    item_ids: Iterator[int]
    fulfillment_order_ids: Iterator[int]
    fulfillment_item_ids: Iterator[int]

    def __init__(self, options: Options) -> None:
        self.options = options
        self.clock = Clock()
        self.books = Books()
        self.faults = FaultBox()
        self.webhooks: dict[str, Webhook] = {}
        self.changed = asyncio.Event()
        self.closing = asyncio.Event()
        self.courier: Courier | None = None
        self.reset()

    def reset(self) -> None:
        """Empty the world; the options are as at the start, registered webhooks stay."""
        self.switches = self.options.switches()
        self.automation = self.options.automation.model_copy()
        self.clock.reset()
        if self.courier is not None:
            self.courier.forget()
        self.books.clear()
        self.faults.clear()
        self.orders = {}
        self.fulfillment_orders = {}
        self.fulfillment_returns = {}
        self.returns = {}
        self.refunds = {}
        self.charges = {}
        self.events = {}
        self.created = set()
        self.open_fulfillment_returns = {}
        self.open_refunds = {}
        self.order_ids = count(400_000_000_001)
        self.item_ids = count(300_000_000_001)
        self.fulfillment_order_ids = count(9_300_000_001)
        self.fulfillment_item_ids = count(450_000_001)

    def order(self, order_id: str) -> Order:
        """Return an order, or answer 404."""
        return _known(self.orders, order_id, "Order")

    def fulfillment_order(self, fulfillment_order_id: str) -> FulfillmentOrder:
        """Return a fulfillment order, or answer 404."""
        return _known(self.fulfillment_orders, fulfillment_order_id, "Fulfillment order")

    def fulfillment_return(self, fulfillment_return_id: str) -> FulfillmentReturn:
        """Return a fulfillment return, or answer 404."""
        return _known(self.fulfillment_returns, fulfillment_return_id, "Fulfillment return")

    def return_(self, return_id: str) -> Return:
        """Return a return, or answer 404."""
        return _known(self.returns, return_id, "Return")

    def refund(self, refund_id: str) -> Refund:
        """Return a refund, or answer 404."""
        return _known(self.refunds, refund_id, "Refund")

    def charge(self, charge_id: str) -> Charge:
        """Return a charge, or answer 404."""
        return _known(self.charges, charge_id, "Charge")

    def event(self, event_id: str) -> Event:
        """Return an event, or answer 404."""
        return _known(self.events, event_id, "Event")

    def webhook(self, webhook_id: str) -> Webhook:
        """Return a webhook, or answer 404."""
        return _known(self.webhooks, webhook_id, "Webhook")


def _known(resources: dict[str, T], resource_id: str, what: str) -> T:
    try:
        return resources[resource_id]
    except KeyError:
        raise not_found(what) from None
