"""Whether a taxonomy can be worked with."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from math import isfinite

from assay.core.annotations.form_taxonomy import GROUPS_DEPTH_MAX, check_form_question
from assay.core.annotations.problems import Full, Problems
from assay.core.taxonomy import (
    NUMBERS,
    Attribute,
    Condition,
    Label,
    RelationType,
    Shape,
    ShapeLimits,
    Taxonomy,
    number_in,
)
from assay.core.texts import is_storable as is_storable

LABELS_MAX = 500
DEPTH_MAX = 8
ATTRIBUTES_MAX = 100
CHOICES_MAX = 1000
RELATIONS_MAX = 100
NAME_LENGTH_MAX = 200
TEXT_LENGTH_MAX = 100_000

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
# The common part of RFC 5646: a language, then script, region and variants.
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,6}")
_CHOOSING = ("category", "multiselect")
# What another attribute can be asked after, by the name of a choice, by the very text or by the number.
_NAMING = (*_CHOOSING, "text", *NUMBERS)
_OF_PHOTOS = ("angle", "across", "down", "mark")
_WITH_VERTICES = ("polygon", "polyline")
VERTICES_MAX = 2000
WAYS_MAX = 50
MARGIN_MAX = 100_000.0


def check_taxonomy(
    taxonomy: Taxonomy,
    shapes: Collection[Shape],
    relations: bool = False,
    forms: bool = False,
    photos: bool = False,
    documents: bool = False,
) -> None:
    """Raises ``Invalid`` naming each field (``labels[0].children[2].color``) that makes it unusable.

    ``shapes`` and ``relations``: what the kind offers; without shapes it has nothing to label. ``forms``: whether the
    attributes of the whole may be all that ``Attribute`` knows; elsewhere they are single plain questions. ``photos``:
    whether marks may be asked for what ``Attribute`` says of marks on photos. ``documents``: whether labels may ask for
    text, and their attributes for dates.
    """
    problems = Problems()
    with suppress(Full):
        _check(taxonomy, shapes, problems, forms, documents)
        _check_documents(taxonomy, documents, problems)
        _check_mark_questions(taxonomy, photos, problems)
        if taxonomy.relations and not relations:
            problems.add("relations", "marks of this kind are not related to each other; remove them")
        elif taxonomy.relations:
            _check_relations(taxonomy, photos, problems)
    problems.raise_any()


def _check(taxonomy: Taxonomy, shapes: Collection[Shape], problems: Problems, forms: bool, documents: bool) -> None:
    if not shapes:
        if taxonomy.labels:
            problems.add("labels", "nothing is marked in this kind; remove the labels and ask by attributes")
        if not taxonomy.attributes:
            problems.add("attributes", "nothing is asked; add a question")
        _check_attributes(taxonomy.attributes, "attributes", problems, forms)
        return
    if not taxonomy.labels and not taxonomy.attributes:
        problems.add("labels", "nothing is asked; add a label to mark, or an attribute of the whole")
    seen: dict[str, str] = {}
    for number, (path, depth, label) in enumerate(_walk(taxonomy.labels)):
        if number == LABELS_MAX:
            problems.add("labels", f"more than {LABELS_MAX} labels; split the work into several projects")
            return
        if depth > DEPTH_MAX:
            problems.add(path, f"labels are nested more than {DEPTH_MAX} deep; bring this one further up")
        if _check_name(label.name, f"{path}.name", problems):
            if label.name in seen:
                problems.add(f"{path}.name", f"{label.name!r} is also the name of {seen[label.name]}; rename one")
            seen.setdefault(label.name, path)
        _check_label(label, path, shapes, problems)
        _check_attributes(label.attributes, f"{path}.attributes", problems, forms=False, dates=documents)
    _check_attributes(taxonomy.attributes, "attributes", problems, forms)


def _check_documents(taxonomy: Taxonomy, documents: bool, problems: Problems) -> None:
    """What only documents have: groups, text that is typed, and the language that it is in."""
    language = taxonomy.language
    if language is not None and not documents:
        problems.add("language", "nothing is typed in this kind; leave it out")
    elif language is not None and not _LANGUAGE.fullmatch(language):
        problems.add("language", f"{language[:40]!r} is not a language; write it as a tag such as en, ar or de-CH")
    for path, _, label in _walk(taxonomy.labels):
        if label.text != "none" and not documents:
            problems.add(f"{path}.text", "no text is typed in this kind; leave it out")
        elif label.text != "none" and (not label.shapes or "group" in label.shapes):
            problems.add(f"{path}.text", "text stands in regions; leave it out, or give the label a box or polygon")
        if "group" in label.shapes and len(label.shapes) > 1:
            problems.add(f"{path}.shapes", "a group is not drawn; give regions a label of their own")


def _walk(labels: Sequence[Label]) -> Iterator[tuple[str, int, Label]]:
    """Every label with its field path and depth, parents first; no deeper than one level too many."""
    stack = [(f"labels[{index}]", 1, label) for index, label in enumerate(labels)][::-1]
    while stack:
        path, depth, label = stack.pop()
        yield path, depth, label
        if depth <= DEPTH_MAX:
            inner = [(f"{path}.children[{index}]", depth + 1, child) for index, child in enumerate(label.children)]
            stack.extend(inner[::-1])


def _check_label(label: Label, path: str, shapes: Collection[Shape], problems: Problems) -> None:
    if label.color is not None and not _COLOR.fullmatch(label.color):
        problems.add(f"{path}.color", f"{label.color!r} is not a colour; write it as #rrggbb, such as #3b82f6")
    for shape in label.shapes:
        if shape not in shapes:
            problems.add(f"{path}.shapes", f"a {shape} is not a mark of this kind; use {' or '.join(shapes)}")
    if len(set(label.shapes)) < len(label.shapes):
        problems.add(f"{path}.shapes", "a shape is listed twice; list each once")
    if not label.shapes and not label.children:
        problems.add(f"{path}.shapes", "nothing can be marked with this label; give it a shape, or labels below it")
    for field, value in (("width_min", label.width_min), ("height_min", label.height_min)):
        if not isfinite(value) or value < 0:
            problems.add(f"{path}.{field}", f"{value} is not a size in pixels; use 0 or more")
    for name, limits in label.limits.items():
        _check_limits(name, limits, label, f"{path}.limits.{name}", problems)


def _check_limits(shape: Shape, limits: ShapeLimits, label: Label, path: str, problems: Problems) -> None:
    if shape not in label.shapes:
        problems.add(path, f"{label.name!r} is not marked with a {shape}; add the shape or leave its limits out")
    for field, size in (("width_min", limits.width_min), ("height_min", limits.height_min)):
        if not isfinite(size) or size < 0:
            problems.add(f"{path}.{field}", f"{size} is not a size in pixels; use 0 or more")
    for field, count in (("vertices_min", limits.vertices_min), ("vertices_max", limits.vertices_max)):
        if not count:
            continue
        if shape not in _WITH_VERTICES:
            problems.add(f"{path}.{field}", f"a {shape} has no vertices of its own to count; leave it out")
        elif not 0 < count <= VERTICES_MAX:
            problems.add(f"{path}.{field}", f"must be within 1 and {VERTICES_MAX:,}")
    if limits.vertices_max is not None and limits.vertices_max < max(
        limits.vertices_min, 3 if shape == "polygon" else 2
    ):
        problems.add(f"{path}.vertices_max", f"no {shape} has so few vertices; use more")


def _check_relations(taxonomy: Taxonomy, photos: bool, problems: Problems) -> None:
    if len(taxonomy.relations) > RELATIONS_MAX:
        problems.add("relations", f"more than {RELATIONS_MAX} relations; split the work into several projects")
        return
    labels = taxonomy.by_name()
    seen: set[str] = set()
    for index, relation in enumerate(taxonomy.relations):
        path = f"relations[{index}]"
        if _check_name(relation.name, f"{path}.name", problems) and relation.name in seen and not photos:
            problems.add(f"{path}.name", f"there are two relations {relation.name!r}; rename one")
        seen.add(relation.name)
        _check_ends(relation, path, labels, problems)


def _check_ends(relation: RelationType, path: str, labels: Collection[str], problems: Problems) -> None:
    for field, names in (("source_labels", relation.source_labels), ("target_labels", relation.target_labels)):
        for place, name in enumerate(names):
            if name not in labels:
                problems.add(f"{path}.{field}[{place}]", f"there is no label {name!r}; name one of the labels")


def _check_attributes(
    attributes: Sequence[Attribute], path: str, problems: Problems, forms: bool, depth: int = 1, dates: bool = False
) -> None:
    if len(attributes) > ATTRIBUTES_MAX:
        problems.add(path, f"more than {ATTRIBUTES_MAX} attributes; ask less at once")
        return
    earlier: dict[str, Attribute] = {}
    for index, attribute in enumerate(attributes):
        here = f"{path}[{index}]"
        if _check_name(attribute.name, f"{here}.name", problems) and attribute.name in earlier:
            problems.add(f"{here}.name", f"{attribute.name!r} is asked twice; rename one")
        _check_values(attribute, here, problems)
        if not forms:
            _refuse_forms(attribute, here, dates, problems)
        else:
            check_form_question(attribute, here, problems)
            if depth < GROUPS_DEPTH_MAX:
                _check_attributes(attribute.attributes, f"{here}.attributes", problems, forms, depth + 1)
            elif attribute.attributes:
                problems.add(here, f"groups are nested more than {GROUPS_DEPTH_MAX - 1} deep; ask these further up")
        _check_condition(attribute, here, earlier, problems)
        earlier.setdefault(attribute.name, attribute)


def _check_values(attribute: Attribute, path: str, problems: Problems) -> None:
    if attribute.type in _CHOOSING:
        _check_choices(attribute, path, problems)
    elif attribute.choices:
        problems.add(f"{path}.choices", f"a {attribute.type} has no choices; remove them, or make it a category")
    if attribute.type == "number":
        for field, value in (("minimum", attribute.minimum), ("maximum", attribute.maximum)):
            if value is not None and not isfinite(value):
                problems.add(f"{path}.{field}", f"{value} is not a finite number; leave it out for no limit")
        if attribute.minimum is not None and attribute.maximum is not None and attribute.minimum > attribute.maximum:
            problems.add(f"{path}.minimum", f"{attribute.minimum} is more than the maximum; exchange them")
    elif attribute.minimum is not None or attribute.maximum is not None:
        problems.add(path, f"minimum and maximum are for numbers, and this is a {attribute.type}; remove them")
    if not 1 <= attribute.length_max <= TEXT_LENGTH_MAX:
        problems.add(f"{path}.length_max", f"must be within 1 and {TEXT_LENGTH_MAX:,}")


def _check_choices(attribute: Attribute, path: str, problems: Problems) -> None:
    if not attribute.choices:
        problems.add(f"{path}.choices", f"a {attribute.type} needs at least one choice")
    names: set[str] = set()
    stack = [(f"{path}.choices[{index}]", 1, choice) for index, choice in enumerate(attribute.choices)][::-1]
    while stack:
        here, depth, choice = stack.pop()
        if len(names) == CHOICES_MAX:
            problems.add(f"{path}.choices", f"more than {CHOICES_MAX} choices; ask for text instead")
            return
        if _check_name(choice.name, f"{here}.name", problems) and choice.name in names:
            problems.add(f"{here}.name", f"{choice.name!r} is offered twice; rename or remove one")
        names.add(choice.name)
        if depth < DEPTH_MAX:
            inner = [(f"{here}.children[{index}]", depth + 1, child) for index, child in enumerate(choice.children)]
            stack.extend(inner[::-1])
        elif choice.children:
            problems.add(here, f"choices are nested more than {DEPTH_MAX} deep; bring these further up")


def _refuse_forms(attribute: Attribute, path: str, dates: bool, problems: Problems) -> None:
    """What only the questions of a form may have."""
    if attribute.type == "group" or (attribute.type == "datetime" and not dates):
        problems.add(f"{path}.type", f"a {attribute.type} can only be asked in a form; use another type")
    for index, choice in enumerate(attribute.choices):
        if choice.children:
            problems.add(f"{path}.choices[{index}].children", "choices are nested only in a form; list them flat")
    plain = Attribute(attribute.name, attribute.type)
    for name in ("description", "unit", "choices_min", "choices_max", "values_max", "time_of_day", "attributes"):
        if getattr(attribute, name) != getattr(plain, name):
            problems.add(f"{path}.{name}", "is only for the questions of a form; leave it out")


def _check_mark_questions(taxonomy: Taxonomy, photos: bool, problems: Problems) -> None:
    """The questions that only marks on photos can answer."""
    if (taxonomy.given is not None or taxonomy.margin_x or taxonomy.margin_y) and not photos:
        problems.add("given", "only a photo has marks to begin with, and a margin; leave them out")
    for field, margin in (("margin_x", taxonomy.margin_x), ("margin_y", taxonomy.margin_y)):
        if not 0 <= margin <= MARGIN_MAX:
            problems.add(field, f"must be within 0 and {MARGIN_MAX:,.0f} pixels")
    known = taxonomy.by_name()
    asked: list[tuple[str, Label | None, list[Attribute]]] = [("attributes", None, taxonomy.attributes)]
    asked += [(f"{path}.attributes", label, label.attributes) for path, _, label in _walk(taxonomy.labels)]
    for above, label, attributes in asked:
        for index, attribute in enumerate(attributes):
            path = f"{above}[{index}]"
            if attribute.labels and attribute.type != "mark":
                problems.add(f"{path}.labels", "are for an attribute that names a mark; leave them out")
            for place, name in enumerate(attribute.labels):
                if name not in known:
                    problems.add(f"{path}.labels[{place}]", f"there is no label {name!r}; name one of the labels")
            if attribute.type not in _OF_PHOTOS:
                continue
            if not photos:
                problems.add(f"{path}.type", f"a {attribute.type} can only be asked on photos; use another type")
            elif label is None and attribute.type in ("across", "down"):
                problems.add(f"{path}.type", "is a place in a mark; ask it of a label")


def _check_condition(attribute: Attribute, path: str, earlier: dict[str, Attribute], problems: Problems) -> None:
    when = attribute.when
    if when is None:
        return
    if len(when.or_else) + sum(len(way) for way in when.ways()) > WAYS_MAX:
        problems.add(f"{path}.when", f"more than {WAYS_MAX} conditions; ask more plainly")
        return
    for index, one in enumerate([when, *when.or_else]):
        here = f"{path}.when" if index == 0 else f"{path}.when.or_else[{index - 1}]"
        if index and one.or_else:
            problems.add(f"{here}.or_else", "stands within another; list it with the others")
        _check_one_condition(one, here, earlier, problems)
        for place, also in enumerate(one.also):
            if also.also or also.or_else:
                problems.add(f"{here}.also[{place}]", "has conditions of its own; list them with the others")
            _check_one_condition(also, f"{here}.also[{place}]", earlier, problems)


def _check_one_condition(when: Condition, path: str, earlier: dict[str, Attribute], problems: Problems) -> None:
    other = earlier.get(when.attribute)
    if other is None:
        problems.add(f"{path}.attribute", f"{when.attribute!r} is not asked before this; name an attribute further up")
        return
    if other.type not in _NAMING:
        allowed = f"{', '.join(_NAMING[:-1])} or {_NAMING[-1]}"
        problems.add(f"{path}.attribute", f"{when.attribute!r} is a {other.type}; only {allowed} will do")
        return
    if not when.any_of:
        problems.add(f"{path}.any_of", "the condition is never met; name the choices that meet it")
    for index, name in enumerate(when.any_of):
        if other.type in NUMBERS:
            if number_in(name) is None:
                problems.add(f"{path}.any_of[{index}]", f"{name!r} is no number, and {when.attribute!r} asks for one")
        elif other.type != "text" and not other.meeting([name]) & set(other.offered()):
            problems.add(f"{path}.any_of[{index}]", f"{name!r} is not a choice of {when.attribute!r}")


def _check_name(name: str, field: str, problems: Problems) -> bool:
    if not name.strip():
        problems.add(field, "is empty; give it a name")
    elif name != name.strip():
        problems.add(field, "begins or ends with a space; remove it")
    elif len(name) > NAME_LENGTH_MAX:
        problems.add(field, f"is longer than {NAME_LENGTH_MAX} characters; shorten it, and use title for the rest")
    elif not is_storable(name) or not name.isprintable():
        problems.add(field, "has a character that cannot be shown; remove it")
    else:
        return True
    return False
