"""Compiled grouping of the marks of many scenes into objects, and the election of each object's label.

The rules are those of ``matching.group`` and give the same objects; what differs is that nothing is allocated for the
common scene, in which marks fall apart into cliques. Marks are sorted by scene; scene i is start[i]:start[i + 1], and
similarities are blocks of n times n, one scene after the other (``overlap_kernels.upright_scenes`` and its like).
"""

from __future__ import annotations

import numpy as np

from assay.quality.compiled import compiled
from assay.quality.geometry.arrays import BoolArray, FloatArray, IntArray
from assay.quality.geometry.matching import LABEL_COST, MEAN_SHARE

_NONE = -np.inf
# Votes that differ by no more than rounding are a tie.
_ROUNDING = 1e-9


@compiled
def own_order(shapes: FloatArray, label: IntArray, weight: FloatArray, start: IntArray, lead: int) -> IntArray:
    """An order of the marks within each scene that depends on nothing but the marks.

    By column ``lead`` of (n, k) ``shapes``, then by the other columns, label and weight: two calls with rows or voices
    in another order then add the same numbers in the same order, and give the same answer to the last bit.
    """
    order = np.empty(len(label), dtype=np.int64)
    for at in range(len(label)):
        order[at] = at
    for scene in range(len(start) - 1):
        first, last = start[scene], start[scene + 1]
        # Shell's sort with Knuth's gaps: short, and NumPy's sorts take seconds to compile.
        gap = 1
        while gap < (last - first) // 3:
            gap = 3 * gap + 1
        while gap > 0:
            for at in range(first + gap, last):
                moved, to = order[at], at
                while to >= first + gap and _before(moved, order[to - gap], shapes, label, weight, lead):
                    order[to] = order[to - gap]
                    to -= gap
                order[to] = moved
            gap //= 3
    return order


@compiled
def _before(one: int, other: int, shapes: FloatArray, label: IntArray, weight: FloatArray, lead: int) -> bool:
    if shapes[one, lead] != shapes[other, lead]:
        return bool(shapes[one, lead] < shapes[other, lead])
    for column in range(shapes.shape[1]):
        if shapes[one, column] != shapes[other, column]:
            return bool(shapes[one, column] < shapes[other, column])
    if label[one] != label[other]:
        return bool(label[one] < label[other])
    return bool(weight[one] < weight[other])


@compiled
def scene_weights(voice: IntArray, weight: FloatArray, start: IntArray) -> tuple[IntArray, FloatArray, int]:
    """Voices in each scene, their weight together, and a row whose weight differs from its voice's (or -1)."""
    voices = np.zeros(len(start) - 1, dtype=np.int64)
    total = np.zeros(len(start) - 1)
    widest = 0
    for scene in range(len(start) - 1):
        widest = max(widest, start[scene + 1] - start[scene])
    seen = np.empty(widest, dtype=np.int64)
    uneven = -1
    for scene in range(len(start) - 1):
        known = 0
        for row in range(start[scene], start[scene + 1]):
            at = 0
            while at < known and voice[seen[at]] != voice[row]:
                at += 1
            if at == known:
                seen[known] = row
                known += 1
                total[scene] += weight[row]
            elif weight[seen[at]] != weight[row]:
                uneven = row
        voices[scene] = known
    return voices, total, uneven


@compiled
def group_scenes(
    similarity: FloatArray, voice: IntArray, label: IntArray, weight: FloatArray, start: IntArray, minimum: float
) -> tuple[IntArray, IntArray]:
    """Which object each mark belongs to, and the first object of each scene (and one past the last).

    Objects are numbered in order of their first mark. See ``matching.group``.
    """
    number = np.full(len(voice), -1, dtype=np.int64)
    first_object = np.zeros(len(start), dtype=np.int64)
    widest = 0
    for scene in range(len(start) - 1):
        widest = max(widest, start[scene + 1] - start[scene])
    members = np.empty(widest, dtype=np.int64)
    cluster = np.empty(widest, dtype=np.int64)
    reached = np.zeros(widest, dtype=np.bool_)
    rename = np.empty(widest, dtype=np.int64)
    offset = 0
    found = 0
    for scene in range(len(start) - 1):
        first = start[scene]
        count = start[scene + 1] - first
        for at in range(count):
            reached[at] = False
            rename[at] = -1
        parts = 0
        for seed in range(count):
            if reached[seed]:
                continue
            size, links = _component(similarity, offset, count, seed, minimum, reached, members)
            if links == size * (size - 1):
                for at in range(size):
                    number[first + members[at]] = parts
                parts += 1
                continue
            _sort(members, size)
            _join_closest(similarity, offset, count, first, members, size, voice, label, weight, minimum, cluster)
            for at in range(size):
                number[first + members[at]] = parts + cluster[at]
            parts += size
        # The joined clusters of a component are numbered with gaps: number them anew, by first mark.
        for row in range(first, first + count):
            if rename[number[row]] < 0:
                rename[number[row]] = found
                found += 1
            number[row] = rename[number[row]]
        first_object[scene + 1] = found
        offset += count * count
    return number, first_object


@compiled
def _sort(values: IntArray, count: int) -> None:
    for at in range(1, count):
        moved, to = values[at], at
        while to > 0 and values[to - 1] > moved:
            values[to] = values[to - 1]
            to -= 1
        values[to] = moved


@compiled
def _component(
    similarity: FloatArray,
    offset: int,
    count: int,
    seed: int,
    minimum: float,
    reached: BoolArray,
    members: IntArray,
) -> tuple[int, int]:
    """Fills ``members`` with all that ``seed`` is linked to, at any remove; returns how many, and their links."""
    members[0] = seed
    reached[seed] = True
    size, links, at = 1, 0, 0
    while at < size:
        row = offset + members[at] * count
        for other in range(count):
            if similarity[row + other] >= minimum:
                links += 1
                if not reached[other]:
                    reached[other] = True
                    members[size] = other
                    size += 1
        at += 1
    return size, links


@compiled
def _join_closest(
    similarity: FloatArray,
    offset: int,
    count: int,
    first: int,
    members: IntArray,
    size: int,
    voice: IntArray,
    label: IntArray,
    weight: FloatArray,
    minimum: float,
    cluster: IntArray,
) -> None:
    """``matching._join_closest`` with the same sums in the same order; writes each member's cluster."""
    likeness, closeness = np.empty((size, size)), np.empty((size, size))
    closest, score = np.empty((size, size)), np.empty((size, size))
    apart = np.empty((size, size), dtype=np.bool_)
    total = np.empty(size)
    best = np.empty(size, dtype=np.int64)
    for i in range(size):
        here = first + members[i]
        total[i] = weight[here]
        cluster[i] = i
        for j in range(size):
            there = first + members[j]
            pair = weight[here] * weight[there]
            alike = similarity[offset + members[i] * count + members[j]]
            closest[i, j] = alike
            likeness[i, j] = alike * pair
            closeness[i, j] = likeness[i, j] - (LABEL_COST if label[here] != label[there] else 0.0) * pair
            apart[i, j] = voice[here] == voice[there]
            score[i, j] = _score(likeness[i, j], closeness[i, j], alike, total[i] * weight[there], apart[i, j], minimum)
        best[i] = _greatest(score, i)
    while True:
        keep = 0
        for i in range(size):
            if score[i, best[i]] > score[keep, best[keep]]:
                keep = i
        if score[keep, best[keep]] == _NONE:
            break
        gone = best[keep]
        keep, gone = min(keep, gone), max(keep, gone)
        for i in range(size):
            if cluster[i] == gone:
                cluster[i] = keep
        total[keep] += total[gone]
        for i in range(size):
            likeness[keep, i] += likeness[gone, i]
            closeness[keep, i] += closeness[gone, i]
            closest[keep, i] = max(closest[keep, i], closest[gone, i])
            apart[keep, i] = apart[keep, i] or apart[gone, i]
        for i in range(size):
            likeness[i, keep] = likeness[keep, i]
            closeness[i, keep] = closeness[keep, i]
            closest[i, keep] = closest[keep, i]
            # What was joined to another is apart from everything from here on.
            apart[gone, i] = True
            apart[i, gone] = True
        for i in range(size):
            apart[i, keep] = apart[keep, i]
            score[keep, i] = _score(
                likeness[keep, i], closeness[keep, i], closest[keep, i], total[keep] * total[i], apart[keep, i], minimum
            )
        for i in range(size):
            score[i, keep] = score[keep, i]
            score[gone, i] = _NONE
            score[i, gone] = _NONE
        # Only rows that pointed at the joined clusters, or now find the new one closer, can have changed.
        for i in range(size):
            if (i == keep) | (i == gone) | (best[i] == keep) | (best[i] == gone):
                best[i] = _greatest(score, i)
            if score[i, keep] > score[i, best[i]]:
                best[i] = keep


@compiled
def _score(likeness: float, closeness: float, closest: float, pair: float, apart: bool, minimum: float) -> float:
    # The slack lets a mean that equals its bound up to rounding count as reaching it, whatever the weights.
    if apart or closest < minimum or likeness < (MEAN_SHARE * minimum - 1e-12) * pair:
        return _NONE
    return closeness / pair


@compiled
def _greatest(score: FloatArray, row: int) -> int:
    best = 0
    for column in range(1, score.shape[1]):
        if score[row, column] > score[row, best]:
            best = column
    return best


@compiled
def members_of(number: IntArray, objects: int) -> tuple[IntArray, IntArray]:
    """Marks in order of their object, and where each object's begin: (n,) numbers to (n,) and (objects + 1,)."""
    start = np.zeros(objects + 1, dtype=np.int64)
    for row in range(len(number)):
        start[number[row] + 1] += 1
    for at in range(objects):
        start[at + 1] += start[at]
    to = np.empty(objects, dtype=np.int64)
    for at in range(objects):
        to[at] = start[at]
    member = np.empty(len(number), dtype=np.int64)
    for row in range(len(number)):
        member[to[number[row]]] = row
        to[number[row]] += 1
    return member, start


@compiled
def elect(
    similarity: FloatArray,
    start: IntArray,
    first_object: IntArray,
    member: IntArray,
    member_start: IntArray,
    label: IntArray,
    weight: FloatArray,
) -> tuple[IntArray, FloatArray, FloatArray, IntArray]:
    """The vote of each object's members on its label.

    Returns for each object the label with most weight (the lowest among equals) and its share of the weight; for each
    entry of ``member`` the weight it keeps in shaping the object (0 unless it has that label); and for each object the
    entry of ``member`` that fits the others of that label best.
    """
    objects = len(member_start) - 1
    winner = np.empty(objects, dtype=np.int64)
    share = np.empty(objects)
    say = np.empty(len(member))
    central = np.empty(objects, dtype=np.int64)
    offset = 0
    for scene in range(len(start) - 1):
        first = start[scene]
        count = start[scene + 1] - first
        for found in range(first_object[scene], first_object[scene + 1]):
            low, high = member_start[found], member_start[found + 1]
            winner[found], share[found] = _winner(member, low, high, label, weight)
            most = _NONE
            for at in range(low, high):
                mark = member[at]
                if label[mark] != winner[found]:
                    say[at] = 0.0
                    continue
                say[at] = weight[mark]
                fit = weight[mark]
                for other in range(low, high):
                    if label[member[other]] == winner[found]:
                        alike = similarity[offset + (mark - first) * count + member[other] - first]
                        fit += alike * weight[member[other]]
                if fit > most:
                    most = fit
                    central[found] = at
        offset += count * count
    return winner, share, say, central


@compiled
def _winner(member: IntArray, low: int, high: int, label: IntArray, weight: FloatArray) -> tuple[int, float]:
    everything, most = 0.0, 0.0
    same = True
    for at in range(low, high):
        everything += weight[member[at]]
        same = same and label[member[at]] == label[member[low]]
    if same:
        return label[member[low]], 1.0
    for at in range(low, high):
        most = max(most, _votes(member, low, high, label, weight, label[member[at]]))
    chosen, votes = -1, 0.0
    for at in range(low, high):
        name = label[member[at]]
        given = _votes(member, low, high, label, weight, name)
        if given >= most * (1 - _ROUNDING) and (votes == 0.0 or name < chosen):
            chosen, votes = name, given
    return chosen, min(votes / everything, 1.0)


@compiled
def _votes(member: IntArray, low: int, high: int, label: IntArray, weight: FloatArray, name: int) -> float:
    total = 0.0
    for at in range(low, high):
        if label[member[at]] == name:
            total += weight[member[at]]
    return total
