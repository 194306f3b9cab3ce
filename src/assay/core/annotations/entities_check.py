"""Whether an answer about a text is one, and what it looks like in canonical form."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, TypeVar, cast

import msgspec

from assay.core.annotations.attributes_check import check_attributes
from assay.core.annotations.entities import EntitiesAnswer, Relation, Span
from assay.core.annotations.image import AttributeValue
from assay.core.annotations.kind import Answer
from assay.core.annotations.problems import Full, Problems, is_made_of
from assay.core.annotations.taxonomy_check import is_storable
from assay.core.taxonomy import RelationType, Taxonomy

SPANS_MAX = 5000
RELATIONS_MAX = 5000
ID_LENGTH_MAX = 100
# Beyond any text that is shown to anybody; a bound for answers that are checked without their text.
OFFSET_MAX = 100_000_000

_Part = TypeVar("_Part", Span, Relation)


def check_answer(answer: Any, taxonomy: Taxonomy, text: str | None, *, complete: bool = True) -> Answer:
    """See ``Kind.check``.

    Blanks at either end of a span are cut off. A span of blanks alone, one that reaches beyond the text, and one that
    is there twice with the same label are refused. The ends of a relation that is not directed are put in the order
    that its labels ask for, else as given. Values of attributes whose condition is not met are left out. Without
    ``text`` nothing is cut, and spans end where they say.
    """
    problems = Problems()
    checked = EntitiesAnswer()
    with suppress(Full):
        checked = _check(answer, taxonomy, text, complete, problems)
    problems.raise_any()
    canonical: Answer = msgspec.to_builtins(checked)
    return canonical


def _check(answer: Any, taxonomy: Taxonomy, text: str | None, complete: bool, problems: Problems) -> EntitiesAnswer:
    if not is_made_of(answer, ("annotations", "relations", "attributes"), problems):
        return EntitiesAnswer()
    ids: dict[str, str] = {}
    spans = _check_spans(answer.get("annotations", []), taxonomy, text, complete, ids, problems)
    relations = _check_relations(answer.get("relations", []), taxonomy, spans, ids, problems)
    attributes = check_attributes(answer.get("attributes", {}), taxonomy.attributes, "attributes", complete, problems)
    return EntitiesAnswer(list(spans.values()), relations, cast("dict[str, AttributeValue]", attributes))


def _check_spans(
    given: Any, taxonomy: Taxonomy, text: str | None, complete: bool, ids: dict[str, str], problems: Problems
) -> dict[str, Span]:
    """The spans by their ids, in the order given."""
    labels = taxonomy.by_name()
    seen: dict[tuple[int, int, str], str] = {}
    checked: dict[str, Span] = {}
    for path, span in _read(given, Span, "annotations", SPANS_MAX, problems):
        _check_id(span.id, path, ids, problems)
        label = labels.get(span.label)
        if label is None:
            problems.add(f"{path}.label", f"there is no label {span.label!r}; use one of the project's labels")
            continue
        if "span" not in label.shapes:
            problems.add(f"{path}.label", f"{label.name!r} is a heading; use one of the labels below it")
        attributes = check_attributes(span.attributes, label.attributes, f"{path}.attributes", complete, problems)
        ends = _check_ends(span, path, text, problems)
        if ends is None:
            continue
        first = seen.setdefault((*ends, span.label), path)
        if first != path:
            problems.add(path, f"marks the same as {first} with the same label; delete one")
        checked[span.id] = Span(span.id, span.label, *ends, cast("dict[str, AttributeValue]", attributes))
    return checked


def _check_ends(span: Span, path: str, text: str | None, problems: Problems) -> tuple[int, int] | None:
    if span.start < 0:
        problems.add(f"{path}.start", f"is {span.start}; a text begins at 0")
        return None
    if span.end <= span.start:
        problems.add(f"{path}.end", f"is {span.end} and has to come after the start, {span.start}")
        return None
    if text is None:
        if span.end > OFFSET_MAX:
            problems.add(f"{path}.end", f"is {span.end} and no text is that long")
            return None
        return span.start, span.end
    if span.end > len(text):
        problems.add(
            f"{path}.end", f"is {span.end} and the text has {len(text):,} characters (counted as Unicode code points)"
        )
        return None
    passage = text[span.start : span.end]
    start = span.start + len(passage) - len(passage.lstrip())
    end = span.end - len(passage) + len(passage.rstrip())
    if end <= start:
        problems.add(path, "marks blanks only; delete it")
        return None
    return start, end


def _check_relations(
    given: Any, taxonomy: Taxonomy, spans: dict[str, Span], ids: dict[str, str], problems: Problems
) -> list[Relation]:
    types = {kind.name: kind for kind in taxonomy.relations}
    above = {path[-1]: frozenset(path) for path, _ in taxonomy.walk()} if types else {}
    seen: dict[tuple[str, str, str], str] = {}
    checked: list[Relation] = []
    for path, relation in _read(given, Relation, "relations", RELATIONS_MAX, problems):
        before = len(problems)
        _check_id(relation.id, path, ids, problems)
        kind = types.get(relation.name)
        if kind is None:
            problems.add(f"{path}.name", f"there is no relation {relation.name!r}; use one of the project's relations")
        for field, end in (("source", relation.source), ("target", relation.target)):
            if end not in spans:
                problems.add(f"{path}.{field}", f"there is no annotation {end!r}; name one by its id")
        if relation.source == relation.target:
            problems.add(f"{path}.target", "is also the source; relate it to another")
        if kind is None or len(problems) > before:
            continue
        source, target = relation.source, relation.target
        if not _fits(kind, above, spans[source], spans[target]):
            if kind.directed or not _fits(kind, above, spans[target], spans[source]):
                problems.add(path, f"{kind.name!r} does not join {spans[source].label!r} to {spans[target].label!r}")
                continue
            source, target = target, source
        first = seen.setdefault((kind.name, source, target), path)
        if first != path or (not kind.directed and (kind.name, target, source) in seen):
            problems.add(path, f"says the same as {seen.get((kind.name, target, source), first)}; delete one")
        checked.append(Relation(relation.id, kind.name, source, target, kind.directed))
    return checked


def _fits(kind: RelationType, above: dict[str, frozenset[str]], source: Span, target: Span) -> bool:
    """Whether the labels of both ends are allowed there, by themselves or by a heading above them."""
    return all(
        not allowed or not above[span.label].isdisjoint(allowed)
        for allowed, span in ((kind.source_labels, source), (kind.target_labels, target))
    )


def _check_id(given: str, path: str, ids: dict[str, str], problems: Problems) -> None:
    """Ids are unique over spans and relations, because confidences are told by them."""
    if not given or len(given) > ID_LENGTH_MAX or not is_storable(given):
        problems.add(f"{path}.id", f"must be 1 to {ID_LENGTH_MAX} plain characters")
    elif given in ids:
        problems.add(f"{path}.id", f"{given!r} is also the id of {ids[given]}; give it another")
    ids.setdefault(given, path)


def _read(given: Any, part: type[_Part], field: str, most: int, problems: Problems) -> list[tuple[str, _Part]]:
    """The parts that could be read, each with its path."""
    if not isinstance(given, list | tuple):
        problems.add(field, "must be a list")
        return []
    if len(given) > most:
        problems.add(field, f"has {len(given):,} items; at most {most:,} are taken")
        return []
    read: list[tuple[str, _Part]] = []
    for index, each in enumerate(given):
        try:
            read.append((f"{field}[{index}]", msgspec.convert(each, part)))
        except (msgspec.ValidationError, OverflowError) as error:
            message, _, where = str(error).partition(" - at `$")
            problems.add(f"{field}[{index}]" + where.removesuffix("`").replace("[...]", ""), message)
    return read
