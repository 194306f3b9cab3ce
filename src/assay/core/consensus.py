"""How many opinions a task needs, whether those it has suffice, and how they become one."""

from __future__ import annotations

from typing import Final

from assay.core.annotations.kind import Kind, Voice
from assay.core.policy import AdaptiveOverlap, FixedOverlap, Overlap
from assay.core.routing import barred
from assay.core.steps import KeepConsensus
from assay.core.tasks import Case, Stage, Submission

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
