"""Links between annotations in this dialect, and our relations.

    links       {"leads": {"is_bidirectional": false, "from_allowed_labels": ["person"], "to_allowed_labels": ["dog"]}}

A rule may also be a list of rules; then a link keeps to any of them.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

from assay.core.errors import Invalid
from assay.core.taxonomy import RelationType, Taxonomy
from assay.faces.scale.reading import a_flag, a_list, a_text, an_object

Json = dict[str, Any]


def relations_of(links: Any, labels: Container[str]) -> list[RelationType]:
    """What may be linked. ``labels``: those there are. Raises ``Invalid``."""
    found = []
    for name, given in an_object(links, "links").items():
        for index, one in enumerate(given if isinstance(given, list) else [given]):
            path = f"links.{name}[{index}]" if isinstance(given, list) else f"links.{name}"
            rule = an_object(one, path)
            found.append(
                RelationType(
                    name,
                    directed=not a_flag(rule.get("is_bidirectional"), f"{path}.is_bidirectional"),
                    source_labels=_labels(rule, "from_allowed_labels", labels, path),
                    target_labels=_labels(rule, "to_allowed_labels", labels, path),
                )
            )
    return found


def _labels(rule: Mapping[str, Any], field: str, known: Container[str], path: str) -> list[str]:
    given = rule.get(field)
    names = [a_text(one, f"{path}.{field}") for one in (given if isinstance(given, list) else [given] if given else [])]
    for name in names:
        if name not in known:
            raise Invalid(f"There is no label {name!r} to annotate.", f"{path}.{field}")
    return names


def rules_told(taxonomy: Taxonomy) -> Json:
    """The rules in this dialect."""
    told: dict[str, list[Json]] = {}
    for relation in taxonomy.relations:
        rule = {
            "is_bidirectional": not relation.directed,
            "from_allowed_labels": relation.source_labels or None,
            "to_allowed_labels": relation.target_labels or None,
        }
        told.setdefault(relation.name, []).append({name: value for name, value in rule.items() if value is not None})
    return {name: rules[0] if len(rules) == 1 else rules for name, rules in told.items()}


def links_told(relations: Iterable[Mapping[str, Any]]) -> list[Json]:
    """Our relations as links. Programs differ in what they call the ends, so both names are there."""
    return [
        {
            "uuid": relation["id"],
            "label": relation["name"],
            "from": relation["source"],
            "to": relation["target"],
            "from_id": relation["source"],
            "to_id": relation["target"],
            "is_bidirectional": not relation.get("directed", True),
        }
        for relation in relations
    ]


def relations_read(links: Any, path: str) -> Sequence[Json]:
    """Links as they are told, as our relations. Raises ``Invalid``."""
    read = []
    for index, one in enumerate(a_list(links, path)):
        here = f"{path}[{index}]"
        said = an_object(one, here)
        ends = {}
        for ours, first, second in (("source", "from", "from_id"), ("target", "to", "to_id")):
            ends[ours] = a_text(said.get(first) or said.get(second), f"{here}.{first}")
        name = a_text(said.get("label"), f"{here}.label")
        read.append({"id": str(said.get("uuid") or f"link-{index}"), "name": name, **ends})
    return read
