"""Marks that a task begins with: what may be done with them, and what they are worth."""

from __future__ import annotations

from typing import Any

import pytest

from assay.core.annotations import kind_named
from assay.core.annotations.kind import Content, MediaSize, MergeOptions, Voice
from assay.core.errors import Invalid
from assay.core.taxonomy import Attribute, Choice, GivenMarks, Label, Taxonomy

IMAGE = kind_named("image")
SIZE = Content(MediaSize(100, 100))


def box(id: str = "g", x: float = 10, label: str = "dog", **more: Any) -> dict[str, Any]:
    return {"type": "box", "id": id, "label": label, "x": x, "y": 10, "width": 20, "height": 20, **more}


def asking(*given: dict[str, Any], **may: bool) -> Taxonomy:
    age = Attribute("age", "category", choices=[Choice("old"), Choice("young")], required=True)
    return Taxonomy(
        labels=[Label("dog", width_min=5, attributes=[age]), Label("cat")],
        given=GivenMarks(list(given), **{"may_add": False, "may_change": False, "may_delete": False, **may}),
    )


def fields(taxonomy: Taxonomy, *marks: dict[str, Any]) -> list[str]:
    with pytest.raises(Invalid) as caught:
        IMAGE.check({"annotations": list(marks)}, taxonomy, SIZE)
    return [problem.field for problem in caught.value.problems]


def check(taxonomy: Taxonomy, *marks: dict[str, Any]) -> Any:
    return IMAGE.check({"annotations": list(marks)}, taxonomy, SIZE).get("annotations", [])


def test_what_nobody_may_touch_comes_back_as_it_was_given() -> None:
    """It need not keep to rules that its giver did not keep: its attribute is not answered."""
    assert check(asking(box()), box()) == [box()]


def test_what_hangs_over_the_photo_is_cut_as_any_mark_and_counts_as_untouched() -> None:
    assert check(asking(box(x=-5)), box(x=-5)) == [box(x=0, width=15)]
    assert check(asking(box(x=-5)), box(x=0, width=15)) == [box(x=0, width=15)]


@pytest.mark.parametrize(
    ("sent", "permission", "field"),
    [
        ([box(x=11)], "may_change", "annotations[0]"),
        ([box(attributes={"age": "old"})], "may_change", "annotations[0]"),
        ([box(label="cat")], "may_relabel", "annotations[0].label"),
        ([], "may_delete", "annotations"),
        ([box(), box("own", label="cat")], "may_add", "annotations[1]"),
    ],
)
def test_each_thing_is_refused_unless_it_is_allowed(sent: list[dict[str, Any]], permission: str, field: str) -> None:
    answered = [mark | ({"attributes": {"age": "old"}} if mark["label"] == "dog" else {}) for mark in sent]

    assert fields(asking(box()), *sent) == [field]
    if permission == "may_change":
        assert check(asking(box(), may_change=True), *answered) == answered
    else:
        assert check(asking(box(), **{permission: True}), *sent) == sent


def test_a_label_may_change_where_the_place_may_not() -> None:
    taxonomy = asking(box(), may_relabel=True)

    assert check(taxonomy, box(label="cat")) == [box(label="cat")]
    assert fields(taxonomy, box(x=11, label="cat")) == ["annotations[0]"]


def options(taxonomy: Taxonomy) -> MergeOptions:
    return MergeOptions(taxonomy=taxonomy)


def test_a_given_mark_stays_one_object_however_far_it_was_moved() -> None:
    """Three boxes of 20 at 10, 50 and 52: none of the first two overlap, and the first stands alone by its place."""
    taxonomy = asking(box(), may_change=True, may_add=True)
    voices = [Voice(str(x), {"annotations": [box(x=x)]}) for x in (10.0, 50.0, 52.0)]

    merged = IMAGE.merge(voices, options(taxonomy))

    (mark,) = merged.answer["annotations"]
    assert mark["id"] == "g"
    assert 49 < mark["x"] < 53
    assert len(IMAGE.merge(voices, MergeOptions()).objects) == 2


def test_two_given_marks_at_one_place_stay_two() -> None:
    taxonomy = asking(box("a"), box("b"))
    voices = [Voice(name, {"annotations": [box("a"), box("b")]}) for name in "xy"]

    merged = IMAGE.merge(voices, options(taxonomy))

    assert [mark["id"] for mark in merged.answer["annotations"]] == ["a", "b"]


def test_what_nobody_could_change_says_nothing_of_a_worker() -> None:
    """Of three given boxes and one of their own, only their own counts, and it lies elsewhere: 0, not 6 / 8."""
    taxonomy = asking(*(box(str(n), x=n) for n in range(3)), may_add=True)
    given = [box(str(n), x=n) for n in range(3)]
    left = {"annotations": [*given, box("l", label="cat", x=50)]}
    right = {"annotations": [*given, box("r", label="cat", x=75)]}

    assert IMAGE.agreement(left, right, options(taxonomy)) == 0
    assert IMAGE.score(left, right, options(taxonomy)) == 0
    assert IMAGE.merge([Voice("l", left), Voice("r", right)], options(taxonomy)).agreement == 0
    assert IMAGE.agreement(left, right, MergeOptions()) == pytest.approx(6 / 8)


@pytest.mark.parametrize(("reach", "kept"), [(-8, -8), (-30, -10)])
def test_a_margin_is_room_for_marks(reach: float, kept: float) -> None:
    """Boxes of 60 that begin left of the photo, which has a margin of 10 at its sides."""
    taxonomy = Taxonomy(labels=[Label("cat", shapes=["box", "polygon", "point"])], margin_x=10)
    wide = {"type": "box", "id": "g", "label": "cat", "x": reach, "y": 10, "width": 60, "height": 20}

    (mark,) = check(taxonomy, wide)

    assert mark["x"] == kept
    assert mark["width"] == 60 + reach - kept


def test_a_margin_has_an_edge_too() -> None:
    taxonomy = Taxonomy(labels=[Label("cat", shapes=["point"])], margin_x=10)
    point = {"type": "point", "id": "p", "label": "cat", "y": 50}

    assert check(taxonomy, point | {"x": 110.0}) == [point | {"x": 110.0}]
    assert fields(taxonomy, point | {"x": 115.0}) == ["annotations[0]"]
    assert fields(taxonomy, point | {"x": 50, "y": -5}) == ["annotations[0]"]
