"""Keeps long computations from holding up the event loop, so that nobody waits for somebody else's answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final, ParamSpec, TypeVar

from assay.core.annotations.kind import Answer

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

# Below this a computation takes a few milliseconds, about what handing it to a thread and back can cost under load.
FEW_MARKS: Final = 200


async def computed(
    answers: Sequence[Answer | Any],
    function: Callable[Arguments, Result],
    *args: Arguments.args,
    **kwargs: Arguments.kwargs,
) -> Result:
    """What the function gives; in a thread when the answers it works on hold many marks."""
    marks = 0
    for answer in answers:
        found = answer.get("annotations") if isinstance(answer, dict) else None
        marks += len(found) if isinstance(found, list) else 0
    if marks <= FEW_MARKS:
        return function(*args, **kwargs)
    return await asyncio.to_thread(function, *args, **kwargs)


async def others_first() -> None:
    """Lets whatever else is ready on the event loop go first."""
    await asyncio.sleep(0)
