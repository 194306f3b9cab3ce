"""The questions this dialect asks about an annotation or about the whole image, as our attributes.

    {"occluded": {"type": "category", "choices": ["yes", "no"], "conditions": {"label_condition": {"label": "car"}}}}

There an attribute stands by itself and says where it is asked; ours hangs on each label, in the order of asking.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from assay.core.errors import Invalid
from assay.core.taxonomy import Attribute, AttributeType, Choice, Condition
from assay.faces.scale.reading import a_flag, a_list, a_number, a_text, an_entry, an_object


@dataclass(frozen=True)
class _Case:
    """One way to be asked: for these labels (none: for all), when an attribute has one of these values."""

    labels: frozenset[str] | None
    when: Condition | None


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
        conditions = [case.when for case in cases]
        if None in conditions:
            return self.attribute
        others = {condition.attribute for condition in conditions if condition is not None}
        if len(others) > 1:
            raise Invalid(
                f"It depends on any of {', '.join(sorted(others))}; one attribute is the most that can be asked yet.",
                f"annotation_attributes.{self.attribute.name}.conditions",
            )
        values = dict.fromkeys(value for condition in conditions if condition for value in condition.any_of)
        return msgspec.structs.replace(self.attribute, when=Condition(others.pop(), list(values)))


def attributes_of(specs: Mapping[str, Any], labels: Container[str]) -> list[Asked]:
    """The attributes of ``annotation_attributes``. ``labels``: the names that a condition may name.

    Raises ``Invalid`` for what is not well-formed or not built yet.
    """
    finer: dict[str, Mapping[str, Sequence[str]]] = {}
    read = {}
    for name, spec in specs.items():
        path = f"annotation_attributes.{name}"
        spec = {"choices": spec} if isinstance(spec, list) else an_object(spec, path)
        attribute, finer[name] = _attribute(name, spec, path)
        read[name] = attribute, spec
    return [_asked(attribute, spec, finer, labels) for attribute, spec in read.values()]


def _attribute(name: str, spec: Mapping[str, Any], path: str) -> tuple[Attribute, Mapping[str, Sequence[str]]]:
    """The attribute without its conditions, and for each of its choices and headings what can be chosen there."""
    kind = spec.get("type") or "category"
    title, required = spec.get("description"), a_flag(spec.get("required"), f"{path}.required")
    title = title if isinstance(title, str) and title.strip() else None
    if kind == "category":
        multiple = a_flag(spec.get("allow_multiple"), f"{path}.allow_multiple")
        choices, below = _choices(spec.get("choices"), f"{path}.choices")
        type_: AttributeType = "multiselect" if multiple else "category"
        return Attribute(name=name, type=type_, title=title, choices=choices, required=required), below
    if kind in ("number", "angle"):
        least, most = (0.0, 360.0) if kind == "angle" else (None, None)
        minimum, maximum = a_number(spec.get("min"), f"{path}.min"), a_number(spec.get("max"), f"{path}.max")
        return Attribute(
            name=name,
            type="number",
            title=title,
            required=required,
            minimum=least if minimum is None else minimum,
            maximum=most if maximum is None else maximum,
        ), {}
    if kind == "text":
        return Attribute(name=name, type="text", title=title, required=required), {}
    raise Invalid(f"Attributes of type {kind!r} cannot be asked yet.", f"{path}.type")


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
    finer: Mapping[str, Mapping[str, Sequence[str]]],
    labels: Container[str],
) -> Asked:
    path = f"annotation_attributes.{attribute.name}.conditions"
    given = spec.get("conditions")
    items = [an_object(item, path) for item in (given if isinstance(given, list) else [given] if given else [])]
    of_the_whole = any(a_flag(item.get("is_global"), f"{path}.is_global") for item in items)
    cases = [case for item in items for case in _cases(item, path, finer, labels)]
    return Asked(attribute, cases or [_Case(None, None)], of_the_whole)


def _cases(
    item: Mapping[str, Any], path: str, finer: Mapping[str, Mapping[str, Sequence[str]]], known: Container[str]
) -> Iterator[_Case]:
    labels = None
    named = an_object(item.get("label_condition"), f"{path}.label_condition").get("label")
    if named is not None:
        labels = frozenset(_texts(named, f"{path}.label_condition.label"))
        unknown = sorted(label for label in labels if label not in known)
        if unknown:
            raise Invalid(f"There is no label {unknown[0]!r} to annotate.", f"{path}.label_condition.label")
    conditions = item.get("attribute_conditions")
    conditions = conditions if isinstance(conditions, list) else [conditions] if conditions else []
    for condition in conditions:
        pairs = an_object(condition, f"{path}.attribute_conditions")
        if len(pairs) > 1:
            raise Invalid(
                f"It depends on {' and '.join(pairs)} together; one attribute is the most that can be asked yet.",
                f"{path}.attribute_conditions",
            )
        for name, values in pairs.items():
            field = f"{path}.attribute_conditions.{name}"
            if name not in finer:
                raise Invalid(f"There is no attribute {name!r}.", field)
            if not finer[name]:
                raise Invalid(f"{name!r} has no choices, and only a choice can be a condition yet.", field)
            met = dict.fromkeys(leaf for value in _texts(values, field) for leaf in finer[name].get(value, ()))
            if not met:
                raise Invalid(f"This is no choice of {name!r}.", field)
            yield _Case(labels, Condition(name, list(met)))
    if not conditions:
        yield _Case(labels, None)


def _texts(value: Any, path: str) -> list[str]:
    return [a_text(one, path) for one in (value if isinstance(value, list) else [value])]


def in_order(attributes: Sequence[Attribute]) -> list[Attribute]:
    """Each after the one that its condition names, otherwise as they came; left out where that one is not asked
    beside it, as the condition is never met. Raises ``Invalid`` for conditions that go round in a circle."""
    left = {attribute.name: attribute for attribute in attributes}
    ordered: dict[str, Attribute] = {}
    while left:
        ready = [a for a in left.values() if a.when is None or a.when.attribute in ordered]
        if not ready:
            missing = [a.name for a in left.values() if a.when is not None and a.when.attribute not in left]
            if not missing:
                name = next(iter(left))
                raise Invalid(
                    "Its conditions lead back to itself.",
                    f"annotation_attributes.{name}.conditions.attribute_conditions",
                )
            for name in missing:
                del left[name]
            continue
        ordered[ready[0].name] = left.pop(ready[0].name)
    return list(ordered.values())
