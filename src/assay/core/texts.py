"""Text that people and programs bring."""

from __future__ import annotations


def is_storable(text: str) -> bool:
    """Whether a database will take it: no NUL, and no half of a surrogate pair."""
    return "\x00" not in text and (text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text))
