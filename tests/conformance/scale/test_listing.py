"""Lists of tasks: every filter, and pages that hold still while tasks arrive."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from scaleapi.exceptions import ScaleInvalidRequest
from scaleapi.tasks import TaskReviewStatus, TaskStatus, TaskType

from harness import Organization
from speaking import BOXES, PHOTO, Finish, Speak, Speaker

CAR = {"id": "c1", "type": "box", "label": "car", "x": 10, "y": 20, "width": 100, "height": 50}


@pytest.fixture
async def speaker(speak: Speak) -> Speaker:
    made = await speak()
    for name in ("Cars", "Signs"):
        await made.create_project(name, TaskType.ImageAnnotation, {"geometries": BOXES})
    return made


@pytest.fixture
async def five(speaker: Speaker, organization: Organization) -> list[str]:
    """Ids of tasks made a minute apart, from 09:00, the oldest first; number 3 in another project."""
    ids = []
    for number in range(5):
        task = await speaker.create_task(
            TaskType.ImageAnnotation,
            project="Signs" if number == 3 else "Cars",
            attachment=PHOTO,
            unique_id=f"task {number}",
            tags=["even" if number % 2 == 0 else "odd", "all"],
            metadata={"number": number},
        )
        ids.append(task.id)
        organization.clock.advance(60)
    return ids


async def listed(speaker: Speaker, **filters: Any) -> list[str]:
    return [task.id for task in (await speaker.tasks(**filters)).docs]


async def test_the_newest_come_first_with_their_number(speaker: Speaker, five: list[str]) -> None:
    page = await speaker.tasks()

    assert [task.id for task in page.docs] == five[::-1]
    assert (page.total, page.limit, page.offset, page.has_more, page.next_token) == (5, 100, 0, False, None)


async def test_pages_hold_still_while_tasks_arrive(speaker: Speaker, five: list[str]) -> None:
    first = await speaker.tasks(limit=2)
    await speaker.create_task(TaskType.ImageAnnotation, project="Cars", attachment=PHOTO)
    second = await speaker.tasks(limit=2, next_token=first.next_token)
    third = await speaker.tasks(limit=2, next_token=second.next_token)

    seen = [task.id for page in (first, second, third) for task in page.docs]
    assert seen == five[::-1]
    assert [page.has_more for page in (first, second, third)] == [True, True, False]
    assert {page.total for page in (first, second, third)} == {5}


async def test_the_generator_gives_everything_once(speaker: Speaker, five: list[str]) -> None:
    assert [task.id for task in await speaker.gathered("get_tasks", project_name="Cars", limit=1)] == [
        five[4],
        five[2],
        five[1],
        five[0],
    ]
    assert await speaker.get_tasks_count(project_name="Cars") == 4


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        ({"project": "Signs"}, [3]),
        ({"project": "Nobody's"}, []),
        ({"batch": "None"}, []),
        ({"status": "pending"}, [4, 3, 2, 1, 0]),
        ({"status": "completed"}, []),
        ({"type": "imageannotation"}, [4, 3, 2, 1, 0]),
        ({"type": "annotation"}, []),
        ({"unique_id": "task 2"}, [2]),
        ({"unique_id": ["task 2", "task 0", "task 9"]}, [2, 0]),
        ({"tags": "odd"}, [3, 1]),
        ({"tags": ["odd", "even"]}, [4, 3, 2, 1, 0]),
        ({"tags": "odd,nothing"}, [3, 1]),
        ({"tags": ["od"]}, []),
        # A time without a zone is UTC; both ends belong to the range.
        ({"start_time": "2026-03-02T09:02:00"}, [4, 3, 2]),
        ({"start_time": "2026-03-02T11:02:00+02:00"}, [4, 3, 2]),
        ({"end_time": "2026-03-02 09:01"}, [1, 0]),
        ({"start_time": "2026-03-02T09:01:00Z", "end_time": "2026-03-02T09:02:30.5Z"}, [2, 1]),
        ({"start_time": "2026-03-03"}, []),
        ({"updated_after": "2026-03-02T09:03:30"}, [4]),
        ({"updated_before": "2026-03-02T09:00:30"}, [0]),
        ({"completed_after": "2026-03-01"}, []),
        ({"customer_review_status": "accepted"}, []),
        ({"project": "Cars", "tags": ["odd"], "status": "pending"}, [1]),
        ({"limit": 1000}, [4, 3, 2, 1, 0]),
    ],
)
async def test_a_filter_leaves_what_it_says(
    speaker: Speaker, five: list[str], filters: dict[str, Any], numbers: list[int]
) -> None:
    page = await speaker.tasks(**filters)

    assert [task.metadata["number"] for task in page.docs] == numbers
    assert page.total == len(numbers)


async def test_status_and_time_follow_what_happens(
    speaker: Speaker, five: list[str], organization: Organization, finish: Finish
) -> None:
    await speaker.cancel_task(five[0])
    organization.clock.advance(60)
    await finish({"annotations": [CAR]})
    organization.clock.advance(60)
    late = await speaker.create_task(TaskType.ImageAnnotation, project="Cars", attachment=PHOTO)

    assert await listed(speaker, status="completed") == five[:0:-1]
    assert await listed(speaker, status="canceled") == [five[0]]
    assert await listed(speaker, status="pending") == [late.id]
    assert await listed(speaker, completed_after="2026-03-02T09:06:00") == five[:0:-1]
    assert await listed(speaker, completed_before="2026-03-02T09:05:59") == []
    assert await listed(speaker, updated_before="2026-03-02T09:05:30") == [five[0]]
    waiting = await speaker.gathered(
        "get_tasks",
        project_name="Cars",
        status=TaskStatus.Completed,
        review_status=[TaskReviewStatus.Pending, TaskReviewStatus.Accepted],
    )
    assert [task.id for task in waiting] == [five[4], five[2], five[1]]
    # Every answer still waits for its audit.
    reviewed = await speaker.gathered("get_tasks", project_name="Cars", review_status=TaskReviewStatus.Accepted)
    assert reviewed == []


async def test_a_limited_response_has_few_fields(speaker: Speaker, five: list[str]) -> None:
    page = await speaker.tasks(limited_response=True, limit=1)

    assert page.docs[0].as_dict() == {
        "task_id": five[4],
        "status": "pending",
        "metadata": {"number": 4},
        "project": "Cars",
        "otherVersion": None,
    }


async def test_the_words_of_python_and_of_json_are_both_read(speaker: Speaker, five: list[str]) -> None:
    for word in ("True", "true", "1"):
        page = await asyncio.to_thread(speaker.client.api.get_request, "tasks", {"limited_response": word})
        assert "params" not in page["docs"][0]
    page = await asyncio.to_thread(speaker.client.api.get_request, "tasks", {"limited_response": "False"})
    assert "params" in page["docs"][0]


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"status": "half"}, "status"),
        ({"customer_review_status": "loved"}, "customer_review_status"),
        ({"start_time": "yesterday"}, "start_time"),
        ({"next_token": "made up"}, "next_token"),
        ({"next_token": "WzEsMl0="}, "next_token"),
        ({"limited_response": "perhaps"}, "limited_response"),
        ({"tags": "\x00"}, "NUL"),
    ],
)
async def test_a_filter_that_is_none_is_refused(speaker: Speaker, filters: dict[str, Any], words: str) -> None:
    with pytest.raises(ScaleInvalidRequest, match=words):
        await speaker.tasks(**filters)


async def test_tasks_of_our_own_are_listed_and_golds_are_not(speaker: Speaker, organization: Organization) -> None:
    native = await organization.key_client()
    taxonomy = {"labels": [{"name": "car", "shapes": ["box"]}]}
    project = (await native.post("/v1/projects", json={"name": "Ours", "taxonomy": taxonomy})).json()
    rows = [{"url": PHOTO, "unique_id": "plain"}, {"url": PHOTO, "unique_id": "gold", "gold": {"annotations": []}}]
    await native.post(f"/v1/projects/{project['id']}/tasks", json={"tasks": rows, "batch": "Monday"})

    for filters in ({"project": "Ours"}, {"batch": "Monday"}, {"type": "imageannotation"}):
        page = await speaker.tasks(**filters)
        assert [task.unique_id for task in page.docs] == ["plain"]
    task = await speaker.get_task(page.docs[0].id)
    assert (task.type, task.batch, task.params["attachment"]) == ("imageannotation", "Monday", PHOTO)
    assert task.params["geometries"] == {"box": {"objects_to_annotate": ["car"]}}
