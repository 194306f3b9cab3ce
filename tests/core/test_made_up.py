"""Answers that nobody gave: within what is asked, the same each time, different from task to task."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.annotations import kind_named
from assay.core.annotations.kind import Content, MediaSize
from assay.core.made_up import made_up
from assay.core.policy import Policy
from assay.core.steps import MoveTo, Resolve
from assay.core.tasks import Case
from assay.core.taxonomy import Attribute, Choice, Condition, Label, RelationType, ShapeLimits, Taxonomy
from assay.core.workflow import next_steps

CHOICES = [Choice("a"), Choice("b", children=[Choice("c"), Choice("d")])]
QUESTIONS = [
    Attribute("mood", "category", choices=CHOICES, required=True),
    Attribute("why", "text", length_max=10, required=True, when=Condition("mood", ["b"])),
    Attribute("topics", "multiselect", choices=[Choice(str(n)) for n in range(5)], choices_min=2, choices_max=3),
    Attribute("share", "number", minimum=0.25, maximum=0.5, required=True),
    Attribute("below", "number", maximum=-3),
    Attribute("day", "datetime"),
    Attribute("minute", "datetime", time_of_day=True),
    Attribute("people", "group", values_max=2, attributes=[Attribute("name", "text", required=True)]),
]
SPANS = Taxonomy(
    labels=[
        Label("who", shapes=[], children=[Label("person", shapes=["span"]), Label("company", shapes=["span"])]),
        Label("place", shapes=["span"], attributes=[Attribute("far", "category", choices=CHOICES[:1], required=True)]),
    ],
    relations=[RelationType("at", source_labels=["who"], target_labels=["place"])],
)
MARKS = Taxonomy(
    labels=[
        Label("car", shapes=["box", "polygon", "polyline", "point"], width_min=20, height_min=20),
        Label("lane", shapes=["polyline"], limits={"polyline": ShapeLimits(vertices_min=9)}),
        Label("sign", shapes=["polygon"], limits={"polygon": ShapeLimits(vertices_max=3)}),
    ],
    attributes=[Attribute("weather", "category", choices=[Choice("dry"), Choice("wet")], required=True)],
)
PAGES = Taxonomy(labels=[Label("total", shapes=["box"], text="required"), Label("row", shapes=["group"])])
CASES: dict[str, tuple[Taxonomy, Content]] = {
    "form": (Taxonomy(attributes=QUESTIONS), Content()),
    "entities": (SPANS, Content(text="Ada Lovelace met Charles Babbage 🎩 in London, said The Times.")),
    "image": (MARKS, Content(size=MediaSize(90, 60))),
    "document": (PAGES, Content(pages=[MediaSize(200, 300), None])),
    "stored": (Taxonomy(), Content()),
}


@given(number=st.integers(0, 2**128 - 1), name=st.sampled_from(sorted(CASES)))
def test_an_answer_is_one_that_somebody_could_have_given(number: int, name: str) -> None:
    taxonomy, content = CASES[name]
    kind = kind_named(name)

    answer = made_up(kind, UUID(int=number), taxonomy, content)

    assert kind.check(answer, taxonomy, content) == answer
    assert answer == made_up(kind, UUID(int=number), taxonomy, content)
    if name != "stored":
        assert answer


def test_every_label_is_used_and_passages_are_joined() -> None:
    answer = made_up(kind_named("entities"), UUID(int=7), *CASES["entities"])

    assert {mark["label"] for mark in answer["annotations"]} == {"person", "company", "place"}
    assert len(answer["relations"]) == 1


def test_tasks_differ() -> None:
    taxonomy, content = CASES["form"]
    answers = [made_up(kind_named("form"), UUID(int=n), taxonomy, content) for n in range(20)]

    assert {answer["attributes"]["mood"] for answer in answers} == {"a", "c", "d"}


def test_what_was_suggested_is_taken_if_it_is_whole() -> None:
    taxonomy, content = Taxonomy(attributes=QUESTIONS[:1]), Content()
    kind = kind_named("form")

    assert made_up(kind, UUID(int=1), taxonomy, content, {"attributes": {"mood": "d"}}) == {"attributes": {"mood": "d"}}
    assert made_up(kind, UUID(int=1), taxonomy, content, {"attributes": {}})["attributes"]["mood"]


def test_what_cannot_be_made_up_whole_is_made_up_in_part() -> None:
    wide = Taxonomy(labels=[Label("wall", shapes=["box"], width_min=5000)])

    (mark,) = made_up(kind_named("image"), UUID(int=1), wide, Content(size=MediaSize(50, 50)))["annotations"]

    assert mark["label"] == "wall"


# --- in the life of a task ----------------------------------------------------------------------------------------


def case(**fields: Any) -> Case:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    known = {"task_id": UUID(int=1), "state": "preparing", "policy": Policy(), "now": now, "taxonomy": CASES["form"][0]}
    return Case(**{**known, **fields})


@pytest.mark.parametrize("media", ["waiting", "ready", "failed"])
def test_it_ends_the_task_at_once_whether_its_photo_is_here_or_not(media: str) -> None:
    (step,) = next_steps(case(made_up=True, media=media), kind_named("form"))

    assert isinstance(step, Resolve)
    assert (step.origin, step.confidence) == ("made_up", 0.0)


def test_what_is_held_back_waits() -> None:
    assert next_steps(case(made_up=True, held=True, media="waiting"), kind_named("form")) == ()


@pytest.mark.parametrize("media", ["waiting", "ready", "failed"])
def test_work_without_a_desk_stays_where_it_is(media: str) -> None:
    assert next_steps(case(media=media, taxonomy=Taxonomy()), kind_named("stored")) == ()


def test_work_with_a_desk_goes_on() -> None:
    first, *_ = next_steps(case(), kind_named("form"))

    assert first == MoveTo("annotating")
