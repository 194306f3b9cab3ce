"""`assay link`: a way in for somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from assay.cli.shell import REFUSED, HomeOption, JsonOption, Stop, out, perform, show

if TYPE_CHECKING:
    from assay.faces.http import House


def link(
    email: Annotated[str, typer.Argument(help="The member's address; owner@localhost is the first owner.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Prints a link that signs a member in, once, within a day.

    Works without anybody's password, because whoever can read the server's own files may do anything anyway.

    Examples:

        assay link owner@localhost
        assay link ada@example.org --json
    """
    from assay.app import opened
    from assay.cli.home import operator_of, server_url, settings_for

    async def work() -> str:
        settings = settings_for(home)
        url = await server_url(settings.home)
        async with opened(settings) as inside:
            operator = await operator_of(inside.house, settings.home)
            try:
                made = await fresh_link(inside.house, operator.organization_id, email, url=url)
            except LookupError:
                raise Stop(REFUSED, f"There is no member {email} in your organization.", kind="not_found") from None
        return made

    made = perform(work(), as_json=as_json)
    show({"url": made}, as_json=as_json, text=lambda: out.print(made))


async def fresh_link(
    house: House, organization_id: UUID, email: str, *, reusable: bool = False, url: str | None = None
) -> str:
    """A sign-in link for a member. ``url`` is where people reach the server, if not where the house says.

    Raises ``LookupError`` when there is no such member.
    """
    from assay.cli.home import entered
    from assay.services import accounts

    async with entered(house, organization_id) as context:
        after = None
        while found := await accounts.members(context, after=after, limit=500):
            for member in found:
                if member.email == email.strip().lower():
                    made = await accounts.make_sign_in_link(context, member.id, reusable=reusable)
                    return f"{url or house.public_url}/sign-in#token={made.text}"
            after = found[-1].id
    raise LookupError(email)
