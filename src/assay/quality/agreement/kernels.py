"""Compiled loops of agreement: collapsing units into distinct patterns, and sums over patterns.

A pattern is one way in which a unit was answered: class codes with how often each was given. Patterns are kept end to
end: pattern ``p`` is rows ``start[p]:start[p + 1]`` of ``code`` and ``count``.
"""

from __future__ import annotations

import numpy as np

from assay.quality.arrays import Codes, Floats, Offsets
from assay.quality.compiled import compiled

# Ways to measure the distance of two classes: squared difference of `place`, and so on; see `distance`.
NOMINAL, SQUARED, RATIO, CIRCULAR, TABLE = range(5)


@compiled
def tally_votes(label: Codes, start: Offsets, power: Offsets, units_of_key: Offsets) -> None:
    """Count units by the key of their pattern, which is the number that their class counts spell."""
    for unit in range(len(start) - 1):
        key = 0
        for row in range(start[unit], start[unit + 1]):
            key += power[label[row]]
        units_of_key[key] += 1


@compiled
def tally_counts(counts: Offsets, power: Offsets, units_of_key: Offsets) -> None:
    """As ``tally_votes``, from a matrix (units, classes) of counts."""
    for unit in range(counts.shape[0]):
        key = 0
        for one in range(counts.shape[1]):
            key += power[one] * counts[unit, one]
        units_of_key[key] += 1


@compiled
def tally_ratings(ratings: Floats, low: float, power: Offsets, units_of_key: Offsets) -> bool:
    """As ``tally_votes``, from a matrix (raters, units) of whole numbers from ``low`` on, with NaN for no answer.

    Returns false, with the work left undone, at a number that is not whole, or not among the ``len(power)`` first.
    """
    for unit in range(ratings.shape[1]):
        key = 0
        for rater in range(ratings.shape[0]):
            place = ratings[rater, unit] - low
            if place == place:
                if not 0.0 <= place < len(power):
                    return False
                code = np.int64(place)
                if code != place:
                    return False
                key += power[np.uint64(code)]
        units_of_key[np.uint64(key)] += 1
    return True


@compiled
def extremes(counts: Offsets) -> tuple[int, int]:
    """The smallest and the largest entry of a matrix, in one pass."""
    low, high = counts[0, 0], counts[0, 0]
    for unit in range(counts.shape[0]):
        for one in range(counts.shape[1]):
            value = counts[unit, one]
            low = min(low, value)
            high = max(high, value)
    return low, high


@compiled
def sort_units(label: Codes, start: Offsets) -> Codes:
    """Labels with those of each unit in ascending order: by insertion, from wide gaps to narrow ones (Shell, 1959),
    which for a handful of answers is plain insertion."""
    made = label.copy()
    for unit in range(len(start) - 1):
        begin, end = start[unit], start[unit + 1]
        gap = 1
        while 9 * gap < end - begin:
            gap = 3 * gap + 1
        while gap > 0:
            for row in range(begin + gap, end):
                value = made[row]
                place = row
                while place >= begin + gap and made[place - gap] > value:
                    made[place] = made[place - gap]
                    place -= gap
                made[place] = value
            gap //= 3
    return made


@compiled
def first_alike(label: Codes, start: Offsets) -> tuple[Offsets, Offsets]:
    """One unit of each distinct pattern, and how many units have it; ``label`` sorted within units.

    A hash finds candidates and their labels are compared, so that two patterns are never taken for one. Units without
    answers are left out.
    """
    units = len(start) - 1
    size = 16
    while size < 2 * units:
        size *= 2
    slots = np.full(size, -1, np.int64)
    first = np.empty(units, np.int64)
    times = np.empty(units, np.int64)
    found = 0
    for unit in range(units):
        begin, end = start[unit], start[unit + 1]
        if begin == end:
            continue
        mixed = np.uint64(1469598103934665603)
        for row in range(begin, end):
            mixed = (mixed ^ np.uint64(label[row] + 1)) * np.uint64(1099511628211)
        mixed ^= mixed >> np.uint64(29)
        slot = np.int64(mixed & np.uint64(size - 1))
        while True:
            pattern = slots[slot]
            if pattern < 0:
                slots[slot] = found
                first[found] = unit
                times[found] = 1
                found += 1
                break
            other = start[first[pattern]]
            same = start[first[pattern] + 1] - other == end - begin
            offset = 0
            while same and offset < end - begin:
                same = label[other + offset] == label[begin + offset]
                offset += 1
            if same:
                times[pattern] += 1
                break
            slot = (slot + 1) & (size - 1)
    return first[:found].copy(), times[:found].copy()


@compiled
def run_lengths(label: Codes, start: Offsets, first: Offsets) -> tuple[Offsets, Codes, Floats]:
    """The patterns of units ``first``: where each begins, its class codes, and how often each was given."""
    rows = 0
    for unit in first:
        rows += start[unit + 1] - start[unit]
    begins = np.zeros(len(first) + 1, np.int64)
    code = np.empty(rows, np.int32)
    count = np.empty(rows, np.float64)
    filled = 0
    for pattern in range(len(first)):
        unit = first[pattern]
        for row in range(start[unit], start[unit + 1]):
            if filled > begins[pattern] and code[filled - 1] == label[row]:
                count[filled - 1] += 1.0
            else:
                code[filled] = label[row]
                count[filled] = 1.0
                filled += 1
        begins[pattern + 1] = filled
    return begins, code[:filled].copy(), count[:filled].copy()


@compiled
def whole_span(ratings: Floats) -> tuple[float, float]:
    """The smallest and the largest number, if all are whole and any is there; else (1, 0). NaN is no number."""
    low, high = np.inf, -np.inf
    for rater in range(ratings.shape[0]):
        for unit in range(ratings.shape[1]):
            value = ratings[rater, unit]
            if value == np.floor(value):
                low = min(low, value)
                high = max(high, value)
            elif not np.isnan(value):
                return 1.0, 0.0
    return (low, high) if low <= high else (1.0, 0.0)


@compiled
def code_whole(ratings: Floats, low: float, span: int) -> tuple[Codes, Offsets, Offsets]:
    """As ``code_ratings`` for whole numbers from ``low`` on: codes are ``value - low``; and how often each occurs."""
    raters, units = ratings.shape
    label = np.empty(raters * units, np.int32)
    start = np.zeros(units + 1, np.int64)
    often = np.zeros(span, np.int64)
    filled = 0
    for unit in range(units):
        for rater in range(raters):
            value = ratings[rater, unit]
            if value == value:
                code = np.uint32(value - low)
                label[filled] = code
                often[code] += 1
                filled += 1
        start[unit + 1] = filled
    return label[:filled], start, often


@compiled
def most_answers(start: Offsets) -> int:
    """The most answers that any unit has."""
    most = 0
    for unit in range(len(start) - 1):
        most = max(most, start[unit + 1] - start[unit])
    return most


@compiled
def code_ratings(ratings: Floats, bits: Offsets) -> tuple[Codes, Offsets, Offsets]:
    """Codes of a matrix (raters, units) with NaN for no answer: labels unit by unit, where each unit begins, and the
    bits of the distinct numbers in order of appearance. ``bits``: the same matrix seen as integers."""
    raters, units = ratings.shape
    size = 64
    slots = np.full(size, -1, np.int64)
    known = np.empty(size, np.int64)
    found = 0
    label = np.empty(raters * units, np.int32)
    start = np.zeros(units + 1, np.int64)
    filled = 0
    for unit in range(units):
        for rater in range(raters):
            if np.isnan(ratings[rater, unit]):
                continue
            # Minus zero equals zero, though its bits do not.
            key = np.int64(0) if ratings[rater, unit] == 0.0 else bits[rater, unit]
            slot = _slot(key, size)
            while slots[slot] >= 0 and known[slots[slot]] != key:
                slot = (slot + 1) & (size - 1)
            if slots[slot] < 0:
                slots[slot] = found
                known[found] = key
                found += 1
            label[filled] = slots[slot]
            filled += 1
            if 2 * found > size:
                size *= 2
                slots, known = _grown(known, found, size)
        start[unit + 1] = filled
    return label[:filled], start, known[:found]


@compiled
def _grown(known: Offsets, found: int, size: int) -> tuple[Offsets, Offsets]:
    slots = np.full(size, -1, np.int64)
    wider = np.empty(size, np.int64)
    for code in range(found):
        wider[code] = known[code]
        slot = _slot(wider[code], size)
        while slots[slot] >= 0:
            slot = (slot + 1) & (size - 1)
        slots[slot] = code
    return slots, wider


@compiled
def _slot(key: np.int64, size: int) -> np.int64:
    mixed = np.uint64(key) * np.uint64(11400714819323198485)
    mixed ^= mixed >> np.uint64(32)
    return np.int64(mixed & np.uint64(size - 1))


@compiled
def distance(kind: int, place: Floats, table: Floats, one: int, other: int) -> float:
    """How far classes ``one`` and ``other`` are apart: 0 the same."""
    if one == other:
        return 0.0
    if kind == NOMINAL:
        return 1.0
    if kind == TABLE:
        return float(table[one, other])
    apart = place[one] - place[other]
    if kind == SQUARED:
        return float(apart * apart)
    if kind == RATIO:
        both = place[one] + place[other]
        return float((apart / both) ** 2) if both != 0.0 else 0.0
    return float(np.sin(apart) ** 2)


@compiled
def within(start: Offsets, code: Codes, count: Floats, kind: int, place: Floats, table: Floats, rounds: int) -> Floats:
    """The sum of distances over ordered pairs of answers inside each pattern: (rounds, patterns).

    ``place`` (rounds, classes): where each class lies, one row a round, since ranks change with what was drawn.
    """
    made = np.zeros((rounds, len(start) - 1), np.float64)
    for draw in range(rounds):
        for pattern in range(len(start) - 1):
            total = 0.0
            for one in range(start[pattern], start[pattern + 1]):
                for other in range(one + 1, start[pattern + 1]):
                    apart = distance(kind, place[draw], table, code[one], code[other])
                    total += count[one] * count[other] * apart
            made[draw, pattern] = 2.0 * total
    return made


@compiled
def weighted_totals(weights: Offsets, start: Offsets, code: Codes, share: Floats, classes: int) -> Floats:
    """The sum of ``share`` by class over patterns taken ``weights`` (rounds, patterns) times: (rounds, classes)."""
    made = np.zeros((weights.shape[0], classes), np.float64)
    for draw in range(weights.shape[0]):
        for pattern in range(weights.shape[1]):
            times = weights[draw, pattern]
            if times != 0:
                for row in range(start[pattern], start[pattern + 1]):
                    made[draw, code[row]] += times * share[row]
    return made


@compiled
def gathered(start: Offsets, code: Codes, share: Floats, of_class: Floats) -> Floats:
    """The sum over each pattern of ``share`` times the class's ``of_class``: (patterns,)."""
    made = np.zeros(len(start) - 1, np.float64)
    for pattern in range(len(start) - 1):
        for row in range(start[pattern], start[pattern + 1]):
            made[pattern] += share[row] * of_class[code[row]]
    return made


@compiled
def pull(start: Offsets, code: Codes, count: Floats, weight: Floats, place: Floats) -> Floats:
    """The sum over pairs inside patterns of how far each class lies above the others: (classes,)."""
    made = np.zeros(len(place), np.float64)
    for pattern in range(len(start) - 1):
        for one in range(start[pattern], start[pattern + 1]):
            for other in range(start[pattern], start[pattern + 1]):
                pairs = weight[pattern] * count[one] * count[other]
                made[code[one]] += pairs * (place[code[one]] - place[code[other]])
    return made
