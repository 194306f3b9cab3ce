"""arena-rank's Bradley-Terry with sandwich intervals, plain and with style covariates, for ``bench/peer.py``.

Request: ``arrays`` with ``names`` and the codes ``a`` and ``b`` of both sides, ``winner`` (words), ``x`` (battles, k)
covariates; ``method``, "bradley-terry" or "style"; ``rounds``. Answer: seconds of the processor and of the clock from
the frame of strings to the intervals, by round (the first compiles), the models, ratings, interval ends and effects.

Its bootstrap is not run: it forks after JAX has started its threads, and hangs.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
from arena_rank.models.bradley_terry import BradleyTerry  # type: ignore[import-not-found]
from arena_rank.models.contextual_bradley_terry import ContextualBradleyTerry  # type: ignore[import-not-found]
from arena_rank.utils.data_utils import ContextualPairDataset, PairDataset  # type: ignore[import-not-found]


def plain(frame: Any, _features: list[str]) -> Any:
    data = PairDataset.from_pandas(frame)
    return BradleyTerry(data.n_competitors).compute_ratings_and_cis(data)


def style(frame: Any, features: list[str]) -> Any:
    # Its defaults would weigh battles by pair and pull effects to 0: the same problem is asked of both.
    data = ContextualPairDataset.from_pandas(frame, feature_cols=features, reweighted=False, normalize_features=False)
    return ContextualBradleyTerry(data.n_competitors, len(features), reg=0.0).compute_ratings_and_cis(data)


def main() -> None:
    request = json.loads(Path(sys.argv[1]).read_text())
    arrays = np.load(request["arrays"])
    names = arrays["names"]
    frame = pd.DataFrame({"model_a": names[arrays["a"]], "model_b": names[arrays["b"]], "winner": arrays["winner"]})
    features = [f"style {place}" for place in range(arrays["x"].shape[1])]
    for place, feature in enumerate(features):
        frame[feature] = arrays["x"][:, place]
    run = {"bradley-terry": plain, "style": style}[request["method"]]
    seconds = []
    found: dict[str, Any] = {}
    for _ in range(request["rounds"]):
        cpu, wall = process_time(), perf_counter()
        result = run(frame, features)
        # JAX answers before it has computed; turning its arrays into NumPy's waits for them.
        found = {key: np.asarray(value).tolist() for key, value in result.items()}
        seconds.append((process_time() - cpu, perf_counter() - wall))
    print(json.dumps({"seconds": seconds, "found": found}))


main()
