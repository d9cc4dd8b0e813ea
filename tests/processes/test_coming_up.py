"""A process of the demo comes up although it ended at its first start, and ports stay free."""

import socket
import sys
from pathlib import Path

import pytest

from local.processes import PORTS, NotStartedError, Service, free_port, free_ports

ENDS_AT_FIRST = """
import pathlib, sys, time
if sys.argv[1] == "always" or not pathlib.Path("been").exists():
    pathlib.Path("been").touch()
    sys.exit("bind: address already in use")
pathlib.Path("up").touch()
time.sleep(600)
"""


def service(tmp_path: Path, when: str) -> Service:
    """Return a process that ends at its first start, or always."""
    return Service("server", (sys.executable, "-c", ENDS_AT_FIRST, when), {}, tmp_path)


async def test_a_process_that_ends_at_once_is_started_once_more(tmp_path: Path) -> None:
    """Temporal's inner services may lose a port between choosing it and listening there."""

    async def is_up() -> str:
        if not (tmp_path / "up").exists():
            raise RuntimeError
        return "up"

    server = service(tmp_path, "first")
    assert await server.come_up(is_up) == "up"
    await server.stop()


async def test_a_process_that_ends_again_did_not_start(tmp_path: Path) -> None:
    """Its name and the end of its log are told."""

    async def never() -> None:
        raise RuntimeError

    with pytest.raises(NotStartedError, match=r"(?s)server did not start.*address already in use"):
        await service(tmp_path, "always").come_up(never)


def test_a_free_port_is_not_given_to_an_outgoing_connection() -> None:
    """Between being chosen and being used, it is nobody's."""
    port = free_port()
    assert port in PORTS
    with socket.create_server(("127.0.0.1", port)):
        pass


def test_no_two_processes_are_given_one_port() -> None:
    """However many ports are asked for at once."""
    ports = free_ports(len(PORTS) // 4)
    assert len(set(ports)) == len(ports)
