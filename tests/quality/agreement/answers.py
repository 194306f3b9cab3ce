"""Answers that papers print, and ways to draw some."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from assay.quality.arrays import Floats

NONE = np.nan

# Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), example C: 4 observers, 12 units.
KRIPPENDORFF = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NONE, NONE, NONE],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NONE, 3],
        [NONE, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NONE],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NONE],
    ]
)

# Fleiss, "Measuring Nominal Scale Agreement Among Many Raters" (1971), table 1: 30 patients, 6 psychiatrists each.
_FLEISS = """
00060 03003 01401 00006 03030 20400 00402 20310 20040 00006
10050 11040 03300 10050 02031 00501 30012 51000 02040 10203
00006 01050 02013 20040 10041 05010 40002 02040 10500 00006
"""
FLEISS = np.array([[int(digit) for digit in row] for row in _FLEISS.split()])

# Class codes of each unit, one list a unit; at least one unit of two or more.
units = st.lists(st.lists(st.integers(0, 3), min_size=0, max_size=6), min_size=2, max_size=12).filter(
    lambda drawn: any(len(unit) > 1 for unit in drawn)
)


def counted(drawn: list[list[int]], n_classes: int = 4) -> Floats:
    """Units as rows of counts."""
    return np.array([np.bincount(unit, minlength=n_classes) for unit in drawn], dtype=np.float64)
