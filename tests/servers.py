"""Real Temporal servers for tests: one with the real clock, one whose workflows leap in time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from temporalio.runtime import Runtime
from temporalio.testing import WorkflowEnvironment

from local.dev_server import temporal_command
from tests.canaries import LOOKOUT
from workflows.converter import data_converter
from workflows.names import SEARCH_ATTRIBUTES

TIME_SKIPPING_KEYS = (
    "frontend.TimeSkippingEnabled",
    "frontend.WorkflowTimeSkippingEnabled",
    "system.workflowTimeSkippingEnabled",
)
"""The server's names for the setting, by version; it takes unknown ones without a word."""

IDENTITY = "upriver"
"""Of one length on every machine: histories repeat it, and their bytes are counted."""

STARTUP = timedelta(seconds=30)


@asynccontextmanager
async def start_server(*options: str) -> AsyncIterator[WorkflowEnvironment]:
    """Start a dev server in memory."""
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=temporal_command(),
        dev_server_extra_args=options,
        data_converter=data_converter,
        search_attributes=SEARCH_ATTRIBUTES,
        identity=IDENTITY,
        dev_server_log_level="never",
        dev_server_startup_timeout=STARTUP,
    ) as environment:
        yield environment
        await LOOKOUT.look_at_histories(environment.client)


@asynccontextmanager
async def start_leaping_server(
    runtime: Runtime | None = None,
) -> AsyncIterator[WorkflowEnvironment]:
    """Start a dev server on which the clock of each workflow leaps to its next timer."""
    values = [
        argument
        for key in TIME_SKIPPING_KEYS
        for argument in ("--dynamic-config-value", f"{key}=true")
    ]
    async with await WorkflowEnvironment.start_time_skipping_v2(
        dev_server_existing_path=temporal_command(),
        dev_server_extra_args=values,
        runtime=runtime,
        data_converter=data_converter,
        search_attributes=SEARCH_ATTRIBUTES,
        identity=IDENTITY,
        dev_server_log_level="never",
        dev_server_startup_timeout=STARTUP,
    ) as environment:
        yield environment
        await LOOKOUT.look_at_histories(environment.client)
