"""Ways in: links, sessions, and the brake on guessing."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from assay.core import tokens
from assay.core.errors import Forbidden, Throttled
from assay.faces.http import COOKIE, CSRF_HEADER
from assay.faces.throttle import Gate, network
from assay.services import accounts
from assay.services.accounts import SESSION_IDLE, SESSION_LIFE, SESSIONS_MAX
from assay.services.context import SYSTEM
from harness import BASE_URL, Clock, Organization, Person

DAY = 24 * 3600


async def _link(organization: Organization, person: Person, *, reusable: bool = False) -> str:
    async with organization.context_for(SYSTEM) as context:
        return (await accounts.make_sign_in_link(context, person.id, reusable=reusable)).text


async def _enter(organization: Organization, link: str) -> httpx.Response:
    return await (await organization.client_for(None)).post("/v1/sessions", json={"token": link})


async def test_the_cookie_is_out_of_reach_of_scripts_and_foreign_pages(organization: Organization) -> None:
    link = await _link(organization, organization.people["annotator"])

    entered = await _enter(organization, link)

    cookie = entered.headers["set-cookie"]
    parts = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert cookie.startswith(f"{COOKIE}=assay_session_")
    assert {"httponly", "secure", "samesite=lax", "path=/"} <= parts
    assert not any(part.startswith("domain") for part in parts)
    assert "assay_" not in entered.text, "no secret in the body"


async def test_a_link_works_once(organization: Organization) -> None:
    link = await _link(organization, organization.people["annotator"])

    first, second = await _enter(organization, link), await _enter(organization, link)

    assert (first.status_code, second.status_code) == (201, 401)


async def test_of_twenty_who_open_one_link_at_once_one_gets_in(organization: Organization) -> None:
    link = await _link(organization, organization.people["annotator"])

    answers = await asyncio.gather(*(_enter(organization, link) for _ in range(20)))

    assert sorted(answer.status_code for answer in answers) == [201] + [401] * 19


async def test_a_link_lasts_a_day_and_a_demonstrations_is_used_again(organization: Organization, clock: Clock) -> None:
    once = await _link(organization, organization.people["annotator"])
    demo = await _link(organization, organization.people["annotator"], reusable=True)

    clock.advance(DAY)

    assert (await _enter(organization, once)).status_code == 401
    assert [(await _enter(organization, demo)).status_code for _ in range(3)] == [201] * 3


async def test_people_cannot_make_reusable_links(organization: Organization) -> None:
    annotator = organization.people["annotator"]

    with pytest.raises(Forbidden):
        async with organization.context_for("owner") as context:
            await accounts.make_sign_in_link(context, annotator.id, reusable=True)


@pytest.mark.parametrize("kind", ["session", "live", "test"])
async def test_only_a_link_is_a_way_in(organization: Organization, kind: tokens.TokenKind) -> None:
    text, _, _ = tokens.make(kind, organization.id, bytes(32))

    assert (await _enter(organization, text)).status_code == 401


@pytest.mark.parametrize(
    "token", ["", "x", "assay_link_", "\0", "assay_link_" + "0" * 32 + "_" + "a" * 52, "é" * 100_000]
)
async def test_what_is_no_link_is_refused(organization: Organization, token: str) -> None:
    assert (await _enter(organization, token)).status_code == 401


async def test_signing_in_again_ends_the_session_that_the_browser_had(organization: Organization) -> None:
    annotator, reviewer = organization.people["annotator"], organization.people["reviewer"]
    browser = await organization.client_for(annotator)

    entered = await browser.post("/v1/sessions", json={"token": await _link(organization, reviewer)})

    assert entered.json()["role"] == "reviewer"
    old = await organization.client_for(annotator)
    assert (await old.get("/v1/me")).status_code == 401


async def test_signing_out_ends_the_session_and_takes_the_cookie_back(organization: Organization) -> None:
    browser = await organization.client_for("annotator")

    left = await browser.delete("/v1/sessions/current")

    assert left.status_code == 204
    assert "max-age=0" in left.headers["set-cookie"].lower()
    thief = await organization.client_for("annotator")
    assert (await thief.get("/v1/me")).status_code == 401


async def test_a_session_ends_when_idle(organization: Organization, clock: Clock) -> None:
    browser = await organization.client_for("annotator")
    idle = SESSION_IDLE.total_seconds()

    clock.advance(idle - 1)
    used = await browser.get("/v1/me")
    clock.advance(idle - 1)
    still = await browser.get("/v1/me")
    clock.advance(idle)
    ended = await browser.get("/v1/me")

    assert (used.status_code, still.status_code, ended.status_code) == (200, 200, 401)


async def test_a_session_ends_however_much_it_is_used(organization: Organization, clock: Clock) -> None:
    browser = await organization.client_for("annotator")

    statuses = []
    for _ in range(SESSION_LIFE // timedelta(days=10)):
        statuses.append((await browser.get("/v1/me")).status_code)
        clock.advance(10 * DAY)

    assert statuses == [200] * 9
    assert (await browser.get("/v1/me")).status_code == 401


async def test_the_oldest_session_ends_when_there_are_too_many(organization: Organization, clock: Clock) -> None:
    annotator = organization.people["annotator"]
    oldest = await organization.client_for(annotator)
    browsers = []
    for _ in range(SESSIONS_MAX - 1):
        clock.advance(1)
        browsers.append(await organization.client_for(None))
        await browsers[-1].post("/v1/sessions", json={"token": await _link(organization, annotator)})
    assert (await oldest.get("/v1/me")).status_code == 200

    clock.advance(1)
    await _enter(organization, await _link(organization, annotator))

    assert (await oldest.get("/v1/me")).status_code == 401
    assert {(await browser.get("/v1/me")).status_code for browser in browsers} == {200}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/members"),
        ("PATCH", "/v1/members/{}"),
        ("DELETE", "/v1/sessions/current"),
        ("POST", "/v1/api-keys"),
    ],
)
async def test_a_foreign_page_changes_nothing_with_the_cookie_alone(
    organization: Organization, method: str, path: str
) -> None:
    """Another origin can make a browser send the cookie, but not a header of its own."""
    browser = await organization.client_for("owner", {CSRF_HEADER: "0"})

    answer = await browser.request(method, path.format(organization.people["annotator"].id), json={"name": "Taken"})

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert (await browser.get("/v1/me")).status_code == 200


async def test_a_foreign_page_cannot_sign_a_browser_in(organization: Organization) -> None:
    nobody = await organization.client_for(None, {CSRF_HEADER: ""})
    link = await _link(organization, organization.people["annotator"])

    assert (await nobody.post("/v1/sessions", json={"token": link})).status_code == 403
    assert (await _enter(organization, link)).status_code == 201, "and the link was not used up"


async def test_a_token_in_the_address_is_not_looked_at(organization: Organization) -> None:
    nobody = await organization.client_for(None)
    session = organization.people["owner"].session

    answer = await nobody.get("/v1/me", params={"token": session, "access_token": session, COOKIE: session})

    assert answer.status_code == 401


async def test_a_token_of_one_organization_says_nothing_in_another(
    organization: Organization, neighbour: Organization
) -> None:
    session = organization.people["owner"].session
    forged = session.replace(organization.id.hex, neighbour.id.hex)
    client = await organization.client_for(None, {"authorization": f"Bearer {forged}"})

    assert (await client.get("/v1/me")).status_code == 401


# --- the brake ------------------------------------------------------------------------------------------------------


def _guess(organization: Organization, number: int) -> str:
    return tokens.make("session", organization.id, number.to_bytes(32, "big"))[0]


async def test_a_thousand_guesses_are_braked_and_lock_nobody_out(organization: Organization, clock: Clock) -> None:
    """Somebody guesses from the office's own network. Those who are signed in there work on; from elsewhere anyone
    signs in; and when the guessing stops, so do new people in the office."""
    present = await organization.client_for("annotator")
    assert (await present.get("/v1/me")).status_code == 200
    guesser = await organization.client_for(None)
    link = await _link(organization, organization.people["reviewer"])

    statuses = [
        (await guesser.get("/v1/me", headers={"authorization": f"Bearer {_guess(organization, n)}"})).status_code
        for n in range(1000)
    ]

    assert statuses.count(401) == 30
    assert statuses.count(429) == 970
    assert (await present.get("/v1/me")).status_code == 200
    home = httpx.ASGITransport(app=organization.app, client=("198.51.100.7", 4000))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=home, base_url=BASE_URL, headers={CSRF_HEADER: "1"}) as elsewhere:
        assert (await elsewhere.post("/v1/sessions", json={"token": link})).status_code == 201
    office_link = await _link(organization, organization.people["manager"])
    braked = await _enter(organization, office_link)
    assert (braked.status_code, braked.headers["retry-after"]) == (429, "1")
    clock.advance(2)
    assert (await _enter(organization, office_link)).status_code == 201


def test_the_brake_forgets_networks_before_memory_runs_out() -> None:
    clock = Clock()
    gate = Gate(at_once=1, networks_max=100)
    token = tokens.parse(tokens.make("session", UUID(int=7), bytes(32))[0])

    for number in range(1000):
        gate.missed(f"192.0.2.{number}", token, clock())

    assert len(gate._left) == 100
    with pytest.raises(Throttled):
        gate.check("192.0.2.999", token, clock())


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_a_network_is_what_one_attacker_has(address: str, expected: str) -> None:
    assert network(address) == expected
