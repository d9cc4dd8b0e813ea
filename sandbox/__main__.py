"""`python -m sandbox`: serve a local Digital River until interrupted."""

import asyncio
import signal
from typing import Annotated

import typer

from .options import Options
from .server import serve

DEFAULTS = Options()


def main(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 8090,
    api_key: Annotated[str, typer.Option(help="The bearer token.")] = DEFAULTS.api_key,
    webhook_secret: Annotated[
        str, typer.Option(help="Signing secrets, comma-separated; all sign.")
    ] = ",".join(DEFAULTS.webhook_secrets),
    webhook_url: Annotated[
        list[str] | None, typer.Option(help="Send every event type here; may be repeated.")
    ] = None,
) -> None:
    """Serve a local Digital River, in memory, with its control API under /sandbox/docs."""
    secrets = tuple(part.strip() for part in webhook_secret.split(",") if part.strip())
    options = Options(
        api_key=api_key, webhook_secrets=secrets, webhook_urls=tuple(webhook_url or ())
    )
    try:
        asyncio.run(_serve_until_stopped(options, host, port))
    except OSError as error:
        typer.echo(
            f"The sandbox cannot listen at {host}:{port}: {error.strerror or error}", err=True
        )
        raise typer.Exit(1) from None


async def _serve_until_stopped(options: Options, host: str, port: int) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
    async with serve(options, host, port) as sandbox:
        typer.echo(f"Digital River sandbox at {sandbox.url} (control: {sandbox.url}/sandbox/docs)")
        await stop.wait()


if __name__ == "__main__":
    typer.run(main)
