"""crowd-kit's aggregation of classes, for ``bench/peer.py``; runs in the peers' interpreter.

Request: ``arrays`` with ``task``, ``worker``, ``label`` (integer codes); ``method``, one of METHODS; ``iterations``
(at most), ``tolerance`` and ``seed`` for those that take them; ``labels``: true to have the answers back. Answer:
seconds of the processor and of the clock around the fit, iterations made where the method tells, and what was asked.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
from crowdkit import aggregation  # type: ignore[import-not-found]

METHODS: dict[str, Any] = {
    "majority": aggregation.MajorityVote,
    "wawa": aggregation.Wawa,
    "zero-based-skill": aggregation.ZeroBasedSkill,
    "one-coin": aggregation.OneCoinDawidSkene,
    "dawid-skene": aggregation.DawidSkene,
    "glad": aggregation.GLAD,
    "mace": aggregation.MACE,
    "mmsr": aggregation.MMSR,
    "kos": aggregation.KOS,
}
TAKES_TOLERANCE = {"one-coin", "dawid-skene", "glad", "mmsr"}
TAKES_ITERATIONS = TAKES_TOLERANCE | {"mace", "kos", "zero-based-skill"}


def main(path: str) -> None:
    request = json.loads(Path(path).read_text())
    arrays = np.load(request["arrays"])
    frame = pd.DataFrame({name: arrays[name] for name in ("task", "worker", "label")})
    name = request["method"]
    options: dict[str, Any] = {}
    if request.get("iterations") is not None and name in TAKES_ITERATIONS:
        options["n_iter"] = request["iterations"]
    if request.get("tolerance") is not None and name in TAKES_TOLERANCE:
        options["tol"] = request["tolerance"]
    if request.get("seed") is not None and name in ("mace", "kos"):
        options["random_state"] = request["seed"]
    method = METHODS[name](**options)

    processor, clock = process_time(), perf_counter()
    labels = method.fit_predict(frame)
    processor, clock = process_time() - processor, perf_counter() - clock

    answer: dict[str, Any] = {"cpu_seconds": processor, "wall_seconds": clock}
    answer["iterations"] = len(getattr(method, "loss_history_", [])) or None
    if request.get("labels"):
        found = labels.sort_index()
        answer["tasks"], answer["labels"] = found.index.tolist(), found.tolist()
    print(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1])
