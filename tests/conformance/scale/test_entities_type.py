"""Passages of a text and relations between them, asked and told in the client's words."""

from __future__ import annotations

from typing import Any

import pytest
from scaleapi.exceptions import ScaleInvalidRequest
from scaleapi.tasks import TaskType

from asked_of_types import ENTITIES, TEXT
from harness import Organization
from speaking import Finish, Speak, Speaker, a_turn

ANSWER: dict[str, Any] = {
    "annotations": [
        {"id": "a", "type": "span", "label": "person", "start": 0, "end": 12, "attributes": {"alive": "no"}},
        {"id": "b", "type": "span", "label": "person", "start": 22, "end": 37},
        {"id": "c", "type": "span", "label": "place", "start": 43, "end": 49},
    ],
    "relations": [{"id": "r", "name": "wrote_to", "source": "a", "target": "b"}],
    "attributes": {"tone": "warm"},
}


@pytest.fixture
async def speaker(speak: Speak) -> Speaker:
    return await speak()


async def test_passages_and_relations_are_told_with_their_text(speaker: Speaker, finish: Finish) -> None:
    await speaker.create_project("Letters", TaskType.NamedEntityRecognition, ENTITIES)
    task = await speaker.create_task(TaskType.NamedEntityRecognition, project="Letters", text=TEXT)
    await finish(ANSWER)

    found = await speaker.get_task(task.id)
    assert [(one["text"], one["label"]) for one in found.response["annotations"]] == [
        ("Ada Lovelace", "person"),
        ("Charles Babbage", "person"),
        ("London", "place"),
    ]
    first, *_ = found.response["annotations"]
    assert (first["start"], first["end"], first["attributes"]) == (0, 12, {"alive": "no"})
    assert found.response["relationships"] == [{"id": "r", "source_ref": "a", "target_ref": "b", "name": "wrote_to"}]
    assert found.response["global_attributes"] == {"tone": "warm"}
    assert found.params["text"] == TEXT
    assert [one.id for one in await speaker.tasks(type="namedentityrecognition")] == [task.id]


async def test_what_is_told_is_a_guess_too(speaker: Speaker, finish: Finish, organization: Organization) -> None:
    await speaker.create_project("Letters", TaskType.NamedEntityRecognition, ENTITIES)
    task = await speaker.create_task(TaskType.NamedEntityRecognition, project="Letters", text=TEXT)
    await finish(ANSWER)
    told = (await speaker.get_task(task.id)).response

    await speaker.create_task(TaskType.NamedEntityRecognition, project="Letters", text=TEXT, hypothesis=told)
    await finish()

    assert (await a_turn(organization))["prelabels"] == ANSWER


async def test_merged_lines_keep_every_place(speaker: Speaker, finish: Finish, organization: Organization) -> None:
    await speaker.create_task(
        TaskType.NamedEntityRecognition, text="Charles\r\nBabbage", labels=["person"], merge_newlines=True
    )
    await finish()

    assert (await a_turn(organization))["content"][0]["text"] == "Charles  Babbage"


async def test_a_label_above_others_is_a_heading(speaker: Speaker, finish: Finish, organization: Organization) -> None:
    await speaker.create_task(TaskType.NamedEntityRecognition, text=TEXT, **ENTITIES)
    await finish()

    taxonomy = (await a_turn(organization))["taxonomy"]
    who = taxonomy["labels"][0]
    assert (who["title"], who["shapes"], [one["name"] for one in who["children"]]) == (
        "Somebody",
        [],
        ["person", "company"],
    )
    assert taxonomy["relations"][0] == {"name": "wrote_to", "source_labels": ["who"], "target_labels": ["person"]}


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"labels": ["a"]}, "Give the text"),
        ({"text": " ", "labels": ["a"]}, "Give the text"),
        ({"text": "x"}, "give labels"),
        ({"text": "x", "labels": [{"display_name": "A"}]}, "Must be a text"),
        ({"text": "x", "labels": ["a", {"name": "b", "children": ["a"]}]}, "two places"),
        ({"text": "x", "labels": ["a"], "relationships": [{"name": "r", "source_label": "z"}]}, "no label 'z'"),
        (
            {"text": "x", "labels": ["a"], "hypothesis": {"annotations": [{"label": "a", "start": 0, "end": 9}]}},
            "hypothesis|the text has",
        ),
        (
            {"text": "x", "labels": ["a"], "hypothesis": {"annotations": [{"label": "a", "start": 0.5, "end": 1}]}},
            "whole number",
        ),
    ],
)
async def test_a_mistake_is_named_and_nothing_is_kept(speaker: Speaker, sent: dict[str, Any], words: str) -> None:
    with pytest.raises(ScaleInvalidRequest, match=words):
        await speaker.create_task(TaskType.NamedEntityRecognition, **sent)
    assert (await speaker.tasks()).total == 0


async def test_a_project_of_our_own_is_told_too(speaker: Speaker, organization: Organization) -> None:
    manager = await organization.client_for("manager")
    taxonomy = {
        "labels": [{"name": "who", "shapes": [], "children": [{"name": "person", "shapes": ["span"]}]}],
        "relations": [{"name": "knows", "directed": False}],
    }
    made = {"name": "Ours", "kind": "entities", "instructions": "Mark.", "taxonomy": taxonomy}
    assert (await manager.post("/v1/projects", json=made)).status_code == 201

    project = await speaker.get_project("Ours")
    assert project.type == "namedentityrecognition"
    assert project.params["labels"][0]["children"][0]["name"] == "person"
    assert (await speaker.create_task(TaskType.NamedEntityRecognition, project="Ours", text=TEXT)).status == "pending"


async def test_a_task_of_our_own_is_told_with_its_text(
    speaker: Speaker, organization: Organization, finish: Finish
) -> None:
    manager = await organization.client_for("manager")
    taxonomy = {"labels": [{"name": "place", "shapes": ["span"]}]}
    made = {"name": "Ours", "kind": "entities", "instructions": "Mark.", "taxonomy": taxonomy}
    project = (await manager.post("/v1/projects", json=made)).json()["id"]
    rows = [{"content": [{"type": "text", "text": "In London."}]}]
    assert (await manager.post(f"/v1/projects/{project}/tasks", json={"tasks": rows})).status_code == 201
    await finish({"annotations": [{"id": "a", "type": "span", "label": "place", "start": 3, "end": 9}]})

    (found,) = await speaker.gathered("get_tasks", project_name="Ours")

    assert (found.type, found.params["text"]) == ("namedentityrecognition", "In London.")
    assert found.response["annotations"][0]["text"] == "London"
