"""What a customer may say of a finished answer, and what follows from it.

An audit judges the response of a completed task: it accepts it, corrects it, says something about it, or rejects it.
Rejected, the task begins another round, and whoever takes it up is shown the answer and the comment.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from assay.core.annotations.kind import Answer
from assay.core.errors import Conflict, Invalid
from assay.core.steps import Resolve, StartRound, Step, Withdraw
from assay.core.tasks import Case

AuditVerdict: TypeAlias = Literal["accept", "fix", "comment", "reject"]

COMMENT_LENGTH_MAX: Final = 10_000
DURATION_SECONDS_MAX: Final = 1e7
# The customer's own answer; nobody is to doubt it.
_CONFIDENCE: Final = 1.0


def check(verdict: AuditVerdict, comment: str | None, answer: object | None, duration_seconds: float) -> str | None:
    """The comment as it is kept; none for an empty one. Raises ``Invalid``."""
    said = (comment or "").strip() or None
    if said is not None and (len(said) > COMMENT_LENGTH_MAX or "\0" in said):
        raise Invalid(f"At most {COMMENT_LENGTH_MAX:,} characters, none of them NUL.", "comment")
    if verdict == "comment" and said is None:
        raise Invalid("Say something, or accept, correct or reject the answer.", "comment")
    if (verdict == "fix") != (answer is not None):
        raise Invalid("An answer goes with the verdict 'fix', and only with it.", "answer")
    if not 0 <= duration_seconds < DURATION_SECONDS_MAX:
        raise Invalid(f"Must be within 0 and {DURATION_SECONDS_MAX:,.0f} seconds.", "duration_seconds")
    return said


def audited(case: Case, verdict: AuditVerdict, answer: Answer | None = None) -> tuple[Step, ...]:
    """The steps that an audit takes; ``next_steps`` of the case after them says the rest.

    ``answer``: the customer's own, for ``fix``. Raises ``Conflict`` for a task that has no answer to judge.
    """
    if case.state != "completed" or case.response is None:
        raise Conflict(f"Only a completed task can be audited; task {case.task_id} is {case.state}.")
    match verdict:
        case "fix":
            assert answer is not None, "the answer was checked"
            return (Withdraw(), Resolve(answer, _CONFIDENCE, "audit"))
        case "reject":
            return (Withdraw(), StartRound(case.round + 1, "rejected"))
        case _:
            return ()
