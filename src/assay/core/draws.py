"""Draws that are the same each time: what looks like chance and follows from a key."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

Value = TypeVar("Value")


class Draws:
    """Draws that follow from ``key``, one after the other. Even enough for examples; no secret."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._drawn = 0

    def _share(self) -> float:
        """Within [0, 1)."""
        self._drawn += 1
        digest = hashlib.sha256(self._key + self._drawn.to_bytes(8, "big")).digest()
        return int.from_bytes(digest[:6], "big") / (1 << 48)

    def uniform(self, least: float, most: float) -> float:
        return least + (most - least) * self._share()

    def below(self, most: int) -> int:
        """A whole number from 0 on, less than ``most``."""
        return int(self._share() * most)

    def choice(self, values: Sequence[Value]) -> Value:
        """One of them; there must be one."""
        return values[self.below(len(values))]

    def sample(self, values: Sequence[Value], count: int) -> list[Value]:
        """So many of them, each once, in any order."""
        left = list(values)
        return [left.pop(self.below(len(left))) for _ in range(min(count, len(left)))]
