"""What follows from what is known of a task. This is the product; everything else carries it out.

``next_steps`` looks up the rules of the task's situation in one table and takes the first that has something to
say, again and again on the case as it would then be, until none has. Steps already taken are facts in the case,
so asking again is always safe: once the steps are written, the answer is empty until something new happens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import reduce
from typing import Literal, TypeAlias
from uuid import UUID

from assay.core.annotations.kind import Kind
from assay.core.consensus import (
    TOLERANCE,
    concluded,
    is_kept,
    keep,
    nobody_left,
    opinion_bounds,
    opinions_wanted,
    review_reason,
    wants_one_more,
)
from assay.core.made_up import made_up
from assay.core.offered import call_back, conclude, hear_again
from assay.core.policy import Policy
from assay.core.steps import (
    CloseTurn,
    MarkBroken,
    MoveTo,
    OpenTurn,
    Resolve,
    ScoreGold,
    StartRound,
    Step,
    SuspendWorker,
    Withdraw,
    applied,
)
from assay.core.tasks import (
    Case,
    Command,
    Stage,
    TaskState,
    Turn,
    check_command,
)
from assay.core.taxonomy import Taxonomy
from assay.core.workforce import falls_short

Situation: TypeAlias = TaskState | Literal["gold", "training", "on_offer", "decided"]
Rule: TypeAlias = Callable[[Case, Kind], tuple[Step, ...]]

# A turn kept for the worker whose answer was sent back is kept this long; then anyone may take it.
RESERVATION = timedelta(days=1)

# A reviewer has looked and has the last word.
REVIEWED_CONFIDENCE = 1.0

# Nobody stands for it.
MADE_UP_CONFIDENCE = 0.0

# No case needs more than a handful; a rule whose step does not change what it saw would go on for ever.
_LOOKS_MAX = 50


def next_steps(case: Case, kind: Kind) -> tuple[Step, ...]:
    """The steps that follow from the case, in the order they are to be written; empty when there is nothing to do."""
    taken: list[Step] = []
    for _ in range(_LOOKS_MAX):
        due = _due(case, kind)
        if not due:
            return tuple(taken)
        taken.extend(due)
        case = reduce(applied, due, case)
    raise AssertionError(f"task {case.task_id} never comes to rest: {taken[-3:]}")


def commanded(case: Case, command: Command) -> tuple[Step, ...]:
    """The steps a manager's command takes; ``next_steps`` of the case after them says the rest.

    ``make_gold`` and ``unmake_gold`` also set or clear the task's gold, which the caller writes.
    Raises ``Conflict`` when the task's state does not allow it.
    """
    check_command(case, command)
    match command:
        case "cancel":
            return (MoveTo("cancelled"),)
        case "reopen":
            return (StartRound(case.round + 1, "reopened"),)
        case "make_gold":
            return (StartRound(case.round + 1, "reopened"),) if case.state == "broken" else ()
        case "unmake_gold":
            # What was answered while it was a test was counted as a test; the work starts afresh.
            return () if case.state == "preparing" else (StartRound(case.round + 1, "no_longer_gold"),)


def first_turns(policy: Policy) -> int:
    """How many turns a new ordinary task opens with, for writing many tasks at once."""
    return opinion_bounds(policy.overlap)[0]


def may_send_back(case: Case) -> bool:
    """Whether a reviewer of the task may still send it back."""
    return _send_backs(case) < case.policy.send_backs_max


def next_check_at(case: Case) -> datetime | None:
    """When time alone would next change something: a lease or a reservation ends; none when nothing is pending."""
    return min((ends_at for t in case.live() if (ends_at := _ends_at(t)) is not None), default=None)


def _due(case: Case, kind: Kind) -> tuple[Step, ...]:
    for rule in RULES[_situation(case)]:
        if steps := rule(case, kind):
            return steps
    return ()


def _situation(case: Case) -> Situation:
    if case.gold is not None and case.state in ("annotating", "reviewing", "completed"):
        return "training" if case.training else "gold"
    if case.offered == "open" and case.state in ("annotating", "reviewing", "completed"):
        return "on_offer"
    return "decided" if case.offered is not None and case.state in ("annotating", "completed") else case.state


# --- every situation: turns that must not stay -----------------------------------------------------------------


def _close_strays(case: Case, _: Kind) -> tuple[Step, ...]:
    """Turns of another stage or an earlier round than the task is in."""
    stage = _STAGES.get(case.state)
    return tuple(
        CloseTurn(t.id, "cancelled", "another round began" if t.stage == stage else f"the task is {case.state}")
        for t in case.live()
        if t.stage != stage or t.round != case.round
    )


def _expire(case: Case, _: Kind) -> tuple[Step, ...]:
    """Leases that ran out, and reservations: an open turn has no worker, so it is cancelled rather than expired."""
    return tuple(
        CloseTurn(t.id, "expired", "the lease ended")
        if t.state == "claimed"
        else CloseTurn(t.id, "cancelled", "the reservation ended")
        for t in case.live()
        if (ends_at := _ends_at(t)) is not None and ends_at <= case.now
    )


def _free(case: Case, _: Kind) -> tuple[Step, ...]:
    """Turns held by or kept for a suspended worker."""
    return tuple(
        CloseTurn(t.id, "cancelled", "the worker is suspended")
        for t in case.live()
        if (worker_id := t.worker_id or t.reserved_for) is not None and case.standing(worker_id).suspended
    )


# --- preparing -------------------------------------------------------------------------------------------------


def _begin(case: Case, kind: Kind) -> tuple[Step, ...]:
    if case.made_up and not case.held:
        answer = made_up(kind, case.task_id, case.taxonomy or Taxonomy(), case.shown, case.suggested)
        return (Resolve(answer, MADE_UP_CONFIDENCE, "made_up"),)
    if not kind.has_desk:
        return ()
    match case.media:
        case "waiting":
            return ()
        case "ready":
            # A known answer is met among other tasks, whenever those are worked on.
            return () if case.held and case.gold is None else (MoveTo("annotating"),)
        case "failed":
            return (MarkBroken(case.media_problem or "the photo could not be read"),)


# --- annotating ------------------------------------------------------------------------------------------------


def _settle(case: Case, kind: Kind) -> tuple[Step, ...]:
    """Once there are opinions enough: merge them, then ask for review or resolve."""
    least, most = opinion_bounds(case.policy.overlap)
    chosen = case.counted()[:most]
    if len(chosen) < least:
        return ()
    if len(chosen) > 1 and not is_kept(case, chosen):
        return (keep(case, kind, chosen),)
    return () if wants_one_more(case) else concluded(case, kind, chosen)


def _set_aside(case: Case, _: Kind) -> tuple[Step, ...]:
    """A task that enough workers would not do, or that somebody would not do and nobody else is there for."""
    stage = _STAGES[case.state]
    refusals = case.refused(stage)
    refusers = {t.worker_id for t in refusals}
    if len(refusers) >= case.policy.skips_max or (refusers and nobody_left(case, stage)):
        return (MarkBroken(_refusal_summary(refusals)),)
    return ()


def _open_missing(case: Case, _: Kind) -> tuple[Step, ...]:
    """As many turns as opinions are wanted beyond those given and those under way."""
    missing = opinions_wanted(case) - len(case.counted()) - len(case.live("annotate"))
    return tuple(
        OpenTurn("annotate", case.round, reserved_for=_reservation(case) if i == 0 else None) for i in range(missing)
    )


def _close_surplus(case: Case, _: Kind) -> tuple[Step, ...]:
    """Unclaimed turns beyond what is wanted, as when a reinstated worker's answer counts again."""
    surplus = len(case.counted()) + len(case.live("annotate")) - opinions_wanted(case)
    unclaimed = [t for t in case.live("annotate") if t.state == "open"]
    return tuple(CloseTurn(t.id, "cancelled", "no longer needed") for t in unclaimed[::-1][: max(surplus, 0)])


# --- reviewing -------------------------------------------------------------------------------------------------


def _follow_verdict(case: Case, _: Kind) -> tuple[Step, ...]:
    review = case.verdict(case.round)
    if review is None or case.consensus is None:
        return ()
    match review.verdict:
        case "accept":
            origin: Literal["submission", "consensus"] = (
                "submission" if len(case.consensus.submission_ids) == 1 else "consensus"
            )
            return (Resolve(case.consensus.answer, REVIEWED_CONFIDENCE, origin),)
        case "fix":
            assert review.answer is not None, f"review {review.id} fixes without an answer"
            return (Resolve(review.answer, REVIEWED_CONFIDENCE, "review"),)
        case "send_back":
            # One too many is passed over, and the task waits for another reviewer's accept or fix.
            allowed = _send_backs(case) <= case.policy.send_backs_max
            return (StartRound(case.round + 1, "sent_back"),) if allowed else ()


def _take_back(case: Case, _: Kind) -> tuple[Step, ...]:
    """When an author of the judged answer was suspended, there is nothing to judge until it is replaced."""
    counted = {s.id for s in case.counted()}
    if case.consensus is not None and counted.issuperset(case.consensus.submission_ids):
        return ()
    return (MoveTo("annotating"),)


def _open_review(case: Case, _: Kind) -> tuple[Step, ...]:
    # The reason is found again rather than remembered; only a policy changed meanwhile leaves none.
    reason = review_reason(case) or "all"
    return () if case.live("review") else (OpenTurn("review", case.round, review_reason=reason),)


# --- golds -----------------------------------------------------------------------------------------------------


def _leave_ordinary_life(case: Case, _: Kind) -> tuple[Step, ...]:
    """A gold is answered by many, one claim at a time, and has no result: it always stands in annotating."""
    if case.response is not None:
        return (Withdraw(),)
    return () if case.state == "annotating" else (MoveTo("annotating"),)


def _close_unclaimed(case: Case, _: Kind) -> tuple[Step, ...]:
    reason = "the task became a gold" if case.gold is not None else "the task is offered on the market"
    return tuple(CloseTurn(t.id, "cancelled", reason) for t in case.live("annotate") if t.state == "open")


def _score(case: Case, kind: Kind) -> tuple[Step, ...]:
    assert case.gold is not None
    steps = []
    for submission in case.submissions:
        if submission.gold_score is None:
            score = kind.score(submission.answer, case.gold, case.merging())
            right = score >= case.policy.gold.score_min - TOLERANCE
            steps.append(ScoreGold(submission.id, submission.worker_id, score, right))
    return tuple(steps)


def _suspend(case: Case, _: Kind) -> tuple[Step, ...]:
    answered = {s.worker_id: case.standing(s.worker_id) for s in case.submissions}
    return tuple(
        SuspendWorker(worker_id, reason)
        for worker_id, standing in answered.items()
        if not standing.suspended and (reason := falls_short(standing, case.policy.gold)) is not None
    )


def _set_gold_aside(case: Case, _: Kind) -> tuple[Step, ...]:
    """A gold is broken when enough workers refuse it and they are not outnumbered by those who answered: over
    its long life a good gold, too, is skipped by some."""
    refusals = case.refused("annotate")
    refusers = {t.worker_id for t in refusals}
    answerers = {s.worker_id for s in case.submissions if s.round == case.round}
    if len(refusers) >= case.policy.skips_max and len(refusers) >= len(answerers):
        return (MarkBroken(_refusal_summary(refusals)),)
    return ()


# --- the table -------------------------------------------------------------------------------------------------

# The stage whose turns belong to a state; no turns belong to the others.
_STAGES: Mapping[TaskState, Stage] = {"annotating": "annotate", "reviewing": "review"}

# The rules of each situation, the first with something to say goes first.
RULES: Mapping[Situation, tuple[Rule, ...]] = {
    "preparing": (_begin,),
    "annotating": (_close_strays, _expire, _free, _settle, _set_aside, _open_missing, _close_surplus),
    "reviewing": (_close_strays, _follow_verdict, _expire, _free, _take_back, _set_aside, _open_review),
    "gold": (_leave_ordinary_life, _close_strays, _close_unclaimed, _expire, _score, _suspend, _free, _set_gold_aside),
    # Practice is scored as it is handed in; a turn's round there is the worker's run.
    "training": (_leave_ordinary_life, _expire),
    # Whoever has a turn on what is offered came by the market, which alone says when it ends early.
    "on_offer": (call_back, _close_strays, _close_unclaimed, _expire),
    "decided": (_close_strays, _close_unclaimed, _expire, conclude, hear_again),
    "completed": (_close_strays,),
    "cancelled": (_close_strays,),
    "broken": (_close_strays,),
}


# --- what the rules ask ----------------------------------------------------------------------------------------


def _reservation(case: Case) -> UUID | None:
    """For whom the round's first turn is kept: the author of the one answer that was sent back.

    The privilege is used up when a reserved turn of the round ended otherwise than by being given back.
    """
    sent_back = case.verdict(case.round - 1)
    if sent_back is None or sent_back.verdict != "send_back" or case.consensus is None:
        return None
    authors = [s.worker_id for s in case.submissions if s.id in case.consensus.submission_ids]
    reserved = [t for t in case.turns if t.round == case.round and t.reserved_for is not None]
    if len(authors) != 1 or case.standing(authors[0]).suspended or any(t.state != "returned" for t in reserved):
        return None
    return authors[0]


def _send_backs(case: Case) -> int:
    return sum(r.verdict == "send_back" for r in case.reviews)


def _ends_at(turn: Turn) -> datetime | None:
    """When a live turn ends by itself."""
    if turn.state == "claimed":
        return turn.lease_until
    return turn.opened_at + RESERVATION if turn.reserved_for is not None and turn.opened_at is not None else None


def _refusal_summary(refusals: tuple[Turn, ...]) -> str:
    counts = Counter(f"{t.state}: {t.reason or 'no reason given'}" for t in refusals)
    return "; ".join(f"{reason} ({count})" if count > 1 else reason for reason, count in counts.items())
