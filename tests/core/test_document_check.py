"""What an answer about a document may be, and what becomes of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from assay.core.annotations.document_check import GROUPS_MAX, TEXT_LENGTH_MAX
from assay.core.annotations.document_kind import DocumentKind
from assay.core.annotations.kind import Content, MediaSize
from assay.core.content import ImageItem, Item, TextItem, pages_of, sized
from assay.core.errors import Invalid, Problem
from assay.core.taxonomy import Attribute, Choice, Label, RelationType, Taxonomy

DOCUMENTS = DocumentKind()
TAXONOMY = Taxonomy(
    labels=[
        Label("line", shapes=["box", "polygon"], text="required", rotatable=True),
        Label("note", text="optional", attributes=[Attribute("date", "datetime"), Attribute("amount", "number")]),
        Label("stamp", attributes=[Attribute("colour", "category", choices=[Choice("red")], required=True)]),
        Label("row", shapes=["group"], attributes=[Attribute("kind", "text")]),
    ],
    attributes=[Attribute("legible", "category", choices=[Choice("yes"), Choice("no")])],
    language="ar",
)
PAGES = [MediaSize(600, 800), MediaSize(800, 600)]


def box(id: str = "a", label: str = "line", **changes: Any) -> dict[str, Any]:
    text = {"text": "Total"} if label == "line" else {}
    made = {"type": "box", "id": id, "label": label, "x": 10.0, "y": 20.0, "width": 100.0, "height": 30.0}
    return made | text | changes


def check(*regions: Any, groups: Any = (), pages: Any = PAGES, complete: bool = True, **attributes: Any) -> Any:
    given = {"annotations": list(regions), "groups": list(groups), "attributes": attributes}
    return DOCUMENTS.check(given, TAXONOMY, Content(pages=pages), complete=complete)


def problems(*regions: Any, **more: Any) -> list[Problem]:
    with pytest.raises(Invalid) as caught:
        check(*regions, **more)
    return caught.value.problems


def fields(*regions: Any, **more: Any) -> list[str]:
    return [problem.field for problem in problems(*regions, **more)]


def test_a_good_answer_comes_back_with_its_defaults_left_out() -> None:
    group = {"id": "g", "label": "row", "members": ["b", "a"], "attributes": {"kind": "item"}}

    answer = check(box(page=0), box("b", page=1, text=" ok "), groups=[group], legible="yes")

    assert answer == {
        "annotations": [box(), box("b", page=1, text="ok")],
        "groups": [group],
        "attributes": {"legible": "yes"},
    }
    assert check() == {} == DOCUMENTS.empty()


def test_a_region_is_cut_at_the_edges_of_its_own_page() -> None:
    wide = box(x=550.0, width=200.0)

    assert check(wide)["annotations"][0]["width"] == 50.0
    assert check(wide | {"page": 1})["annotations"][0]["width"] == 200.0
    assert fields(box(x=700.0)) == ["annotations[0]"]


def test_an_outline_is_cut_too_and_a_box_may_be_turned_where_its_label_says_so() -> None:
    outline = {"type": "polygon", "id": "p", "label": "line", "rings": [[[500, 0], [700, 0], [700, 50]]], "text": "x"}

    answer = check(outline, box(rotation=12.0))

    assert max(x for x, _ in answer["annotations"][0]["rings"][0]) == 600
    assert answer["annotations"][1]["rotation"] == 12.0
    assert fields(box(label="note", rotation=12.0)) == ["annotations[0].rotation"]


def test_a_region_is_on_a_page_that_is_there() -> None:
    assert fields(box(page=2), box("b", page=-1)) == ["annotations[0].page", "annotations[1].page"]
    assert fields(box(page=200), pages=()) == ["annotations[0].page"]
    # The size of a page that is not here yet is not known; that it is one is.
    assert check(box(x=5000.0, page=1), pages=[None, None])["annotations"][0]["x"] == 5000.0


def test_text_is_typed_where_it_is_asked_for() -> None:
    assert fields(box(text="  ")) == ["annotations[0].text"]
    assert check(box(text=""), complete=False)["annotations"] == [
        {name: value for name, value in box().items() if name != "text"}
    ]
    assert fields(box(label="stamp", text="paid", attributes={"colour": "red"})) == ["annotations[0].text"]
    assert "text" not in check(box(label="note"))["annotations"][0]


def test_text_is_kept_in_one_form() -> None:
    answer = check(box(text="Cafe\u0301\r\n 12,50 € "))

    assert answer["annotations"][0]["text"] == "Café\n 12,50 €"


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "x" * (TEXT_LENGTH_MAX + 1)])
def test_text_that_cannot_be_kept_is_refused(text: str) -> None:
    assert fields(box(text=text)) == ["annotations[0].text"]


def test_all_texts_together_are_bounded() -> None:
    regions = [box(str(index), text="x" * TEXT_LENGTH_MAX) for index in range(51)]

    assert fields(*regions) == ["annotations[50].text"]


def test_values_of_a_region_are_those_its_label_asks_for() -> None:
    note = box(label="note", attributes={"date": "2026-11-22", "amount": 12.5})

    assert check(note)["annotations"][0]["attributes"] == {"date": "2026-11-22", "amount": 12.5}
    assert fields(box(label="note", attributes={"date": "22.11."})) == ["annotations[0].attributes.date"]
    assert fields(box(label="stamp")) == ["annotations[0].attributes.colour"]


def test_a_group_names_regions_that_are_there() -> None:
    def group(*members: str, **changes: Any) -> dict[str, Any]:
        return {"id": "g", "label": "row", "members": list(members)} | changes

    assert fields(box(), groups=[group("a", "z")]) == ["groups[0].members[1]"]
    assert fields(box(), groups=[group("a", "a")]) == ["groups[0].members"]
    assert fields(box(), groups=[group()]) == ["groups[0].members"]
    assert fields(box(), groups=[group("a", label="line")]) == ["groups[0].label"]
    assert fields(box(), groups=[group("a", id="a")]) == ["groups[0].id"]
    assert fields(box(label="row")) == ["annotations[0].label"]
    assert fields(box(), groups=[group("a", id=str(index)) for index in range(GROUPS_MAX + 1)]) == ["groups"]


@pytest.mark.parametrize("answer", [[], None, "x", {"annotations": {}}, {"groups": 1}, {"spans": []}])
def test_what_is_no_answer_is_refused(answer: Any) -> None:
    with pytest.raises(Invalid):
        DOCUMENTS.check(answer, TAXONOMY, Content())


@pytest.mark.parametrize(
    ("taxonomy", "field"),
    [
        (Taxonomy([Label("x", shapes=["point"])]), "labels[0].shapes"),
        (Taxonomy([Label("x", shapes=["group", "box"])]), "labels[0].shapes"),
        (Taxonomy([Label("x", shapes=["group"], text="required")]), "labels[0].text"),
        (Taxonomy([Label("x")], language="arabic!"), "language"),
        (Taxonomy([Label("x")], relations=[RelationType("r")]), "relations"),
        (Taxonomy([Label("x", attributes=[Attribute("g", "group")])]), "labels[0].attributes[0].type"),
    ],
)
def test_a_taxonomy_of_other_things_is_refused(taxonomy: Taxonomy, field: str) -> None:
    DOCUMENTS.check_taxonomy(TAXONOMY)

    with pytest.raises(Invalid) as caught:
        DOCUMENTS.check_taxonomy(taxonomy)
    assert caught.value.problems[0].field == field


def test_what_documents_ask_is_refused_elsewhere() -> None:
    from assay.core.annotations import KINDS

    for name in ("image", "entities"):
        with pytest.raises(Invalid) as caught:
            KINDS[name].check_taxonomy(Taxonomy([Label("x", shapes=["group"], text="optional")], language="en"))
        assert {"labels[0].shapes", "labels[0].text", "language"} <= {one.field for one in caught.value.problems}


def test_a_document_is_pages_and_nothing_else() -> None:
    page, text = ImageItem(UUID(int=1)), TextItem("hello")

    assert list(DOCUMENTS.content_problems([page, page], photo=False)) == []
    shown: list[tuple[list[Item] | None, bool]] = [([page, text], False), ([], False), (None, False), (None, True)]
    for items, photo in [*shown, ([page], True)]:
        assert [one.field for one in DOCUMENTS.content_problems(items, photo)] == ["content"]


def test_pages_are_kept_with_their_size_whatever_a_request_says_of_it() -> None:
    known, unknown = ImageItem(UUID(int=1), width=1, height=1), ImageItem(UUID(int=2), width=1, height=1)

    kept = sized([known, TextItem("hello"), unknown], {known.attachment_id: (30, 40)})

    assert pages_of(kept) == [(30, 40), None]
