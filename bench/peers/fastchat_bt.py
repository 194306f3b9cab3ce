"""FastChat's Bradley-Terry scores, without intervals, for ``bench/peer.py``.

Its repository has a version that collapses battles (``rating_systems.compute_bt``), its releases up to 0.2.36 one that
builds a matrix of battles by models (``elo_analysis.compute_elo_mle_with_tie``): the newest that is installed runs.

Request: ``arrays`` with ``names`` and the codes ``a`` and ``b`` of both sides, ``winner`` (words); ``rounds``. Answer:
``version``, seconds of the processor and of the clock from the frame of strings, by round, and the ratings by model.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from time import perf_counter, process_time
from unittest.mock import MagicMock

import numpy as np
import pandas as pd  # type: ignore[import-untyped]

# What the module of the fit also imports for pictures and catalogues, PyTorch among it: the fit uses none of it.
for unused in (
    "plotly", "plotly.express", "plotly.graph_objects", "pytz", "fastchat.model", "fastchat.model.model_registry",
    "fastchat.serve.monitor.basic_stats", "fastchat.serve.monitor.clean_battle_data",
):  # fmt: skip
    sys.modules[unused] = MagicMock()

try:
    from fastchat.serve.monitor.rating_systems import compute_bt as fit  # type: ignore[import-not-found]
except ImportError:
    from fastchat.serve.monitor.elo_analysis import compute_elo_mle_with_tie as fit  # type: ignore[import-not-found]


def main() -> None:
    request = json.loads(Path(sys.argv[1]).read_text())
    arrays = np.load(request["arrays"])
    names = arrays["names"]
    frame = pd.DataFrame({"model_a": names[arrays["a"]], "model_b": names[arrays["b"]], "winner": arrays["winner"]})
    seconds = []
    for _ in range(request["rounds"]):
        cpu, wall = process_time(), perf_counter()
        ratings = fit(frame)
        seconds.append((process_time() - cpu, perf_counter() - wall))
    print(json.dumps({"version": fit.__name__, "seconds": seconds, "ratings": ratings.to_dict()}))


main()
