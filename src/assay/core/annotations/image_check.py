"""Whether an answer about a photo is one, and what it looks like in canonical form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, cast

import msgspec

from assay.core.annotations.attributes_check import Value, check_attributes
from assay.core.annotations.image import AttributeValue, ImageAnswer, Mark, Polygon, Polyline
from assay.core.annotations.image_given import Given
from assay.core.annotations.image_marks_check import check_mark, margins_of
from assay.core.annotations.kind import Answer, MediaSize
from assay.core.annotations.parts import check_id
from assay.core.annotations.problems import Full, Problems, is_made_of
from assay.core.annotations.relations_check import check_relations
from assay.core.taxonomy import Attribute, Taxonomy

MARKS_MAX = 5000
VERTICES_MAX = 200_000


def check_answer(answer: Any, taxonomy: Taxonomy, size: MediaSize | None, *, complete: bool = True) -> Answer:
    """See ``Kind.check``.

    What overhangs the photo is cut at its edge: boxes and polygons exactly, polylines and points by moving the
    vertices that slipped over; a turned box is left as it is, since cutting would make it another shape. A mark
    wholly outside is refused. Values of attributes whose condition is not met are left out. Without ``size``
    nothing is cut.
    """
    problems = Problems()
    checked = ImageAnswer()
    with suppress(Full):
        checked = _check(answer, taxonomy, size, complete, problems)
    problems.raise_any()
    canonical: Answer = msgspec.to_builtins(checked)
    return canonical


def _check(answer: Any, taxonomy: Taxonomy, size: MediaSize | None, complete: bool, problems: Problems) -> ImageAnswer:
    if not is_made_of(answer, ("annotations", "relations", "attributes"), problems):
        return ImageAnswer()
    given = answer.get("annotations", [])
    if not isinstance(given, list | tuple):
        problems.add("annotations", "must be a list")
        given = []
    if len(given) > MARKS_MAX:
        problems.add("annotations", f"has {len(given):,} marks; at most {MARKS_MAX:,} are taken")
        given = []
    marks = _read(given, problems)
    labels = taxonomy.by_name()
    kept_as_given = Given(taxonomy, size)
    seen: dict[str, str] = {}
    checked: list[Mark] = []
    for index, mark in marks:
        path = f"annotations[{index}]"
        check_id(mark.id, path, seen, problems)
        label = labels.get(mark.label)
        if label is None:
            problems.add(f"{path}.label", f"there is no label {mark.label!r}; use one of the project's labels")
            continue
        original = kept_as_given.unchanged(mark, path, problems)
        if original is not None:
            checked.append(original)
            continue
        settled = check_mark(mark, label, path, size, complete, problems, margins_of(taxonomy))
        attributes = check_attributes(mark.attributes, label.attributes, f"{path}.attributes", complete, problems)
        if settled is not None:
            same = attributes == settled.attributes
            checked.append(settled if same else msgspec.structs.replace(settled, attributes=attributes))
    kept_as_given.check_missing(seen, problems)
    label_of = {mark.id: mark.label for _, mark in marks}
    relations = check_relations(answer.get("relations", []), taxonomy, label_of, seen, problems)
    attributes = check_attributes(answer.get("attributes", {}), taxonomy.attributes, "attributes", complete, problems)
    _check_named_marks(marks, checked, attributes, taxonomy, problems)
    # A photo is asked plain questions only (taxonomy_check), so their values are plain.
    said = cast("dict[str, AttributeValue]", attributes)
    return ImageAnswer(annotations=checked, relations=relations, attributes=said)


def _read(given: list[Any], problems: Problems) -> list[tuple[int, Mark]]:
    """Marks as typed values, with their places; the first vertex too many ends the reading."""
    marks: list[tuple[int, Mark]] = []
    vertices = 0
    for index, each in enumerate(_typed(given)):
        path = f"annotations[{index}]"
        if isinstance(each, msgspec.ValidationError | OverflowError):
            where, message = _place(str(each))
            problems.add(path + where, message)
            continue
        mark = each
        rings = mark.rings if isinstance(mark, Polygon) else [mark.points] if isinstance(mark, Polyline) else []
        vertices += sum(len(ring) for ring in rings)
        if vertices > VERTICES_MAX:
            problems.add(path, f"the answer has more than {VERTICES_MAX:,} vertices up to here; simplify its outlines")
            break
        marks.append((index, mark))
    return marks


def _typed(given: list[Any]) -> Iterable[Mark | msgspec.ValidationError | OverflowError]:
    """Each as a mark, or what is wrong with it."""
    with suppress(msgspec.ValidationError, OverflowError):
        # Nearly always all are good, and are read five times as fast together.
        return msgspec.convert(given, list[Mark])
    return map(_typed_one, given)


def _typed_one(given: Any) -> Mark | msgspec.ValidationError | OverflowError:
    try:
        mark: Mark = msgspec.convert(given, Mark)
        return mark
    except (msgspec.ValidationError, OverflowError) as error:
        return error


def _place(message: str) -> tuple[str, str]:
    """Takes the path off a reader's message: ``Expected `float` - at `$.rings[0]``` to ``.rings[0]`` and the rest."""
    text, _, where = message.partition(" - at `$")
    return where.removesuffix("`").replace("[...]", ""), text


def _check_named_marks(
    given: Sequence[tuple[int, Mark]],
    checked: Sequence[Mark],
    attributes: Mapping[str, Value],
    taxonomy: Taxonomy,
    problems: Problems,
) -> None:
    """Whether the marks that attributes name are there, and of a label that is allowed."""
    asked = {
        name: [one for one in label.attributes if one.type == "mark"] for name, label in taxonomy.by_name().items()
    }
    whole = [attribute for attribute in taxonomy.attributes if attribute.type == "mark"]
    if not whole and not any(asked.values()):
        return
    above = {path[-1]: frozenset(path) for path, _ in taxonomy.walk()}
    label_of = {mark.id: mark.label for _, mark in given}

    def check(values: Mapping[str, Any], questions: Sequence[Attribute], path: str, own: str | None) -> None:
        for question in questions:
            named = values.get(question.name)
            if named is None:
                continue
            field = f"{path}attributes.{question.name}"
            if named not in label_of or named == own:
                problems.add(field, f"there is no other mark {named!r}; name one by its id")
            elif question.labels and above.get(label_of[named], frozenset()).isdisjoint(question.labels):
                problems.add(field, f"names a {label_of[named]!r}; only {', '.join(question.labels)} will do")

    place = {mark.id: index for index, mark in given}
    for mark in checked:
        check(mark.attributes, asked.get(mark.label, ()), f"annotations[{place[mark.id]}].", mark.id)
    check(attributes, whole, "", None)
