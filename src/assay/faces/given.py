"""Turns that this process gave out not long ago.

What a submission must know of its turn (whose it is, on which task, under which version, how large the photo is) does
not change once the turn is claimed, and the claim has just read it. Whether the turn still is the worker's is asked
of the database all the same, by the statement that takes the submission in.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from typing import Final
from uuid import UUID

from assay.services.routing import HeldTurn

_KEPT: Final = 5_000


class GivenTurns:
    """The turns given last, by organization and id."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[UUID, UUID], HeldTurn] = OrderedDict()

    def put(self, organization_id: UUID, turn: HeldTurn) -> None:
        # Marks to begin with may be many, and a submission does not look at them.
        self._kept[organization_id, turn.id] = replace(turn, prelabels=None, draft=None)
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)

    def take(self, organization_id: UUID, turn_id: UUID) -> HeldTurn | None:
        """The turn, once: whoever asks again is repeating a request and should read what became of the first."""
        return self._kept.pop((organization_id, turn_id), None)
