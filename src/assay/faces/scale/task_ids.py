"""Task ids as this dialect writes them: 24 hexadecimal digits.

Ours have 32: 48 bits of time, the version, and 74 bits of chance. What is shown is the time and the last 48 bits of
chance. That is enough to find the task again, as the time alone leaves only what was made in one millisecond.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from assay.core.errors import NotFound

_SHAPE: Final = re.compile(r"[0-9a-f]{24}")


@dataclass(frozen=True)
class Sought:
    """Every id of ours that could be meant lies within ``first`` and ``last`` and ends in the 12 digits ``ending``."""

    first: UUID
    last: UUID
    ending: str


def shown(task_id: UUID) -> str:
    """The 24 digits of a version 7 id."""
    return task_id.hex[:12] + task_id.hex[-12:]


def sought(text: str) -> Sought:
    """Where to look for the task with this id. Raises ``NotFound`` for what cannot be one: nobody's task has it."""
    text = text.lower()
    if not _SHAPE.fullmatch(text):
        raise NotFound(f"There is no task {text[:50]!r}; ids have 24 hexadecimal digits.")
    time, ending = text[:12], text[12:]
    return Sought(UUID(f"{time}70008000000000000000"), UUID(f"{time}7fffbfffffffffffffff"), ending)
