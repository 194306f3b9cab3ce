"""How freelancers come to a market, and what they and requesters see of each other."""

from __future__ import annotations

import re
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import httpx
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from litestar import Litestar

from assay.adapters.callbacks import HttpCallbacks
from assay.adapters.egress import EgressPolicy, HttpEgress
from assay.adapters.mail import Relay, SmtpMail
from assay.faces.http import House
from assay.faces.jobs.handlers import HANDLERS
from assay.faces.jobs.workshop import Workshop
from assay.faces.scale import SpokenCallbacks
from assay.store.connection import Database
from assay.store.jobs import Job
from harness import Person
from trading import Trading, new_trading


class Box:
    """A mail server that keeps what it is given."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 OK"


class Door:
    """A market with its way in by mail."""

    def __init__(self, trading: Trading, box: Box, callbacks: HttpCallbacks, egress: HttpEgress) -> None:
        self.trading, self.box = trading, box
        self._shop = Workshop(trading.market.house, egress, callbacks, SpokenCallbacks())

    async def ask(self, email: str, name: str = "Ann Lee") -> httpx.Response:
        stranger = await self.trading.market.client_for(None)
        body = {"market_id": str(self.trading.market.id), "name": name, "email": email}
        return await stranger.post("/v1/market/sign-ups", json=body)

    async def deliver(self) -> list[EmailMessage]:
        """Does what is to be done by mail; what came out."""
        async with self.trading.books() as (_, room):
            rows = await room.fetch("select id from sign_ups where organization_id = $1 order by id")
            jobs = await room.connection.fetchval(
                "select count(*) from queue.pgqueuer where entrypoint = 'send_sign_up'"
                " and convert_from(payload, 'UTF8')::json ->> 'organization_id' = $1",
                str(room.organization_id),
            )
        for row in rows:
            await HANDLERS["send_sign_up"](self._shop, Job(self.trading.market.id, row["id"]), 0)
        assert jobs == len(self.box.letters), "a job for each letter"
        return self.box.letters


@pytest.fixture
def box() -> Iterator[tuple[Box, int]]:
    made = Box()
    controller = Controller(made, hostname="localhost", port=0)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        controller.port = free.getsockname()[1]
    controller.start()
    yield made, controller.port
    controller.stop()


@pytest.fixture
async def door(database: Database, app: Litestar, house: House, box: tuple[Box, int]) -> AsyncIterator[Door]:
    egress = HttpEgress(EgressPolicy())
    callbacks = HttpCallbacks(egress, SmtpMail(Relay("localhost", box[1], "market@example.org", "off")))
    app.state.house = mailing = replace(house, check_callback=callbacks.check)
    trading = await new_trading(database, app, mailing)
    await trading.settings(sign_up="open")
    yield Door(trading, box[0], callbacks, egress)
    await trading.market.close()
    await trading.requester.close()
    await egress.aclose()


async def joined(trading: Trading, **profile: Any) -> tuple[Person, httpx.AsyncClient]:
    person = await trading.freelancer()
    client = await trading.market.client_for(person)
    made = await client.post("/v1/market/profile", json=profile)
    assert made.status_code == 201, made.text
    return person, client


async def test_somebody_signs_up_by_mail_and_starts_to_work(door: Door) -> None:
    asked = await door.ask("Ann.Lee@Example.org")
    (letter,) = await door.deliver()
    link = re.search(r"https://\S+/sign-in#token=(\S+)", letter.get_content())
    assert link is not None
    ann = await door.trading.market.client_for(None)
    entered = await ann.post("/v1/sessions", json={"token": link[1]})
    before = await ann.get("/v1/market/profile")
    made = await ann.post("/v1/market/profile", json={"country": "de", "languages": ["de", "en-GB"], "adult": True})

    assert asked.status_code == 202
    assert (letter["To"], letter["Subject"]) == ("ann.lee@example.org", "Your way into Market")
    assert list(letter.iter_attachments()) == []
    assert (entered.json()["role"], entered.json()["name"]) == ("annotator", "Ann Lee")
    assert (before.status_code, before.json()["code"]) == (404, "not_joined")
    profile = made.json()
    assert re.fullmatch("Freelancer [A-Z2-7]{6}", profile["shown_name"]), "no part of the name"
    assert (profile["country"], profile["languages"], profile["adult"]) == ("DE", ["de", "en-GB"], True)
    assert profile["record"]["percent"] == 100


async def test_the_answer_tells_nobody_who_is_known(door: Door) -> None:
    known = door.trading.market.people["manager"].email
    strange = await door.ask("new@example.org")

    asked = await door.ask(known)

    assert (asked.status_code, asked.text) == (strange.status_code, strange.text)
    assert [letter["To"] for letter in await door.deliver()] == ["new@example.org"]


async def test_who_asks_twice_is_one_freelancer(door: Door) -> None:
    for _ in range(2):
        assert (await door.ask("ann@example.org")).status_code == 202

    assert len(await door.deliver()) == 2
    async with door.trading.books() as (_, room):
        assert (
            await room.fetchval("select count(*) from members where organization_id = $1 and role = 'annotator'") == 2
        )


async def test_nobody_fills_a_strangers_mailbox(door: Door) -> None:
    statuses = [(await door.ask("ann@example.org")).status_code for _ in range(4)]
    others = [(await door.ask(f"{number}@example.org")).status_code for number in range(8)]
    door.trading.market.clock.advance(3600)
    later = await door.ask("ann@example.org")

    assert statuses == [202, 202, 202, 429]
    assert others == [202] * 7 + [429], "of one network"
    assert later.status_code == 202


@pytest.mark.parametrize(("sign_up", "words"), [("invitation", "by invitation"), ("closed", "no new freelancers")])
async def test_a_market_that_is_not_open_says_so(door: Door, sign_up: str, words: str) -> None:
    await door.trading.settings(sign_up=sign_up)
    nobody = await door.trading.market.client_for(None)

    told = await nobody.get("/v1/market/sign-ups", params={"market_id": str(door.trading.market.id)})
    asked = await door.ask("ann@example.org")

    assert told.json() == {"id": str(door.trading.market.id), "name": "Market", "sign_up": sign_up}
    assert asked.status_code == 403
    assert words in asked.json()["detail"]


async def test_only_a_market_is_joined(door: Door) -> None:
    nobody = await door.trading.market.client_for(None)
    for id_ in (str(door.trading.requester.id), "0192f3a0-0000-7000-8000-000000000000"):
        asked = {"market_id": id_, "name": "Ann", "email": "ann@example.org"}
        assert (await nobody.get("/v1/market/sign-ups", params={"market_id": id_})).status_code == 404
        assert (await nobody.post("/v1/market/sign-ups", json=asked)).status_code == 404
    assert (await door.ask("no mailbox")).json()["problems"][0]["field"] == "email"


async def test_without_a_relay_nobody_waits_for_mail(database: Database, app: Litestar, house: House) -> None:
    trading = await new_trading(database, app, house)
    await trading.settings(sign_up="open")
    nobody = await trading.market.client_for(None)
    body = {"market_id": str(trading.market.id), "name": "Ann", "email": "ann@example.org"}

    asked = await nobody.post("/v1/market/sign-ups", json=body)

    assert asked.status_code == 503
    await trading.market.close()
    await trading.requester.close()


async def test_a_profile_changes_by_what_is_given(door: Door) -> None:
    _, ann = await joined(door.trading, country="US", subdivision="CA", skills=["birds", " birds ", "cars"])

    moved = (await ann.patch("/v1/market/profile", json={"country": "FR", "shown_name": "Birdie"})).json()
    gone = (await ann.patch("/v1/market/profile", json={"country": ""})).json()
    wrong = await ann.patch("/v1/market/profile", json={"country": "Germany", "languages": ["?"], "shown_name": " "})

    assert (moved["country"], moved["subdivision"], moved["shown_name"]) == ("FR", None, "Birdie")
    assert moved["skills"] == ["birds", "cars"]
    assert gone["country"] is None
    assert {one["field"] for one in wrong.json()["problems"]} == {"country", "languages", "shown_name"}


async def test_a_requester_sees_those_who_worked_for_it_and_no_others(door: Door) -> None:
    trading = door.trading
    ann, _ = await joined(trading, country="DE")
    bob, _ = await joined(trading)
    await trading.fund(1000)
    offer = await trading.offer()
    for state in ("approved", "approved", "rejected"):
        await trading.engagement(await trading.posting(offer, 1), ann, state)
    requester = await trading.requester.client_for("manager")
    office = await trading.market.client_for("manager")

    seen = (await requester.get(f"/v1/market/freelancers/{ann.worker_id}")).json()

    assert (seen["country"], seen["approved"], seen["rejected"], seen["record"]["approved"]) == ("DE", 2, 1, 2)
    assert ann.name not in str(seen)
    assert "subdivision" not in seen
    assert (await requester.get(f"/v1/market/freelancers/{bob.worker_id}")).status_code == 404
    assert (await requester.get("/v1/market/freelancers")).json()["items"] == []
    assert (await office.get(f"/v1/market/freelancers/{bob.worker_id}")).status_code == 200
    assert len((await office.get("/v1/market/freelancers")).json()["items"]) == 2


async def test_masters_are_named_by_those_who_run_the_market(door: Door) -> None:
    ann, client = await joined(door.trading)
    office = await door.trading.market.client_for("manager")
    requester = await door.trading.requester.client_for("manager")
    address = f"/v1/market/freelancers/{ann.worker_id}/masters"

    assert (await requester.put(address, json={"masters": True})).status_code == 404
    assert (await client.put(address, json={"masters": True})).status_code == 403
    assert (await office.put(address, json={"masters": True})).json()["masters"] is True
    assert (await client.get("/v1/market/profile")).json()["masters"] is True
