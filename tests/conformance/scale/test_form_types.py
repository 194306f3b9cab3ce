"""Types of task that are forms here: asked, answered by our own people, told in the client's shapes."""

from __future__ import annotations

import wave
from io import BytesIO
from types import SimpleNamespace
from typing import Any, Literal

import pytest
from scaleapi.exceptions import ScaleInvalidRequest
from scaleapi.tasks import TaskType

from asked_of_types import FIELDS
from assay.faces.fetched import item_of
from assay.services import resolution
from assay.services.context import SYSTEM
from harness import Organization
from speaking import Finish, Speak, Speaker, a_turn, advanced

ANSWERED = {
    "mood": "angry",
    "why": "Too slow.",
    "topics": ["staff"],
    "stars": 2.0,
    "weight": {"value": 3.5, "unit": "lb"},
    "seen": "2026-11-22T14:05",
    "person": [{"name": "Ada", "age": 36.0}, {"name": "Bob"}],
}
TOLD = {
    "mood": ["angry"],
    "why": ["Too slow."],
    "topics": ["staff"],
    "stars": [2],
    "weight": [{"value": 3.5, "unit": "lb"}],
    "seen": ["2026-11-22T14:05"],
    "person": [{"name": ["Ada"], "age": [36]}, {"name": ["Bob"], "age": []}],
}


@pytest.fixture
async def speaker(speak: Speak) -> Speaker:
    return await speak()


# --- one of several -----------------------------------------------------------------------------------------------


async def test_a_text_is_categorized(speaker: Speaker, finish: Finish) -> None:
    task = await speaker.create_task(
        TaskType.Categorization,
        attachment="Best soap I ever had.",
        attachment_type="text",
        categories=["positive", "negative"],
        category_ids={"positive": "p1", "negative": "n1"},
    )
    await finish({"attributes": {"category": "positive"}})

    found = await speaker.get_task(task.id)
    assert (found.status, found.type) == ("completed", "categorization")
    assert found.response == {"category": "positive", "category_id": "p1"}
    assert [one.id for one in await speaker.tasks(type="categorization")] == [task.id]
    assert (await speaker.tasks(type="comparison")).total == 0


async def test_several_categories_are_a_list(speaker: Speaker, finish: Finish) -> None:
    await speaker.create_project(
        "Soap", TaskType.Categorization, {"categories": ["a", "b", "c"], "allow_multiple": True}
    )
    task = await speaker.create_task(
        TaskType.Categorization,
        project="Soap",
        attachment="Soap.",
        attachment_type="text",
        hypothesis={"category": ["b"]},
    )
    await finish({"attributes": {"category": ["a", "c"]}})

    assert (await speaker.get_task(task.id)).response == {"category": ["a", "c"]}


async def test_a_guess_is_where_the_worker_begins(speaker: Speaker, finish: Finish, organization: Organization) -> None:
    await speaker.create_task(
        TaskType.Categorization,
        attachment="Soap.",
        attachment_type="text",
        categories=["a", "b"],
        hypothesis={"category": "b"},
    )
    await finish()

    turn = await a_turn(organization)
    assert turn["prelabels"] == {"attributes": {"category": "b"}}
    assert turn["content"] == [{"type": "text", "text": "Soap.", "title": None}]


async def test_images_are_compared_once_all_are_fetched(
    speaker: Speaker, finish: Finish, organization: Organization
) -> None:
    images = ["https://photos.acme.org/a.png", "https://photos.acme.org/b.png"]
    task = await speaker.create_task(TaskType.Comparison, attachments=images, choices=["left", "right"])
    await finish()
    turn = await a_turn(organization)
    assert [item["type"] for item in turn["content"]] == ["image", "image"]
    assert turn["content"][0]["media"]["width"] == 640

    annotator = await organization.client_for("annotator")
    sent = {"answer": {"attributes": {"choice": "left"}}, "duration_seconds": 3}
    assert (await annotator.post(f"/v1/work/turns/{turn['assignment_id']}/submit", json=sent)).status_code == 200
    await finish()
    assert (await speaker.get_task(task.id)).response == {"choice": "left"}


async def test_a_task_whose_image_cannot_be_had_says_which(speaker: Speaker, finish: Finish) -> None:
    images = ["https://photos.acme.org/a.png", "https://photos.acme.org/b.png"]
    task = await speaker.create_task(TaskType.Comparison, attachments=images, choices=["left", "right"])
    await finish(failure="The address answered 404.")

    found = await speaker.get_task(task.id)
    assert found.status == "error"
    assert found.response["error"] == "The address answered 404."
    assert found.response["attachments"][0]["url"] in images


# --- fields -------------------------------------------------------------------------------------------------------


async def test_what_stands_there_is_transcribed(speaker: Speaker, finish: Finish) -> None:
    task = await speaker.create_task(
        TaskType.Transcription,
        attachment="Milk 1.20\nBread 2.50",
        attachment_type="text",
        fields={"shop": "Who sold it"},
        repeatable_fields={"item": "What", "price": "How much"},
    )
    rows = [{"item": "Milk", "price": "1.20"}, {"item": "Bread"}]
    await finish({"attributes": {"repeatable_fields": rows}})

    response = (await speaker.get_task(task.id)).response
    assert response == {
        "fields": {"shop": ""},
        "repeatable_fields": [{"item": "Milk", "price": "1.20"}, {"item": "Bread", "price": ""}],
    }


async def test_data_is_collected_from_a_website(speaker: Speaker, finish: Finish, organization: Organization) -> None:
    task = await speaker.create_task(
        TaskType.DataCollection,
        attachment="https://shop.example.org/soap",
        attachment_type="website",
        fields=[{"field_id": "price", "title": "Price", "required": True}],
    )
    await finish()

    assert (await a_turn(organization))["content"] == [
        {"type": "link", "url": "https://shop.example.org/soap", "title": None}
    ]
    await finish({"attributes": {"price": "3"}})
    assert (await speaker.get_task(task.id)).status == "pending"  # the turn above holds it
    assert (await speaker.get_task(task.id)).params["fields"][0]["field_id"] == "price"


# --- collections --------------------------------------------------------------------------------------------------


async def test_every_type_of_field_is_asked_answered_and_told(
    speaker: Speaker, finish: Finish, organization: Organization
) -> None:
    await speaker.create_project("Texts", TaskType.TextCollection, {"fields": FIELDS})
    task = await speaker.create_task(
        TaskType.TextCollection, project="Texts", attachments=[{"type": "text", "content": "It was slow."}]
    )
    await finish(ANSWERED and {"attributes": ANSWERED})

    found = await speaker.get_task(task.id)
    assert found.response == {"annotations": TOLD}
    assert found.params["fields"] == FIELDS


async def test_titles_are_words_and_never_markup(speaker: Speaker, finish: Finish, organization: Organization) -> None:
    await speaker.create_task(
        TaskType.TextCollection,
        fields=FIELDS,
        title="<h1>Review</h1>",
        description="<p>Read <a href='javascript:x'>it</a> first.</p>",
        attachments=[{"type": "text", "content": "<b>kept as it is</b>"}],
    )
    await finish()

    turn = await a_turn(organization)
    assert turn["taxonomy"]["attributes"][0]["title"] == 'Mood of "it"'
    assert turn["taxonomy"]["attributes"][0]["choices"][0] == {"name": "1", "title": "Good (smiles)"}
    assert [(item["title"], item["text"]) for item in turn["content"]] == [
        ("Review", "Read it first."),
        (None, "<b>kept as it is</b>"),
    ]


async def test_what_is_told_may_be_sent_again_as_a_guess(
    speaker: Speaker, finish: Finish, organization: Organization
) -> None:
    await speaker.create_project("Texts", TaskType.TextCollection, {"fields": FIELDS})
    await speaker.create_task(
        TaskType.TextCollection, project="Texts", attachment="Slow.", hypothesis={"annotations": TOLD}
    )
    await finish()

    assert (await a_turn(organization))["prelabels"] == {"attributes": ANSWERED}


async def test_a_guess_may_come_as_items_of_lists_of_lists(
    speaker: Speaker, finish: Finish, organization: Organization
) -> None:
    items = [{"type": "category", "field_id": "mood", "response": [[1]]}, {"field_id": "stars", "response": [[4]]}]
    await speaker.create_task(TaskType.TextCollection, fields=FIELDS, attachment="Fine.", hypothesis=items)
    await finish()

    assert (await a_turn(organization))["prelabels"] == {"attributes": {"mood": "1", "stars": 4.0}}


async def test_several_people_answer_and_each_is_told(
    speaker: Speaker, finish: Finish, organization: Organization
) -> None:
    task = await speaker.create_task(
        TaskType.TextCollection,
        fields=[{"type": "number", "field_id": "score", "title": "Score"}],
        attachment="Rate this.",
        responses_required=2,
    )
    await finish()
    people: list[tuple[Literal["annotator", "reviewer"], int]] = [("annotator", 2), ("reviewer", 5)]
    for role, score in people:
        client = await organization.client_for(role)
        work = (await client.get("/v1/work/projects")).json()["items"]
        turn = (await client.post(f"/v1/work/projects/{work[0]['id']}/claim", json={})).json()
        sent = {"answer": {"attributes": {"score": score}}, "duration_seconds": 3}
        assert (await client.post(f"/v1/work/turns/{turn['assignment_id']}/submit", json=sent)).status_code == 200
        await finish()

    assert (await speaker.get_task(task.id)).response == {
        "annotations": {"score": {"type": "number", "field_id": "score", "responses": [[2], [5]]}}
    }


async def test_a_project_of_our_own_is_told_as_a_collection(speaker: Speaker, organization: Organization) -> None:
    manager = await organization.client_for("manager")
    taxonomy = {
        "attributes": [
            {"name": "mood", "type": "multiselect", "choices": [{"name": "good"}, {"name": "bad"}], "choices_max": 1},
            {"name": "when", "type": "datetime", "when": {"attribute": "mood", "any_of": ["bad"]}},
        ]
    }
    made = {"name": "Ours", "kind": "form", "instructions": "Read.", "taxonomy": taxonomy}
    assert (await manager.post("/v1/projects", json=made)).status_code == 201

    project = await speaker.get_project("Ours")
    assert (project.type, project.params["fields"][1]["conditions"]) == ("textcollection", {"mood": ["bad"]})
    task = await speaker.create_task(TaskType.TextCollection, project="Ours", attachment="A text.")
    assert task.status == "pending"


async def test_a_task_of_our_own_is_told_by_its_own_question(
    speaker: Speaker, organization: Organization, finish: Finish
) -> None:
    manager = await organization.client_for("manager")
    asked = [{"name": name, "type": "text"} for name in ("first", "second")]
    made = {"name": "Ours", "kind": "form", "instructions": "", "taxonomy": {"attributes": asked[:1]}}
    project = (await manager.post("/v1/projects", json=made)).json()["id"]
    shown = [{"type": "text", "text": "A text."}, {"type": "link", "url": "https://acme.org/"}]
    rows = [{"content": shown, "taxonomy": {"attributes": asked[1:]}}]
    assert (await manager.post(f"/v1/projects/{project}/tasks", json={"tasks": rows})).status_code == 201
    await finish({"attributes": {"second": "yes"}})

    (found,) = await speaker.gathered("get_tasks", project_name="Ours")

    assert found.response == {"annotations": {"second": ["yes"]}}
    assert [one["type"] for one in found.params["attachments"]] == ["text", "website"]


async def test_a_recording_is_transcribed(speaker: Speaker, organization: Organization) -> None:
    # The client has no name for this type, and takes any that says its value.
    audio: Any = SimpleNamespace(value="audiotranscription")
    with pytest.raises(ScaleInvalidRequest, match="address"):
        await speaker.create_task(audio, attachment="no address")
    task = await speaker.create_task(
        audio, attachment="https://calls.acme.org/call", hypothesis={"transcript": "The soap arrived"}
    )
    assert (task.status, task.type) == ("pending", "audiotranscription")
    async with organization.context_for(SYSTEM) as context:
        (row,) = await context.tenant.fetch("select id, file_name from attachments where organization_id = $1")
        wanted = await resolution.wanted_as(context, row["id"])
        item = await item_of(organization.house.blobs, organization.id, wanted, row["file_name"], sound())
        await resolution.item_arrived(context, row["id"], item)
    await advanced(organization)

    turn = await a_turn(organization)
    assert [(one["media"], one["content_type"]) for one in turn["content"]] == [("audio", "audio/wav")]
    assert turn["prelabels"] == {"attributes": {"transcript": "The soap arrived"}}
    annotator = await organization.client_for("annotator")
    handed = {"answer": {"attributes": {"transcript": "The soap arrived late."}}, "duration_seconds": 9}
    assert (await annotator.post(f"/v1/work/turns/{turn['assignment_id']}/submit", json=handed)).status_code == 200
    await advanced(organization)

    found = await speaker.get_task(task.id)
    assert (found.status, found.response) == ("completed", {"transcript": "The soap arrived late."})


def sound() -> bytes:
    """A fifth of a second of silence, as a WAV file."""
    out = BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(3200))
    return out.getvalue()


# --- mistakes -----------------------------------------------------------------------------------------------------

TEXT = {"attachment": "A text.", "attachment_type": "text"}


@pytest.mark.parametrize(
    ("task_type", "sent", "words"),
    [
        (TaskType.Categorization, {"categories": ["a"]}, "what is to be looked at"),
        (TaskType.Categorization, TEXT, "give categories"),
        (TaskType.Categorization, {**TEXT, "categories": ["a", "a"]}, "twice"),
        (TaskType.Categorization, {**TEXT, "categories": ["a"], "category_ids": {"b": 1}}, "not among"),
        (TaskType.Categorization, {**TEXT, "attachment_type": "hologram", "categories": ["a"]}, "hologram"),
        (
            TaskType.Categorization,
            {"attachment": "no address", "attachment_type": "pdf", "categories": ["a"]},
            "address",
        ),
        (
            TaskType.Categorization,
            {**TEXT, "categories": ["a"], "hypothesis": {"category": "z"}},
            "hypothesis|not a choice",
        ),
        (TaskType.Comparison, {"attachments": ["one"], "choices": ["a"]}, "at least 2"),
        (TaskType.Comparison, {"attachments": ["one", "two"]}, "give choices"),
        (TaskType.Transcription, TEXT, "give fields"),
        (TaskType.DataCollection, {**TEXT, "fields": [3.5, {}]}, "text"),
        (TaskType.TextCollection, {"fields": FIELDS}, "what is to be looked at"),
        (TaskType.TextCollection, TEXT, "give fields"),
        (TaskType.TextCollection, {**TEXT, "fields": [{"type": "hologram", "field_id": "x"}]}, "hologram"),
        (TaskType.TextCollection, {**TEXT, "fields": [{"type": "text"}]}, "Must be a text"),
        (TaskType.TextCollection, {**TEXT, "fields": [{"type": "category", "field_id": "x"}]}, "choices"),
        (TaskType.TextCollection, {**TEXT, "fields": [{"field_id": "x"}, {"field_id": "x"}]}, "two fields"),
        (TaskType.TextCollection, {**TEXT, "fields": [{"field_id": "x", "conditions": {"y": "1"}}]}, "no field 'y'"),
        (TaskType.TextCollection, {**TEXT, "fields": FIELDS, "responses_required": 101}, "within 1 and 100"),
        (TaskType.TextCollection, {**TEXT, "fields": FIELDS, "hypothesis": {"nobody": ["x"]}}, "no field 'nobody'"),
    ],
)
async def test_a_mistake_is_named_and_nothing_is_kept(
    speaker: Speaker, task_type: TaskType, sent: dict[str, Any], words: str
) -> None:
    with pytest.raises(ScaleInvalidRequest, match=words):
        await speaker.create_task(task_type, **sent)
    assert (await speaker.tasks()).total == 0
