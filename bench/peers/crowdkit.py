"""crowd-kit's aggregation of classes, for ``bench/peer.py``; runs in the peers' interpreter.

Request: ``arrays`` with ``task``, ``worker``, ``label`` (integer codes); ``method``, one of METHODS; ``iterations``
(at most), ``tolerance`` and ``seed`` for those that take them; ``labels``: true to have the answers back; ``accuracy``:
true to have the accuracy, against ``truth_task`` and ``truth`` among the arrays. Answer: seconds of the processor and
of the clock around the fit, iterations made where the method tells, and what was asked for.
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
    if request.get("accuracy"):
        answer["accuracy"] = _accuracy(method, labels, arrays["truth_task"], arrays["truth"])
    print(json.dumps(answer))


def _accuracy(method: Any, labels: Any, task: Any, truth: Any) -> float:
    """The share of right answers, tied answers counted in part."""
    probabilities = getattr(method, "probas_", None)
    if probabilities is None:
        return float((labels.reindex(task).to_numpy() == truth).mean())
    table = probabilities.reindex(task).fillna(0.0)
    values = table.to_numpy()
    top = (values >= values.max(axis=1, keepdims=True) - 1e-9).astype(float)
    top /= top.sum(axis=1, keepdims=True)
    place = {label: column for column, label in enumerate(table.columns)}
    columns = np.array([place.get(value, -1) for value in truth])
    return float(np.where(columns >= 0, top[np.arange(len(task)), columns], 0.0).mean())


if __name__ == "__main__":
    main(sys.argv[1])
