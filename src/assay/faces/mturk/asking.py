"""What every operation of the dialect is given, and what they share in telling."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from assay.faces.http import House
from assay.faces.mturk.ids import Mode
from assay.services.context import Context


@dataclass(frozen=True)
class Asked:
    """One request whose signature is proven and whose members have their shapes. ``mode``: in which of two worlds."""

    home: House
    context: Context
    operation: str
    given: Mapping[str, Any]
    mode: Mode
    request_id: str


Verb: TypeAlias = Callable[[Asked], Awaitable[dict[str, Any]]]


def seconds(moment: datetime | None) -> float | None:
    """As the dialect tells moments: seconds since 1970-01-01 UTC, to the millisecond."""
    return None if moment is None else round(moment.timestamp(), 3)


def without_none(told: Mapping[str, Any]) -> dict[str, Any]:
    """What is not known is left out, and never null."""
    return {name: value for name, value in told.items() if value is not None}
