"""The parts of an answer other than a photo's marks: read one by one, each with an id of its own."""

from __future__ import annotations

from typing import Any

import msgspec

from assay.core.annotations.problems import Problems
from assay.core.texts import is_storable

ID_LENGTH_MAX = 100


def check_id(given: str, path: str, ids: dict[str, str], problems: Problems) -> None:
    """Ids are unique over all parts of an answer, because confidences are told by them. ``ids``: those so far, with
    their paths; the given one is added."""
    if not given or len(given) > ID_LENGTH_MAX or not is_storable(given):
        problems.add(f"{path}.id", f"must be 1 to {ID_LENGTH_MAX} plain characters")
    elif given in ids:
        problems.add(f"{path}.id", f"{given!r} is also the id of {ids[given]}; give it another")
    ids.setdefault(given, path)


def read_parts(given: Any, part: Any, field: str, most: int, problems: Problems) -> list[tuple[str, Any]]:
    """The parts that could be read as a ``part`` (a type, or a union of them), each with its path."""
    if not isinstance(given, list | tuple):
        problems.add(field, "must be a list")
        return []
    if len(given) > most:
        problems.add(field, f"has {len(given):,} items; at most {most:,} are taken")
        return []
    read: list[tuple[str, Any]] = []
    for index, each in enumerate(given):
        try:
            read.append((f"{field}[{index}]", msgspec.convert(each, type=part)))
        except (msgspec.ValidationError, OverflowError) as error:
            message, _, where = str(error).partition(" - at `$")
            problems.add(f"{field}[{index}]" + where.removesuffix("`").replace("[...]", ""), message)
    return read
