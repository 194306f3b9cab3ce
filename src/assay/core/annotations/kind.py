"""What every annotation kind answers, so that shared code never asks which kind it has.

Answers travel and rest as JSON; inside a kind they are typed values. The functions here take and give JSON-like
builtins (what ``msgspec.to_builtins`` gives), so that workflow, services and faces stay ignorant of the kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

import msgspec

from assay.core.content import Item
from assay.core.errors import Problem
from assay.core.pages import Page
from assay.core.taxonomy import Taxonomy

Answer: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class MediaSize:
    """Width and height in pixels, as shown."""

    width: int
    height: int


class Content(msgspec.Struct, frozen=True):
    """What a task shows, as far as answers depend on it: the photo's ``size``, the ``text`` that marks lie in, or the
    size of each of its ``pages``, none of those that are not here yet; ``page``, where it is a page of its own."""

    size: MediaSize | None = None
    text: str | None = None
    pages: Sequence[MediaSize | None] = ()
    page: Page | None = None


@dataclass(frozen=True)
class MergeOptions:
    """``iou_min``: least overlap for two marks to be the same object, within (0, 1].
    ``vote_min``: least weighted share of annotators that must have marked an object to keep it, within (0, 1].
    ``taxonomy``: what was asked, where that is known; a kind then need not guess it from the answers."""

    iou_min: float = 0.5
    vote_min: float = 0.5
    taxonomy: Taxonomy | None = None


@dataclass(frozen=True)
class Voice:
    """One annotator's answer with the weight it carries (0 to 1; 1 is a fully trusted worker)."""

    worker_id: str
    answer: Answer
    weight: float = 1.0


@dataclass(frozen=True)
class ObjectVerdict:
    """What the merge thought of one object.

    ``annotation_id`` is in the merged answer where ``kept``; ``members`` are (index of the voice, annotation id);
    ``confidence`` and ``label_share`` are within [0, 1], ``spread_iou`` is the mean IoU of members to the fused
    shape. Objects voted out are listed too, with ``kept`` false, so that a reviewer sees them.
    """

    annotation_id: str
    label: str
    kept: bool
    confidence: float
    label_share: float
    spread_iou: float
    members: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Merged:
    """Several answers made one.

    ``confidence``: of the whole answer, within [0, 1]. ``agreement``: mean pairwise agreement of the voices
    within [0, 1] (1 for a single voice: it contradicts nobody).
    """

    answer: Answer
    confidence: float
    agreement: float
    objects: tuple[ObjectVerdict, ...] = field(default=())


class Kind(Protocol):
    """One annotation kind. Everything is pure."""

    name: str
    # Whether there is a page to work on it. Without one its tasks are kept, and nobody is asked.
    has_desk: bool

    def check_taxonomy(self, taxonomy: Taxonomy) -> None:
        """Raises ``Invalid`` naming each field that makes the taxonomy unusable for this kind."""

    def content_problems(self, items: Sequence[Item] | None, photo: bool) -> Iterator[Problem]:
        """What keeps this from being shown in a task. ``items``: its content (core.content), ``photo``: whether it has
        one. Each problem names ``content`` or ``attachment_id``."""

    def check(self, answer: Any, taxonomy: Taxonomy, content: Content, *, complete: bool = True) -> Answer:
        """The answer in canonical form (clipped to the image, defaults left out).

        ``complete`` false is for drafts and pre-labels: required attributes and minimum sizes are not asked.
        Raises ``Invalid`` naming each field (``annotations[2].rings[0]``) and the remedy.
        """

    def agreement(self, left: Answer, right: Answer, options: MergeOptions) -> float:
        """How far two answers say the same, within [0, 1]; symmetric; 1 when both are empty."""

    def merge(self, voices: Sequence[Voice], options: MergeOptions) -> Merged:
        """One answer from one or more voices. The order of voices does not matter beyond ids."""

    def score(self, answer: Answer, gold: Answer, options: MergeOptions) -> float:
        """How right an answer is against a known one, within [0, 1]."""

    def empty(self) -> Answer:
        """The answer that marks nothing."""
