"""What the worker's page sends and is sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, TypeAlias
from uuid import UUID

import msgspec

from assay.core.taxonomy import Taxonomy
from assay.faces.media import Media, ShownItem

Stage = Literal["annotate", "review"]


class WorkProject(msgspec.Struct, kw_only=True):
    """An active project and what it has for you. Counts stop at 1,000. ``training``: what comes before its work."""

    id: UUID
    name: str
    kind: str
    annotate_open: int
    review_open: int
    done_today: int
    training: Training | None
    suspended: bool
    suspended_reason: str | None


class WorkProjects(msgspec.Struct):
    items: list[WorkProject]


class Claim(msgspec.Struct, forbid_unknown_fields=True):
    stage: Stage = "annotate"


class SentBack(msgspec.Struct):
    """What is to be done again: your answer that a reviewer sent back, or the task's that the customer rejected. The
    comment may be empty where the customer gave none."""

    comment: str
    answer: dict[str, Any]
    by: Literal["reviewer", "customer"] = "reviewer"


class Voice(msgspec.Struct):
    """One annotator's answer, without the name."""

    name: str
    submission_id: UUID
    answer: dict[str, Any]


class Judge(msgspec.Struct, kw_only=True):
    """What to judge. ``objects`` say of each object who marked it (``members`` point into ``voices`` by index)."""

    answer: dict[str, Any]
    agreement: float
    confidence: float
    reason: str | None
    objects: list[dict[str, Any]]
    voices: list[Voice]
    may_send_back: bool


class Training(msgspec.Struct, kw_only=True):
    """Where you stand in the training of a project. ``done`` of ``wanted`` tasks of this run are answered, with a mean
    score of ``score``; ``score_min`` passes. This is run ``run`` of ``runs_max``."""

    state: Literal["practising", "passed", "failed"]
    done: int
    wanted: int
    score: float | None
    score_min: float
    run: int
    runs_max: int


class Practised(msgspec.Struct, kw_only=True):
    """What your practice came to: its score within [0, 1], and the right answer."""

    score: float
    answer: dict[str, Any]
    training: Training


class Turn(msgspec.Struct, kw_only=True):
    """Your turn on one task, with everything needed to work on it. Shown is one photo
    (``media``) or ``content``, or the photo with what may be looked at beside it."""

    assignment_id: UUID
    task_id: UUID
    project_id: UUID
    project_name: str
    kind: str
    stage: Stage
    round: int
    claimed_at: datetime
    lease_until: datetime
    extension_available: bool
    server_time: datetime
    instructions: str
    taxonomy: Taxonomy
    media: Media | None
    content: list[ShownItem] | None
    prelabels: dict[str, Any] | None
    draft: dict[str, Any] | None
    sent_back: SentBack | None
    review: Judge | None
    practice: Training | None


class Turns(msgspec.Struct):
    items: list[Turn]


class Draft(msgspec.Struct, forbid_unknown_fields=True):
    answer: dict[str, Any]


class Submit(msgspec.Struct, forbid_unknown_fields=True):
    """``duration_seconds``: how long you were at work on it."""

    answer: dict[str, Any]
    duration_seconds: float = 0.0


class Submitted(msgspec.Struct, omit_defaults=True):
    """``practice`` where it was practice."""

    submission_id: UUID
    practice: Practised | None = None


class Extended(msgspec.Struct):
    lease_until: datetime
    extension_available: bool = False


class Skip(msgspec.Struct, forbid_unknown_fields=True):
    reason: Literal["unclear", "too_hard", "not_my_language", "other"]
    comment: str | None = None


class Report(msgspec.Struct, forbid_unknown_fields=True):
    reason: Literal["does_not_load", "wrong_content", "offensive", "duplicate", "other"]
    comment: str | None = None


class Rule(msgspec.Struct, forbid_unknown_fields=True):
    """``answer`` goes with ``fix`` only; ``send_back`` needs a comment."""

    verdict: Literal["accept", "fix", "send_back"]
    comment: str | None = None
    answer: dict[str, Any] | None = None
    duration_seconds: float = 0.0


class Ruled(msgspec.Struct):
    review_id: UUID


class Stats(msgspec.Struct):
    submitted_today: int
    submitted_total: int
    seconds_median: float | None


# --- on the market --------------------------------------------------------------------------------------------------


class Frame(msgspec.Struct):
    """Where a customer's page is shown: in a sandboxed frame at ``url``, which tells the page around it from
    ``origin`` what became of an answer. ``height``: CSS pixels, 0 is as high as fits. ``drawn_by_us``: a form of
    questions rather than a customer's program."""

    url: str
    origin: str
    height: int
    drawn_by_us: bool


class Engagement(msgspec.Struct):
    """Your turn on the market, paid ``reward_minor`` when it is approved. Without a decision it is approved at
    ``auto_approve_at``. ``reason`` says in words why it was rejected; ``counted`` is false while a rejection is
    appealed or held back, and then it is held against nobody."""

    id: UUID
    posting_id: UUID
    offer_id: UUID
    requester_id: UUID
    mode: Literal["live", "test"]
    state: Literal["accepted", "submitted", "approved", "rejected", "returned", "abandoned"]
    reward_minor: int
    currency: str
    accepted_at: datetime
    deadline: datetime
    extended: bool
    submitted_at: datetime | None
    auto_approve_at: datetime | None
    decided_at: datetime | None
    rejected_at: datetime | None
    reason_code: str | None
    reason: str | None
    feedback: str | None
    counted: bool
    disclosure: str | None
    seconds: float | None
    server_time: datetime


class TitledEngagement(Engagement):
    """With the title of its offer, for lists."""

    title: str


AiHelp: TypeAlias = Literal["forbidden", "allowed_with_disclosure", "allowed"]


class Disclosure(msgspec.Struct, forbid_unknown_fields=True):
    disclosure: str


class EngagementSubmit(Submit, forbid_unknown_fields=True):
    """``disclosure``: what help you had from machines, where you had any. The requester reads it; it rejects nothing by
    itself."""

    disclosure: str | None = None


class EngagementShown(msgspec.Struct):
    """With what it shows while you work on it: a ``frame``, or a ``turn`` for one of our desks. ``ai_help``: what the
    requester says of help by machines, if anything."""

    engagement: Engagement
    title: str
    description: str
    ai_help: AiHelp | None
    duration_seconds: int
    frame: Frame | None
    turn: Turn | None
    answer: dict[str, Any] | None


class PostingPreview(msgspec.Struct):
    """What the work is like. ``frame``: the page itself, where it is one; nothing can be sent from there."""

    posting_id: UUID
    offer_id: UUID
    title: str
    description: str
    ai_help: AiHelp | None
    frame: Frame | None
