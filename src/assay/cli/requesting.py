"""`assay signing-key` and `assay layout`: what programs written for other markets need beside their code."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from assay.cli.shell import REFUSED, HomeOption, JsonOption, Stop, out, perform, show


def signing_key(
    name: Annotated[str, typer.Argument(help="What people tell the key by.")],
    test: Annotated[bool, typer.Option("--test", help="For the sandbox only.")] = False,
    read_only: Annotated[bool, typer.Option("--read-only", help="It changes nothing.")] = False,
    session: Annotated[int | None, typer.Option(help="For so many seconds only (900 to 129600), with a token.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Makes an access key and its secret, for programs that sign their requests, and prints them once.

    Examples:

        assay signing-key "Nightly batch"
        assay signing-key Trial --test
        assay signing-key Today --session 3600 --json
    """
    from assay.app import opened
    from assay.cli.home import entered, operator_of, owner_of, settings_for
    from assay.services import signing_keys
    from assay.services.context import Caller

    async def work() -> dict[str, Any]:
        settings = settings_for(home)
        async with opened(settings) as inside:
            operator = await operator_of(inside.house, settings.home)
            owner = Caller("member", "owner", await owner_of(inside.house, operator.organization_id))
            async with entered(inside.house, operator.organization_id, owner) as context:
                made = await signing_keys.make(
                    context,
                    inside.house.seals,
                    name=name,
                    mode="test" if test else "live",
                    role="auditor" if read_only else "manager",
                    session_seconds=session,
                )
        said = {"AWS_ACCESS_KEY_ID": made.access_key, "AWS_SECRET_ACCESS_KEY": made.secret}
        return said | ({"AWS_SESSION_TOKEN": made.session_token} if made.session_token else {})

    made = perform(work(), as_json=as_json)
    show(made, as_json=as_json, text=lambda: _print(made))


def layout(
    name: Annotated[str, typer.Argument(help="What people tell the layout by.")],
    file: Annotated[Path, typer.Argument(help="An HTML page with ${name} wherever a value goes.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Puts a page with places to fill in where programs can use it, and prints its id.

    Examples:

        assay layout "Two photos" compare.html
    """
    from assay.cli.home import connected, settings_for

    async def work() -> dict[str, Any]:
        try:
            html = file.read_text()
        except (OSError, UnicodeDecodeError) as error:
            raise Stop(REFUSED, f"{file} cannot be read as text: {error}.", kind="invalid") from None
        async with connected(settings_for(home)) as api:
            made = await api.post("/v1/market/layouts", {"name": name, "html": html})
        return {"HITLayoutId": made["code"], "places": made["places"]}

    made = perform(work(), as_json=as_json)
    show(made, as_json=as_json, text=lambda: out.print(f"{made['HITLayoutId']}  {', '.join(made['places'])}"))


def _print(made: dict[str, Any]) -> None:
    for variable, value in made.items():
        out.print(f"export {variable}={value}", markup=False, soft_wrap=True)
