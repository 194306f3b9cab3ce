"""A receiver of callbacks that is really called over sockets, and what the job does when a delivery is due."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from assay.adapters.callbacks import HttpCallbacks
from assay.adapters.egress import EgressPolicy, HttpEgress
from assay.adapters.mail import SmtpMail
from assay.faces.jobs.handlers import HANDLERS
from assay.faces.jobs.workshop import Workshop
from assay.faces.scale import SpokenCallbacks
from assay.services.context import SYSTEM
from assay.store.jobs import Job
from harness import Organization


@dataclass(frozen=True)
class Call:
    """One request. Header names are in lower case."""

    headers: Mapping[str, str]
    body: bytes

    @property
    def said(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """A customer's server that answers ``status``; it has no photos."""

    host: str = ""
    status: int = 200
    calls: list[Call] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://{self.host}/hook?tenant=7"

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:]) if name}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        status = 404
        if head[0].startswith("POST /hook?tenant=7 "):
            status = self.status
            self.calls.append(Call(headers, body))
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.talk, "127.0.0.1", 0)
    receiver.host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield receiver
    server.close()


@dataclass(frozen=True)
class Caller:
    """The way out to one host, and the jobs that take it."""

    organization: Organization
    callbacks: HttpCallbacks
    egress: HttpEgress

    @property
    def shop(self) -> Workshop:
        return Workshop(self.organization.house, self.egress, self.callbacks, SpokenCallbacks())

    async def run(self, kind: str, statement: str) -> int:
        """Does a job of this kind for each id that the statement finds; how many."""
        async with self.organization.context_for(SYSTEM) as context:
            rows = await context.tenant.fetch(statement)
        for row in rows:
            await HANDLERS[kind](self.shop, Job(self.organization.id, row["id"]), 0)
        return len(rows)

    async def deliver(self) -> int:
        """Attempts whatever is due by the organization's clock."""
        now = self.organization.clock().isoformat()
        return await self.run(
            "send_callback",
            "select id from deliveries where organization_id = $1 and state = 'pending' and webhook_id is null"
            f" and next_attempt_at <= '{now}' order by created_at",
        )

    async def fetch(self) -> int:
        """Fetches the photos that tasks wait for."""
        return await self.run(
            "fetch_attachment", "select id from attachments where organization_id = $1 and state = 'pending'"
        )

    async def wait_for_next(self) -> bool:
        """Moves the clock to the next attempt; false when there is none any more."""
        async with self.organization.context_for(SYSTEM) as context:
            at = await context.tenant.fetchval(
                "select min(next_attempt_at) from deliveries where organization_id = $1 and state = 'pending'"
            )
        if at is None:
            return False
        self.organization.clock.now = at
        return True


@asynccontextmanager
async def calling(
    organization: Organization, receiver: Receiver, mail: SmtpMail | None = None
) -> AsyncIterator[Caller]:
    """The organization's server may reach this receiver, and takes its address."""
    egress = HttpEgress(EgressPolicy(allow_private_hosts=frozenset({receiver.host})))
    callbacks = HttpCallbacks(egress, mail)
    organization.house = replace(organization.house, check_callback=callbacks.check)
    organization.app.state.house = organization.house
    yield Caller(organization, callbacks, egress)
    await egress.aclose()
