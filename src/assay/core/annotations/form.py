"""The form kind: questions about texts and photos. An answer holds one value for each question that was answered.

Categorizing, comparing, transcribing and collecting text are forms that differ in what is shown and what is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import msgspec

from assay.core.annotations.attributes_check import Value as Value
from assay.core.taxonomy import Attribute, Choice, Taxonomy

Values: TypeAlias = dict[str, Value]


class FormAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Everything one person answers to one form: values by the name of their question."""

    attributes: dict[str, Any] = {}


def questions_of(answers: Sequence[Values], taxonomy: Taxonomy | None) -> list[Attribute]:
    """The questions in order; where the taxonomy is not at hand, as far as the values tell.

    Then a text is taken for a choice, since two wordings are two answers unless it is known that they need not be.
    """
    if taxonomy is not None:
        return taxonomy.attributes
    names = sorted({name for values in answers for name in values})
    return [_guessed(name, [values[name] for values in answers if name in values]) for name in names]


def _guessed(name: str, values: Sequence[Value]) -> Attribute:
    if all(isinstance(value, str) for value in values):
        return Attribute(name, "category", choices=_choices(values))
    if all(isinstance(value, float | int) for value in values):
        return Attribute(name, "number")
    if all(isinstance(value, dict) for value in values):
        groups = [value for value in values if isinstance(value, dict)]
        return Attribute(name, "group", attributes=questions_of(groups, None))
    listed = [one for value in values for one in (value if isinstance(value, list) else [value])]
    if all(isinstance(one, str) for one in listed):
        return Attribute(name, "multiselect", choices=_choices(listed))
    inner = _guessed(name, listed) if not any(isinstance(one, list) for one in listed) else Attribute(name, "text")
    return msgspec.structs.replace(inner, values_max=max(2, len(listed)))


def _choices(values: Iterable[Value]) -> list[Choice]:
    return [Choice(name) for name in sorted({value for value in values if isinstance(value, str)})]
