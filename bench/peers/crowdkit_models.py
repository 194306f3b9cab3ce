"""crowd-kit's GLAD and MACE with what they found, for ``bench/peer.py``; runs in the peers' interpreter.

Request: ``arrays`` with ``task``, ``worker``, ``label`` (integer codes) and ``method``, "glad" or "mace". Answer:
seconds of the processor and of the clock around the fit, the answers by task code, and for GLAD the abilities by worker
code and the log-eases by task code.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
from crowdkit.aggregation import GLAD, MACE  # type: ignore[import-not-found]


def main(path: str) -> None:
    request = json.loads(Path(path).read_text())
    arrays = np.load(request["arrays"])
    frame = pd.DataFrame({name: arrays[name] for name in ("task", "worker", "label")})
    method = {"glad": GLAD, "mace": MACE}[request["method"]]()

    processor, clock = process_time(), perf_counter()
    labels = method.fit_predict(frame)
    processor, clock = process_time() - processor, perf_counter() - clock

    answer: dict[str, Any] = {"cpu_seconds": processor, "wall_seconds": clock}
    answer["labels"] = labels.sort_index().tolist()
    if request["method"] == "glad":
        answer["iterations"] = len(method.loss_history_)
        answer["abilities"] = method.alphas_.sort_index().tolist()
        answer["log_eases"] = method.betas_.sort_index().tolist()
    else:
        answer["iterations"] = method.n_restarts * method.n_iter
    print(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1])
