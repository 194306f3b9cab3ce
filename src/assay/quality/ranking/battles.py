"""``Battles``: which of two items was preferred, coded once into dense integers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assay.quality.arrays import Codes, Floats, Ids
from assay.quality.coding import object_array
from assay.quality.ranking.text import encode_names, recoded

A_WINS, B_WINS, TIE = 0, 1, 2
SIDES = {"a": A_WINS, "b": B_WINS, "tie": TIE}
# What the outcome columns of public battles say; other words are given with ``outcomes``.
WORDS = {
    "a": A_WINS,
    "model_a": A_WINS,
    "left": A_WINS,
    "first": A_WINS,
    "b": B_WINS,
    "model_b": B_WINS,
    "right": B_WINS,
    "second": B_WINS,
    "tie": TIE,
    "draw": TIE,
    "both_bad": TIE,
    "both bad": TIE,
    "bothbad": TIE,
    "tie (bothbad)": TIE,
    "tie (both bad)": TIE,
}
SCORES = {1.0: A_WINS, 0.0: B_WINS, 0.5: TIE}


@dataclass(frozen=True, eq=False)
class Battles:
    """Comparisons of two items, in the order in which they came.

    Use ``from_arrays``, ``from_codes`` or ``from_frame``, which check; the constructor does not.

    ``a``, ``b``: (battles,) int32, codes of the two items. ``outcome``: (battles,) int8, 0 where ``a`` was preferred,
    1 where ``b`` was, 2 for a tie ("both bad" is one). ``items``: ids by code, sorted where they can be.
    ``worker``, ``group``: (battles,) int32 codes of who judged and of what belongs together (a prompt), or None, with
    ``workers`` and ``groups`` their ids. ``weight``: (battles,) float64 above 0, or None. ``covariates``: (battles, k)
    float64, what spoke for ``a`` beyond the items themselves, in the sense a minus b (so that it changes its sign when
    the sides are swapped), with ``covariate_names``. ``notes``: what was noticed in the data.

    >>> battles = Battles.from_arrays(["x", "x", "y"], ["y", "z", "z"], ["a", "tie", "b"])
    >>> battles.items.tolist(), battles.outcome.tolist()
    (['x', 'y', 'z'], [0, 2, 1])
    """

    a: Codes
    b: Codes
    outcome: NDArray[np.int8]
    items: Ids
    worker: Codes | None = None
    workers: Ids | None = None
    group: Codes | None = None
    groups: Ids | None = None
    weight: Floats | None = None
    covariates: Floats | None = None
    covariate_names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def n_items(self) -> int:
        return len(self.items)

    def __len__(self) -> int:
        return len(self.a)

    @classmethod
    def from_arrays(
        cls,
        a: Any,
        b: Any,
        outcome: Any,
        *,
        items: Sequence[Any] | Ids | None = None,
        workers: Any = None,
        groups: Any = None,
        weights: Any = None,
        covariates: Any = None,
        covariate_names: Sequence[str] | None = None,
        outcomes: Mapping[Any, str] | None = None,
    ) -> Battles:
        """Battles from columns of ids of any hashable kind, one row a battle.

        ``outcome`` holds words ("model_a", "left", "b", "tie", "both_bad", in any case) or what ``a`` scored (1, 0 or
        0.5); ``outcomes`` maps other words to "a", "b" or "tie". ``items`` fixes the items and their order, also of
        those that never fought. Rows of an item against itself are left out, and said so.

        Raises ``ValueError``, naming the field and the remedy, where columns differ in length, an id is missing or not
        among ``items``, an outcome is not known, a weight is not above 0, or a number is not finite.
        """
        a_codes, a_ids = encode_names(a, "a")
        b_codes, b_ids = encode_names(b, "b")
        order = _ordered([*a_ids.tolist(), *b_ids.tolist()]) if items is None else _listed(items)
        place = {item: code for code, item in enumerate(order)}
        if len(place) != len(order):
            raise ValueError("items names an item twice; give each once")
        return cls._assembled(
            _placed(a_codes, a_ids, place, "a"),
            _placed(b_codes, b_ids, place, "b"),
            _outcome_codes(outcome, outcomes),
            object_array(order),
            workers,
            groups,
            weights,
            covariates,
            covariate_names,
        )

    @classmethod
    def from_codes(
        cls,
        a: Any,
        b: Any,
        outcome: Any,
        *,
        n_items: int | None = None,
        items: Sequence[Any] | Ids | None = None,
        workers: Any = None,
        groups: Any = None,
        weights: Any = None,
        covariates: Any = None,
        covariate_names: Sequence[str] | None = None,
    ) -> Battles:
        """Battles from integers that are codes already: items from 0, outcomes 0 (a), 1 (b) or 2 (tie).

        Items default to the codes themselves. Raises ``ValueError`` where a code is out of range, and as
        ``from_arrays`` does.
        """
        a_codes, b_codes = np.asarray(a), np.asarray(b)
        results = np.asarray(outcome)
        for name, column in (("a", a_codes), ("b", b_codes), ("outcome", results)):
            if column.ndim != 1 or (len(column) and column.dtype.kind not in "iu"):
                raise ValueError(f"{name} must hold one integer a battle, got {column.dtype} of shape {column.shape}")
        highest = max(int(a_codes.max(initial=-1)), int(b_codes.max(initial=-1)))
        count = n_items if n_items is not None else len(items) if items is not None else highest + 1
        lowest = min(int(a_codes.min(initial=0)), int(b_codes.min(initial=0)))
        if lowest < 0 or highest >= count:
            raise ValueError(
                f"items have codes from 0 to {count - 1}, got {lowest} to {highest}; give n_items or items"
            )
        if len(results) and not 0 <= int(results.min()) <= int(results.max()) <= TIE:
            raise ValueError("outcome must be 0 (a preferred), 1 (b preferred) or 2 (tie)")
        ids = np.arange(count) if items is None else object_array(_listed(items))
        return cls._assembled(
            a_codes.astype(np.int32),
            b_codes.astype(np.int32),
            results.astype(np.int8),
            ids,
            workers,
            groups,
            weights,
            covariates,
            covariate_names,
        )

    @classmethod
    def from_frame(
        cls,
        frame: Any,
        a: str = "model_a",
        b: str = "model_b",
        outcome: str = "winner",
        *,
        items: Sequence[Any] | Ids | None = None,
        worker: str | None = None,
        group: str | None = None,
        weight: str | None = None,
        covariates: Sequence[str] = (),
        outcomes: Mapping[Any, str] | None = None,
    ) -> Battles:
        """Battles from anything with named columns: pandas, polars, an Arrow table, a dict of arrays.

        Raises ``ValueError`` where a column is absent, and as ``from_arrays`` does.
        """
        columns = [_numbers(_column(frame, name), name) for name in covariates]
        return cls.from_arrays(
            _column(frame, a),
            _column(frame, b),
            _column(frame, outcome),
            items=items,
            workers=None if worker is None else _column(frame, worker),
            groups=None if group is None else _column(frame, group),
            weights=None if weight is None else _column(frame, weight),
            covariates=np.stack(columns).T if columns else None,
            covariate_names=tuple(covariates) or None,
            outcomes=outcomes,
        )

    @classmethod
    def _assembled(
        cls,
        a: Codes,
        b: Codes,
        outcome: NDArray[np.int8],
        items: Ids,
        workers: Any,
        groups: Any,
        weights: Any,
        covariates: Any,
        covariate_names: Sequence[str] | None,
    ) -> Battles:
        worker, worker_ids = (None, None) if workers is None else _sorted_codes(workers, "workers")
        group, group_ids = (None, None) if groups is None else encode_names(groups, "groups")
        weight = None if weights is None else _numbers(weights, "weights")
        if weight is not None and (weight <= 0).any():
            raise ValueError("weights must be above 0; leave out battles that should not count")
        table = None if covariates is None else _table(covariates)
        columns: dict[str, Any] = {"b": b, "outcome": outcome, "workers": worker, "groups": group, "weights": weight}
        for name, column in {**columns, "covariates": table}.items():
            if column is not None and len(column) != len(a):
                raise ValueError(f"{name} has {len(column)} rows and a has {len(a)}; give one a battle")
        notes: list[str] = []
        itself = a == b
        if itself.any():
            notes.append(f"{int(itself.sum())} battles of an item against itself were left out")
            keep = ~itself
            a, b, outcome = a[keep], b[keep], outcome[keep]
            worker, group = (None if codes is None else codes[keep] for codes in (worker, group))
            weight, table = (None if numbers is None else numbers[keep] for numbers in (weight, table))
        if len(a) == 0:
            notes.append("there are no battles")
        return cls(
            a=a,
            b=b,
            outcome=outcome,
            items=items,
            worker=worker,
            workers=worker_ids,
            group=group,
            groups=group_ids,
            weight=weight,
            covariates=table,
            covariate_names=_covariate_names(table, covariate_names),
            notes=tuple(notes),
        )


def relative_difference(a: Any, b: Any) -> Floats:
    """How much more of something ``a`` has than ``b``, from -1 to 1: (a - b) / (a + b), and 0 where both have none.

    The form in which the Arena's style control takes lengths and counts of headers, lists and bold text (Li,
    Angelopoulos and Chiang 2024), so that ten words more weigh less in a long answer than in a short one.

    >>> relative_difference([300, 0], [100, 0]).tolist()
    [0.5, 0.0]
    """
    ours, theirs = _numbers(a, "a"), _numbers(b, "b")
    if (ours < 0).any() or (theirs < 0).any():
        raise ValueError("lengths and counts must be 0 or more")
    both = ours + theirs
    return np.where(both > 0, (ours - theirs) / np.where(both > 0, both, 1.0), 0.0)


def _listed(items: Sequence[Any] | Ids) -> list[Any]:
    return list(items.tolist() if isinstance(items, np.ndarray) else items)


def _ordered(ids: list[Any]) -> list[Any]:
    distinct = list(dict.fromkeys(ids))
    try:
        return sorted(distinct)
    except TypeError:
        return distinct


def _placed(codes: Codes, ids: Ids, place: Mapping[Any, int], field: str) -> Codes:
    try:
        table = np.array([place[item] for item in ids.tolist()], dtype=np.int32)
    except KeyError as unknown:
        raise ValueError(
            f"{field} names {unknown.args[0]!r}, which is not among items; add it or leave it out"
        ) from None
    placed: Codes = recoded(codes, table)
    return placed


def _outcome_codes(outcome: Any, outcomes: Mapping[Any, str] | None) -> NDArray[np.int8]:
    codes, words = encode_names(outcome, "outcome")
    table = np.zeros(max(len(words), 1), dtype=np.int8)
    for code, word in enumerate(words.tolist()):
        table[code] = _side(word, outcomes)
    sides: NDArray[np.int8] = recoded(codes, table)
    return sides


def _side(word: Any, outcomes: Mapping[Any, str] | None) -> int:
    if outcomes is not None:
        side = SIDES.get(outcomes.get(word, ""))
        known = sorted(map(str, outcomes))
    elif isinstance(word, str):
        side, known = WORDS.get(word.strip().lower()), sorted(WORDS)
    else:
        number = float(word) if isinstance(word, int | float) else -1.0
        side, known = SCORES.get(number), sorted(map(str, SCORES))
    if side is None:
        raise ValueError(
            f"outcome {word!r} is not known, only {', '.join(known)}; give outcomes={{{word!r}: 'a' or 'b' or 'tie'}}"
        )
    return side


def _sorted_codes(column: Any, field: str) -> tuple[Codes, Ids]:
    codes, ids = encode_names(column, field)
    order = _ordered(ids.tolist())
    place = {item: code for code, item in enumerate(order)}
    return _placed(codes, ids, place, field), object_array(order)


def _numbers(column: Any, field: str) -> Floats:
    try:
        numbers = np.asarray(column, dtype=np.float64)
    except (TypeError, ValueError) as wrong:
        raise ValueError(f"{field} must hold numbers: {wrong}") from None
    if not np.isfinite(numbers).all():
        raise ValueError(f"{field} holds a number that is not finite; leave out such battles or fill them in")
    return numbers


def _table(covariates: Any) -> Floats:
    table = _numbers(covariates, "covariates")
    if table.ndim == 1:
        table = table[:, None]
    if table.ndim != 2:
        raise ValueError(f"covariates must have a row a battle and a column a covariate, got shape {table.shape}")
    return table


def _covariate_names(table: Floats | None, names: Sequence[str] | None) -> tuple[str, ...]:
    count = 0 if table is None else table.shape[1]
    if names is None:
        return tuple(f"covariate {place}" for place in range(1, count + 1))
    if len(names) != count:
        raise ValueError(f"covariate_names has {len(names)} names for {count} covariates; give one each")
    return tuple(names)


def _column(frame: Any, name: str) -> Any:
    try:
        return frame[name]
    except (KeyError, IndexError, TypeError) as absent:
        raise ValueError(f"the frame has no column {name!r}") from absent
    except Exception as absent:
        # Frames of other libraries have errors of their own for this, which cannot be named without importing them.
        if "NotFound" in type(absent).__name__:
            raise ValueError(f"the frame has no column {name!r}") from absent
        raise
