"""Hidden tasks that measure people, and tasks that they practise on."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from scaleapi.exceptions import ScaleDuplicateResource, ScaleInvalidRequest, ScaleResourceNotFound
from scaleapi.tasks import TaskType

from assay.core.policy import GoldRule, Policy, TrainingRule
from assay.services import projects
from harness import Organization, Person
from speaking import BOXES, PHOTO, Finish, Speak, Speaker

CAR = {"type": "box", "label": "car", "left": 10, "top": 20, "width": 30, "height": 40}
RIGHT: dict[str, Any] = {
    "annotations": [{"id": "a", "type": "box", "label": "car", "x": 10, "y": 20, "width": 30, "height": 40}]
}
WRONG: dict[str, Any] = {
    "annotations": [{"id": "a", "type": "box", "label": "sign", "x": 300, "y": 200, "width": 30, "height": 40}]
}


async def a_project(
    speaker: Speaker, organization: Organization, *, training: TrainingRule | None = None, gold_rate: float = 0.0
) -> str:
    await speaker.create_project("Cars", TaskType.ImageAnnotation, {"geometries": BOXES})
    policy = Policy(training=training or TrainingRule(), gold=GoldRule(rate=gold_rate))
    async with organization.context_for("manager") as context:
        project = await projects.called(context, "Cars")
        await projects.change(context, project.id, policy=policy)
    return str(project.id)


async def practice(speaker: Speaker, count: int) -> list[str]:
    made = []
    for number in range(count):
        task = await speaker.create_training_task(
            TaskType.ImageAnnotation,
            project="Cars",
            attachment=f"https://photos.acme.org/practice/{number}.png",
            expected_response={"annotations": [CAR]},
        )
        made.append(task.id)
    return made


async def claimed(client: httpx.AsyncClient, project_id: str) -> httpx.Response:
    return await client.post(f"/v1/work/projects/{project_id}/claim", json={"stage": "annotate"})


async def handed_in(client: httpx.AsyncClient, turn: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    sent = await client.post(
        f"/v1/work/turns/{turn['assignment_id']}/submit", json={"answer": answer, "duration_seconds": 3}
    )
    assert sent.status_code == 200, sent.text
    told: dict[str, Any] = sent.json()
    return told


async def practised(client: httpx.AsyncClient, project_id: str, *answers: dict[str, Any]) -> list[dict[str, Any]]:
    """Takes as many practice turns as there are answers; what each came to."""
    found = []
    for answer in answers:
        turn = (await claimed(client, project_id)).json()
        assert turn["practice"] is not None
        found.append((await handed_in(client, turn, answer))["practice"])
    return found


async def test_an_evaluation_task_is_a_gold_that_nobody_sees(
    speak: Speak, finish: Finish, organization: Organization
) -> None:
    speaker = await speak()
    project_id = await a_project(speaker, organization, gold_rate=1.0)

    made = await speaker.create_evaluation_task(
        TaskType.ImageAnnotation, project="Cars", attachment=PHOTO, expected_response={"annotations": [CAR]}
    )

    assert made.expected_response == {"annotations": [CAR]}
    assert len(made.id) == 24
    await speaker.create_task(TaskType.ImageAnnotation, project="Cars", attachment=PHOTO + "?2")
    await finish()
    # It is in no list, and no task to whoever asks for it by its id.
    assert [task.id for task in (await speaker.tasks(project="Cars")).docs] != [made.id]
    assert await speaker.get_tasks_count(project_name="Cars") == 1
    with pytest.raises(ScaleResourceNotFound):
        await speaker.get_task(made.id)
    # Mixed in at the project's rate, it looks like any other, and says nothing afterwards.
    client = await organization.client_for("annotator")
    turn = (await claimed(client, project_id)).json()
    assert turn["practice"] is None
    assert "practice" not in await handed_in(client, turn, RIGHT)
    await finish()
    manager = await organization.client_for("manager")
    whole = (await manager.get(f"/v1/tasks/{turn['task_id']}")).json()
    assert (whole["is_gold"], whole["submissions"][0]["gold_score"]) == (True, 1.0)


@pytest.mark.parametrize("create", ["create_evaluation_task", "create_training_task"])
async def test_a_known_answer_must_be_one(speak: Speak, organization: Organization, create: str) -> None:
    speaker = await speak()
    await a_project(speaker, organization)

    async def made(**named: Any) -> Any:
        return await getattr(speaker, create)(
            TaskType.ImageAnnotation, **{"project": "Cars", "attachment": PHOTO, **named}
        )

    with pytest.raises(ScaleInvalidRequest, match="expected"):
        await made()
    with pytest.raises(ScaleInvalidRequest, match=r"expected_response\.annotations"):
        await made(expected_response={"annotations": [{**CAR, "label": "boat"}]})
    with pytest.raises(ScaleInvalidRequest, match=r"expected_response\.annotations"):
        await made(expected_response={"annotations": [{**CAR, "left": "far"}]})
    with pytest.raises(ScaleInvalidRequest, match="project"):
        await made(expected_response={"annotations": [CAR]}, project=None)
    with pytest.raises(ScaleResourceNotFound):
        await made(expected_response={"annotations": [CAR]}, project="Boats")
    # Nothing is left of what was refused, so its unique id is free.
    assert (await made(expected_response={"annotations": [CAR]}, unique_id="one")).id
    with pytest.raises(ScaleDuplicateResource):
        await made(expected_response={"annotations": [CAR]}, unique_id="one")


async def test_whoever_has_not_practised_gets_no_work(speak: Speak, finish: Finish, organization: Organization) -> None:
    speaker = await speak()
    project_id = await a_project(speaker, organization, training=TrainingRule(tasks=2, score_min=0.7, runs_max=3))
    ids = await practice(speaker, 2)
    await speaker.create_task(TaskType.ImageAnnotation, project="Cars", attachment=PHOTO)
    client = await organization.client_for("annotator")
    # Not before their photos are here.
    assert (await claimed(client, project_id)).status_code == 204
    await finish()
    (work,) = (await client.get("/v1/work/projects")).json()["items"]
    assert work["training"] == {
        "state": "practising", "done": 0, "wanted": 2, "score": None, "score_min": 0.7, "run": 1, "runs_max": 3
    }  # fmt: skip

    first, second = await practised(client, project_id, RIGHT, WRONG)

    # What is right is shown, and how far one is.
    assert (first["score"], first["training"]["done"], first["training"]["state"]) == (1.0, 1, "practising")
    assert [mark["label"] for mark in second["answer"]["annotations"]] == ["car"]
    assert second["score"] == 0.0
    assert (second["training"]["run"], second["training"]["done"]) == (2, 0)

    *_, last = await practised(client, project_id, RIGHT, RIGHT)
    assert (last["training"]["state"], last["training"]["score"]) == ("passed", 1.0)
    # Found nothing a moment ago, the queue is looked at again when that is old.
    organization.clock.advance(60)
    turn = (await claimed(client, project_id)).json()
    assert turn["practice"] is None
    assert "practice" not in await handed_in(client, turn, RIGHT)
    await finish()
    (task,) = (await speaker.tasks(project="Cars")).docs
    assert task.status == "completed"
    (work,) = (await client.get("/v1/work/projects")).json()["items"]
    assert work["training"] is None
    # Practice says nothing of a worker's standing.
    manager = await organization.client_for("manager")
    record = (await manager.get(f"/v1/projects/{project_id}/workers")).json()["items"][0]
    assert record["golds_answered"] == 0
    assert len(ids) == 2


async def test_practice_can_be_put_aside_but_not_skipped(
    speak: Speak, finish: Finish, organization: Organization
) -> None:
    speaker = await speak()
    project_id = await a_project(speaker, organization)
    await practice(speaker, 1)
    await finish()
    client = await organization.client_for("annotator")
    turn = (await claimed(client, project_id)).json()

    skipped = await client.post(f"/v1/work/turns/{turn['assignment_id']}/skip", json={"reason": "too_hard"})
    assert (skipped.status_code, "practice" in skipped.json()["detail"]) == (409, True)
    assert (await client.post(f"/v1/work/turns/{turn['assignment_id']}/return")).status_code == 204

    again = (await claimed(client, project_id)).json()
    assert again["task_id"] == turn["task_id"]
    held = (await client.get("/v1/work/turns")).json()["items"]
    assert held[0]["practice"]["wanted"] == 1
    # Sent twice, it counts once.
    told = [await handed_in(client, again, RIGHT) for _ in range(2)]
    assert told[0] == told[1]
    assert told[0]["practice"]["training"]["state"] == "passed"


async def test_a_lease_on_practice_ends_and_it_is_given_again(
    speak: Speak, finish: Finish, organization: Organization
) -> None:
    speaker = await speak()
    project_id = await a_project(speaker, organization)
    await practice(speaker, 1)
    await finish()
    client = await organization.client_for("annotator")
    turn = (await claimed(client, project_id)).json()
    assert (await claimed(client, project_id)).status_code == 204

    organization.clock.advance(3600)
    async with organization.context_for("manager") as context:
        await context.tenant.execute(
            "insert into queue.due_tasks (organization_id, task_id) select $1, id from tasks where organization_id = $1"
        )
    await finish()

    assert (await claimed(client, project_id)).json()["task_id"] == turn["task_id"]


async def test_whoever_fails_too_often_waits_for_a_manager(
    speak: Speak, finish: Finish, organization: Organization
) -> None:
    speaker = await speak()
    project_id = await a_project(speaker, organization, training=TrainingRule(tasks=1, runs_max=2))
    await practice(speaker, 1)
    await finish()
    client = await organization.client_for("annotator")
    worker_id = organization.people["annotator"].worker_id

    *_, last = await practised(client, project_id, WRONG, WRONG)

    assert last["training"]["state"] == "failed"
    refused = await claimed(client, project_id)
    assert (refused.status_code, "training" in refused.json()["detail"]) == (403, True)
    manager = await organization.client_for("manager")
    at = f"/v1/projects/{project_id}/workers/{worker_id}/training"
    assert (await manager.post(f"{at}/begin-again")).status_code == 204
    organization.clock.advance(60)
    (told,) = await practised(client, project_id, WRONG)
    assert (told["training"]["state"], told["training"]["run"]) == ("practising", 2)
    assert (await manager.post(f"{at}/pass")).status_code == 204
    assert (await claimed(client, project_id)).status_code == 204
    assert (await manager.post(f"{at}/pass")).status_code == 409
    types = [event["type"] for event in (await manager.get("/v1/events")).json()["items"]]
    assert {"training.failed", "training.begun_again", "training.waived", "project.training_begun"} <= set(types)


async def test_a_project_without_training_asks_for_none(
    speak: Speak, finish: Finish, organization: Organization
) -> None:
    speaker = await speak()
    project_id = await a_project(speaker, organization)
    await speaker.create_task(TaskType.ImageAnnotation, project="Cars", attachment=PHOTO)
    await finish()
    client = await organization.client_for("annotator")

    turn = await claimed(client, project_id)

    assert (turn.status_code, turn.json()["practice"]) == (200, None)
    (work,) = (await client.get("/v1/work/projects")).json()["items"]
    assert work["training"] is None


async def test_who_practised_is_listed_by_task_and_by_person(
    speak: Speak, finish: Finish, organization: Organization
) -> None:
    speaker = await speak()
    project_id = await a_project(speaker, organization, training=TrainingRule(tasks=2))
    ids = await practice(speaker, 2)
    await finish()
    people: list[Person] = sorted(
        [await organization.add("annotator", email=f"{name}@assay.test") for name in ("ann", "bo")],
        key=lambda person: person.email,
    )
    for person in people:
        await practised(await organization.client_for(person), project_id, RIGHT, WRONG)

    async def labelers(**params: Any) -> dict[str, Any]:
        async with httpx.AsyncClient(auth=(speaker.key, ""), trust_env=False) as client:
            found = await client.get(f"{speaker.base}/quality/labelers", params=params)
            assert found.status_code == 200, found.text
            told: dict[str, Any] = found.json()
            return told

    whole = await labelers()
    assert [one["email"] for one in whole["docs"]] == ["ann@assay.test", "bo@assay.test"]
    for one in whole["docs"]:
        assert sorted(attempt["quality_task_id"] for attempt in one["training_attempts"]) == sorted(ids)
        assert sorted(attempt["score"] for attempt in one["training_attempts"]) == [0.0, 1.0]
        assert {(attempt["project"], attempt["attempt"]) for attempt in one["training_attempts"]} == {("Cars", 1)}
    only = await labelers(labeler_emails="bo@assay.test,nobody@assay.test", quality_task_ids=ids[0])
    assert [one["email"] for one in only["docs"]] == ["bo@assay.test"]
    assert [attempt["quality_task_id"] for attempt in only["docs"][0]["training_attempts"]] == [ids[0]]
    page = await labelers(limit=1)
    assert page["has_more"]
    rest = await labelers(limit=1, next_token=page["next_token"])
    assert [one["email"] for one in rest["docs"]] == ["bo@assay.test"]
    assert not rest["has_more"]
