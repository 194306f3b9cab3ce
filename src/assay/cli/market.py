"""`assay market`: a market, and the organizations that offer work on it."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import typer

from assay.cli.shell import REFUSED, HomeOption, JsonOption, Stop, out, perform, show

group = typer.Typer(no_args_is_help=True, help="A market, where work is offered to freelancers.")


@group.command("open")
def open_market(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Makes your organization a market: its owners and managers run it, its annotators are freelancers.

    How it trades (currency, fees, the least pay for an hour, who may join) is set in the console or at
    /v1/market/settings.

    Examples:

        assay market open
    """
    from assay.app import opened
    from assay.cli.home import entered, operator_of, settings_for
    from assay.services import accounts, markets

    async def work() -> dict[str, Any]:
        settings = settings_for(home)
        async with opened(settings) as inside:
            operator = await operator_of(inside.house, settings.home)
            async with entered(inside.house, operator.organization_id) as context:
                new = await markets.open_here(context)
                name = (await accounts.organization(context)).name
        return {"id": str(operator.organization_id), "name": name, "new": new}

    done = perform(work(), as_json=as_json)
    said = "is a market now" if done["new"] else "is a market already"
    show(done, as_json=as_json, text=lambda: out.print(f"{done['name']} {said}: {done['id']}", markup=False))


@group.command("add")
def add_requester(
    name: Annotated[str, typer.Argument(help="What the organization is called.")],
    email: Annotated[str, typer.Argument(help="Its first owner's address.")],
    owner: Annotated[str, typer.Option(help="The first owner's name.")] = "Owner",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Makes an organization that offers work on your market, and prints a link that lets its owner in.

    Examples:

        assay market add "Acme Maps" ada@acme.example
    """
    from assay.app import opened
    from assay.cli.home import entered, new_organization_id, operator_of, server_url, settings_for
    from assay.cli.people import fresh_link
    from assay.services import accounts, markets

    async def work() -> dict[str, Any]:
        settings = settings_for(home)
        url = await server_url(settings.home)
        async with opened(settings) as inside:
            market = (await operator_of(inside.house, settings.home)).organization_id
            async with entered(inside.house, market) as context:
                if not await accounts.is_market(context):
                    raise Stop(REFUSED, "There is no market here yet. First: assay market open", kind="conflict")
            id_ = new_organization_id(inside.house)
            async with entered(inside.house, id_) as context:
                made = await accounts.create_organization(context, name, owner, email)
                await markets.join(context, market)
            link = await fresh_link(inside.house, id_, made.email, url=url)
        return {"id": str(id_), "name": name, "url": link}

    made = perform(work(), as_json=as_json)
    show(made, as_json=as_json, text=lambda: _print(made))


@group.command("fund")
def fund(
    requester: Annotated[UUID, typer.Argument(help="The organization's id, as `assay market add` printed it.")],
    amount: Annotated[str, typer.Argument(help="In the market's currency, such as 250.00.")],
    reference: Annotated[str, typer.Argument(help="What tells this payment from all others, as the bank has it.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Books what an organization sent in; it can spend it at once. The same reference again changes nothing.

    Examples:

        assay market fund 019e2c4a-53b1-7cc2-9a51-3f1f4ee1a6d0 250.00 "wire 2026-11-22"
    """
    from assay.app import opened
    from assay.cli.home import entered, operator_of, settings_for
    from assay.core.money import parse
    from assay.core.money import show as shown
    from assay.services import ledger, markets

    async def work() -> dict[str, Any]:
        settings = settings_for(home)
        async with opened(settings) as inside:
            market = (await operator_of(inside.house, settings.home)).organization_id
            async with entered(inside.house, market) as context:
                currency = (await markets.settings(context)).currency
                balance = await ledger.fund(context, requester, parse(amount, currency).minor, reference)
        return {
            "requester_id": str(requester),
            "available": shown(balance.own_minor, currency),
            "held": shown(balance.aside_minor, currency),
            "currency": currency,
        }

    done = perform(work(), as_json=as_json)
    text = f"{done['available']} {done['currency']} are available to {requester}, {done['held']} are held."
    show(done, as_json=as_json, text=lambda: out.print(text, markup=False))


def _print(made: dict[str, Any]) -> None:
    out.print(f"{made['name']} is {made['id']}. Its owner's way in, once, within a day:", markup=False)
    out.print(made["url"], markup=False)
