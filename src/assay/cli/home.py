"""The home: its settings, the server that runs in it, and the key by which commands speak to that server.

    home/server.json     url and process of a running server (written by the server, mode 0600)
    home/operator.json   organization and API key of the command line (mode 0600)
    home/demo.json       the same of the demonstration, if there is one

Whoever can read the home's private files has the machine's consent; nobody else gets in this way.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import httpx

from assay.cli.api import Api, client_of
from assay.config import Settings, from_environment
from assay.core import ids
from assay.core.errors import Unavailable

if TYPE_CHECKING:
    # Only a command that has to be the server itself pays for importing one.
    from assay.faces.http import House
    from assay.services.context import Caller, Context

STATE_FILE: Final = "server.json"
OPERATOR_FILE: Final = "operator.json"
DEMO_FILE: Final = "demo.json"
OWNER_EMAIL: Final = "owner@localhost"


@dataclass(frozen=True)
class Operator:
    """The organization that commands act in, and their key."""

    organization_id: UUID
    key: str


def settings_for(home: Path | None) -> Settings:
    """From the environment, with another home where one is given. Raises ``Invalid``."""
    settings = from_environment(os.environ)
    return replace(settings, home=home.expanduser().absolute()) if home is not None else settings


@asynccontextmanager
async def connected(settings: Settings, *, port: int = 0) -> AsyncIterator[Api]:
    """A client of the home's server; where none runs, one is started on ``port`` for as long as the block lasts.

    Raises ``Unavailable`` when neither can be had.
    """
    url = await server_url(settings.home)
    if url is not None:
        operator = await _accepted(settings, url)
        async with Api.open(url, operator.key, *demo_keys(settings.home)) as api:
            yield api
        return
    from assay.app import running

    async with running(replace(settings, host="127.0.0.1", port=port, public_url=None)) as server:
        operator = await operator_of(server.house, settings.home)
        async with Api.open(server.url, operator.key, *demo_keys(settings.home)) as api:
            yield api


async def server_url(home: Path) -> str | None:
    """Where the home's server answers; none when none runs."""
    try:
        state = json.loads((home / STATE_FILE).read_text())
        url, pid = str(state["url"]), int(state["pid"])
        os.kill(pid, 0)
    except PermissionError:
        pass  # it runs, as another user
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return url if await _answers(url) else None


async def _answers(url: str) -> bool:
    async with client_of(url) as client:
        try:
            return (await client.get("/v1/me")).status_code == 401
        except httpx.HTTPError:
            return False


async def _accepted(settings: Settings, url: str) -> Operator:
    """The operator whose key the running server takes; a new key where the old one was revoked or lost."""
    known = read_operator(settings.home)
    if known is not None:
        async with client_of(url, headers={"authorization": f"Bearer {known.key}"}) as client:
            try:
                me = await client.get("/v1/me")
            except httpx.HTTPError as error:
                raise Unavailable(f"The server at {url} does not answer.") from error
        if me.status_code != 401:
            return known
        (settings.home / OPERATOR_FILE).unlink(missing_ok=True)
    from assay.app import opened

    async with opened(settings) as inside:
        return await operator_of(inside.house, settings.home)


async def operator_of(house: House, home: Path) -> Operator:
    """The home's operator; made, with an organization where there is none, if the home has none that works."""
    known = read_operator(home)
    if known is not None and await _is_known(house, known):
        return known
    tenants: Any = house.database
    found = await tenants.tenants()
    organization_id = found[0] if found else new_organization_id(house)
    owner = await _owner(house, organization_id, new=not found)
    operator = await make_operator(house, organization_id, owner)
    keep_operator(home, operator)
    return operator


async def make_operator(house: House, organization_id: UUID, owner_id: UUID) -> Operator:
    """A key for the command line, which nobody keeps yet."""
    from assay.services import accounts
    from assay.services.context import Caller

    caller = Caller("member", "owner", owner_id)
    async with entered(house, organization_id, caller) as context:
        made = await accounts.make_api_key(context, "Command line", "live", "manager")
    return Operator(organization_id, made.text)


def keep_operator(home: Path, operator: Operator) -> None:
    """Makes this the organization that the home's commands act in."""
    write_private(home / OPERATOR_FILE, {"organization_id": str(operator.organization_id), "key": operator.key})


def new_organization_id(house: House) -> UUID:
    return ids.uuid7(int(house.clock().timestamp() * 1000), house.random_bytes(ids.RANDOM_BYTES))


@asynccontextmanager
async def entered(house: House, organization_id: UUID, caller: Caller | None = None) -> AsyncIterator[Context]:
    """One transaction of an organization, for what only the machine's operator does; as the system, if not as
    ``caller``."""
    from assay.services.context import SYSTEM, Context

    async with house.database.tenant(organization_id) as tenant:
        yield Context(tenant, house.clock(), caller or SYSTEM, house.random_bytes, house.chance)


async def owner_of(house: House, organization_id: UUID) -> UUID:
    """The first owner, in whose name the machine's operator makes what only people make."""
    return await _owner(house, organization_id, new=False)


async def _owner(house: House, organization_id: UUID, *, new: bool) -> UUID:
    from assay.services import accounts

    async with entered(house, organization_id) as context:
        if new:
            return (await accounts.create_organization(context, "My organization", "Owner", OWNER_EMAIL)).id
        for member in await accounts.members(context, after=None, limit=500):
            if member.role == "owner" and member.disabled_at is None:
                return member.id
    raise AssertionError(f"organization {organization_id} has no owner")


async def _is_known(house: House, operator: Operator) -> bool:
    from assay.services import accounts

    async with entered(house, operator.organization_id) as context:
        keys = await accounts.api_keys(context, before=None, limit=500)
    shown = operator.key[-8:]
    return any(key.prefix.endswith(shown) and key.revoked_at is None for key in keys)


def read_operator(home: Path) -> Operator | None:
    with suppress(OSError, ValueError, KeyError, TypeError):
        held = json.loads((home / OPERATOR_FILE).read_text())
        return Operator(UUID(held["organization_id"]), str(held["key"]))
    return None


def demo_keys(home: Path) -> list[str]:
    """The key of the home's demonstration, where it is not the operator's own organization."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        held = json.loads((home / DEMO_FILE).read_text())
        operator = read_operator(home)
        if operator is None or operator.organization_id != UUID(held["organization_id"]):
            return [str(held["key"])]
    return []


def write_private(file: Path, value: Any) -> None:
    """JSON that only we can read; whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    scratch = file.with_name(f".{file.name}.{os.getpid()}")
    with open(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as writing:
        json.dump(value, writing)
    scratch.replace(file)
