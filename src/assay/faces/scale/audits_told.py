"""The words of this dialect for what customers say of finished answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from assay.core.errors import Invalid
from assay.faces.scale.reading import written
from assay.services.customer_tasks import FoundTask

# Our verdicts as statuses here; `pending` is a finished answer that nobody has looked at.
_THEIRS: Final[Mapping[str, str]] = {
    "accept": "accepted",
    "fix": "fixed",
    "comment": "commented",
    "reject": "rejected",
    "pending": "pending",
}
_OURS: Final[Mapping[str, str]] = {theirs: ours for ours, theirs in _THEIRS.items()}
STATUSES: Final = frozenset(_OURS)


def verdicts_of(statuses: set[str]) -> list[str]:
    """The verdicts that are these statuses. Raises ``Invalid``."""
    if not statuses <= STATUSES:
        raise Invalid(f"Must be among {', '.join(sorted(STATUSES))}.", "customer_review_status")
    return [_OURS[status] for status in sorted(statuses)]


def audits_told(task: FoundTask) -> dict[str, Any]:
    """What a task tells of its audits."""
    said = {
        "audits": [
            {
                "audited_by": audit.auditor,
                "audited_at": written(audit.created_at),
                "audit_time_secs": audit.duration_seconds,
                "audit_result": _THEIRS[audit.verdict],
                "comments": audit.comment,
            }
            for audit in task.audits
        ]
    }
    return said if task.verdict is None else {**said, "customer_review_status": _THEIRS[task.verdict]}
