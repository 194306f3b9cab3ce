"""Recorded crowds: the accuracies of published and of independent implementations, per cent against expert truth.

IBCC: the figures that Li, Rubinstein and Cohn print with their code (2019). Dawid-Skene and one-coin: crowd-kit 1.4.2
on the same votes, ties counted in part, for as many iterations as it made (it stops early, for its bound counts the
prior once a vote instead of once a task), without priors as it has none. Majority: Zheng et al. (2017) and crowd-kit.
"""

from __future__ import annotations

import pytest

from assay.quality.aggregation.dawid_skene import DawidSkene
from assay.quality.aggregation.ibcc import IBCC
from assay.quality.aggregation.majority import MajorityVote
from assay.quality.aggregation.one_coin import OneCoin
from quality.aggregation.crowds import accuracy, recorded


@pytest.mark.parametrize(
    ("name", "published"),
    [
        ("cf", 88.33),
        ("cf_amt", 85.67),
        ("ms", 79.0),
        ("sp", 91.50),
        ("sp_amt", 94.4),
        ("product", 93.83),
        ("possent", 96.0),
        ("face", 64.04),
        ("bluebird", 88.89),
        ("dog", 83.89),
        ("rte", 92.75),
        ("trec", 70.55),
    ],
)
def test_ibcc_is_as_accurate_as_its_authors_found(name: str, published: float) -> None:
    votes, truth = recorded(name)

    assert accuracy(IBCC().fit(votes).posterior, truth) == pytest.approx(published, abs=0.3)


@pytest.mark.parametrize(("name", "peer", "iterations"), [("bluebird", 88.89, 2), ("cf_amt", 84.0, 2)])
def test_dawid_skene_is_as_accurate_as_a_peer_after_as_many_iterations(name: str, peer: float, iterations: int) -> None:
    votes, truth = recorded(name)
    method = DawidSkene(right=0, wrong=0, class_votes=0).with_iterations(iterations)

    assert accuracy(method.fit(votes).posterior, truth) == pytest.approx(peer, abs=0.01)


@pytest.mark.parametrize(
    ("name", "peer"), [("possent", 94.9), ("rte", 92.5), ("dog", 83.0), ("sp", 91.7), ("product", 90.8), ("face", 61.1)]
)
def test_one_coin_is_as_accurate_as_a_peer(name: str, peer: float) -> None:
    votes, truth = recorded(name)

    assert accuracy(OneCoin().fit(votes).posterior, truth) == pytest.approx(peer, abs=0.3)


@pytest.mark.parametrize(
    ("name", "published"), [("rte", 89.69), ("possent", 93.35), ("product", 89.66), ("bluebird", 75.93)]
)
def test_majority_is_what_counting_gives(name: str, published: float) -> None:
    votes, truth = recorded(name)

    assert accuracy(MajorityVote().fit(votes).posterior, truth) == pytest.approx(published, abs=0.01)
