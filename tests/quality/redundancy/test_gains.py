"""What one more label is worth: by hand, by enumeration, and the bounds that hold for any numbers."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.quality import Votes
from assay.quality.aggregation.ibcc import IBCC
from assay.quality.redundancy import (
    accuracy_gain,
    doubt_times_ability,
    fitted_temperature,
    information_gain,
    task_posterior,
    tempered,
)
from assay.quality.redundancy.gains import lead
from assay.quality.reliability.evidence import skill_confusion


def random_rows(seed: int, rows: int, classes: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.dirichlet(np.ones(classes), rows), rng.dirichlet(np.ones(classes), (rows, classes))


def test_the_posterior_is_bayes_rule() -> None:
    """By hand: prior 0.3, workers right with 0.9 and 0.6 who disagree: 0.3 * 0.9 * 0.4 against 0.7 * 0.1 * 0.6."""
    confusion = skill_confusion(np.array([0.9, 0.6]), 2)

    posterior = task_posterior(np.array([0, 1], np.int32), np.array([0, 1], np.int32), confusion, np.array([0.3, 0.7]))

    assert posterior == pytest.approx([0.108 / 0.15, 0.042 / 0.15])


def test_hundreds_of_votes_do_not_underflow() -> None:
    worker, label = np.zeros(5000, np.int32), np.zeros(5000, np.int32)
    label[:2400] = 1

    posterior = task_posterior(worker, label, skill_confusion(np.array([0.99]), 2), np.array([0.5, 0.5]))

    assert posterior.tolist() == [1.0, 0.0]


def test_one_task_agrees_with_the_fit_it_came_from() -> None:
    """Plain Bayes with the fitted mean habits decides as IBCC's own E-step does on nearly every task."""
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 3, 300)
    label = np.where(rng.random((8, 300)) < 0.7, truth, (truth + rng.integers(1, 3, (8, 300))) % 3)
    worker, task = np.indices(label.shape)
    votes = Votes.from_codes(task.ravel(), worker.ravel(), label.ravel())
    result = IBCC().fit(votes)
    assert result.confusion is not None

    same = 0
    for code in range(300):
        rows = slice(votes.start[code], votes.start[code + 1])
        posterior = task_posterior(votes.worker[rows], votes.label[rows], result.confusion, result.prior)
        same += int(posterior.argmax() == result.label_codes[code])

    assert same >= 295


def test_a_third_vote_on_two_against_none_gains_nothing_but_two_more_do() -> None:
    """By hand, skill 0.8: two votes leave 16/17; only two contrary votes, of 0.2 * 0.2 and 0.8 * 0.8, change it."""
    posterior = np.array([[16 / 17, 1 / 17]])
    confusion = skill_confusion(np.array([0.8]), 2)

    one = accuracy_gain(posterior, confusion)
    three = accuracy_gain(posterior, confusion, 3)

    assert one[0] == 0.0
    # Three contrary votes give 16/17 * 0.008 to the first class and 1/17 * 0.512 to the second.
    assert three[0] == pytest.approx((0.512 - 16 * 0.008) / 17 / 3, rel=1e-3)


def test_a_first_vote_gains_all_that_its_worker_is_above_chance() -> None:
    confusion = skill_confusion(np.array([0.8]), 4)

    gain = accuracy_gain(np.full((1, 4), 0.25), confusion)

    assert gain[0] == pytest.approx(0.8 - 0.25)


@pytest.mark.parametrize("labels", [1, 2, 3])
def test_gains_are_those_of_enumeration(labels: int) -> None:
    posterior, confusion = random_rows(3, 5, 3)

    gain = accuracy_gain(posterior, confusion, labels)

    for row in range(5):
        futures = product(range(3), repeat=labels)
        expected = sum((posterior[row] * confusion[row][:, said].prod(axis=1)).max() for said in map(list, futures))
        assert gain[row] == pytest.approx(max(expected - posterior[row].max(), 0) / labels, abs=1e-12)


def test_information_is_the_fall_of_entropy() -> None:
    posterior, confusion = random_rows(4, 6, 4)

    gain = information_gain(posterior, confusion)

    for row in range(6):
        joint = posterior[row][:, None] * confusion[row]
        said = joint.sum(axis=0)
        after = joint / said
        bits = -(posterior[row] * np.log2(posterior[row])).sum() + (said * (after * np.log2(after)).sum(axis=0)).sum()
        assert gain[row] == pytest.approx(bits)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 5))
def test_gains_are_finite_and_bounded_for_any_numbers(seed: int, classes: int) -> None:
    posterior, confusion = random_rows(seed, 4, classes)
    posterior[0] = np.eye(classes)[0]
    confusion[1] = np.eye(classes)

    accuracy = accuracy_gain(posterior, confusion, 2)
    bits = information_gain(posterior, confusion)
    doubt = doubt_times_ability(posterior, confusion, np.full(classes, 1 / classes), 0.5)

    for gain in (accuracy, bits, doubt):
        assert np.isfinite(gain).all()
        assert (gain >= 0).all()
    assert (accuracy <= 1 - posterior.max(axis=1) + 1e-12).all()
    assert (bits <= np.log2(classes) + 1e-9).all()
    assert accuracy[0] == bits[0] == doubt[0] == 0.0


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_names_of_classes_do_not_matter(seed: int) -> None:
    posterior, confusion = random_rows(seed, 3, 3)
    order = np.random.default_rng(seed).permutation(3)
    turned = np.ascontiguousarray(posterior[:, order]), np.ascontiguousarray(confusion[:, order][:, :, order])

    np.testing.assert_allclose(accuracy_gain(*turned, 2), accuracy_gain(posterior, confusion, 2), atol=1e-12)
    np.testing.assert_allclose(information_gain(*turned), information_gain(posterior, confusion), atol=1e-12)


def test_leads_by_hand() -> None:
    assert lead(np.array([[3.0, 1.0, 2.0], [2.0, 2.0, 0.0], [0.0, 0.0, 0.0], [0.0, 4.0, 0.0]])).tolist() == [1, 0, 0, 4]


def test_tempering_keeps_the_answer_and_takes_certainty() -> None:
    """By hand: 0.9 : 0.1 to the power one half is 3 : 1."""
    assert tempered(np.array([0.9, 0.1]), 2.0) == pytest.approx([0.75, 0.25])
    with pytest.raises(ValueError, match="temperature"):
        tempered(np.array([0.9, 0.1]), 0.0)


def test_the_temperature_of_squared_posteriors_is_two() -> None:
    """Posteriors made surer by squaring their odds want a temperature of 2 back."""
    rng = np.random.default_rng(1)
    honest = rng.dirichlet(np.ones(3), 4000)
    truth = (honest.cumsum(axis=1) < rng.random(4000)[:, None]).sum(axis=1).astype(np.int32)

    assert fitted_temperature(tempered(honest, 0.5), truth) == pytest.approx(2.0, rel=0.1)
    assert fitted_temperature(honest, truth) == pytest.approx(1.0, rel=0.1)
    assert fitted_temperature(np.zeros((0, 3)), np.zeros(0, np.int32)) == 1.0
