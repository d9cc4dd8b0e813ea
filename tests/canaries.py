"""What must never be seen: everything secret or personal that the tests use holds one word.

API keys, webhook secrets, Temporal's and the storefront's key, bank tokens, and what is the
customer's own (name, e-mail, phone, addresses, card) all hold the word, in every suite. The whole
session is searched for it: log records of every level and library, with their exceptions; what
processes write; metrics; and the histories of every workflow on every Temporal server.

It is allowed nowhere. What a return needs of a personal kind, the place that goods are sent to, is
the merchant's; the reason and the words of operators are written by those who ask.
"""

import asyncio
import logging
from asyncio.subprocess import SubprocessStreamProtocol
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pydantic import JsonValue
from temporalio.client import Client

WORD = b"canary"
API_KEY = "sk_test_canary"
WEBHOOK_SECRET = "whsec_canary"
STOREFRONT_SECRET = f"whsec_{'canary' * 6}"
"""Base64, as the Standard Webhooks scheme wants it."""
ADDRESS: JsonValue = {"line1": "7 Canary Lane", "city": "Delft", "country": "NL"}
CUSTOMER: JsonValue = {"name": "Jo Canary", "phone": "+31 6 canary", "address": ADDRESS}
PERSONAL: dict[str, JsonValue] = {
    "email": "jo.canary@example.test",
    "customerId": "cust-canary",
    "shipTo": CUSTOMER,
    "billTo": CUSTOMER,
    "creditCard": {"brand": "canary", "lastFourDigits": "canary"},
}
"""What the local Digital River shows of a customer in orders and charges."""

KEYS = {"TEMPORAL_API_KEY": "canary-temporal", "STOREFRONT_API_KEY": "canary-storefront"}
"""Variables for each process; a server without TLS takes no offence at a key."""
KEYS["TEMPORAL_TLS"] = "false"


class Lookout(logging.Handler):
    """Looks for the word wherever it is shown something."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))
        self.found: list[str] = []
        """Where it was seen, with what stands around it."""

    def look(self, where: str, shown: str | bytes) -> None:
        """Search what somebody could read."""
        data = shown.encode("utf-8", "replace") if isinstance(shown, str) else shown
        place = data.lower().find(WORD)
        if place >= 0:
            self.found.append(f"{where}: {data[max(0, place - 120) : place + 60]!r}")

    def emit(self, record: logging.LogRecord) -> None:
        """Search a log record, with its exception."""
        self.look("log", self.format(record))

    async def look_at_histories(self, client: Client) -> None:
        """Search every workflow of a namespace, and what lists show of it."""
        at_once = asyncio.Semaphore(16)

        async def read(workflow_id: str, run_id: str) -> None:
            async with at_once:
                history = await client.get_workflow_handle(
                    workflow_id, run_id=run_id
                ).fetch_history()
            for event in history.events:
                self.look(f"history of {workflow_id}", event.SerializeToString())

        async with asyncio.TaskGroup() as tasks:
            async for one in client.list_workflows():
                self.look(f"list: {one.id}", one.raw_info.SerializeToString())
                tasks.create_task(read(one.id, one.run_id))

    @contextmanager
    def on_duty(self) -> Iterator[None]:
        """Search all logs, and all that processes write."""
        received = SubprocessStreamProtocol.pipe_data_received

        def search(protocol: SubprocessStreamProtocol, fd: int, data: bytes | str) -> None:
            self.look("output of a process", data)
            received(protocol, fd, data)

        logging.getLogger().addHandler(self)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(SubprocessStreamProtocol, "pipe_data_received", search)
            yield
        logging.getLogger().removeHandler(self)


LOOKOUT = Lookout()
"""The one of this session."""
