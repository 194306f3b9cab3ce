"""`assay check-ledger` as it is run: a process of its own on a database of its own."""

from __future__ import annotations

import asyncio
import json
import os
import random
import secrets
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest

from assay.core import ids
from assay.services import accounts, ledger
from assay.services.context import SYSTEM, Context
from assay.store import jobs
from assay.store.accounts import join_market
from assay.store.connection import Database, migrate


@pytest.fixture
async def own_database(server_url: str) -> AsyncIterator[str]:
    name = f"assay_books_{uuid4().hex}"
    server = await asyncpg.connect(server_url)
    await server.execute(f'create database "{name}"')
    url = urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))
    await migrate(url, jobs.install)
    yield url
    await server.execute(f'drop database "{name}" with (force)')
    await server.close()


async def open_market(url: str) -> None:
    """A market that is its own requester, with 12.00 on it."""
    database = Database(url, size=1)
    await database.open()
    now = datetime(2026, 3, 2, tzinfo=UTC)
    id_ = ids.uuid7(int(now.timestamp() * 1000), secrets.token_bytes(10))
    async with database.tenant(id_) as tenant:
        context = Context(tenant, now, SYSTEM, secrets.token_bytes, random.random)
        await accounts.create_organization(context, "Bazaar", "Olive Owner", "olive@assay.test")
        await join_market(tenant, id_)
        await ledger.fund(context, id_, 1200, "wire")
    await database.close()


async def check(url: str, home: Path, *options: str, code: int) -> str:
    environment = {**os.environ, "ASSAY_HOME": str(home), "ASSAY_DATABASE_URL": url, "COLUMNS": "200"}
    command = [sys.executable, "-m", "assay.cli.main", "check-ledger", *options]
    done = await asyncio.to_thread(
        subprocess.run, command, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    return done.stdout


async def test_it_proves_every_market_and_fails_where_something_does_not_hold(
    own_database: str, tmp_path: Path
) -> None:
    assert "no market here" in await check(own_database, tmp_path, code=0)
    await open_market(own_database)

    proved: dict[str, Any] = json.loads(await check(own_database, tmp_path, "--json", code=0))
    superuser = await asyncpg.connect(own_database)
    await superuser.execute("set session_replication_role = replica; update entries set amount_minor = 1199 where "
                            "purpose = 'available'")  # fmt: skip
    await superuser.close()
    told = await check(own_database, tmp_path, code=1)

    (market,) = proved["markets"]
    assert (proved["holds"], market["name"], market["transfers"], market["entries"]) == (True, "Bazaar", 1, 2)
    assert {finding["broken"] for finding in market["findings"]} == {0}
    assert "Bazaar: 1 transfers with 2 entries." in told
    assert "1 BROKEN  the entries of every transfer sum to zero" in told
    assert "sum_minor -1" in told
    assert "live available: 12.00 USD" in told
