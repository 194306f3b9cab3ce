"""Numbers in capital letters and digits, for ids that must hold nothing else."""

from __future__ import annotations

from typing import Final
from uuid import UUID

CODE_LENGTH: Final = 30
_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_VALUES: Final = {digit: value for value, digit in enumerate(_DIGITS)}


def written(number: int, length: int) -> str:
    """``number`` (0 or more) in ``length`` digits of base 36. A number that needs more is a bug.

    >>> written(71, 3)
    '01Z'
    """
    assert 0 <= number < 36**length, f"{number} does not fit {length} digits of base 36"
    digits = []
    for _ in range(length):
        number, digit = divmod(number, 36)
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))


def read(text: str) -> int | None:
    """The number, or none for a text that has other characters."""
    number = 0
    for digit in text:
        value = _VALUES.get(digit)
        if value is None:
            return None
        number = number * 36 + value
    return number


def code_of(id_: UUID) -> str:
    """An id as programs write it that take capital letters and digits only: thirty of them, the first a ``3``."""
    return "3" + written(id_.int, CODE_LENGTH - 1)
