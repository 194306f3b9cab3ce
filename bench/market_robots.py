"""A market at work over HTTP, for benchmarks: robots that post and decide as programs do, and robots that do the work.

Requesters sign their requests and speak the dialect of `faces/mturk`; freelancers are signed in, take what an offer
has, open the frame and post its form, as a browser does. What the server acknowledges goes to a log that it knows
nothing of (`market_log`).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import re
import time
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

import stage
from assay.app import opened
from assay.core.freelancers import ProfileChange
from assay.core.sigv4 import Credentials, signing_headers
from assay.faces.mturk import ids
from assay.faces.mturk.door import SERVICE, TARGET
from assay.services import accounts, freelancers, ledger, markets, signing_keys
from assay.services.context import SYSTEM, Context
from market_log import Log

# So many take a turn of each HIT, and so many places a requester keeps open.
PLACES = 5
AHEAD = 60
# What a freelancer is told when there is nothing for them just now.
NOTHING_NOW = {"no_place_left", "nothing_to_claim", "had_before", "limit_reached"}
COLOURS = ("red", "green", "blue", "yellow")
_PAGE = (
    "<HTMLQuestion xmlns='http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2011-11-11/HTMLQuestion.xsd'>"
    "<HTMLContent><![CDATA[<form action='https://www.mturk.com/mturk/externalSubmit'>{}<input name='colour'></form>]]>"
    "</HTMLContent><FrameHeight>0</FrameHeight></HTMLQuestion>"
)


@dataclass(frozen=True)
class Bazaar:
    """``freelancers``: a cookie's value and a worker's id each; ``requesters``: an organization's id and its key."""

    market_id: uuid.UUID
    freelancers: list[tuple[str, uuid.UUID]]
    requesters: list[tuple[uuid.UUID, Credentials]]


async def open_bazaar(server: stage.Server, *, freelancers_count: int, requesters_count: int) -> Bazaar:
    """A market that keeps a fifth of every reward, with people in it and money on every requester."""
    async with opened(replace(server.settings, database_url=server.dsn)) as inside:
        home = inside.house

        @contextlib.asynccontextmanager
        async def entered(organization_id: uuid.UUID) -> Any:
            async with inside.database.tenant(organization_id) as tenant:
                yield Context(tenant, home.clock(), SYSTEM, home.random_bytes, home.chance)

        market_id, workers, requesters = uuid.uuid4(), [], []
        async with entered(market_id) as context:
            await accounts.create_organization(context, "Bazaar", "Olive Owner", "olive@bench.test")
            await markets.open_here(context)
            await markets.change(context, {"fee_basis_points": 2000, "fee_minimum_minor": 1})
        for number in range(freelancers_count):
            async with entered(market_id) as context:
                email = f"f{number}@bench.test"
                member = await accounts.add_member(context, f"Freelancer {number}", email, "annotator")
                assert member.worker_id is not None
                link = await accounts.make_sign_in_link(context, member.id)
                session = (await accounts.sign_in(context, link.token)).text
                caller = await accounts.as_worker(context.tenant, member.worker_id)
                await freelancers.join(replace(context, caller=caller), ProfileChange(country="DE"))
                workers.append((session, member.worker_id))
        for number in range(requesters_count):
            id_ = uuid.uuid4()
            async with entered(id_) as context:
                email = f"r{number}@bench.test"
                owner = await accounts.create_organization(context, f"Requester {number}", "Owner", email)
                await markets.join(context, market_id)
                caller = replace(SYSTEM, kind="member", member_id=owner.id, role="owner")
                signer = replace(context, caller=caller)
                key = await signing_keys.make(signer, home.seals, name="robot", mode="live", role="manager")
                requesters.append((id_, Credentials(key.access_key, key.secret)))
            async with entered(market_id) as context:
                await ledger.fund(context, id_, 100_000_000, f"wire {number}")
    return Bazaar(market_id, workers, requesters)


class Broken(Exception):
    """The connection ended before the answer was there."""


class Line:
    """One kept-alive HTTP/1.1 connection, as lean as a load generator can be in Python."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.netloc, self._host, self._port = parts.netloc, parts.hostname, parts.port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        # How often it broke.
        self.broken = 0

    async def ask(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> tuple[int, str, bytes]:
        """Status, where the answer leads to, and body. Raises ``Broken``."""
        said = "".join(f"{name}: {value}\r\n" for name, value in {"host": self.netloc, **headers}.items())
        try:
            if self._streams is None:
                self._streams = await asyncio.open_connection(self._host, self._port, limit=1 << 20)
            reader, writer = self._streams
            writer.write(f"{method} {path} HTTP/1.1\r\n{said}content-length: {len(body)}\r\n\r\n".encode() + body)
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
            length = re.search(rb"(?i)content-length: (\d+)", head)
            told = await reader.readexactly(int(length[1])) if length else b""
        except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
            self.close()
            self.broken += 1
            raise Broken from error
        if re.search(rb"(?i)connection: close", head):
            self.close()
        leads = re.search(rb"(?i)\r\nlocation: ([^\r]+)", head)
        return int(head[9:12]), leads[1].decode() if leads else "", told

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


@dataclass
class Load:
    """Everybody at work. ``patience``: for how many seconds a request that met no server is tried again.

    ``posting`` ends first, then ``working`` and last ``deciding``. ``took``: seconds of each request that was done.
    """

    url: str
    bazaar: Bazaar
    log: Log
    seed: int
    patience: float = 0.0
    # For how many seconds a freelancer looks at a page before they post it, on average.
    thought: float = 0.0
    # Where the work is: offers that requesters have made, and how many places of each are open.
    offers: dict[uuid.UUID, int] = field(default_factory=dict)
    posting: bool = True
    working: bool = True
    deciding: bool = True
    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    took: dict[str, list[float]] = field(default_factory=dict)

    def people(self) -> list[asyncio.Task[None]]:
        """All of them, begun."""
        works = [self.work(number) for number in range(len(self.bazaar.freelancers))]
        orders = [self.order(number) for number in range(len(self.bazaar.requesters))]
        return [asyncio.create_task(one) for one in (*orders, *works)]

    async def ask(
        self, line: Line, what: str, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> tuple[int, str, bytes]:
        """One request, repeated until the server has an opinion on it, or patience ends."""
        end = time.monotonic() + self.patience
        while True:
            began = time.perf_counter()
            try:
                status, leads, told = await line.ask(method, path, headers, body)
            except Broken:
                self.counts["broken connections"] += 1
                status, leads, told = 0, "", b""
            if status not in (0, 429, 502, 503):
                if status < 400:
                    self.took.setdefault(what, []).append(time.perf_counter() - began)
                elif status >= 500:
                    self.faults.append(f"{what}: {status} {told[:300]!r}")
                return status, leads, told
            self.counts["asked again"] += 1
            if time.monotonic() >= end:
                self.faults.append(f"{what}: {status or 'no answer'} {told[:300]!r}")
                return status, leads, told
            await asyncio.sleep(0.1)

    # --- freelancers ---

    async def work(self, number: int) -> None:
        """Takes turns of whatever offer has one, and comes back to what was begun when a connection broke."""
        chance = random.Random(f"{self.seed} freelancer {number}")
        session, worker_id = self.bazaar.freelancers[number]
        line = Line(self.url)
        signed_in = {"cookie": f"assay_session={session}", "x-assay-request": "1"}
        resumed = False
        while self.working:
            broken = self.counts["broken connections"]
            turn = await self._resumed(line, signed_in) if resumed else None
            if turn is None:
                turn = await self._taken(line, signed_in, chance, worker_id)
            if turn is None:
                await asyncio.sleep(chance.uniform(0.1, 0.3))
            else:
                await self._done(line, turn, chance, worker_id)
            resumed = self.counts["broken connections"] != broken
        line.close()

    async def _taken(
        self, line: Line, signed_in: Mapping[str, str], chance: random.Random, worker_id: uuid.UUID
    ) -> dict[str, Any] | None:
        # Places that nobody was told of, as the answer was lost, are found when nothing is posted any more.
        open_now = [offer_id for offer_id, places in self.offers.items() if places > 0 or not self.posting]
        if not open_now:
            return None
        offer_id = chance.choice(open_now)
        path = f"/v1/work/jobs/{offer_id}/accept"
        status, _, told = await self.ask(line, "accept", "POST", path, signed_in)
        if status == 201:
            turn: dict[str, Any] = json.loads(told)
            self.offers[offer_id] -= 1
            engagement = turn["engagement"]
            self.log.write(
                kind="accept", id=engagement["id"], posting=engagement["posting_id"], worker=str(worker_id)
            )  # fmt: skip
            return turn
        code = json.loads(told).get("code") if told.startswith(b"{") else None
        if code in NOTHING_NOW:
            self.counts[f"refused ({code})"] += 1
        elif status < 500:
            self.faults.append(f"accept: {status} {told[:300]!r}")
        return None

    async def _resumed(self, line: Line, signed_in: Mapping[str, str]) -> dict[str, Any] | None:
        """What was taken when the connection broke is found again, as after a reload."""
        path = "/v1/work/engagements?states=accepted"
        status, _, told = await self.ask(line, "list", "GET", path, signed_in)
        held = json.loads(told)["items"] if status == 200 else []
        if not held:
            return None
        status, _, told = await self.ask(line, "read", "GET", f"/v1/work/engagements/{held[0]['id']}", signed_in)
        turn: dict[str, Any] = json.loads(told)
        return turn if status == 200 and turn["frame"] else None

    async def _done(self, line: Line, turn: dict[str, Any], chance: random.Random, worker_id: uuid.UUID) -> None:
        """The frame is opened, and its form posted."""
        turn_id = turn["engagement"]["id"]
        address = urlsplit(turn["frame"]["url"])
        there = {"host": address.netloc}
        status, leads, _ = await self.ask(line, "open", "GET", address.path, there)
        if status == 303:
            status, _, told = await self.ask(line, "page", "GET", leads, there)
            if status == 200 and b"externalSubmit" not in told:
                self.faults.append(f"page: {told[:300]!r}")
        await asyncio.sleep(chance.uniform(0, 2 * self.thought))
        colour = chance.choice(COLOURS)
        form = f"assignmentId={ids.told(uuid.UUID(turn_id))}&colour={quote(colour)}".encode()
        posted = there | {"content-type": "application/x-www-form-urlencoded"}
        path = f"{address.path}/mturk/externalSubmit"
        status, _, told = await self.ask(line, "submit", "POST", path, posted, form)
        if status == 200:
            self.log.write(kind="submit", id=turn_id, worker=str(worker_id), colour=colour)
        elif 0 < status < 500:
            # Whoever was told that a turn is theirs has it, whatever was killed since.
            self.faults.append(f"submit: {status} {told[:300]!r}")

    # --- requesters ---

    async def order(self, number: int) -> None:
        """Posts so that there is always something to do, and decides on what came in; then the HIT is deleted."""
        chance = random.Random(f"{self.seed} requester {number}")
        program = Program(self, number)
        kind = await program.call(
            "CreateHITType", Title=f"Colours {number}", Description="Name the colour.", Reward="0.05",
            AssignmentDurationInSeconds=3600, AutoApprovalDelayInSeconds=86_400, Keywords="colour, look",
        )  # fmt: skip
        if kind is None:
            return
        offer_id = ids.offer_meant(kind["HITTypeId"])
        assert offer_id is not None
        made = 0
        while self.deciding:
            while self.posting and self.offers.get(offer_id, 0) < AHEAD:
                hit = await program.call(
                    "CreateHITWithHITType", HITTypeId=kind["HITTypeId"], MaxAssignments=PLACES,
                    LifetimeInSeconds=86_400, Question=_PAGE.format(made), UniqueRequestToken=f"hit {made}",
                )  # fmt: skip
                if hit is not None:
                    self.offers[offer_id] = self.offers.get(offer_id, 0) + PLACES
                    self.log.write(kind="post", id=str(ids.meant(hit["HIT"]["HITId"])))
                made += 1
            listed = await program.call("ListReviewableHITs", HITTypeId=kind["HITTypeId"], MaxResults=20)
            hits = listed["HITs"] if listed else []
            for hit in hits:
                await self._decide(program, hit["HITId"], chance)
            if not hits:
                await asyncio.sleep(chance.uniform(0.2, 0.6))
        program.line.close()

    async def _decide(self, program: Program, hit: str, chance: random.Random) -> None:
        listed = await program.call("ListAssignmentsForHIT", HITId=hit, AssignmentStatuses=["Submitted"])
        for one in listed["Assignments"] if listed else []:
            id_ = one["AssignmentId"]
            verdict = "reject" if chance.random() < 0.1 else "approve"
            if verdict == "approve":
                done = await program.call("ApproveAssignment", AssignmentId=id_)
            else:
                done = await program.call("RejectAssignment", AssignmentId=id_, RequesterFeedback="Another colour.")
            if done is not None:
                self.log.write(kind=verdict, id=str(ids.meant(id_)))
            if chance.random() < 0.05:
                told = await program.call(
                    "SendBonus", WorkerId=one["WorkerId"], BonusAmount="0.02", AssignmentId=id_, Reason="Well seen.",
                    UniqueRequestToken=f"bonus {id_}",
                )  # fmt: skip
                if told is not None:
                    self.log.write(kind="bonus", id=str(ids.meant(id_)))
        await program.call("DeleteHIT", HITId=hit)


_DONE_ALREADY = re.compile(rb"HitAlreadyExists|HITDoesNotExist|Invalid(HIT|Assignment)State|was already used")


class Program:
    """A requester's program: every request signed, each on the same connection."""

    def __init__(self, load: Load, number: int) -> None:
        _, self._key = load.bazaar.requesters[number]
        self._load, self.line = load, Line(load.url)

    async def call(self, operation: str, **members: Any) -> dict[str, Any] | None:
        """The answer; none where it was done already, which only a request that was repeated is told."""
        load, body, broken = self._load, json.dumps(members).encode(), self.line.broken
        headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": TARGET + operation}
        url, now = f"{load.url}/mturk", datetime.now(UTC)
        signed = signing_headers(
            "POST", url, headers, body, self._key, region="us-east-1", service=SERVICE, now=now
        )  # fmt: skip
        status, _, told = await load.ask(self.line, operation, "POST", "/mturk", signed, body)
        if status == 200:
            answer: dict[str, Any] = json.loads(told or b"{}")
            return answer
        if self.line.broken > broken and _DONE_ALREADY.search(told):
            load.counts["done already"] += 1
        elif 0 < status < 500:
            load.faults.append(f"{operation}: {status} {told[:300]!r}")
        return None
