"""`assay serve` and `assay demo`: a server until told to stop."""

from __future__ import annotations

import socket
from contextlib import suppress
from dataclasses import replace
from typing import Annotated

import typer

from assay.cli.shell import HomeOption, JsonOption, err, forever, out, perform, print_json, until_stopped
from assay.config import Settings, checked_database_url

PortOption = Annotated[int | None, typer.Option(help="The port to listen on; 0 takes any that is free.")]


def serve(
    home: HomeOption = None,
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    port: PortOption = None,
    database_url: Annotated[
        str | None, typer.Option(help="A PostgreSQL of your own, instead of the one that comes with Assay.")
    ] = None,
    no_jobs: Annotated[
        bool, typer.Option("--no-jobs", help="Answer requests only; another server does the jobs.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Runs the server until Ctrl-C.

    The first start makes an organization and prints its owner's sign-in link.

    Examples:

        assay serve
        assay serve --port 9000
        ASSAY_PUBLIC_URL=https://labels.example.org assay serve --host 0.0.0.0
    """
    from assay.cli.home import settings_for

    async def work() -> None:
        settings = settings_for(home)
        settings = replace(
            settings,
            host=host or settings.host,
            port=settings.port if port is None else port,
            database_url=checked_database_url(database_url) or settings.database_url,
            run_jobs=settings.run_jobs and not no_jobs,
        )
        await until_stopped(_serve(settings, as_json=as_json))

    perform(work(), as_json=as_json)


async def _serve(settings: Settings, *, as_json: bool) -> None:
    from assay.app import running
    from assay.cli.home import OWNER_EMAIL, operator_of, read_operator
    from assay.cli.people import fresh_link

    async with running(settings) as server:
        is_new = read_operator(settings.home) is None
        operator = await operator_of(server.house, settings.home)
        link = None
        if is_new:
            with suppress(LookupError):
                link = await fresh_link(server.house, operator.organization_id, OWNER_EMAIL)
        if as_json:
            print_json({"url": server.url, "sign_in_url": link})
        else:
            out.print(f"Assay is at [bold]{server.url}[/]")
            if link:
                out.print(f"Sign in once, as the owner: {link}")
            else:
                out.print("For a sign-in link: assay link EMAIL")
            err.print("Ctrl-C stops it.", style="dim")
        try:
            await forever()
        finally:
            err.print("Stopping.", style="dim")


def demo(
    home: HomeOption = None,
    port: PortOption = None,
    photos: Annotated[int, typer.Option(min=4, max=200, help="How many street photos the first start draws.")] = 24,
    as_json: JsonOption = False,
) -> None:
    """Starts a server with a project to try, and prints links that sign you in with one click.

    The first start draws street photos with known objects and makes five people: an owner, a reviewer and three
    annotators. Later starts find everything as it was left. Listens on this machine only.

    Examples:

        assay demo
        assay simulate "Street scenes" --truth ~/.local/share/assay/demo-truth.json --workers honest:2,spammer:1
    """
    from assay.cli.demo import run_demo
    from assay.cli.home import settings_for

    async def work() -> None:
        settings = replace(settings_for(home), host="127.0.0.1", public_url=None)
        wanted = settings.port if port is None else port
        if port is None and not _is_free(wanted):
            err.print(f"Port {wanted} is taken; another is used.", style="yellow")
            wanted = 0
        await until_stopped(run_demo(replace(settings, port=wanted), photos, as_json=as_json))

    perform(work(), as_json=as_json)


def default_port_or_any(settings: Settings) -> Settings:
    """The same settings with a port that is free."""
    return settings if _is_free(settings.port) else replace(settings, port=0)


def _is_free(port: int) -> bool:
    if port == 0:
        return True
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
