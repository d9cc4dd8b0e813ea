"""`starter.py` as a shop runs it: a process of its own, or in this one where nothing is asked."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from temporalio.client import Client
from typer.testing import CliRunner

from starter import app
from tests.environment import kept
from tests.running import Json, Order

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0


@dataclass(frozen=True)
class Told:
    """What a command said, and its exit status."""

    status: int | None
    out: str
    err: str

    @property
    def answer(self) -> Json:
        """The one JSON object on standard output."""
        assert self.out.endswith("\n")
        assert self.out.count("\n") == 1
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found


@dataclass(frozen=True)
class Command:
    """The command line, connected to one Temporal."""

    address: str

    async def run(
        self, *arguments: str, written: str = "", variables: Mapping[str, str] | None = None
    ) -> Told:
        """Run a command as a process; nothing may go wrong behind its back.

        So every test holds that the SDK's threads do not abort the end of the interpreter, which
        they did once in six runs (status 134).
        """
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(ROOT / "starter.py"),
            *arguments,
            env={
                **kept(),
                **(variables or {}),
                "HOME": "/nonexistent",
                "TEMPORAL_ADDRESS": self.address,
            },
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
        )
        out, err = await asyncio.wait_for(process.communicate(written.encode()), PATIENCE)
        told = Told(process.returncode, out.decode(), err.decode())
        assert "Traceback" not in told.err
        return told


def command_for(client: Client) -> Command:
    """Return the command line for the Temporal of a client."""
    return Command(client.service_client.config.target_host)


def run_here(*arguments: str, written: str = "") -> Told:
    """Run a command in this process; it fails if it gets as far as asking anybody."""
    result = CliRunner().invoke(app, list(arguments), input=written)
    return Told(result.exit_code, result.stdout, result.stderr)


def wish(order: Order, *quantities: object, **fields: object) -> Json:
    """Return a request as a shop writes it."""
    return {
        "request_id": f"shop-{order.id}",
        "order_id": order.id,
        "coordinator": order.coordinator,
        "lines": [
            {"order_item_id": item, "quantity": quantity}
            for item, quantity in zip(order.items, quantities, strict=False)
        ],
        **fields,
    }
