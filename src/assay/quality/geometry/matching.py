"""Pairing the marks of two sets, and grouping the marks of many into objects."""

from __future__ import annotations

import numpy as np

from assay.quality.geometry.arrays import BoolArray, FloatArray, IntArray

# What a differing label costs when several partners compete: as much as this much overlap.
LABEL_COST = 0.3
# Two marks with errors of their own overlap each other less than either overlaps the truth, so the mean over the
# pairs between two clusters may fall this far below the minimum, as long as one pair reaches it.
MEAN_SHARE = 0.8


def match(similarity: FloatArray, minimum: float) -> tuple[IntArray, IntArray]:
    """The one-to-one pairing with the greatest total similarity, of pairs that reach ``minimum``.

    ``similarity``: (n, m). Returns row and column indices of the pairs. Globally optimal (the Jonker-Volgenant
    algorithm as in Crouse 2016): a greedy pairing can take one good pair and leave two without partners.
    """
    worthy = similarity >= minimum
    if (worthy.sum(axis=0) <= 1).all() and (worthy.sum(axis=1) <= 1).all():
        rows, columns = np.nonzero(worthy)
        return rows, columns
    # Imported here because it takes a second, and most pairings do not need it.
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(np.where(worthy, similarity, 0.0), maximize=True)
    kept = worthy[rows, columns]
    return rows[kept], columns[kept]


def group(
    similarity: FloatArray, voice: IntArray, label: IntArray, weight: FloatArray, minimum: float
) -> list[list[int]]:
    """Marks of several voices, put together into objects with at most one mark of each voice.

    ``similarity``: (n, n) symmetric within [0, 1]. ``voice``, ``label``: (n,) integers. ``weight``: (n,) positive,
    the say of each mark. Returns the indices of the marks of each object, ascending, in order of their first mark.

    Where the marks fall apart into cliques (every two alike by ``minimum`` or more, no voice twice) those are the
    objects, and nothing had to be decided: the common case. Elsewhere the two closest clusters are joined again and
    again, closeness being the weighted mean over the pairs between them, less ``LABEL_COST`` for pairs of differing
    labels, as long as some pair reaches ``minimum``, the mean reaches ``MEAN_SHARE`` of it, and no voice would be in
    the object twice (average linkage under cannot-link constraints: Davidson and Ravi 2005). Joining the closest
    first, over all voices at once, makes the result independent of the order of the voices, which matching each
    against a growing list is not.
    """
    if len(voice) == 0:
        return []
    linked: BoolArray = (similarity >= minimum) & (voice[:, None] != voice[None, :])
    np.fill_diagonal(linked, True)
    leader = linked.argmax(axis=1)
    if (linked == linked[leader]).all() and len(np.unique(leader * (voice.max() + 1) + voice)) == len(voice):
        cliques: dict[int, list[int]] = {}
        for index, first in enumerate(leader.tolist()):
            cliques.setdefault(first, []).append(index)
        return list(cliques.values())
    objects: list[list[int]] = []
    for component in _components(linked):
        inside = np.ix_(component, component)
        if linked[inside].all():
            objects.append(component.tolist())
            continue
        parts = _join_closest(similarity[inside], voice[component], label[component], weight[component], minimum)
        objects.extend(component[part].tolist() for part in parts)
    return sorted(objects)


def _components(linked: BoolArray) -> list[IntArray]:
    """Connected components of a symmetric relation, each ascending."""
    component = np.full(len(linked), -1)
    found: list[IntArray] = []
    for seed in range(len(linked)):
        if component[seed] >= 0:
            continue
        reached = linked[seed].copy()
        frontier = reached
        while True:
            wider = linked[frontier].any(axis=0)
            frontier = wider & ~reached
            if not frontier.any():
                break
            reached |= wider
        component[reached] = len(found)
        found.append(np.nonzero(reached)[0])
    return found


def _join_closest(
    similarity: FloatArray, voice: IntArray, label: IntArray, weight: FloatArray, minimum: float
) -> list[list[int]]:
    pair_weight = weight[:, None] * weight[None, :]
    likeness = similarity * pair_weight
    closeness = likeness - LABEL_COST * (label[:, None] != label[None, :]) * pair_weight
    apart = voice[:, None] == voice[None, :]
    members: list[list[int]] = [[index] for index in range(len(voice))]
    total = weight.copy()

    closest = similarity.copy()
    score = _scores(likeness, closeness, closest, total[:, None] * total[None, :], apart, minimum)
    best = score.argmax(axis=1)
    best_score = score[np.arange(len(score)), best]
    while True:
        keep = int(best_score.argmax())
        if best_score[keep] == -np.inf:
            break
        gone = int(best[keep])
        keep, gone = min(keep, gone), max(keep, gone)
        members[keep] += members[gone]
        members[gone] = []
        for sums in (likeness, closeness):
            sums[keep] += sums[gone]
            sums[:, keep] = sums[keep]
        apart[keep] |= apart[gone]
        # What was joined to another is apart from everything from here on.
        apart[gone] = True
        apart[:, keep] = apart[keep]
        apart[:, gone] = True
        total[keep] += total[gone]
        closest[keep] = np.maximum(closest[keep], closest[gone])
        closest[:, keep] = closest[keep]
        score[keep] = _scores(likeness[keep], closeness[keep], closest[keep], total[keep] * total, apart[keep], minimum)
        score[:, keep] = score[keep]
        score[gone] = score[:, gone] = -np.inf
        # Only rows that pointed at the joined clusters, or now find the new one closer, can have changed.
        stale = (best == keep) | (best == gone)
        stale[[keep, gone]] = True
        best[stale] = score[stale].argmax(axis=1)
        better = score[:, keep] > score[np.arange(len(score)), best]
        best[better] = keep
        best_score = score[np.arange(len(score)), best]
    return [sorted(each) for each in members if each]


def _scores(
    likeness: FloatArray,
    closeness: FloatArray,
    closest: FloatArray,
    pair_weight: FloatArray,
    apart: BoolArray,
    minimum: float,
) -> FloatArray:
    # The slack lets a mean that equals its bound up to rounding count as reaching it, whatever the weights.
    joinable = (likeness >= (MEAN_SHARE * minimum - 1e-12) * pair_weight) & (closest >= minimum) & ~apart
    result: FloatArray = np.where(joinable, closeness / pair_weight, -np.inf)
    return result
