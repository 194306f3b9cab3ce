"""Simulated annotators have the habits their names say."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest

from assay.cli.robots import CREW_MAX, HABITS, answer_as, parse_crew, seconds_spent
from assay.core.annotations.image import Box, ImageAnswer
from assay.core.annotations.kind import Answer, MediaSize
from assay.core.errors import Invalid

SIZE = MediaSize(1000, 800)
LABELS = ["person", "dog", "car"]
PHOTOS = 60


def box(number: int, label: str = "person", side: float = 100.0) -> dict[str, Any]:
    x, y = 110.0 * (number % 8), 150.0 * (number // 8)
    return {"type": "box", "id": f"t{number}", "label": label, "x": x, "y": y, "width": side, "height": side}


TRUTH: Answer = {"annotations": [box(n, LABELS[n % 3]) for n in range(24)]}


def iou(left: dict[str, Any], right: dict[str, Any]) -> float:
    across = min(left["x"] + left["width"], right["x"] + right["width"]) - max(left["x"], right["x"])
    down = min(left["y"] + left["height"], right["y"] + right["height"]) - max(left["y"], right["y"])
    shared = max(0.0, across) * max(0.0, down)
    return float(shared / (left["width"] * left["height"] + right["width"] * right["height"] - shared))


def recall(name: str) -> float:
    """The share of true boxes that an answer has with the right label and an IoU of at least 0.5."""
    rng = np.random.default_rng(4)
    found = 0
    for _ in range(PHOTOS):
        answer = answer_as(HABITS[name], TRUTH, SIZE, LABELS, rng)
        found += sum(
            any(iou(true, mark) >= 0.5 and true["label"] == mark["label"] for mark in answer["annotations"])
            for true in TRUTH["annotations"]
        )
    return found / (PHOTOS * len(TRUTH["annotations"]))


def test_an_honest_one_is_better_than_a_sloppy_one_and_a_spammer_is_useless() -> None:
    assert recall("expert") > 0.95
    assert recall("expert") > recall("honest") > recall("sloppy") > recall("spammer")
    assert recall("honest") > 0.85
    assert 0.4 < recall("sloppy") < 0.85
    assert recall("spammer") < 0.05


@pytest.mark.parametrize("name", HABITS)
def test_answers_are_of_the_image_kind_and_within_the_photo(name: str) -> None:
    rng = np.random.default_rng(5)

    for _ in range(PHOTOS):
        answer = msgspec.convert(answer_as(HABITS[name], TRUTH, SIZE, LABELS, rng), ImageAnswer)
        assert len({mark.id for mark in answer.annotations}) == len(answer.annotations)
        for mark in answer.annotations:
            assert isinstance(mark, Box)
            assert mark.label in LABELS
            assert 0 <= mark.x <= mark.x + mark.width <= SIZE.width + 1e-6
            assert 0 <= mark.y <= mark.y + mark.height <= SIZE.height + 1e-6
            assert min(mark.width, mark.height) >= 2


def test_the_same_generator_gives_the_same_answer_and_the_truth_stays_as_it_was() -> None:
    before = msgspec.json.encode(TRUTH)

    first = answer_as(HABITS["sloppy"], TRUTH, SIZE, LABELS, np.random.default_rng(1))
    second = answer_as(HABITS["sloppy"], TRUTH, SIZE, LABELS, np.random.default_rng(1))

    assert first == second
    assert msgspec.json.encode(TRUTH) == before


def test_a_spammer_sometimes_says_that_nothing_is_there() -> None:
    rng = np.random.default_rng(2)

    empty = sum(not answer_as(HABITS["spammer"], TRUTH, SIZE, LABELS, rng)["annotations"] for _ in range(400)) / 400

    assert empty == pytest.approx(0.3, abs=0.08)


def test_a_biased_one_has_one_label_and_draws_too_large() -> None:
    answer = answer_as(HABITS["biased"], TRUTH, SIZE, LABELS, np.random.default_rng(3))

    boxes = answer["annotations"]
    assert {mark["label"] for mark in boxes} == {"person"}
    assert np.mean([mark["width"] for mark in boxes if 0 < mark["x"] < 800]) == pytest.approx(115, abs=4)


def test_a_lazy_one_marks_the_largest_half() -> None:
    truth = {"annotations": [box(n, side=40.0 if n % 2 else 100.0) for n in range(20)]}
    rng = np.random.default_rng(3)

    answers = [answer_as(HABITS["lazy"], truth, SIZE, LABELS, rng)["annotations"] for _ in range(PHOTOS)]

    widths = [mark["width"] for marks in answers for mark in marks]
    assert np.mean([len(marks) for marks in answers]) < 11
    assert np.mean(np.array(widths) > 70) > 0.9


def test_every_shape_is_redrawn_as_itself() -> None:
    truth = {
        "annotations": [
            {**box(0), "rotation": 30.0, "attributes": {"occluded": "no"}},
            {
                "type": "polygon",
                "id": "p",
                "label": "car",
                "rings": [[[10, 10], [200, 10], [200, 200]], [[150, 50], [180, 50], [180, 90]]],
            },
            {"type": "polyline", "id": "l", "label": "dog", "points": [[0, 0], [500, 400]]},
            {"type": "point", "id": "o", "label": "dog", "x": 999.9, "y": 0.1},
        ],
        "attributes": {"weather": "rain"},
    }

    answer = answer_as(HABITS["expert"], truth, SIZE, LABELS, np.random.default_rng(11))
    typed = msgspec.convert(answer, ImageAnswer)

    assert [mark["type"] for mark in answer["annotations"]] == ["box", "polygon", "polyline", "point"]
    assert answer["annotations"][0]["rotation"] == 30.0
    assert answer["annotations"][0]["attributes"] == {"occluded": "no"}
    assert answer["attributes"] == {"weather": "rain"}
    assert len(typed.annotations) == 4


def test_spammers_are_quick() -> None:
    rng = np.random.default_rng(1)
    answer = answer_as(HABITS["honest"], TRUTH, SIZE, LABELS, rng)

    honest = np.median([seconds_spent(HABITS["honest"], answer, rng) for _ in range(99)])
    spammer = np.median([seconds_spent(HABITS["spammer"], answer, rng) for _ in range(99)])

    assert spammer < honest / 4


def test_a_crew_is_read_from_the_command_line() -> None:
    assert [habits.name for habits in parse_crew("honest:3, sloppy:1,spammer")] == [
        "honest",
        "honest",
        "honest",
        "sloppy",
        "spammer",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "honest:0",
        "honest:-1",
        "honest:x",
        "saint:1",
        "honest:",
        "honest:9999999",
        f"lazy:{CREW_MAX},lazy",
        "honest:٣",
    ],
)
def test_a_crew_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_crew(text)
