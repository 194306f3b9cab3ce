"""What this process remembers of each queue, so that claims do not look at what is gone.

The rules are core's (`core.routing.ClaimHints`); this keeps the values, and is the one place that changes.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final, TypeAlias
from uuid import UUID

from assay.core.routing import ClaimHints
from assay.core.tasks import Stage

Queue: TypeAlias = tuple[UUID, UUID, Stage]

_QUEUES_MAX: Final = 2_000


class QueueHints:
    """Hints by organization, project and stage; the queues used last are kept."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Queue, ClaimHints] = OrderedDict()

    def get(self, queue: Queue) -> ClaimHints:
        return self._kept.get(queue) or ClaimHints()

    def arrived(self, queue: Queue, position: int) -> None:
        """A turn was opened at this position (after the commit): nobody may go on past it unseen."""
        if queue in self._kept:
            self._kept[queue] = self._kept[queue].arrived(position)

    def put(self, queue: Queue, hints: ClaimHints) -> None:
        self._kept[queue] = hints
        self._kept.move_to_end(queue)
        if len(self._kept) > _QUEUES_MAX:
            self._kept.popitem(last=False)
