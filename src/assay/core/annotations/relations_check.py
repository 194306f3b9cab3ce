"""Whether relations between two marks, whatever they mark, may be drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from assay.core.annotations.parts import check_id, read_parts
from assay.core.annotations.problems import Problems
from assay.core.annotations.relations import Relation
from assay.core.taxonomy import RelationType, Taxonomy

RELATIONS_MAX = 5000


def check_relations(
    given: Any, taxonomy: Taxonomy, label_of: Mapping[str, str], ids: dict[str, str], problems: Problems
) -> list[Relation]:
    """The relations in canonical form. ``label_of``: the labels of the marks by their ids; ``ids``: where each id that
    is taken stands, to which theirs are added.

    The first of the taxonomy's relations of that name that its ends fit says whether it is directed. The ends of one
    that is not are put in the order that their labels ask for, else as given. Adds a problem for each that names no
    relation, no other mark, or labels that none of the relations joins, and for each that is there twice.
    """
    rules: dict[str, list[RelationType]] = {}
    for rule in taxonomy.relations:
        rules.setdefault(rule.name, []).append(rule)
    above = {path[-1]: frozenset(path) for path, _ in taxonomy.walk()} if rules else {}
    seen: dict[tuple[str, str, str], str] = {}
    checked: list[Relation] = []
    for path, relation in read_parts(given, Relation, "relations", RELATIONS_MAX, problems):
        before = len(problems)
        check_id(relation.id, path, ids, problems)
        if relation.name not in rules:
            problems.add(f"{path}.name", f"there is no relation {relation.name!r}; use one of the project's relations")
        for field, end in (("source", relation.source), ("target", relation.target)):
            if end not in label_of:
                problems.add(f"{path}.{field}", f"there is no annotation {end!r}; name one by its id")
        if relation.source == relation.target:
            problems.add(f"{path}.target", "is also the source; relate it to another")
        if len(problems) > before:
            continue
        labels = label_of[relation.source], label_of[relation.target]
        fitting = _fitting(rules[relation.name], above, *labels)
        if fitting is None:
            problems.add(path, f"{relation.name!r} does not join {labels[0]!r} to {labels[1]!r}")
            continue
        rule, turned = fitting
        source, target = (relation.source, relation.target)[:: -1 if turned else 1]
        first = seen.setdefault((rule.name, source, target), path)
        if first != path or (not rule.directed and (rule.name, target, source) in seen):
            problems.add(path, f"says the same as {seen.get((rule.name, target, source), first)}; delete one")
        checked.append(Relation(relation.id, rule.name, source, target, rule.directed))
    return checked


def _fitting(
    rules: Sequence[RelationType], above: Mapping[str, frozenset[str]], source: str, target: str
) -> tuple[RelationType, bool] | None:
    """The first of the rules that joins these labels, and whether it does so the other way round."""
    for rule in rules:
        if _fits(rule, above, source, target):
            return rule, False
        if not rule.directed and _fits(rule, above, target, source):
            return rule, True
    return None


def _fits(rule: RelationType, above: Mapping[str, frozenset[str]], source: str, target: str) -> bool:
    """Whether the labels of both ends are allowed there, by themselves or by a heading above them."""
    return all(
        not allowed or not above[label].isdisjoint(allowed)
        for allowed, label in ((rule.source_labels, source), (rule.target_labels, target))
    )
