"""What must hold of any task after any act: each check takes the whole case and fails by an assertion."""

from __future__ import annotations

from msgspec.structs import replace

from assay.core.policy import AdaptiveOverlap, FixedOverlap
from assay.core.steps import CloseTurn, OpenTurn, Resolve, Step
from assay.core.tasks import Case
from assay.core.workflow import next_steps
from assay.core.workforce import falls_short
from simulation.words import KIND


def check_before(case: Case, steps: tuple[Step, ...]) -> None:
    """The steps decided on leave alone what is finished, and nobody works on a gold as on other tasks."""
    if case.state == "completed" and case.gold is None:
        assert all(isinstance(s, CloseTurn) for s in steps), f"a completed task changed: {steps}"
    if case.state == "cancelled":
        assert all(isinstance(s, CloseTurn) for s in steps), f"a cancelled task came alive: {steps}"
    if case.gold is not None:
        assert not any(isinstance(s, OpenTurn | Resolve) for s in steps), f"a gold was worked on: {steps}"


def check_after(case: Case, believed: Case) -> None:
    """The rows say what core believed its steps would make of them, and someone is asked exactly where it should be."""
    again = next_steps(case, KIND)
    assert again == (), f"asking again gave more: {again}"
    # Consensus rows have ids here and there; everything else must be just as foretold.
    written = replace(case, standings=(), annotators=None, reviewers=None)
    foretold = replace(believed, standings=(), annotators=None, reviewers=None)
    assert written == foretold, "writing the steps did something else than core believes"
    check_turns(case)
    live = case.live()
    assert not any(t.worker_id and case.standing(t.worker_id).suspended for t in live)
    assert all(t.round == case.round for t in live)
    assert not any(t.lease_until is not None and t.lease_until <= case.now for t in live), "a lease outlived itself"
    if case.gold is not None:
        assert not any(t.state == "open" for t in live)
        assert case.response is None
        _check_gold(case)
    elif case.state in ("annotating", "reviewing"):
        assert live, f"nobody is asked about a task that is {case.state}"
        assert {t.stage for t in live} == {"annotate" if case.state == "annotating" else "review"}
        _check_overlap(case)
        _check_refusals(case)
        if case.state == "reviewing":
            _check_review(case)
    else:
        assert not live, f"a task that is {case.state} has live turns"
    assert (case.state == "completed") == (case.response is not None)
    assert sum(r.verdict == "send_back" for r in case.reviews) <= case.policy.send_backs_max


def check_turns(case: Case) -> None:
    """Nobody has a task twice in a round, or judges their own answer."""
    spent = [
        (t.stage, t.round, t.worker_id)
        for t in case.turns
        if t.state in ("claimed", "submitted", "skipped", "reported")
    ]
    assert len(spent) == len(set(spent)), "somebody got the same task twice in a round"
    annotated = {s.worker_id for s in case.submissions}
    held_reviews = {t.worker_id for t in case.turns if t.stage == "review" and t.state == "claimed"}
    assert not annotated & held_reviews, "somebody is to judge their own work"


def _check_gold(case: Case) -> None:
    if case.state != "annotating":
        return
    assert all(s.gold_score is not None for s in case.submissions)
    for worker_id in {s.worker_id for s in case.submissions}:
        standing = case.standing(worker_id)
        assert standing.suspended or falls_short(standing, case.policy.gold) is None
    refusers = {t.worker_id for t in case.refused("annotate")}
    answerers = {s.worker_id for s in case.submissions if s.round == case.round}
    assert len(refusers) < max(case.policy.skips_max, len(answerers))


def _check_refusals(case: Case) -> None:
    refusers = {t.worker_id for t in case.refused("annotate" if case.state == "annotating" else "review")}
    assert len(refusers) < case.policy.skips_max


def _check_review(case: Case) -> None:
    """What lies before the reviewer is made of answers that count, and no verdict waits."""
    assert case.consensus is not None
    assert {s.id for s in case.counted()} >= set(case.consensus.submission_ids)
    assert case.verdict(case.round) is None


def _check_overlap(case: Case) -> None:
    overlap = case.policy.overlap
    most = overlap.count if isinstance(overlap, FixedOverlap) else overlap.maximum
    annotating = case.live("annotate")
    unclaimed = [t for t in annotating if t.state == "open"]
    assert not unclaimed or len(case.counted()) + len(annotating) <= most, "more turns open than are wanted"


def check_resolution(case: Case, origin: str) -> None:
    """The answer about to be given rests on as many opinions as were asked for, unless a reviewer or the customer gave
    it."""
    if origin in ("review", "audit"):
        return
    used = len(case.consensus.submission_ids) if case.consensus and origin == "consensus" else 1
    overlap = case.policy.overlap
    if isinstance(overlap, FixedOverlap):
        assert used == overlap.count, f"{used} opinions instead of {overlap.count}"
    else:
        assert overlap.minimum <= used <= overlap.maximum
    if case.state == "annotating" and isinstance(overlap, AdaptiveOverlap):
        assert case.consensus is not None
        enough = case.consensus.agreement >= overlap.agreement_min or used == overlap.maximum
        assert enough or case.annotators is not None, "stopped asking although opinions disagreed"
