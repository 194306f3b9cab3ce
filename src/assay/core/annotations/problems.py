"""Problems of one value, gathered so that a caller can mend all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeGuard

from assay.core.errors import Invalid, Problem

PROBLEMS_MAX = 50


class Full(Exception):
    """As many problems as anyone will read; checking may stop."""


class Problems:
    """Collects problems up to ``PROBLEMS_MAX``, then raises ``Full``."""

    def __init__(self) -> None:
        self._found: list[Problem] = []

    def add(self, field: str, message: str) -> None:
        self._found.append(Problem(field, message))
        if len(self._found) >= PROBLEMS_MAX:
            raise Full

    def __len__(self) -> int:
        return len(self._found)

    def raise_any(self) -> None:
        """Raises ``Invalid`` with all of them, if there are any."""
        if self._found:
            raise Invalid(list(self._found))


def is_made_of(answer: Any, parts: Sequence[str], problems: Problems) -> TypeGuard[dict[str, Any]]:
    """Whether an answer is an object. Adds a problem if it is not, and one for each thing in it that is no part."""
    if not isinstance(answer, dict):
        problems.add("", f"an answer is an object with {', '.join(parts[:-1])} and {parts[-1]}")
        return False
    for name in answer:
        if name not in parts:
            problems.add(str(name), "is not part of an answer; leave it out")
    return True
