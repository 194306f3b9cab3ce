"""Typed text: how alike two are, letter by letter, and the one that stands for several.

Texts are compared as they are read: any run of blanks and line breaks counts as one blank, and letters are composed
(Unicode NFC). Everything else counts, case and punctuation too: what stands on the page is to be typed as it stands.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import combinations

import numpy as np

_BLANKS = re.compile(r"\s+")


def as_read(text: str) -> str:
    """The text as it is compared."""
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", text)).strip()


def similarity(left: str, right: str) -> float:
    """1 less the fewest edits as a share of the longer text; within [0, 1], symmetric, 1 for the same text."""
    ours, theirs = as_read(left), as_read(right)
    return 1.0 if ours == theirs else 1.0 - edits(ours, theirs) / max(len(ours), len(theirs))


def accuracy(text: str, known: str) -> float:
    """1 less the character error rate, the fewest edits as a share of what is known to stand there; at least 0."""
    ours, theirs = as_read(text), as_read(known)
    if ours == theirs:
        return 1.0
    return max(0.0, 1.0 - edits(ours, theirs) / len(theirs)) if theirs else 0.0


def edits(left: str, right: str) -> int:
    """The fewest letters to put in, take out or exchange (Levenshtein 1966).

    A column of the table of distances at a time, as the bits of two numbers (Myers 1999, in the form of Hyyrö 2003):
    a text costs its length times a 64th of the other's.
    """
    start = 0
    for ours, theirs in zip(left, right, strict=False):
        if ours != theirs:
            break
        start += 1
    left, right = left[start:], right[start:]
    end = 0
    for ours, theirs in zip(reversed(left), reversed(right), strict=False):
        if ours != theirs:
            break
        end += 1
    left, right = left[: len(left) - end], right[: len(right) - end]
    if not left or not right:
        return len(left) + len(right)
    places: dict[str, int] = {}
    for index, letter in enumerate(left):
        places[letter] = places.get(letter, 0) | 1 << index
    whole, last = (1 << len(left)) - 1, 1 << len(left) - 1
    up, down, distance = whole, 0, len(left)
    for letter in right:
        same = places.get(letter, 0)
        diagonal = (((same & up) + up) ^ up) | same | down
        across_up = down | ~(diagonal | up)
        across_down = up & diagonal
        if across_up & last:
            distance += 1
        elif across_down & last:
            distance -= 1
        across_up, across_down = across_up << 1 | 1, across_down << 1
        up = (across_down | ~(diagonal | across_up)) & whole
        down = across_up & diagonal & whole
    return distance


def medoid(texts: Sequence[str], says: Sequence[float]) -> str:
    """The text most like all of them by their weights; of equals the heaviest, then the first. Not of no texts."""
    if all(text == texts[0] for text in texts):
        return texts[0]
    alike = np.eye(len(texts))
    for one, other in combinations(range(len(texts)), 2):
        alike[one, other] = alike[other, one] = similarity(texts[one], texts[other])
    weights = np.array(says)
    best = min(range(len(texts)), key=lambda index: (-round(float(alike[index] @ weights), 9), -says[index], index))
    return texts[best]
