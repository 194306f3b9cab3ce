"""How alike two values of a question are, and two answers to a form."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from assay.core.annotations.form import Value
from assay.core.taxonomy import Attribute
from assay.quality.geometry.matching import match

# As quality.aggregation.texts tells words apart.
WORD = re.compile(r"\w+(?:['\u2019]\w+)*")
# Longer texts are compared by the words they hold, since the cost of edits grows with the square of the length.
_EDITED_LENGTH_MAX = 5_000
# As long as this a comparison takes a millisecond without a compiler.
_SHORT_WORDS_MAX = 60


def similarity(left: Value, right: Value, question: Attribute) -> float:
    """Within [0, 1]; symmetric; 1 for the same value.

    Choices and dates: the same or not. Lists of choices: shared over all (Jaccard). Numbers: 1 less their difference as
    a share of the larger. Texts: 1 less the share of words to edit, upper case and punctuation aside. Groups: the mean
    over their questions. Several values: the best pairing's likeness over all (Jaccard, with degrees).
    """
    if left == right:
        return 1.0
    if question.values_max > 1:
        return _lists_similarity(left, right, question)
    match question.type:
        case "multiselect":
            return _jaccard(left, right)
        case "number":
            return _number_similarity(left, right)
        case "text":
            return _text_similarity(str(left), str(right))
        case "group":
            groups = isinstance(left, dict) and isinstance(right, dict)
            return values_similarity(left, right, question.attributes) if groups else 0.0  # type: ignore[arg-type]
        case _:
            return 0.0


def values_similarity(left: Mapping[str, Value], right: Mapping[str, Value], asked: Sequence[Attribute]) -> float:
    """Mean similarity over the questions that either answers; one that only one answers counts 0; 1 without any."""
    names = left.keys() | right.keys()
    if not names:
        return 1.0
    both = [question for question in asked if question.name in left and question.name in right]
    return sum(similarity(left[each.name], right[each.name], each) for each in both) / len(names)


def _jaccard(left: Value, right: Value) -> float:
    if not isinstance(left, list) or not isinstance(right, list):
        return 0.0
    ours, theirs = {str(one) for one in left}, {str(one) for one in right}
    return len(ours & theirs) / len(ours | theirs) if ours | theirs else 1.0


def _number_similarity(left: Value, right: Value) -> float:
    if not isinstance(left, float | int) or not isinstance(right, float | int):
        return 0.0
    largest = max(abs(left), abs(right))
    return max(0.0, 1.0 - abs(left / largest - right / largest)) if largest > 0 else 1.0


def _text_similarity(left: str, right: str) -> float:
    ours, theirs = WORD.findall(left.casefold()), WORD.findall(right.casefold())
    if not ours and not theirs:
        # Nothing but punctuation, which counts here: it is all there is.
        return float(left.split() == right.split())
    if max(len(left), len(right)) > _EDITED_LENGTH_MAX:
        return len(set(ours) & set(theirs)) / len(set(ours) | set(theirs))
    if max(len(ours), len(theirs)) <= _SHORT_WORDS_MAX:
        return 1.0 - _edits(ours, theirs) / max(len(ours), len(theirs))
    # Imported here because its compiler takes a second, and most texts are short.
    from assay.quality.aggregation.texts import edit_similarity

    return edit_similarity(left, right)


def _edits(left: Sequence[str], right: Sequence[str]) -> int:
    """The fewest words to put in, take out or exchange (Wagner and Fischer 1974)."""
    above = list(range(len(right) + 1))
    for row, word in enumerate(left, 1):
        here = [row]
        for column, other in enumerate(right, 1):
            here.append(min(above[column] + 1, here[-1] + 1, above[column - 1] + (word != other)))
        above = here
    return above[-1]


def _lists_similarity(left: Value, right: Value, question: Attribute) -> float:
    if not isinstance(left, list) or not isinstance(right, list) or not left or not right:
        return 0.0
    single = _single(question)
    table = np.array([[similarity(one, other, single) for other in right] for one in left])
    rows, columns = match(table, 1e-9)
    shared = float(table[rows, columns].sum())
    return shared / (len(left) + len(right) - shared)


def _single(question: Attribute) -> Attribute:
    return msgspec.structs.replace(question, values_max=1)
