"""A worker's record in a project, suspensions and reinstatements."""

from __future__ import annotations

from uuid import UUID

import pytest

from assay.core.errors import Conflict, Invalid, NotFound
from assay.services import workforce
from assay.services.context import SYSTEM
from harness import Organization, Person
from scenes import ANSWER, make_project, make_tasks


async def _answer(organization: Organization, project_id: str, person: Person, seconds: float) -> str:
    """One whole turn; the submission's id."""
    client = await organization.client_for(person)
    turn = (await client.post(f"/v1/work/projects/{project_id}/claim", json={"stage": "annotate"})).json()
    organization.clock.advance(seconds)
    sent = await client.post(
        f"/v1/work/turns/{turn['assignment_id']}/submit", json={"answer": ANSWER, "duration_seconds": seconds}
    )
    assert sent.status_code == 200, sent.text
    submission_id: str = sent.json()["submission_id"]
    return submission_id


async def _judge(organization: Organization, submission_id: str, *, right: bool) -> None:
    """As if the task had been a gold: what the record is counted from."""
    async with organization.context_for(SYSTEM) as context:
        await context.tenant.execute(
            "update submissions set gold_score = $3, gold_right = $4 where organization_id = $1 and id = $2",
            UUID(submission_id),
            1.0 if right else 0.0,
            right,
        )


async def _rows(organization: Organization, project_id: str) -> dict[str, dict[str, object]]:
    auditor = await organization.client_for("auditor")
    answer = await auditor.get(f"/v1/projects/{project_id}/workers")
    assert answer.status_code == 200, answer.text
    return {row["id"]: row for row in answer.json()["items"]}


async def test_the_record_counts_turns_speed_and_golds(organization: Organization) -> None:
    project = await make_project(organization)
    await make_tasks(organization, project["id"], 5)
    quick, slow = await organization.add("annotator"), organization.people["annotator"]
    for seconds, right in ((10, True), (20, True), (60, False)):
        await _judge(organization, await _answer(organization, project["id"], quick, seconds), right=right)
    client = await organization.client_for(slow)
    await client.post(f"/v1/work/projects/{project['id']}/claim", json={"stage": "annotate"})

    rows = await _rows(organization, project["id"])

    assert set(rows) == {str(quick.worker_id), str(slow.worker_id)}, "those who never came are not listed"
    first, second = rows[str(quick.worker_id)], rows[str(slow.worker_id)]
    assert (first["submissions"], first["active"], first["seconds_median"]) == (3, 0, 20.0)
    assert (first["golds_answered"], first["golds_right"]) == (3, 2)
    assert first["gold_accuracy"] == pytest.approx(2 / 3)
    # Wilson's interval for 2 of 3, by hand: centre 0.5731, reach 0.3651.
    assert first["gold_interval"] == pytest.approx([0.2077, 0.9385], abs=1e-4)
    assert first["last_active_at"] is not None
    assert (second["submissions"], second["active"], second["seconds_median"]) == (0, 1, None)
    assert (second["gold_accuracy"], second["gold_interval"], second["suspended_at"]) == (None, None, None)


async def test_who_is_suspended_gets_nothing_and_says_why(organization: Organization) -> None:
    project = await make_project(organization)
    await make_tasks(organization, project["id"], 2)
    target = organization.people["annotator"]
    manager, client = await organization.client_for("manager"), await organization.client_for(target)
    await client.post(f"/v1/work/projects/{project['id']}/claim", json={"stage": "annotate"})
    base = f"/v1/projects/{project['id']}/workers/{target.worker_id}"

    suspended = await manager.post(f"{base}/suspend", json={"reason": " Boxes are random. "})
    again = await manager.post(f"{base}/suspend", json={"reason": "Twice"})
    refused = await client.post(f"/v1/work/projects/{project['id']}/claim", json={"stage": "annotate"})

    assert suspended.status_code == 200, suspended.text
    assert suspended.json()["suspended_reason"] == "Boxes are random."
    assert again.status_code == 409
    assert refused.status_code == 403
    assert "Boxes are random." in refused.json()["detail"]


async def test_a_suspension_advances_the_tasks_it_touches(organization: Organization) -> None:
    project = await make_project(organization)
    await make_tasks(organization, project["id"], 1)
    target = organization.people["annotator"]
    client = await organization.client_for(target)
    turn = (await client.post(f"/v1/work/projects/{project['id']}/claim", json={"stage": "annotate"})).json()

    for act in (workforce.suspend, workforce.reinstate):
        before = await _advances(organization, turn["task_id"])
        assert target.worker_id is not None
        async with organization.context_for("manager") as context:
            await act(context, UUID(project["id"]), target.worker_id, "Because")
        assert await _advances(organization, turn["task_id"]) == before + 1


async def _advances(organization: Organization, task_id: str) -> int:
    async with organization.context_for(SYSTEM) as context:
        count: int = await context.tenant.connection.fetchval(
            "select count(*) from queue.due_tasks where task_id = $1", UUID(task_id)
        )
    return count


async def test_a_reinstated_worker_starts_with_a_fresh_record_of_golds(organization: Organization) -> None:
    project = await make_project(organization)
    await make_tasks(organization, project["id"], 3)
    target = organization.people["annotator"]
    manager = await organization.client_for("manager")
    base = f"/v1/projects/{project['id']}/workers/{target.worker_id}"
    await _judge(organization, await _answer(organization, project["id"], target, 5), right=False)
    await manager.post(f"{base}/suspend", json={"reason": "Golds"})
    organization.clock.advance(60)

    reinstated = await manager.post(f"{base}/reinstate", json={"reason": "Trained again"})
    twice = await manager.post(f"{base}/reinstate", json={})
    organization.clock.advance(60)
    await _judge(organization, await _answer(organization, project["id"], target, 5), right=True)

    assert reinstated.status_code == 200, reinstated.text
    row = reinstated.json()
    assert (row["golds_answered"], row["suspended_at"], row["submissions"]) == (0, None, 1)
    assert twice.status_code == 409
    assert (await _rows(organization, project["id"]))[str(target.worker_id)]["golds_right"] == 1
    events = (await manager.get("/v1/events", params={"project": project["id"], "limit": 500})).json()["items"]
    told = [(e["type"], e["data"]["reason"]) for e in events if e["type"].startswith("worker.")]
    assert told == [("worker.reinstated", "Trained again"), ("worker.suspended", "Golds")]


async def test_suspensions_are_of_one_project(organization: Organization) -> None:
    first, second = await make_project(organization, "One"), await make_project(organization, "Two")
    await make_tasks(organization, first["id"], 1)
    await make_tasks(organization, second["id"], 1)
    target = organization.people["annotator"]
    client, manager = await organization.client_for(target), await organization.client_for("manager")

    await manager.post(f"/v1/projects/{first['id']}/workers/{target.worker_id}/suspend", json={"reason": "Here"})

    claim = {"stage": "annotate"}
    assert (await client.post(f"/v1/work/projects/{first['id']}/claim", json=claim)).status_code == 403
    assert (await client.post(f"/v1/work/projects/{second['id']}/claim", json=claim)).status_code == 200


async def test_what_does_not_fit_is_refused(organization: Organization) -> None:
    project = UUID((await make_project(organization))["id"])
    worker = organization.people["annotator"].worker_id
    assert worker is not None
    nowhere = UUID(int=7)

    async with organization.context_for("manager") as context:
        for reason in ("", "   ", "x" * 2001, "\0"):
            with pytest.raises(Invalid):
                await workforce.suspend(context, project, worker, reason)
        with pytest.raises(NotFound):
            await workforce.suspend(context, nowhere, worker, "Why")
        with pytest.raises(NotFound):
            await workforce.suspend(context, project, nowhere, "Why")
        with pytest.raises(Conflict):
            await workforce.reinstate(context, project, worker)
