"""The routes about money, as a requester, a freelancer and the market's office meet them."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar

from assay.faces.http import House
from assay.faces.native import amounts
from assay.store.connection import Database
from harness import Organization, Person, Role, new_organization
from trading import Trading, joined, new_trading


@pytest.fixture
async def trading(database: Database, app: Litestar, house: House) -> AsyncIterator[Trading]:
    made = await new_trading(database, app, house)
    yield made
    await made.market.close()
    await made.requester.close()


async def ask(
    organization: Organization, who: Role | Person, method: str, path: str, status: int, **request: Any
) -> Any:
    client = await organization.client_for(who)
    answer: httpx.Response = await client.request(method, f"/v1/market/{path}", **request)
    assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
    return answer.json() if "json" in answer.headers.get("content-type", "") else answer.text


async def test_money_goes_its_whole_way_over_http(trading: Trading) -> None:
    market, requester = trading.market, trading.requester
    funds = f"requesters/{requester.id}/funds"
    payment = {"amount": "10.00", "reference": "wire 1"}

    funded = await ask(market, "manager", "POST", funds, 201, json=payment)
    assert funded["available"] == {"minor": 1000, "currency": "USD", "text": "10.00"}
    assert await ask(market, "manager", "POST", funds, 201, json=payment) == funded
    await ask(market, "manager", "POST", funds, 409, json=payment | {"amount": "11"})
    ada = await trading.freelancer()
    engagement = await trading.engagement(await trading.posting(await trading.offer(), 3), ada)

    bonus = {"amount": "0.25", "reason": "Well done", "token": "t1"}
    given = await ask(requester, "manager", "POST", f"engagements/{engagement}/bonuses", 201, json=bonus)
    assert await ask(requester, "manager", "POST", f"engagements/{engagement}/bonuses", 201, json=bonus) == given
    await ask(requester, "manager", "POST", f"engagements/{engagement}/bonuses", 409, json=bonus | {"amount": "0.30"})
    short = {"amount": "100", "reason": "Too much"}
    refusal = await ask(requester, "manager", "POST", f"engagements/{engagement}/bonuses", 409, json=short)
    assert refusal["code"] == "insufficient_funds"
    listed = await ask(requester, "auditor", "GET", "bonuses", 200, params={"engagement_id": str(engagement)})
    assert listed["items"] == [given]
    stood = await ask(requester, "auditor", "GET", "balance", 200)
    assert (stood["available"]["text"], stood["held"]["text"]) == ("6.75", "2.00")

    earned = await ask(market, ada, "GET", "earnings", 200)
    assert (earned["earned"]["text"], earned["payout_minimum"]["text"]) == ("1.25", "0.01")
    payout = await ask(market, ada, "POST", "earnings/payouts", 201, json={"destination": "CH93 0076"})
    assert (payout["state"], payout["amount"]["text"]) == ("asked", "1.25")
    await ask(market, ada, "POST", "earnings/payouts", 409, json={"destination": "CH93 0076", "amount": "0.01"})
    await ask(market, ada, "POST", "earnings/payouts", 400, json={"destination": "?!", "amount": "0.01"})
    paid = await ask(market, "manager", "POST", f"payouts/{payout['id']}/outcome", 200, json={"state": "paid"})
    assert paid["state"] == "paid"
    await ask(
        market, "manager", "POST", f"payouts/{payout['id']}/outcome", 409, json={"state": "failed", "failure": "No"}
    )
    assert (await ask(market, ada, "GET", "earnings", 200))["paid_out"]["text"] == "1.25"
    assert [one["state"] for one in (await ask(market, ada, "GET", "earnings/payouts", 200))["items"]] == ["paid"]

    back = {"amount": "6.75", "reference": "wire 2"}
    refunded = await ask(market, "manager", "POST", f"requesters/{requester.id}/refunds", 201, json=back)
    assert refunded["available"]["minor"] == 0
    checked = await ask(market, "auditor", "GET", "ledger-check", 200)
    assert checked["holds"]
    assert {finding["broken"] for finding in checked["report"]["findings"]} == {0}
    events = (await (await requester.client_for("auditor")).get("/v1/events", params={"type": "bonus.paid"})).json()
    assert [event["data"]["amount_minor"] for event in events["items"]] == [25]


async def test_who_only_trades_here_does_not_run_the_market(trading: Trading) -> None:
    payment = {"amount": "10.00", "reference": "mine"}
    refused: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", f"requesters/{trading.requester.id}/funds", {"json": payment}),
        ("POST", f"requesters/{trading.requester.id}/refunds", {"json": payment}),
        ("PATCH", "settings", {"json": {"fee_basis_points": 0}}),
        ("GET", "requesters", {}),
        ("GET", "payouts", {}),
        ("GET", "payouts.csv", {}),
        ("POST", "payouts/results", {"content": f"id,state\n{uuid4()},paid\n".encode()}),
        ("POST", f"payouts/{uuid4()}/outcome", {"json": {"state": "paid"}}),
        ("GET", "ledger-check", {}),
    ]
    for method, path, request in refused:
        await ask(trading.requester, "owner", method, path, 403, **request)
        await ask(trading.market, "annotator", method, path, 403, **request)
    for path in ("balance", "statement", "bonuses", "pay"):
        await ask(trading.market, "annotator", "GET", path, 403)


async def test_two_requesters_of_one_market_see_nothing_of_each_other(trading: Trading) -> None:
    other = await new_organization(trading.market.database, trading.market.app, trading.market.house, "Other")
    await joined(other, trading.market)
    await trading.fund(1000)
    ada, bob = await trading.freelancer(), await trading.freelancer()
    offer = await trading.offer()
    engagement = await trading.engagement(await trading.posting(offer, 1), ada)
    await ask(
        trading.requester,
        "manager",
        "POST",
        f"engagements/{engagement}/bonuses",
        201,
        json={"amount": "1", "reason": ""},
    )

    assert (await ask(other, "owner", "GET", "balance", 200))["available"]["minor"] == 0
    for path in ("statement", "bonuses", "pay"):
        assert (await ask(other, "owner", "GET", path, 200))["items"] == []
    await ask(other, "owner", "POST", f"offers/{offer}/top-up", 404)
    await ask(other, "owner", "POST", f"engagements/{engagement}/bonuses", 404, json={"amount": "1", "reason": ""})
    assert (await ask(trading.market, bob, "GET", "earnings", 200))["earned"]["minor"] == 0
    for path in ("earnings/statement", "earnings/payouts"):
        assert (await ask(trading.market, bob, "GET", path, 200))["items"] == []
    assert len((await ask(trading.market, ada, "GET", "earnings/statement", 200))["items"]) == 2
    await other.close()


async def test_statements_page_by_page_and_as_a_file_are_the_same(
    trading: Trading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(amounts, "_PAGE", 2)
    await trading.fund(1000)
    posting = await trading.posting(await trading.offer(title="=SUM(A1)"), 3, 100, 10)
    for _ in range(2):
        await trading.engagement(posting, await trading.freelancer())

    lines, cursor = [], None
    while True:
        page = await ask(
            trading.requester,
            "auditor",
            "GET",
            "statement",
            200,
            params={"limit": 3, **({"cursor": cursor} if cursor else {})},
        )
        lines += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    text = await ask(trading.requester, "auditor", "GET", "statement.csv", 200)
    rows = list(csv.DictReader(io.StringIO(text)))
    year = await ask(trading.requester, "auditor", "GET", "statement/year", 200, params={"year": 2026})

    assert [line["kind"] for line in lines] == ["pay", "pay", "hold", "fund"]
    assert [row["transfer"] for row in rows] == [line["id"] for line in lines]
    assert [row["amount"] for row in rows] == ["0.00", "0.00", "-3.30", "10.00"]
    assert {row["title"] for row in rows} == {"'=SUM(A1)", ""}
    assert [(month["kind"], month["count"], month["fee"]["text"]) for month in year["months"]] == [
        ("fund", 1, "0.00"), ("hold", 1, "0.00"), ("pay", 2, "0.20")
    ]  # fmt: skip
    assert year["opening"] == []
    assert year["closing"][0]["amount"]["text"] == "6.70"
    nothing = await ask(trading.requester, "auditor", "GET", "statement", 200, params={"until": "2026-01-01"})
    assert nothing["items"] == []
    for wrong in ({"since": "yesterday"}, {"since": "2026-01-01", "until": "2026-01-01"}, {"cursor": "x"}):
        await ask(trading.requester, "auditor", "GET", "statement", 400, params=wrong)


async def test_payouts_go_out_and_come_back_as_a_file(trading: Trading) -> None:
    await trading.fund(1000)
    posting = await trading.posting(await trading.offer(), 2)
    people = [await trading.freelancer() for _ in range(2)]
    for person in people:
        await trading.engagement(posting, person)
        await ask(trading.market, person, "POST", "earnings/payouts", 201, json={"destination": "=CH93"})

    text = await ask(trading.market, "auditor", "GET", "payouts.csv", 200, params={"state": "asked"})
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["amount"], row["destination"]) for row in rows] == [("1.00", "'=CH93")] * 2
    filled = text.replace(",asked,", ",paid,", 1).replace(",asked,", ",failed,", 1).encode()
    for _ in range(2):
        told = await ask(trading.market, "manager", "POST", "payouts/results", 200, content=filled)
        assert told == {"paid": 1, "failed": 1}
    await ask(trading.market, "manager", "POST", "payouts/results", 409, content=filled.replace(b",failed,", b",paid,"))
    await ask(trading.market, "manager", "POST", "payouts/results", 400, content=text.encode())
    await ask(trading.market, "manager", "POST", "payouts/results", 400, content=b"\xff")
    await ask(trading.market, "manager", "POST", "payouts/results", 413, content=b"x" * (2 * 1024 * 1024 + 1))

    found = [(await ask(trading.market, person, "GET", "earnings", 200)) for person in people]
    assert sorted((one["earned"]["text"], one["paid_out"]["text"]) for one in found) == [
        ("0.00", "1.00"),
        ("1.00", "0.00"),
    ]


async def test_the_office_decides_how_the_market_trades_and_everybody_sees_it(trading: Trading) -> None:
    before = await ask(trading.market, "annotator", "GET", "settings", 200)
    assert (before["currency"], before["fee_basis_points"], before["pay_floor_minor"]) == ("USD", 0, None)

    change = {"fee_basis_points": 2000, "fee_minimum_minor": 1, "pay_floor_minor": 800, "currency": "EUR"}
    after = await ask(trading.market, "manager", "PATCH", "settings", 200, json=change)
    assert after == before | change
    assert await ask(trading.requester, "annotator", "GET", "settings", 200) == after
    assert (await ask(trading.market, "manager", "PATCH", "settings", 200, json={"pay_floor_minor": None}))[
        "pay_floor_minor"
    ] is None
    wrong = {"fee_basis_points": 10_001, "currency": "euro", "appeal_days": -1}
    refused = await ask(trading.market, "manager", "PATCH", "settings", 400, json=wrong)
    assert {problem["field"] for problem in refused["problems"]} == set(wrong)
    await ask(trading.market, "manager", "PATCH", "settings", 400, json={"colour": "red"})
    await trading.fund(1000)
    await ask(trading.market, "manager", "PATCH", "settings", 409, json={"currency": "USD"})
    events = (await (await trading.market.client_for("auditor")).get("/v1/events")).json()["items"]
    told = [event["data"] for event in events if event["type"] == "market.settings_changed"]
    assert sorted(told, key=len) == [{"pay_floor_minor": None}, change]


async def test_play_money_and_a_test_key_stay_apart_from_real_money(trading: Trading) -> None:
    await trading.fund(700)
    played = {"mode": "test", "available": {"minor": 1_000_000, "currency": "USD", "text": "10000.00"}}

    assert (await ask(trading.requester, "auditor", "GET", "balance", 200, params={"mode": "test"}))[
        "available"
    ] == played["available"]
    key = await trading.requester.key_client("test", "auditor")
    own = (await key.get("/v1/market/balance")).json()
    assert (own["mode"], own["available"]) == ("test", played["available"])
    assert (await key.get("/v1/market/balance", params={"mode": "live"})).status_code == 403
    office = await trading.market.key_client("test", "manager")
    for path in ("requesters", "ledger-check"):
        assert (await office.get(f"/v1/market/{path}")).status_code == 403
    funds = f"/v1/market/requesters/{trading.requester.id}/funds"
    assert (await office.post(funds, json={"amount": "1", "reference": "x"})).status_code == 403
