"""The questions this dialect asks about an annotation or about the whole image, as our attributes.

    {"occluded": {"type": "category", "choices": ["yes", "no"], "conditions": {"label_condition": {"label": "car"}}}}

There an attribute stands by itself and says where it is asked; ours hangs on each label, in the order of asking.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import msgspec

from assay.core.errors import Invalid
from assay.core.taxonomy import Attribute, AttributeType, Choice, Condition
from assay.faces.scale.conditions import any_way, condition_on, texts_of
from assay.faces.scale.reading import a_flag, a_list, a_number, an_entry, an_object

# Under each name of an attribute's choices and headings the choices that it stands for; one without choices as it is.
Finer: TypeAlias = Mapping[str, Sequence[str]] | Attribute
_PLAIN: Final[Mapping[str, AttributeType]] = {
    "number": "number",
    "angle": "angle",
    "text": "text",
    "x_offset": "across",
    "y_offset": "down",
    "linked": "mark",
}


@dataclass(frozen=True)
class _Case:
    """One way to be asked: for these labels (none: for all), when all of these conditions are met."""

    labels: frozenset[str] | None
    when: tuple[Condition, ...]


@dataclass(frozen=True)
class Asked:
    """An attribute and the cases in which it is asked; it is enough that one applies."""

    attribute: Attribute
    cases: Sequence[_Case]
    of_the_whole: bool

    def of_label(self, path: tuple[str, ...]) -> Attribute | None:
        """As the label at this path has it: none where no case names it or a label above it."""
        if self.of_the_whole:
            return None
        cases = [case for case in self.cases if case.labels is None or not case.labels.isdisjoint(path)]
        return self._under(cases) if cases else None

    def here(self) -> Attribute:
        """As the whole image has it."""
        return self._under(self.cases)

    def _under(self, cases: Sequence[_Case]) -> Attribute:
        ways = [case.when for case in cases]
        return self.attribute if () in ways else msgspec.structs.replace(self.attribute, when=any_way(ways))


def attributes_of(specs: Mapping[str, Any], labels: Container[str]) -> list[Asked]:
    """The attributes of ``annotation_attributes``. ``labels``: the names that a condition may name.

    Raises ``Invalid`` for what is not well-formed or not built yet.
    """
    finer: dict[str, Finer] = {}
    read = {}
    for name, spec in specs.items():
        path = f"annotation_attributes.{name}"
        spec = {"choices": spec} if isinstance(spec, list) else an_object(spec, path)
        attribute, finer[name] = _attribute(name, spec, path, labels)
        read[name] = attribute, spec
    return [_asked(attribute, spec, finer, labels) for attribute, spec in read.values()]


def _attribute(name: str, spec: Mapping[str, Any], path: str, labels: Container[str]) -> tuple[Attribute, Finer]:
    """The attribute without its conditions, and for each of its choices and headings what can be chosen there."""
    kind = spec.get("type") or "category"
    title, required = spec.get("description"), a_flag(spec.get("required"), f"{path}.required")
    title = title if isinstance(title, str) and title.strip() else None
    if kind == "category":
        multiple = a_flag(spec.get("allow_multiple"), f"{path}.allow_multiple")
        choices, below = _choices(spec.get("choices"), f"{path}.choices")
        type_: AttributeType = "multiselect" if multiple else "category"
        return Attribute(name=name, type=type_, title=title, choices=choices, required=required), below
    plain = Attribute(name=name, type=_PLAIN.get(str(kind), "text"), title=title, required=required)
    if kind == "linked":
        wanted = texts_of(spec.get("allowed_labels") or [], f"{path}.allowed_labels")
        for label in wanted:
            if label not in labels:
                raise Invalid(f"There is no label {label!r} to annotate.", f"{path}.allowed_labels")
        plain = msgspec.structs.replace(plain, labels=wanted)
        return plain, plain
    if not isinstance(kind, str) or kind not in _PLAIN:
        raise Invalid(f"There are no attributes of type {str(kind)[:50]!r}.", f"{path}.type")
    minimum, maximum = a_number(spec.get("min"), f"{path}.min"), a_number(spec.get("max"), f"{path}.max")
    if kind == "number":
        plain = msgspec.structs.replace(plain, minimum=minimum, maximum=maximum)
    return plain, plain


def _choices(given: Any, path: str) -> tuple[list[Choice], Mapping[str, Sequence[str]]]:
    """The choices, nested ones as their leaves, and under each name the leaves that it stands for."""
    below: dict[str, Sequence[str]] = {}
    leaves: list[Choice] = []

    def read(entries: Sequence[Any], path: str, above: tuple[str, ...]) -> Iterator[str]:
        for index, entry in enumerate(entries):
            name, title, finer = an_entry(entry, f"{path}[{index}]")
            if finer:
                below[name] = list(read(finer, f"{path}[{index}].subchoices", (*above, title or name)))
                yield from below[name]
                continue
            if above:
                title = " / ".join((*above, title or name))
            leaves.append(Choice(name, title))
            below[name] = [name]
            yield name

    for _ in read(a_list(given, path), path, ()):
        pass
    return leaves, below


def _asked(
    attribute: Attribute,
    spec: Mapping[str, Any],
    finer: Mapping[str, Finer],
    labels: Container[str],
) -> Asked:
    path = f"annotation_attributes.{attribute.name}.conditions"
    given = spec.get("conditions")
    items = [an_object(item, path) for item in (given if isinstance(given, list) else [given] if given else [])]
    of_the_whole = any(a_flag(item.get("is_global"), f"{path}.is_global") for item in items)
    cases = [case for item in items for case in _cases(item, path, finer, labels)]
    return Asked(attribute, cases or [_Case(None, ())], of_the_whole)


def _cases(item: Mapping[str, Any], path: str, finer: Mapping[str, Finer], known: Container[str]) -> Iterator[_Case]:
    labels = None
    named = an_object(item.get("label_condition"), f"{path}.label_condition").get("label")
    if named is not None:
        labels = frozenset(texts_of(named, f"{path}.label_condition.label"))
        unknown = sorted(label for label in labels if label not in known)
        if unknown:
            raise Invalid(f"There is no label {unknown[0]!r} to annotate.", f"{path}.label_condition.label")
    conditions = item.get("attribute_conditions")
    conditions = conditions if isinstance(conditions, list) else [conditions] if conditions else []
    for condition in conditions:
        pairs = an_object(condition, f"{path}.attribute_conditions")
        met = tuple(_one(name, values, f"{path}.attribute_conditions.{name}", finer) for name, values in pairs.items())
        yield _Case(labels, met)
    if not conditions:
        yield _Case(labels, ())


def _one(name: str, values: Any, path: str, finer: Mapping[str, Finer]) -> Condition:
    if name not in finer:
        raise Invalid(f"There is no attribute {name!r}.", path)
    choices = finer[name]
    if isinstance(choices, Attribute):
        return condition_on(choices, values, path)
    met = dict.fromkeys(leaf for value in texts_of(values, path) for leaf in choices.get(value, ()))
    if not met:
        raise Invalid(f"This is no choice of {name!r}.", path)
    return Condition(name, list(met))
