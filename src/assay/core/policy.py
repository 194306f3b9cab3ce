"""How a project wants its work done: how many opinions, who is checked, what is reviewed.

A policy is a value stored with a project version; ``workflow.next_steps`` reads it and nothing else decides.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec

from assay.core.annotations.kind import MergeOptions

Share: TypeAlias = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]
Count: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=25)]


class FixedOverlap(msgspec.Struct, tag_field="mode", tag="fixed", frozen=True, forbid_unknown_fields=True):
    """Every task gets exactly ``count`` opinions."""

    count: Count = 1


class AdaptiveOverlap(msgspec.Struct, tag_field="mode", tag="adaptive", frozen=True, forbid_unknown_fields=True):
    """From ``minimum`` opinions, one more at a time until agreement reaches ``agreement_min`` or ``maximum``."""

    minimum: Annotated[int, msgspec.Meta(ge=2, le=25)] = 2
    maximum: Annotated[int, msgspec.Meta(ge=2, le=25)] = 5
    agreement_min: Share = 0.8


Overlap: TypeAlias = FixedOverlap | AdaptiveOverlap


class NoReview(msgspec.Struct, tag_field="mode", tag="none", frozen=True, forbid_unknown_fields=True):
    pass


class ReviewAll(msgspec.Struct, tag_field="mode", tag="all", frozen=True, forbid_unknown_fields=True):
    pass


class ReviewSample(msgspec.Struct, tag_field="mode", tag="sample", frozen=True, forbid_unknown_fields=True):
    """A share of tasks, chosen by a hash of the task's id so that the choice is stable and cannot be steered."""

    rate: Share = 0.1


class ReviewLowAgreement(
    msgspec.Struct, tag_field="mode", tag="low_agreement", frozen=True, forbid_unknown_fields=True
):
    """Tasks whose opinions agree less than ``agreement_min``."""

    agreement_min: Share = 0.7


ReviewRule: TypeAlias = NoReview | ReviewAll | ReviewSample | ReviewLowAgreement


class GoldRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Known answers mixed in, unseen.

    ``rate``: share of a worker's turns that are golds. ``score_min``: an answer scoring at least this is right.
    ``accuracy_min``: a worker is suspended when the *upper* end of the 95 % interval of their accuracy falls
    below it (so that chance alone does not suspend), after at least ``answers_min`` golds.
    """

    rate: Share = 0.0
    score_min: Share = 0.5
    accuracy_min: Share = 0.6
    answers_min: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 4


class TrainingRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Known answers to practise on, before any work of the project is offered; without training tasks there is none.

    ``tasks``: how many make a run. ``score_min``: a run whose mean score is at least this passes. ``runs_max``: after
    so many runs that did not pass a manager must decide.
    """

    tasks: Annotated[int, msgspec.Meta(ge=1, le=100)] = 10
    score_min: Share = 0.7
    runs_max: Annotated[int, msgspec.Meta(ge=1, le=20)] = 3


class MergeRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """See ``MergeOptions``."""

    iou_min: Annotated[float, msgspec.Meta(gt=0.0, le=1.0)] = 0.5
    vote_min: Annotated[float, msgspec.Meta(gt=0.0, le=1.0)] = 0.5

    def options(self) -> MergeOptions:
        return MergeOptions(iou_min=self.iou_min, vote_min=self.vote_min)


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of it. Times are seconds.

    ``skips_max``: a task skipped or reported by this many workers is set aside as broken for a manager.
    ``send_backs_max``: after this many times sent back, the reviewer must accept or fix.
    """

    overlap: Overlap = msgspec.field(default_factory=FixedOverlap)
    review: ReviewRule = msgspec.field(default_factory=NoReview)
    gold: GoldRule = msgspec.field(default_factory=GoldRule)
    training: TrainingRule = msgspec.field(default_factory=TrainingRule)
    merge: MergeRule = msgspec.field(default_factory=MergeRule)
    lease_seconds: Annotated[int, msgspec.Meta(ge=30, le=86_400)] = 1800
    extension_seconds: Annotated[int, msgspec.Meta(ge=0, le=86_400)] = 900
    skips_max: Annotated[int, msgspec.Meta(ge=1, le=25)] = 2
    send_backs_max: Annotated[int, msgspec.Meta(ge=0, le=10)] = 2
