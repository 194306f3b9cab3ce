"""What this process saw not long ago, so that a claim, a submission or a new task need not read it again.

What a submission must know of its turn (whose it is, on which task, under which version, how large the photo is) does
not change once the turn is claimed, and the claim has just read it. Who carries a session and what a project asks may
change at any moment; the statement that uses what is remembered here also checks that it is still so.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar
from uuid import UUID

import msgspec

from assay.core.content import TextItem
from assay.services.context import Caller
from assay.services.projects import Project
from assay.services.routing import HeldTurn, Version

_KEPT: Final = 5_000
_TEXT_LENGTH_MAX: Final = 20_000

Key = TypeVar("Key")
Value = TypeVar("Value")


class Kept(Generic[Key, Value]):
    """The values put last, so many of them."""

    def __init__(self, most: int = _KEPT) -> None:
        self._most = most
        self._kept: OrderedDict[Key, Value] = OrderedDict()

    def put(self, key: Key, value: Value) -> None:
        self._kept[key] = value
        self._kept.move_to_end(key)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def get(self, key: Key) -> Value | None:
        return self._kept.get(key)

    def take(self, key: Key) -> Value | None:
        return self._kept.pop(key, None)


@dataclass(frozen=True)
class GivenTurn:
    """A turn as it was given, under the version it was given under."""

    turn: HeldTurn
    version: Version


@dataclass(frozen=True)
class Remembered:
    """``turns`` by organization and id; ``callers`` by the hash of their session or key, which tells the organization
    too; ``versions``, the current ones, by organization and project; ``projects`` by organization, mode and what a
    program calls project and batch, where that is all it needs to find them."""

    turns: Kept[tuple[UUID, UUID], GivenTurn] = field(default_factory=Kept)
    callers: Kept[bytes, Caller] = field(default_factory=Kept)
    versions: Kept[tuple[UUID, UUID], Version] = field(default_factory=Kept)
    projects: Kept[tuple[UUID, str, str | None, str | None], Project] = field(default_factory=lambda: Kept(500))

    def give(self, organization_id: UUID, turn: HeldTurn, version: Version) -> None:
        # Practice is scored as it is handed in, which the short way does not do.
        if turn.is_training:
            return
        # What a long text would keep in memory is more than reading it again costs.
        if sum(len(item.text) for item in turn.items or () if isinstance(item, TextItem)) > _TEXT_LENGTH_MAX:
            return
        # Marks to begin with may be many, and a submission does not look at them.
        if turn.prelabels is not None or turn.draft is not None:
            turn = msgspec.structs.replace(turn, prelabels=None, draft=None)
        self.turns.put((organization_id, turn.id), GivenTurn(turn, version))
