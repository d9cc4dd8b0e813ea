"""`doctor`: what is wrong with an installation, and what to do."""

import asyncio
from datetime import timedelta
from typing import Annotated

import typer

from commands.ending import Exit, out, write_json
from commands.options import Json, Wait
from commands.printing import print_finding
from doctor.finding import Finding, Verdict


def doctor(
    receiver: Annotated[
        str | None, typer.Option(help="The receiver's address; else as its settings say.")
    ] = None,
    as_json: Json = False,
    wait: Wait = 10.0,
) -> None:
    """Check settings, Digital River, the receiver and Temporal; 0 when nothing is wrong."""
    findings = asyncio.run(_examine(receiver, timedelta(seconds=wait), as_json=as_json))
    all_right = all(one.verdict is not Verdict.WRONG for one in findings)
    if as_json:
        checks = [one.model_dump(mode="json", exclude_none=True) for one in findings]
        write_json({"ok": all_right, "checks": checks})
    raise typer.Exit(Exit.DONE if all_right else Exit.FAILURE)


async def _examine(receiver: str | None, within: timedelta, *, as_json: bool) -> list[Finding]:
    from doctor.examining import examine  # noqa: PLC0415 - would slow the start of every command

    findings = []
    async for finding in examine(receiver, within):
        findings.append(finding)
        if not as_json:
            print_finding(out, finding)
    return findings
