"""Claims and submissions in one round trip: as in the ordinary way, and nothing that has changed is overlooked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest

from assay.core.policy import FixedOverlap, GoldRule, Policy
from assay.services import accounts, labeling, projects, routing, workforce
from assay.services.context import SYSTEM
from harness import Organization
from street import Street, answer, box, new_street

DRAWN = answer(box("a", 10, 20, 50, 80))
NAMES = tuple(f"{number}.jpg" for number in range(6))


class Trips:
    """What the short way gave, call by call."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.claims: list[Any] = []
        self.submissions: list[bool] = []
        self._watch(monkeypatch, routing, "claim_at_once", self.claims)
        self._watch(monkeypatch, labeling, "submit_at_once", self.submissions)

    def _watch(self, monkeypatch: pytest.MonkeyPatch, module: Any, name: str, given: list[Any]) -> None:
        real: Callable[..., Awaitable[Any]] = getattr(module, name)

        async def watched(*args: Any, **kwargs: Any) -> Any:
            found = await real(*args, **kwargs)
            given.append(found)
            return found

        monkeypatch.setattr(module, name, watched)


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> Trips:
    return Trips(monkeypatch)


async def claim(client: httpx.AsyncClient, street: Street) -> httpx.Response:
    return await client.post(f"/v1/work/projects/{street.project_id}/claim", json={"stage": "annotate"})


async def submit(client: httpx.AsyncClient, turn: dict[str, Any], given: Any = DRAWN) -> httpx.Response:
    return await client.post(
        f"/v1/work/turns/{turn['assignment_id']}/submit", json={"answer": given, "duration_seconds": 4.0}
    )


async def at_work(organization: Organization, **policy: Any) -> tuple[Street, httpx.AsyncClient]:
    """A worker who has claimed once, so that the next claim can be short."""
    street = await new_street(organization)
    if policy:
        async with organization.context_for("manager") as context:
            await projects.change(context, street.project_id, policy=Policy(**policy))
    await street.add_tasks(*NAMES)
    client = await organization.client_for("annotator")
    assert (await claim(client, street)).status_code == 200
    return street, client


async def test_the_short_way_shows_and_writes_what_the_ordinary_one_does(
    organization: Organization, trips: Trips
) -> None:
    street, client = await at_work(organization, overlap=FixedOverlap(2))

    short = (await claim(client, street)).json()
    ordinary = (await client.get(f"/v1/work/turns/{short['assignment_id']}")).json()
    submitted = await submit(client, short)
    again = await submit(client, short)

    assert [found is not None for found in trips.claims] == [True]
    assert trips.submissions == [True]
    assert short == ordinary
    assert submitted.status_code == 200
    assert again.json() == submitted.json(), "a repeated request reads what became of the first"
    async with organization.context_for(SYSTEM) as context:
        said = await context.tenant.fetch(
            "select type, actor_kind, data from events where organization_id = $1 and task_id = $2 order by at, type",
            short["task_id"],
        )
        due = await context.tenant.fetchval(
            "select count(*) from queue.due_tasks where organization_id = $1 and task_id = $2", short["task_id"]
        )
    assert [row["type"] for row in said] == ["assignment.claimed", "submission.created", "task.created"]
    assert due == 1


async def revoke(street: Street) -> None:
    async with street.organization.context_for("manager") as context:
        await accounts.change_member(context, street.organization.people["annotator"].id, disabled=True)


async def promote(street: Street) -> None:
    async with street.organization.context_for("owner") as context:
        await accounts.change_member(context, street.organization.people["annotator"].id, role="auditor")


async def suspend(street: Street) -> None:
    worker_id = street.organization.people["annotator"].worker_id
    assert worker_id is not None
    async with street.organization.context_for("manager") as context:
        await workforce.suspend(context, street.project_id, worker_id, "Guessed.")


async def pause(street: Street) -> None:
    async with street.organization.context_for("manager") as context:
        await projects.change(context, street.project_id, state="paused")


@pytest.mark.parametrize(("change", "status"), [(revoke, 401), (promote, 403), (suspend, 403), (pause, 204)])
async def test_what_has_changed_since_the_last_claim_counts_at_once(
    organization: Organization, trips: Trips, change: Callable[[Street], Awaitable[None]], status: int
) -> None:
    street, client = await at_work(organization)

    await change(street)
    found = await claim(client, street)

    assert trips.claims == [None]
    assert found.status_code == status


async def test_a_submission_after_the_session_ended_is_not_taken(organization: Organization, trips: Trips) -> None:
    street, client = await at_work(organization)
    turn = (await claim(client, street)).json()

    await revoke(street)
    found = await submit(client, turn)

    assert trips.submissions == [False]
    assert found.status_code == 401


async def test_a_new_version_of_the_project_is_read_before_the_next_claim(
    organization: Organization, trips: Trips
) -> None:
    street, client = await at_work(organization)
    async with organization.context_for("manager") as context:
        await projects.change(context, street.project_id, policy=Policy(lease_seconds=120))

    first = (await claim(client, street)).json()
    second = (await claim(client, street)).json()

    # Tasks keep the version they were made under; the lease is the current one's.
    assert [found is not None for found in trips.claims] == [False, True]
    assert first["lease_until"] == second["lease_until"]


async def test_a_session_seen_long_ago_is_marked_as_seen_again(organization: Organization, trips: Trips) -> None:
    street, client = await at_work(organization)
    organization.clock.advance(61)
    await claim(client, street)
    organization.clock.advance(0.5)
    await claim(client, street)

    assert [found is not None for found in trips.claims] == [True], "the first went the ordinary way, being stale"


async def test_golds_come_at_the_policys_rate_either_way(organization: Organization, trips: Trips) -> None:
    """Rate 1 means that each turn is a gold as long as there are some: the short way never gives an ordinary one."""
    street = await new_street(organization)
    async with organization.context_for("manager") as context:
        await projects.change(context, street.project_id, policy=Policy(gold=GoldRule(rate=1.0)))
    await street.add_tasks("g1.jpg", "g2.jpg", gold=DRAWN)
    await street.add_tasks(*NAMES)
    client = await organization.client_for("annotator")

    turns = [(await claim(client, street)).json()["task_id"] for _ in range(4)]

    golds = {str(street.tasks[name]) for name in ("g1.jpg", "g2.jpg")}
    assert set(turns[:2]) == golds
    assert not golds & set(turns[2:])


async def test_a_turn_that_was_sent_back_comes_before_all_others(organization: Organization, trips: Trips) -> None:
    street, client = await at_work(organization)
    worker_id = organization.people["annotator"].worker_id
    async with organization.context_for(SYSTEM) as context:
        await context.tenant.execute(
            """update assignments set reserved_for = $2 where id = (select id from assignments
               where organization_id = $1 and state = 'open' order by queue_position desc limit 1)""",
            worker_id,
        )

    turn = (await claim(client, street)).json()
    following = (await claim(client, street)).json()

    assert turn["task_id"] == str(street.tasks["5.jpg"])
    assert following["task_id"] == str(street.tasks["1.jpg"]), "nothing before it is passed over for that"
    assert all(trips.claims)


async def test_workers_who_claim_at_the_same_moment_get_different_turns(
    organization: Organization, trips: Trips
) -> None:
    street, client = await at_work(organization)
    others = [await organization.client_for(await organization.add("annotator")) for _ in range(2)]
    for other in others:
        assert (await claim(other, street)).status_code == 200, "so that the next can be short"
    await revoke(street)

    found = await asyncio.gather(*(claim(one, street) for one in [client, *others]))

    assert [one.status_code for one in found] == [401, 200, 200], "one caller's trouble is only theirs"
    assert len({one.json()["task_id"] for one in found[1:]}) == 2
    submitted = await asyncio.gather(*(submit(o, f.json()) for o, f in zip(others, found[1:], strict=True)))
    assert [one.status_code for one in submitted] == [200, 200]
    assert trips.submissions == [True, True]


async def test_what_the_short_way_answers_is_guarded_like_every_answer(
    organization: Organization, trips: Trips
) -> None:
    street, client = await at_work(organization)

    short = await claim(client, street)
    ordinary = await client.get(f"/v1/work/turns/{short.json()['assignment_id']}")

    assert [found is not None for found in trips.claims] == [True]
    without_length = [sorted((n, v) for n, v in r.headers.items() if n != "content-length") for r in (short, ordinary)]
    assert without_length[0] == without_length[1]


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{", {}, 400),
        (b'{"stage":"annotate","more":1}', {}, 400),
        (b"[" * 200_000, {}, 400),
        (b'{"stage":"annotate"}', {"x-assay-request": ""}, 403),
        (b'{"stage":"annotate"}', {"authorization": "Bearer assay_live_x"}, 401),
        (b'{"stage":"annotate"}', {"cookie": "assay_session=a; assay_session=b"}, 401),
    ],
)
async def test_what_is_not_plainly_a_claim_is_refused_the_ordinary_way(
    organization: Organization, trips: Trips, body: bytes, headers: dict[str, str], status: int
) -> None:
    street, client = await at_work(organization)

    refused = await client.post(f"/v1/work/projects/{street.project_id}/claim", content=body, headers=headers)

    assert (refused.status_code, trips.claims) == (status, [])
    assert refused.json()["detail"]


async def test_an_answer_in_parts_or_too_long_to_read_ahead_arrives_whole(
    organization: Organization, trips: Trips
) -> None:
    street, client = await at_work(organization)
    many = answer(*(box(f"mark-{number}", number % 50, 20, 5, 8) for number in range(4_000)))

    in_parts, long = (await claim(client, street)).json(), (await claim(client, street)).json()

    async def parts() -> AsyncIterator[bytes]:
        for byte in json.dumps({"answer": DRAWN, "duration_seconds": 4.0}).encode():
            yield bytes([byte])

    first = await client.post(f"/v1/work/turns/{in_parts['assignment_id']}/submit", content=parts())
    second = await submit(client, long, many)

    assert (first.status_code, second.status_code) == (200, 200), (first.text[:200], second.text[:200])
    assert trips.submissions == [], "neither says beforehand that it is short"
    async with organization.context_for(SYSTEM) as context:
        kept = await context.tenant.fetch(
            "select annotation_count from submissions where organization_id = $1 order by annotation_count"
        )
    assert [row["annotation_count"] for row in kept] == [1, 4_000]


async def test_a_refused_answer_may_be_mended_and_handed_in_again(organization: Organization, trips: Trips) -> None:
    street, client = await at_work(organization)
    turn = (await claim(client, street)).json()

    refused = await submit(client, turn, answer(box("a", 10, 20, -50, 80)))
    mended = await submit(client, turn)

    assert (refused.status_code, mended.status_code) == (400, 200)
    assert refused.json()["problems"][0]["field"]
