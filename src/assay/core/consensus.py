"""How many opinions a task needs, whether those it has suffice, and how they become one."""

from __future__ import annotations

import hashlib
from typing import Final
from uuid import UUID

from assay.core.annotations.kind import Kind, Voice
from assay.core.policy import AdaptiveOverlap, FixedOverlap, Overlap, ReviewAll, ReviewLowAgreement, ReviewSample
from assay.core.routing import barred
from assay.core.steps import KeepConsensus, Resolve, SendToReview, Step
from assay.core.tasks import Case, ReviewReason, Stage, Submission

# Agreements are sums of floats and rest in single precision: what was exactly 0.7 comes back as 0.69999999.
TOLERANCE: Final = 1e-6


def opinion_bounds(overlap: Overlap) -> tuple[int, int]:
    """The least and the most opinions a task gets."""
    match overlap:
        case FixedOverlap(count):
            return count, count
        case AdaptiveOverlap(minimum, maximum):
            return minimum, max(minimum, maximum)


def opinions_wanted(case: Case) -> int:
    """How many opinions the task should have, as far as is known now."""
    least, _ = opinion_bounds(case.policy.overlap)
    given = len(case.counted())
    return max(least, given + 1 if wants_one_more(case) else given)


def wants_one_more(case: Case) -> bool:
    """Adaptive overlap only: the opinions so far disagree, the bound is not reached, and someone can be asked."""
    overlap = case.policy.overlap
    if not isinstance(overlap, AdaptiveOverlap) or case.consensus is None:
        return False
    counted = case.counted()
    return (
        len(counted) < opinion_bounds(overlap)[1]
        and is_kept(case, counted)
        and case.consensus.agreement < overlap.agreement_min - TOLERANCE
        and not nobody_left(case, "annotate")
    )


def keep(case: Case, kind: Kind, chosen: tuple[Submission, ...]) -> KeepConsensus:
    """The chosen submissions (one or more) merged, each with the weight its author has now."""
    weights = tuple(case.standing(s.worker_id).weight for s in chosen)
    voices = [Voice(str(s.worker_id), s.answer, weight) for s, weight in zip(chosen, weights, strict=True)]
    merged = kind.merge(voices, case.merging())
    return KeepConsensus(merged, tuple(s.id for s in chosen), weights)


def is_kept(case: Case, chosen: tuple[Submission, ...]) -> bool:
    """Whether the consensus in force was made of just these. What was kept is not merged again when weights move."""
    return case.consensus is not None and case.consensus.submission_ids == tuple(s.id for s in chosen)


def nobody_left(case: Case, stage: Stage) -> bool:
    """Whether no worker of the project could take another turn at this stage, and none holds one who might give
    it back. Never, when the workers are too many to be listed."""
    workers = case.annotators if stage == "annotate" else case.reviewers
    if workers is None or any(t.state == "claimed" for t in case.live(stage)):
        return False
    return all(
        case.standing(worker_id).suspended or barred(worker_id, stage, case.round, case.turns) is not None
        for worker_id in workers
    )


def concluded(case: Case, kind: Kind, chosen: tuple[Submission, ...]) -> tuple[Step, ...]:
    """What these opinions, which suffice, come to: they are merged, then reviewed where that is asked, or resolved."""
    if len(chosen) > 1 and not is_kept(case, chosen):
        return (keep(case, kind, chosen),)
    reason = review_reason(case)
    if reason is not None:
        return (SendToReview(reason),) if is_kept(case, chosen) else (keep(case, kind, chosen),)
    if len(chosen) > 1 and case.consensus is not None:
        return (Resolve(case.consensus.answer, case.consensus.confidence, "consensus"),)
    # A lone answer contradicts nobody; what is known of its worth is its author's record.
    return (Resolve(chosen[0].answer, case.standing(chosen[0].worker_id).weight, "submission"),)


def review_reason(case: Case) -> ReviewReason | None:
    """Why somebody is to look at the task's opinions; none where nobody is."""
    match case.policy.review:
        case ReviewAll():
            return "all"
        case ReviewSample(rate):
            return "sample" if _draw(case.task_id) < rate else None
        case ReviewLowAgreement(agreement_min):
            # A lone voice that was never merged has nobody to disagree with.
            agreement = case.consensus.agreement if case.consensus and len(case.counted()) > 1 else 1.0
            return "low_agreement" if agreement < agreement_min - TOLERANCE else None
        case _:
            return None


def _draw(task_id: UUID) -> float:
    """A number within [0, 1) that is the task's own: the same at every look, and even over all tasks."""
    return int.from_bytes(hashlib.sha256(task_id.bytes).digest()[:6]) / (1 << 48)
