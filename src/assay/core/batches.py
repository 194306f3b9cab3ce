"""Batches: tasks that belong together, and what they come to.

    staging ──> in_progress <──> completed

Only a staged batch begins in staging: its tasks are kept back until it is finalized. A batch is completed when it has
tasks and none of them is open; a task that is added or opened again puts it back in progress.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from msgspec.structs import replace

from assay.core.errors import Conflict, Invalid
from assay.core.policy import Policy, ReviewAll
from assay.core.tasks import Case

BatchState: TypeAlias = Literal["staging", "in_progress", "completed"]
Purpose: TypeAlias = Literal["production", "calibration", "self_label"]

NAME_LENGTH_MAX: Final = 200


def checked_name(name: str, field: str = "batch") -> str:
    """A batch's name, without the space around it. Raises ``Invalid``."""
    name = name.strip()
    if not 1 <= len(name) <= NAME_LENGTH_MAX or "\x00" in name:
        raise Invalid(f"A batch name has 1 to {NAME_LENGTH_MAX} characters.", field)
    return name


def is_open(case: Case) -> bool:
    """Whether a task keeps its batch from being completed. One that workers could not do waits for a manager and does;
    one whose photo cannot be had does not, and neither does a gold."""
    if case.gold is not None:
        return False
    return case.state in ("preparing", "annotating", "reviewing") or (case.state == "broken" and case.media != "failed")


def check_takes_tasks(name: str, state: BatchState, *, staged: bool) -> None:
    """Raises ``Conflict`` for a batch that was finalized and is over: whoever was told so counts on it."""
    if staged and state == "completed":
        raise Conflict(
            f"The batch {name[:NAME_LENGTH_MAX]!r} is completed and takes no more tasks; make another.", "batch"
        )


def policy_in(policy: Policy, purpose: Purpose | None) -> Policy:
    """How a task is worked on, in a batch of this purpose or in none: what a calibration batch finds out is worth
    nothing unless somebody looks at every answer."""
    return replace(policy, review=ReviewAll()) if purpose == "calibration" else policy
