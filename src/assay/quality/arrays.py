"""Names for the arrays of this package: what they hold, for readers and for the type checker."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Codes: TypeAlias = NDArray[np.int32]  # dense integers from 0 that stand for ids
Offsets: TypeAlias = NDArray[np.int64]  # where each task's votes begin
Floats: TypeAlias = NDArray[np.float64]
Reals: TypeAlias = NDArray[np.floating[Any]]  # float64, or float32 for many classes
Flags: TypeAlias = NDArray[np.bool_]
Ids: TypeAlias = NDArray[Any]  # ids as the caller gave them
