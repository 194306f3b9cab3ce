"""Numbers that papers print, or that another implementation gives, by name."""

from __future__ import annotations

import numpy as np
import pytest

from assay.quality.agreement import (
    Agreement,
    Patterns,
    by_class,
    cohen_kappa,
    cohen_kappa_of_table,
    fleiss_kappa,
    gwet_ac,
    krippendorff_alpha,
    percent_agreement,
)
from assay.quality.agreement.result import student_quantile
from quality.agreement.answers import FLEISS, KRIPPENDORFF

COHEN = np.array([[88, 14, 18], [10, 40, 10], [2, 6, 12]])
COHEN_DISAGREEMENT = np.array([[0, 1, 3], [1, 0, 6], [3, 6, 0]])
EVERITT = np.array([[106, 10, 4], [22, 28, 10], [2, 12, 6]])
EVERITT_WEIGHTS = np.array([[1, 0, 0.4444], [0, 1, 0.6667], [0.4444, 0.6667, 1]])


def standard_error(agreement: Agreement, number: int) -> float:
    """Read back from the lower end, since the upper is often cut at 1."""
    return (agreement.value - agreement.low) / student_quantile(0.975, number - 1)


@pytest.mark.parametrize(
    ("distance", "value"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_alpha_of_krippendorffs_example_with_gaps(distance: str, value: float) -> None:
    """Krippendorff 2011, examples C and D."""
    alpha = krippendorff_alpha(Patterns.from_ratings(KRIPPENDORFF), distance)

    assert alpha.value == pytest.approx(value, abs=5e-4)
    assert (alpha.units, alpha.raters) == (11, 4)


def test_alpha_of_krippendorffs_two_observers() -> None:
    """Krippendorff 2011, examples A (binary) and B (nominal)."""
    binary = np.array([[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]])
    nominal = np.array([list("aabbdcccedda"), list("babbbccceddd")], dtype=object)

    assert krippendorff_alpha(Patterns.from_ratings(binary)).value == pytest.approx(0.095, abs=5e-4)
    assert krippendorff_alpha(Patterns.from_ratings(nominal)).value == pytest.approx(0.692, abs=5e-4)


def test_circular_alpha_of_two_people_and_four_hours() -> None:
    """By hand, with the day as 4 hours: the distance is 0, 1/2, 1, 1/2 for 0 to 3 hours apart.

    Answers 0 3 | 1 1 | 2 2 | 0 0: observed 2 x 1/2 over 8 answers. Of ordered pairs, 0 occurs 3 times, 1 once, 2 twice,
    3 twice less one: between 0 and 3 (3 x 1), 0 and 1 (3 x 2), 1 and 2 (2 x 2), 2 and 3 (2 x 1) a half, between 0 and 2
    (3 x 2), 1 and 3 (2 x 1) one: 2 x (15 / 2 + 8) = 31 over 8 x 7.
    """
    alpha = krippendorff_alpha(Patterns.from_ratings([[0, 1, 2, 0], [3, 1, 2, 0]]), "circular", period=4)

    assert alpha.value == pytest.approx(1 - (1 / 8) / (31 / 56))


def test_fleiss_kappa_of_fleiss_patients() -> None:
    """Fleiss 1971: 0.430 with observed 0.556 and expected 0.220; by category 0.248, 0.248, 0.517, 0.470, 0.565 with the
    paper's rounded shares (0.245, 0.245, 0.520, 0.471, 0.566 in R's irr, which does not round)."""
    kappa = fleiss_kappa(FLEISS)
    each = [row.agreement.value for row in by_class(FLEISS, "fleiss")]

    assert kappa.value == pytest.approx(0.430, abs=5e-4)
    assert [kappa.observed, kappa.expected] == pytest.approx([0.556, 0.220], abs=1e-3)
    assert each == pytest.approx([0.245, 0.245, 0.520, 0.471, 0.566], abs=5e-4)
    assert (kappa.units, kappa.raters) == (30, 6)


def test_gwets_paradox() -> None:
    """Gwet 2008: 118 and 0 of 125 units agreed on, 5 and 2 not; AC1 0.9408 where kappa is -0.0234."""
    counts = np.repeat([[2, 0], [1, 1], [0, 2]], [118, 7, 0], axis=0)

    assert gwet_ac(counts).value == pytest.approx(0.9408, abs=5e-5)
    assert percent_agreement(counts).value == pytest.approx(0.944)
    assert cohen_kappa_of_table([[118, 5], [2, 0]]).value == pytest.approx(-0.0234, abs=5e-5)


# irrCAC 0.4.4 (Gwet's own formulas): value, standard error; on all 12 units, then on the 11 with two answers or more.
IRRCAC = [
    ("identity", 0.7611692754, 0.7754440681, (0.7624831309, 0.1354385985), (0.7751517087, 0.1252719260)),
    ("linear", 0.8179447671, 0.8587391364, (0.8240879560, 0.1212754603), (0.8576915302, 0.0904761788)),
    ("quadratic", 0.8649350649, 0.9140007236, (0.8742304310, 0.1093918769), (0.9127982316, 0.0672070966)),
    ("ordinal", 0.8502061894, 0.8989397699, (0.8589097572, 0.1132351462), (0.8977084025, 0.0732424709)),
]


@pytest.mark.parametrize(("weights", "fleiss", "ac", "fleiss_full", "ac_full"), IRRCAC)
def test_weighted_coefficients_with_gaps(
    weights: str, fleiss: float, ac: float, fleiss_full: tuple[float, float], ac_full: tuple[float, float]
) -> None:
    every = Patterns.from_ratings(KRIPPENDORFF)
    full = Patterns.from_ratings(KRIPPENDORFF[:, :11], classes=[1.0, 2.0, 3.0, 4.0, 5.0])

    assert fleiss_kappa(every, weights).value == pytest.approx(fleiss, abs=1e-9)
    assert gwet_ac(every, weights).value == pytest.approx(ac, abs=1e-9)
    for agreement, (value, error) in ((fleiss_kappa(full, weights), fleiss_full), (gwet_ac(full, weights), ac_full)):
        assert agreement.value == pytest.approx(value, abs=1e-9)
        assert standard_error(agreement, 11) == pytest.approx(error, abs=1e-9)


def test_cohens_kappa_of_cohens_table() -> None:
    """Cohen 1960: 0.492; Cohen 1968 with disagreement weights 0 to 6: 0.348. Errors from statsmodels 0.15."""
    plain = cohen_kappa_of_table(COHEN)
    weighted = cohen_kappa_of_table(COHEN, 1 - COHEN_DISAGREEMENT / 6)

    assert plain.value == pytest.approx(0.492, abs=5e-4)
    assert weighted.value == pytest.approx(0.348, abs=5e-4)
    assert standard_error(plain, 200) == pytest.approx(0.05100181557607786)
    assert standard_error(weighted, 200) == pytest.approx(0.07550401525482296)


def test_errors_of_fleiss_cohen_and_everitt() -> None:
    """Fleiss, Cohen and Everitt 1969, the worked example: 0.429 and, weighted, 0.507. Digits from statsmodels 0.15."""
    plain = cohen_kappa_of_table(EVERITT)
    weighted = cohen_kappa_of_table(EVERITT, EVERITT_WEIGHTS)

    assert plain.value == pytest.approx(0.429, abs=5e-4)
    assert standard_error(plain, 200) == pytest.approx(0.05371100486916735)
    assert weighted.value == pytest.approx(0.507, abs=5e-4)
    assert standard_error(weighted, 200) == pytest.approx(0.05699388470325765)


@pytest.mark.parametrize(
    ("weights", "value", "error"),
    [("linear", 0.4736842105263158, 0.054432309177641525), ("quadratic", 0.4545454545454546, 0.06645368159107812)],
)
def test_ordered_weights_of_cohens_kappa(weights: str, value: float, error: float) -> None:
    """Digits from statsmodels 0.15."""
    rows, columns = np.indices(COHEN.shape)
    first, second = (np.repeat(side.ravel(), COHEN.ravel()) for side in (rows, columns))

    kappa = cohen_kappa(first, second, weights)

    assert kappa.value == pytest.approx(value)
    assert standard_error(kappa, 200) == pytest.approx(error)
