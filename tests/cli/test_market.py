"""`assay market` as it is run: processes of their own on a database of their own."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest


@pytest.fixture
async def own_database(server_url: str) -> AsyncIterator[str]:
    name = f"assay_trade_{uuid4().hex}"
    server = await asyncpg.connect(server_url)
    await server.execute(f'create database "{name}"')
    yield urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))
    await server.execute(f'drop database "{name}" with (force)')
    await server.close()


async def test_a_market_is_opened_once_and_takes_requesters(own_database: str, tmp_path: Path) -> None:
    environment = {**os.environ, "ASSAY_HOME": str(tmp_path), "ASSAY_DATABASE_URL": own_database}

    async def assay(*arguments: str, code: int = 0) -> Any:
        command = [sys.executable, "-m", "assay.cli.main", "market", *arguments, "--json"]
        done = await asyncio.to_thread(
            subprocess.run, command, env=environment, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
        return json.loads(done.stdout)

    early = await assay("add", "Acme Maps", "ada@acme.example", code=1)
    first, again = await assay("open"), await assay("open")
    acme = await assay("add", "Acme Maps", "ada@acme.example", "--owner", "Ada")

    funded = [await assay("fund", acme["id"], "250", "wire 7") for _ in range(2)]
    stranger = await assay("fund", str(uuid4()), "250", "wire 8", code=1)

    assert [one["available"] for one in funded] == ["250.00", "250.00"]
    assert stranger["error"]["message"] == "No such requester on this market."
    assert "assay market open" in early["error"]["message"]
    assert (first["new"], again["new"], first["id"]) == (True, False, again["id"])
    assert acme["url"].partition("#")[0].endswith("/sign-in")
    database = await asyncpg.connect(own_database)
    rows = await database.fetch("select id::text, market_id::text from organizations order by id")
    told = await database.fetch("select type from events where type like 'market.%' order by id")
    await database.close()
    assert {row["id"]: row["market_id"] for row in rows} == {first["id"]: first["id"], acme["id"]: first["id"]}
    assert [row["type"] for row in told] == ["market.opened", "market.joined"]
