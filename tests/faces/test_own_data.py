"""A freelancer takes along everything that the market holds on them, and nothing about anybody else."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from litestar import Litestar

from assay.faces.http import House
from assay.services import appeals, blocks, messages
from assay.store.connection import Database
from harness import Person
from market import Market, new_market

# Kept from whom they are about, with the reason.
KEPT_BACK = {"signals": "suspicions that name two people and are not decided; nothing follows from them by itself"}


@pytest.fixture
async def market(database: Database, app: Litestar, house: House) -> AsyncIterator[Market]:
    made = await new_market(database, app, house, ["One", "Two"])
    yield made
    await made.close()


async def taken(market: Market, who: Person) -> dict[str, list[dict[str, Any]]]:
    client = await market.organization.client_for(who)
    answer = await client.get("/v1/market/export")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert "JSON" in archive.read("README.txt").decode()
        return {
            name.removesuffix(".jsonl"): [json.loads(line) for line in archive.read(name).decode().splitlines()]
            for name in archive.namelist()
            if name.endswith(".jsonl")
        }


async def test_no_table_that_names_freelancers_is_forgotten(market: Market, database_url: str) -> None:
    catalogue = await asyncpg.connect(database_url)
    try:
        named = await catalogue.fetch("""
            select table_name from information_schema.columns
            where table_schema = 'public' and column_name = 'freelancer_id'""")
    finally:
        await catalogue.close()
    ann = await market.freelancer()

    found = await taken(market, ann)

    assert {row["table_name"] for row in named} - set(KEPT_BACK) <= set(found)
    assert {"members", "workers", "submissions", "sign_ups"} <= set(found)


async def test_it_holds_what_was_done_and_nothing_of_others(market: Market) -> None:
    ann, bob = await market.freelancer(languages=["de"]), await market.freelancer()
    for requester in market.requesters:
        posting = await market.post(await market.offer(requester), most=2)
        good = await market.done(ann, posting, colour="blue")
        bad = await market.reject(await market.done(bob, posting, colour="red"))
        await market.approve(good)
    async with market.organization.context_for(bob) as context:
        await appeals.open_(context, bad.id, "It is red.")
    async with market.office() as context:
        await blocks.block(context, ann.worker_id, "Slow", mode="live")  # type: ignore[arg-type]
    async with market.organization.context_for(ann) as context:
        await messages.write(context, good.id, "Thank you")

    anns, bobs = await taken(market, ann), await taken(market, bob)

    assert [one["state"] for one in anns["engagements"]] == ["approved", "approved"]
    assert [one["answer"] for one in anns["submissions"]] == [{"attributes": {"colour": "blue"}}] * 2
    assert {one["requester_id"] for one in anns["submissions"]} == {str(home.id) for home in market.requesters}
    assert [one["body"] for one in anns["messages"]] == ["Thank you"]
    assert [one["languages"] for one in anns["freelancers"]] == [["de"]]
    # That they are blocked, and not why, which stays with the requester; nor which tasks were golds.
    assert [one["requester_id"] for one in anns["worker_blocks"]] == [str(market.requester.id)]
    assert "Slow" not in json.dumps(anns)
    assert not any({"gold_right", "gold_score"} & set(one) for one in anns["submissions"])
    assert [one["email"] for one in anns["members"]] == [ann.email]
    assert sum(one["amount_minor"] for one in anns["entries"] if one["purpose"] == "earned") == 200
    assert len(anns["transfers"]) == 2
    assert anns["appeals"] == []
    assert [one["words"] for one in bobs["appeals"]] == ["It is red."]
    assert bobs["worker_blocks"] == bobs["entries"] == bobs["messages"] == []
    for mine, other in ((anns, bob), (bobs, ann)):
        text = json.dumps(mine)
        assert str(other.worker_id) not in text
        assert other.email not in text
    # The other requester's money is not told either.
    assert {one["owner_id"] for one in anns["accounts"]} <= {str(ann.worker_id)}


async def test_it_is_for_freelancers(market: Market) -> None:
    stranger = await market.organization.add("annotator")
    assert (await (await market.organization.client_for(stranger)).get("/v1/market/export")).status_code in (403, 404)
    assert (await (await market.organization.client_for("auditor")).get("/v1/market/export")).status_code == 403
