"""Plausible answers that nobody gave, for programs that are being tried out.

The same task always gets the same answer. It is made of what is asked alone (each label once or twice, a value for each
question), so that it is one that somebody could have given. It says nothing about what the task shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

from assay.core.annotations.attributes_check import is_asked
from assay.core.annotations.kind import Answer, Content, Kind, MediaSize
from assay.core.draws import Draws
from assay.core.errors import Invalid
from assay.core.taxonomy import Attribute, Label, RelationType, Shape, ShapeLimits, Taxonomy

# Where nothing is known of a photo yet: hardly any is smaller.
SIZE_UNKNOWN: Final = MediaSize(160, 120)
MARKS_MAX: Final = 20
_WORDS: Final = ("quick", "brown", "fox", "jumps", "over", "the", "lazy", "dog")


def made_up(kind: Kind, task_id: UUID, taxonomy: Taxonomy, content: Content, suggested: Answer | None = None) -> Answer:
    """An answer of this kind, in canonical form: what was suggested, where that is a whole answer."""
    if suggested is not None:
        with suppress(Invalid):
            return kind.check(suggested, taxonomy, content)
    draw = Draws(task_id.bytes)
    raw: Answer = {}
    marks, groups = _marks(taxonomy, content, draw)
    values = _values(taxonomy.attributes, draw)
    relations = list(_relations(taxonomy, marks, draw))
    for name, part in (("annotations", marks), ("groups", groups), ("relations", relations), ("attributes", values)):
        if part:
            raw[name] = part
    for complete in (True, False):
        # What is asked may be more than can be made up: a mark larger than its photo, a value for another mark.
        with suppress(Invalid):
            return kind.check(raw, taxonomy, content, complete=complete)
    return kind.empty()


# --- marks --------------------------------------------------------------------------------------------------------


def _marks(taxonomy: Taxonomy, content: Content, draw: Draws) -> tuple[list[Answer], list[Answer]]:
    """Marks and groups of marks, every label that can be marked once."""
    places = list(_passages(content.text, draw)) if content.text is not None else []
    pages = [page or SIZE_UNKNOWN for page in content.pages]
    marks: list[Answer] = []
    groups: list[Answer] = []
    for _, label in taxonomy.walk():
        shapes = [shape for shape in label.shapes if shape != "group"]
        mark: Answer = {"id": f"made-up-{len(marks) + len(groups)}", "label": label.name}
        if len(marks) + len(groups) >= MARKS_MAX:
            break
        if "span" in shapes:
            if not places:
                continue
            start, end = places.pop()
            mark |= {"type": "span", "start": start, "end": end}
        elif shapes:
            page = draw.below(len(pages)) if pages else 0
            size = pages[page] if pages else content.size or SIZE_UNKNOWN
            mark |= _shape(draw.choice(shapes), label, size, draw)
            if pages:
                mark |= {"page": page} | ({} if label.text == "none" else {"text": _phrase(draw)})
        elif "group" in label.shapes and marks:
            members = [one["id"] for one in draw.sample(marks, min(2, len(marks)))]
            groups.append(mark | {"members": members} | _attributes(label, draw))
            continue
        else:
            continue
        marks.append(mark | _attributes(label, draw))
    return marks, groups


def _attributes(label: Label, draw: Draws) -> Answer:
    values = _values(label.attributes, draw)
    return {"attributes": values} if values else {}


def _shape(shape: Shape, label: Label, size: MediaSize, draw: Draws) -> Answer:
    """Within the photo; as large as the label asks, if the photo is."""
    limits = label.limits.get(shape, ShapeLimits())
    least = max(label.width_min, limits.width_min), max(label.height_min, limits.height_min)
    width = min(max(size.width * draw.uniform(0.2, 0.5), least[0]), size.width)
    height = min(max(size.height * draw.uniform(0.2, 0.5), least[1]), size.height)
    x, y = draw.uniform(0, size.width - width), draw.uniform(0, size.height - height)
    corners = [[x, y], [x + width, y], [x + width, y + height], [x, y + height]]
    match shape:
        case "box":
            return {"type": "box", "x": x, "y": y, "width": width, "height": height}
        case "polygon":
            return {"type": "polygon", "rings": [_so_many(corners, limits, 3)]}
        case "polyline":
            return {"type": "polyline", "points": _so_many(corners, limits, 2)}
        case "ellipse":
            return {"type": "ellipse", "x": x, "y": y, "width": width, "height": height}
        case "cuboid":
            # Two thirds of it are the face, and the rest is the side.
            edge, rise = x + width * 2 / 3, height / 10
            face = [[x, y + rise], [edge, y + rise], [edge, y + height], [x, y + height]]
            return {"type": "cuboid", "face": face, "side": [[x + width, y], [x + width, y + height - 2 * rise]]}
        case _:
            return {"type": "point", "x": x, "y": y}


def _so_many(corners: list[list[float]], limits: ShapeLimits, least: int) -> list[list[float]]:
    """As many vertices as may be: the corners, fewer of them, or more points between the last two."""
    wanted = max(limits.vertices_min, min(len(corners), limits.vertices_max or len(corners)), least)
    if wanted <= len(corners):
        return corners[:wanted]
    *first, (x, y), (u, v) = corners
    steps = wanted - len(corners) + 1
    return [*first, *([x + (u - x) * n / steps, y + (v - y) * n / steps] for n in range(steps + 1))]


def _passages(text: str, draw: Draws) -> Iterator[tuple[int, int]]:
    """Words of the text, in any order."""
    words = [match.span() for match in re.finditer(r"\S+", text[:20_000])]
    yield from draw.sample(words, min(len(words), MARKS_MAX))


def _relations(taxonomy: Taxonomy, marks: Sequence[Answer], draw: Draws) -> Iterator[Answer]:
    above = {path[-1]: frozenset(path) for path, _ in taxonomy.walk()}
    for number, relation in enumerate(taxonomy.relations):
        ends = [
            (source, target)
            for source in marks
            for target in marks
            if source is not target and _joins(relation, above[source["label"]], above[target["label"]])
        ]
        if ends:
            source, target = draw.choice(ends)
            yield {
                "id": f"made-up-relation-{number}",
                "name": relation.name,
                "source": source["id"],
                "target": target["id"],
            }


def _joins(relation: RelationType, source: frozenset[str], target: frozenset[str]) -> bool:
    ends = ((relation.source_labels, source), (relation.target_labels, target))
    return all(not allowed or not labels.isdisjoint(allowed) for allowed, labels in ends)


# --- values -------------------------------------------------------------------------------------------------------


def _values(asked: Sequence[Attribute], draw: Draws) -> dict[str, Any]:
    """A value for each question whose condition is met."""
    values: dict[str, Any] = {}
    earlier: dict[str, Attribute] = {}
    for attribute in asked:
        earlier[attribute.name] = attribute
        if not is_asked(attribute, values, earlier):
            continue
        value = _value(attribute, draw)
        if value is not None:
            values[attribute.name] = [value] if attribute.values_max > 1 else value
    return values


def _value(attribute: Attribute, draw: Draws) -> Any:
    """None for what cannot be made up: another mark."""
    match attribute.type:
        case "category":
            return draw.choice(attribute.offered())
        case "multiselect":
            offered = attribute.offered()
            least = min(attribute.choices_min or 1, len(offered))
            most = max(least, min(attribute.choices_max or least, len(offered)))
            return draw.sample(offered, least + draw.below(most - least + 1))
        case "number":
            return _number(attribute, 0.0, 100.0, draw)
        case "angle":
            return _number(attribute, 0.0, 359.0, draw)
        case "across" | "down":
            return _number(attribute, 0.0, 1.0, draw)
        case "text":
            return _phrase(draw)[: attribute.length_max]
        case "datetime":
            return "2026-01-01T12:00" if attribute.time_of_day else "2026-01-01"
        case "group":
            return _values(attribute.attributes, draw)
        case _:
            return None


def _number(attribute: Attribute, least: float, most: float, draw: Draws) -> float:
    if attribute.minimum is not None or attribute.maximum is not None:
        least = attribute.minimum if attribute.minimum is not None else min(least, attribute.maximum or 0.0)
        most = attribute.maximum if attribute.maximum is not None else max(most, least)
    whole = round(draw.uniform(least, most))
    return float(whole) if least <= whole <= most else least


def _phrase(draw: Draws) -> str:
    return " ".join(draw.sample(_WORDS, 3))
