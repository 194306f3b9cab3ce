"""Whether an answer about a document is one, and what it looks like in canonical form."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, cast

import msgspec

from assay.core.annotations.attributes_check import check_attributes
from assay.core.annotations.document import DocumentAnswer, Group, Region, mark_of, region_of
from assay.core.annotations.image import AttributeValue
from assay.core.annotations.image_check import MARKS_MAX, VERTICES_MAX
from assay.core.annotations.image_marks_check import RINGS_MAX, check_mark
from assay.core.annotations.kind import Answer, MediaSize
from assay.core.annotations.parts import check_id, read_parts
from assay.core.annotations.problems import Full, Problems, is_made_of
from assay.core.content import PAGES_MAX
from assay.core.taxonomy import Label, Taxonomy
from assay.core.texts import is_storable

GROUPS_MAX = 2000
TEXT_LENGTH_MAX = 10_000
# Of all regions together: what people can type, and what can be compared in seconds.
TEXTS_LENGTH_MAX = 500_000


def check_answer(
    answer: Any, taxonomy: Taxonomy, pages: Sequence[MediaSize | None], *, complete: bool = True
) -> Answer:
    """See ``Kind.check``.

    Regions are cut at the edges of their page as marks are at those of a photo. Text loses blanks at both ends, and its
    letters are composed (Unicode NFC). Values of attributes whose condition is not met are left out. Without ``pages``
    a region may be on any page.
    """
    problems = Problems()
    checked = DocumentAnswer()
    with suppress(Full):
        checked = _check(answer, taxonomy, pages, complete, problems)
    problems.raise_any()
    canonical: Answer = msgspec.to_builtins(checked)
    return canonical


def _check(
    answer: Any, taxonomy: Taxonomy, pages: Sequence[MediaSize | None], complete: bool, problems: Problems
) -> DocumentAnswer:
    if not is_made_of(answer, ("annotations", "groups", "attributes"), problems):
        return DocumentAnswer()
    ids: dict[str, str] = {}
    labels = taxonomy.by_name()
    regions = _check_regions(answer.get("annotations", []), labels, pages, complete, ids, problems)
    groups = _check_groups(answer.get("groups", []), labels, regions, complete, ids, problems)
    attributes = check_attributes(answer.get("attributes", {}), taxonomy.attributes, "attributes", complete, problems)
    return DocumentAnswer(list(regions.values()), groups, cast("dict[str, AttributeValue]", attributes))


def _check_regions(
    given: Any,
    labels: dict[str, Label],
    pages: Sequence[MediaSize | None],
    complete: bool,
    ids: dict[str, str],
    problems: Problems,
) -> dict[str, Region]:
    """The regions by their ids, in the order given; also those with a problem, so that groups can name them."""
    known: dict[str, Region] = {}
    vertices = letters = 0
    read: list[tuple[str, Region]] = read_parts(given, Region, "annotations", MARKS_MAX, problems)
    for path, region in read:
        check_id(region.id, path, ids, problems)
        rings = getattr(region, "rings", [])
        vertices += sum(len(ring) for ring in rings[:RINGS_MAX])
        letters += len(region.text)
        if vertices > VERTICES_MAX:
            problems.add(path, f"the answer has more than {VERTICES_MAX:,} vertices up to here; simplify its outlines")
            break
        if letters > TEXTS_LENGTH_MAX:
            problems.add(f"{path}.text", f"all texts together have at most {TEXTS_LENGTH_MAX:,} characters")
            break
        label = labels.get(region.label)
        if label is None:
            problems.add(f"{path}.label", f"there is no label {region.label!r}; use one of the project's labels")
            continue
        known[region.id] = _check_region(region, label, path, pages, complete, problems)
    return known


def _check_region(
    region: Region, label: Label, path: str, pages: Sequence[MediaSize | None], complete: bool, problems: Problems
) -> Region:
    size = None
    if not 0 <= region.page < (len(pages) or PAGES_MAX):
        there = f"there are {len(pages)} pages, from 0" if pages else f"pages count from 0 to {PAGES_MAX - 1}"
        problems.add(f"{path}.page", f"is {region.page} and {there}")
    elif pages:
        size = pages[region.page]
    mark = check_mark(mark_of(region), label, path, size, complete, problems)
    attributes = check_attributes(region.attributes, label.attributes, f"{path}.attributes", complete, problems)
    text = _check_text(region.text, label, f"{path}.text", complete, problems)
    if mark is None:
        return region
    plain = cast("dict[str, AttributeValue]", attributes)
    return region_of(msgspec.structs.replace(mark, attributes=plain), region.page, text)


def _check_text(text: str, label: Label, field: str, complete: bool, problems: Problems) -> str:
    if label.text == "none" and text.strip():
        problems.add(field, f"no text is asked of {label.name!r}; leave it out")
    elif len(text) > TEXT_LENGTH_MAX:
        problems.add(field, f"has {len(text):,} characters; at most {TEXT_LENGTH_MAX:,} are taken; draw more regions")
    elif not is_storable(text):
        problems.add(field, "has a character that cannot be stored; remove it")
    elif complete and label.text == "required" and not text.strip():
        problems.add(field, f"the text of {label.title or label.name!r} has to be typed")
    else:
        return unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()
    return ""


def _check_groups(
    given: Any,
    labels: dict[str, Label],
    regions: dict[str, Region],
    complete: bool,
    ids: dict[str, str],
    problems: Problems,
) -> list[Group]:
    checked: list[Group] = []
    named = 0
    read: list[tuple[str, Group]] = read_parts(given, Group, "groups", GROUPS_MAX, problems)
    for path, group in read:
        check_id(group.id, path, ids, problems)
        named += len(group.members)
        if named > MARKS_MAX * 4:
            problems.add(f"{path}.members", f"all groups together name at most {MARKS_MAX * 4:,} regions")
            break
        if not group.members:
            problems.add(f"{path}.members", "is empty; put regions into the group or delete it")
        for index, member in enumerate(group.members):
            if member not in regions:
                problems.add(f"{path}.members[{index}]", f"there is no region {member[:40]!r}; name one by its id")
        if len(set(group.members)) < len(group.members):
            problems.add(f"{path}.members", "names a region twice; name each once")
        label = labels.get(group.label)
        if label is None or "group" not in label.shapes:
            problems.add(f"{path}.label", f"there is no label {group.label!r} for groups; use one of the project's")
            continue
        attributes = check_attributes(group.attributes, label.attributes, f"{path}.attributes", complete, problems)
        plain = cast("dict[str, AttributeValue]", attributes)
        checked.append(msgspec.structs.replace(group, attributes=plain))
    return checked
