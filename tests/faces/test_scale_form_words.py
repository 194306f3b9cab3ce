"""What the other dialect says of the fields of a collection, and ours."""

from __future__ import annotations

from typing import Any

import pytest

from assay.core.annotations import kind_named
from assay.core.errors import Invalid
from assay.core.taxonomy import Condition, Taxonomy
from assay.faces.scale.collecting import fields_of

MOOD = {"type": "category", "field_id": "mood", "choices": ["good", "bad"]}
STARS = {"type": "number", "field_id": "stars"}
NOTE = {"type": "text", "field_id": "note"}
DAY = {"type": "date", "field_id": "day"}


def when(conditions: Any) -> Condition | None:
    """When a fifth field is asked, as a taxonomy that can be worked with."""
    fields = fields_of([{"type": "text", "field_id": "why", "conditions": conditions}, MOOD, STARS, NOTE, DAY])
    kind_named("form").check_taxonomy(Taxonomy(attributes=[one.attribute for one in fields]))
    return next(one.attribute.when for one in fields if one.name == "why")


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"mood": "bad"}, Condition("mood", ["bad"])),
        ([{"mood": "bad"}, {"mood": ["good"]}], Condition("mood", ["bad", "good"])),
        ({"stars": [1, 2]}, Condition("stars", ["1", "2"])),
        ({"note": "odd"}, Condition("note", ["odd"])),
        ({"mood": "bad", "stars": 1}, Condition("mood", ["bad"], also=[Condition("stars", ["1"])])),
        ([{"mood": "bad"}, {"stars": 1}], Condition("mood", ["bad"], or_else=[Condition("stars", ["1"])])),
        ({"field_conditions": [{"field_id": "stars", "values": [5]}]}, Condition("stars", ["5"])),
    ],
    ids=["one", "same field twice", "number", "text", "together", "instead", "named"],
)
def test_a_field_is_asked_after_choices_texts_and_numbers_of_several_others(
    conditions: Any, expected: Condition
) -> None:
    assert when(conditions) == expected


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        ({"mood": "odd"}, "no choice of 'mood'"),
        ({"stars": "many"}, "no number"),
        ({"day": "2026-11-22"}, "nothing else"),
        ({"other": "x"}, "no field 'other'"),
        ([{}], "depends on nothing"),
        ({"why": "x"}, "back to itself"),
    ],
    ids=["choice", "number", "date", "unknown", "empty", "circle"],
)
def test_a_condition_that_cannot_be_met_is_refused_by_its_field(conditions: Any, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        when(conditions)
