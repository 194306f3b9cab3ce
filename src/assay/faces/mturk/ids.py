"""Ids as the dialect writes them: our own, readable both ways, so that no table holds a second one.

Thirty capital letters and digits that begin with ``3`` for everything but workers, whose ids begin with ``A``. A group
is the offer once more under another id, as programs expect the two to differ. The types of qualification that the
market itself gives keep the ids that programs have written down.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias
from uuid import UUID

from assay.core import qualifications as rules
from assay.core.base36 import CODE_LENGTH, read, written
from assay.core.base36 import code_of as told

_LENGTH: Final = CODE_LENGTH - 1
_WORKER_LENGTH: Final = 25
# Turned over in a group's id: a bit above those of the offer's, so that no group's id is read as an offer's.
_GROUP: Final = 1 << 128

__all__ = [
    "Mode",
    "group_told",
    "meant",
    "offer_meant",
    "qualification_meant",
    "qualification_told",
    "told",
    "worker_meant",
    "worker_told",
]

Mode: TypeAlias = Literal["live", "test"]

_MASTERS: Final[dict[Mode, str]] = {
    "live": "2F1QJWKUDD8XADTFD2Q0G6UTO95ALH",
    "test": "2ARFPLSP75KLA8M8DH1HTEQVJT3SY6",
}
_SYSTEM: Final = {
    "00000000000000000040": rules.APPROVED,
    "00000000000000000071": rules.LOCALE,
    "00000000000000000060": rules.ADULT,
    "000000000000000000L0": rules.APPROVED_PERCENT,
    **dict.fromkeys(_MASTERS.values(), rules.MASTERS),
}


def group_told(offer_id: UUID) -> str:
    return "3" + written(offer_id.int | _GROUP, _LENGTH)


def worker_told(id_: UUID) -> str:
    return "A" + written(id_.int, _WORKER_LENGTH)


def qualification_told(id_: UUID, mode: Mode) -> str:
    if id_ == rules.MASTERS:
        return _MASTERS[mode]
    return next((text for text, type_id in _SYSTEM.items() if type_id == id_), None) or told(id_)


def meant(text: str) -> UUID | None:
    """What an id of ours stands for; none for any other text, which is the id of nothing."""
    return _meant(text, "3", _LENGTH)


def offer_meant(text: str) -> UUID | None:
    """The same of an offer or of its group."""
    if len(text) == _LENGTH + 1 and text[0] == "3":
        number = read(text[1:])
        if number is not None and _GROUP <= number < _GROUP << 1:
            return UUID(int=number ^ _GROUP)
    return meant(text)


def worker_meant(text: str) -> UUID | None:
    return _meant(text, "A", _WORKER_LENGTH)


def qualification_meant(text: str) -> UUID | None:
    return _SYSTEM.get(text) or meant(text)


def _meant(text: str, begins: str, length: int) -> UUID | None:
    if len(text) != length + 1 or text[0] != begins:
        return None
    number = read(text[1:])
    return None if number is None or number >> 128 else UUID(int=number)
