"""Votes in parts give the answers that votes at once do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from assay.quality import Votes, fit_parts, partitions
from assay.quality.aggregation.counts import Partition
from assay.quality.aggregation.dawid_skene import DawidSkene
from assay.quality.aggregation.ibcc import IBCC
from assay.quality.aggregation.majority import MajorityVote
from assay.quality.aggregation.one_coin import OneCoin
from assay.quality.aggregation.parts import InTurn
from assay.quality.aggregation.pooled_bcc import PooledBCC
from assay.quality.votes import Golds
from quality.aggregation.crowds import made, recorded

METHODS: list[Any] = [MajorityVote(), OneCoin(), DawidSkene(), IBCC(), PooledBCC()]


def in_pieces(votes: Votes, count: int, golds: dict[Any, Any] | None = None) -> InTurn:
    """Cut with no regard to how many votes a piece has; some may have none."""
    partition = Partition.of(votes, Golds.of(votes, golds))
    return InTurn(lambda: partition.pieces(count))


def together(answers: Iterator[Any], field: str) -> Any:
    return np.concatenate([getattr(each, field) for each in answers])


@pytest.mark.parametrize("method", METHODS, ids=lambda method: str(method.name))
@pytest.mark.parametrize(("classes", "golds"), [(2, {}), (3, {}), (4, {3: 1, 20: 0}), (6, {})])
@pytest.mark.parametrize("count", [1, 7])
def test_a_fit_over_parts_is_the_fit_over_all(method: Any, classes: int, golds: dict[int, int], count: int) -> None:
    votes, _ = made(classes, classes=classes)
    parts = in_pieces(votes, count, golds)

    streamed, whole = fit_parts(method, parts), method.fit(votes, golds)

    assert together(streamed.answers(parts, posterior=True), "posterior") == pytest.approx(whole.posterior, abs=1e-9)
    assert (together(streamed.answers(parts), "label_codes") == whole.label_codes).all()
    assert (together(streamed.answers(parts), "tied") == whole.tied).all()
    assert together(streamed.answers(parts), "confidence") == pytest.approx(whole.confidence, abs=1e-9)
    assert streamed.skill == pytest.approx(whole.skill, abs=1e-9)
    assert streamed.skill_interval == pytest.approx(whole.skill_interval, abs=1e-9)
    assert streamed.prior == pytest.approx(whole.prior, abs=1e-9)
    assert (streamed.worker_votes == whole.worker_votes).all()
    assert (streamed.iterations, streamed.converged, streamed.reason) == (
        whole.iterations,
        whole.converged,
        whole.reason,
    )


@pytest.mark.parametrize("method", METHODS, ids=lambda method: str(method.name))
def test_weights_count_in_parts_as_they_do_at_once(method: Any) -> None:
    plain, _ = made(5)
    weight = np.random.default_rng(5).uniform(0, 2, len(plain))
    weight[plain.task == 4] = 0.0
    votes = Votes.from_codes(plain.task, plain.worker, plain.label, weights=weight)
    parts = in_pieces(votes, 5)

    streamed, whole = fit_parts(method, parts), method.fit(votes)

    assert together(streamed.answers(parts, posterior=True), "posterior") == pytest.approx(whole.posterior, abs=1e-9)
    assert streamed.skill == pytest.approx(whole.skill, abs=1e-9)
    assert (streamed.worker_votes == whole.worker_votes).all()


def test_many_classes_agree_to_single_precision() -> None:
    votes, _ = made(6, classes=20, tasks=300)
    parts = in_pieces(votes, 4)

    streamed, whole = fit_parts(IBCC(), parts), IBCC().fit(votes)

    assert together(streamed.answers(parts, posterior=True), "posterior") == pytest.approx(whole.posterior, abs=1e-3)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: str(method.name))
def test_a_recorded_crowd_in_parts_gets_the_same_answers(method: Any) -> None:
    votes, _ = recorded("rte")
    parts = in_pieces(votes, 9)

    streamed, whole = fit_parts(method, parts), method.fit(votes)

    assert (together(streamed.answers(parts), "label_codes") == whole.label_codes).all()
    assert together(streamed.answers(parts, posterior=True), "posterior") == pytest.approx(whole.posterior, abs=1e-9)


@pytest.mark.parametrize("size", [1, 3, 10, 1000])
def test_a_task_cut_by_a_block_is_made_whole(size: int) -> None:
    votes, _ = made(8)
    columns = (votes.task, votes.worker, votes.label)

    def chunks() -> Iterator[Partition]:
        blocks = (tuple(column[row : row + size] for column in columns) for row in range(0, len(votes), size))
        return partitions(blocks, votes.n_workers, votes.n_classes)

    streamed, whole = fit_parts(DawidSkene(), InTurn(chunks)), DawidSkene().fit(votes)

    found = together(streamed.answers(InTurn(chunks), posterior=True), "posterior")
    assert found == pytest.approx(whole.posterior, abs=1e-9)


def test_blocks_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="sort the votes by task"):
        list(partitions([([0, 1], [0, 0], [0, 0]), ([0], [1], [0])], 2, 1))


def test_codes_beyond_their_count_are_refused() -> None:
    with pytest.raises(ValueError, match="worker codes lie within 0 and 2"):
        list(partitions([([0, 0], [0, 2], [0, 0])], 2, 1))


def test_nothing_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="no parts"):
        fit_parts(IBCC(), InTurn(list))
