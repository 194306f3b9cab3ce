"""Whether an answer about a text is one, and what it looks like in canonical form."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, cast

import msgspec

from assay.core.annotations.attributes_check import check_attributes
from assay.core.annotations.entities import EntitiesAnswer, Span
from assay.core.annotations.image import AttributeValue
from assay.core.annotations.kind import Answer
from assay.core.annotations.parts import check_id, read_parts
from assay.core.annotations.problems import Full, Problems, is_made_of
from assay.core.annotations.relations_check import check_relations
from assay.core.taxonomy import Taxonomy

SPANS_MAX = 5000
# Beyond any text that is shown to anybody; a bound for answers that are checked without their text.
OFFSET_MAX = 100_000_000


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
    label_of = {span_id: span.label for span_id, span in spans.items()}
    relations = check_relations(answer.get("relations", []), taxonomy, label_of, ids, problems)
    attributes = check_attributes(answer.get("attributes", {}), taxonomy.attributes, "attributes", complete, problems)
    return EntitiesAnswer(list(spans.values()), relations, cast("dict[str, AttributeValue]", attributes))


def _check_spans(
    given: Any, taxonomy: Taxonomy, text: str | None, complete: bool, ids: dict[str, str], problems: Problems
) -> dict[str, Span]:
    """The spans by their ids, in the order given."""
    labels = taxonomy.by_name()
    seen: dict[tuple[int, int, str], str] = {}
    checked: dict[str, Span] = {}
    read: list[tuple[str, Span]] = read_parts(given, Span, "annotations", SPANS_MAX, problems)
    for path, span in read:
        check_id(span.id, path, ids, problems)
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
