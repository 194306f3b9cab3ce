"""Answers that their customer accepts, or has done again."""

from __future__ import annotations

from typing import Any

import pytest
from scaleapi.exceptions import ScaleException, ScaleInvalidRequest, ScaleResourceNotFound
from scaleapi.tasks import TaskReviewStatus, TaskType

from harness import Organization
from speaking import BOXES, PHOTO, Finish, Speak, Speaker, advanced, answered

CAR: dict[str, Any] = {
    "annotations": [{"id": "a", "type": "box", "label": "car", "x": 10, "y": 20, "width": 30, "height": 40}]
}
SIGN: dict[str, Any] = {
    "annotations": [{"id": "b", "type": "box", "label": "sign", "x": 100, "y": 200, "width": 30, "height": 40}]
}


async def a_finished_task(speaker: Speaker, finish: Finish) -> str:
    await speaker.create_project("Cars", TaskType.ImageAnnotation, {"geometries": BOXES})
    task = await speaker.create_task(TaskType.ImageAnnotation, project="Cars", attachment=PHOTO)
    await finish(CAR)
    assert (await speaker.get_task(task.id)).status == "completed"
    found: str = task.id
    return found


def labels(task: Any) -> list[str]:
    return [mark["label"] for mark in task.response["annotations"]]


async def reviewed(speaker: Speaker, *statuses: TaskReviewStatus) -> list[str]:
    found = await speaker.gathered("get_tasks", project_name="Cars", review_status=list(statuses))
    return [task.id for task in found]


async def test_an_accepted_answer_says_so(speak: Speak, finish: Finish) -> None:
    speaker = await speak()
    task_id = await a_finished_task(speaker, finish)
    assert (await speaker.get_task(task_id)).as_dict()["customer_review_status"] == "pending"

    assert await speaker.audit_task(task_id, True, "Fine work") is None

    task = (await speaker.get_task(task_id)).as_dict()
    (audit,) = task["audits"]
    assert (audit["audited_by"], audit["audit_result"], audit["comments"]) == ("live manager", "accepted", "Fine work")
    assert (audit["audit_time_secs"], audit["audited_at"]) == (0, "2026-03-02T09:00:00.000Z")
    assert (task["status"], task["customer_review_status"]) == ("completed", "accepted")
    assert await reviewed(speaker, TaskReviewStatus.Accepted) == [task_id]
    assert await reviewed(speaker, TaskReviewStatus.Pending) == []


async def test_a_rejected_task_is_done_again_and_its_answer_replaced(
    speak: Speak, finish: Finish, organization: Organization
) -> None:
    speaker = await speak()
    task_id = await a_finished_task(speaker, finish)

    await speaker.audit_task(task_id, False, "This is a sign")

    task = await speaker.get_task(task_id)
    assert (task.status, task.as_dict()["customer_review_status"]) == ("pending", "rejected")
    assert "response" not in task.as_dict()
    assert await reviewed(speaker, TaskReviewStatus.Rejected, TaskReviewStatus.Fixed) == [task_id]
    # Whoever takes it up reads why, and begins with the answer as it was.
    other = await organization.add("annotator")
    client = await organization.client_for(other)
    project = (await client.get("/v1/work/projects")).json()["items"][0]["id"]
    turn = (await client.post(f"/v1/work/projects/{project}/claim", json={"stage": "annotate"})).json()
    assert turn["round"] == 2
    assert (turn["sent_back"]["comment"], turn["sent_back"]["by"]) == ("This is a sign", "customer")
    assert [mark["label"] for mark in turn["sent_back"]["answer"]["annotations"]] == ["car"]
    await client.post(f"/v1/work/turns/{turn['assignment_id']}/submit", json={"answer": SIGN})
    await advanced(organization)

    task = await speaker.get_task(task_id)
    assert (task.status, labels(task)) == ("completed", ["sign"])
    assert task.as_dict()["customer_review_status"] == "pending"
    assert [audit["audit_result"] for audit in task.as_dict()["audits"]] == ["rejected"]
    assert await reviewed(speaker, TaskReviewStatus.Pending) == [task_id]
    # The earlier answer stays on record.
    manager = await organization.client_for("manager")
    whole = (await manager.get(f"/v1/tasks/{turn['task_id']}")).json()
    assert [mark["label"] for mark in whole["audits"][0]["replaced"]["annotations"]] == ["car"]
    assert [submission["round"] for submission in whole["submissions"]] == [1, 2]

    organization.clock.advance(60)
    await speaker.audit_task(task_id, True)
    told = (await speaker.get_task(task_id)).as_dict()
    assert [audit["audit_result"] for audit in told["audits"]] == ["rejected", "accepted"]
    assert told["customer_review_status"] == "accepted"


async def test_a_rejection_needs_no_words(speak: Speak, finish: Finish, organization: Organization) -> None:
    speaker = await speak()
    task_id = await a_finished_task(speaker, finish)

    await speaker.audit_task(task_id, False)
    await answered(organization, SIGN)
    await advanced(organization)

    assert labels(await speaker.get_task(task_id)) == ["sign"]


async def test_an_answer_that_the_customer_corrects_is_marked_so(
    speak: Speak, finish: Finish, organization: Organization
) -> None:
    speaker = await speak()
    task_id = await a_finished_task(speaker, finish)
    manager = await organization.client_for("manager")
    projects = (await manager.get("/v1/projects")).json()["items"]
    ours = (await manager.get(f"/v1/projects/{projects[0]['id']}/tasks")).json()["items"][0]["id"]

    sent = await manager.post(
        f"/v1/tasks/{ours}/audits",
        json={"verdict": "fix", "answer": SIGN, "comment": "A sign", "duration_seconds": 12.5},
    )

    assert sent.status_code == 201, sent.text
    task = await speaker.get_task(task_id)
    told = task.as_dict()
    assert (labels(task), told["response"]["is_customer_fix"], told["status"]) == (["sign"], True, "completed")
    assert told["customer_review_status"] == "fixed"
    (audit,) = told["audits"]
    assert (audit["audit_result"], audit["audit_time_secs"]) == ("fixed", 12.5)
    assert audit["audited_by"] == organization.people["manager"].name
    assert await reviewed(speaker, TaskReviewStatus.Fixed) == [task_id]


async def test_words_alone_are_a_comment(speak: Speak, finish: Finish) -> None:
    speaker = await speak()
    task_id = await a_finished_task(speaker, finish)

    await speaker.audit_task(task_id, None, "Nearly right")

    told = (await speaker.get_task(task_id)).as_dict()
    assert (told["customer_review_status"], told["status"]) == ("commented", "completed")
    with pytest.raises(ScaleInvalidRequest, match="accept"):
        await speaker.audit_task(task_id, None)


async def test_only_a_completed_task_can_be_audited(speak: Speak, finish: Finish) -> None:
    speaker = await speak()
    await speaker.create_project("Cars", TaskType.ImageAnnotation, {"geometries": BOXES})
    task = await speaker.create_task(TaskType.ImageAnnotation, project="Cars", attachment=PHOTO)

    with pytest.raises(ScaleInvalidRequest, match="Only a completed task"):
        await speaker.audit_task(task.id, True)
    await finish(CAR)
    await speaker.audit_task(task.id, False)
    with pytest.raises(ScaleInvalidRequest, match="Only a completed task"):
        await speaker.audit_task(task.id, True)


async def test_whoever_only_reads_or_is_not_of_the_house_audits_nothing(
    speak: Speak, finish: Finish, neighbour: Organization
) -> None:
    speaker = await speak()
    task_id = await a_finished_task(speaker, finish)

    with pytest.raises(ScaleException) as refused:
        await (await speak(role="auditor")).audit_task(task_id, True)
    assert refused.value.code == 403
    for stranger in (await speak(of=neighbour), await speak("test")):
        with pytest.raises(ScaleResourceNotFound):
            await stranger.audit_task(task_id, True)
    assert (await speaker.get_task(task_id)).as_dict()["audits"] == []


async def test_an_audit_rings_for_whoever_waits_for_the_answer(
    speak: Speak, finish: Finish, organization: Organization
) -> None:
    """Each answer that becomes the task's is an event of its own."""
    speaker = await speak()
    task_id = await a_finished_task(speaker, finish)
    await speaker.audit_task(task_id, False, "Again")
    await answered(organization, SIGN)
    await advanced(organization)

    manager = await organization.client_for("manager")
    happened = [event["type"] for event in (await manager.get("/v1/events")).json()["items"]]

    assert happened.count("task.completed") == 2
    assert happened.count("task.audited") == 1
