"""crowd-kit's answers of many methods on one crowd, for ``bench/peer.py``; runs in the peers' interpreter.

Request: ``arrays`` with ``task``, ``worker``, ``label``, ``truth_task``, ``truth``; ``methods``, names of those below;
``seconds``: what each may take of the processor. Answer: by method, the share right, tied answers counted in part, the
processor seconds of the fit, and its iterations where it tells them; of a method that fails or takes longer, why in
``failed``, and the processor seconds until then.
"""

from __future__ import annotations

import importlib.util
import json
import signal
import sys
import warnings
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
from crowdkit import aggregation  # type: ignore[import-not-found]
from crowdkit.aggregation.classification import wawa, zero_based_skill  # type: ignore[import-not-found]

# These two do not pass the check of the scikit-learn that is installed, which has nothing to do with what they compute.
wawa.check_is_fitted = zero_based_skill.check_is_fitted = lambda *_args, **_names: None


def beside(name: str) -> Any:
    """The module ``name`` of this folder, which is kept off the path: see ``bench/peer.py``."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


METHODS: dict[str, Any] = {
    "MV": aggregation.MajorityVote,
    "Wawa": aggregation.Wawa,
    "ZBS": aggregation.ZeroBasedSkill,
    "OneCoin": aggregation.OneCoinDawidSkene,
    "DS": aggregation.DawidSkene,
    "GLAD": aggregation.GLAD,
    "GLAD by arrays": beside("crowdkit_arrays").GLADByArrays,
    "MACE": aggregation.MACE,
    "MMSR": aggregation.MMSR,
    "KOS": aggregation.KOS,
}


class TooLongError(Exception):
    """The time of one method is up."""


def stop(*_: Any) -> None:
    raise TooLongError


def main(path: str) -> None:
    warnings.simplefilter("ignore")
    request = json.loads(Path(path).read_text())
    arrays = np.load(request["arrays"])
    frame = pd.DataFrame({name: arrays[name] for name in ("task", "worker", "label")})
    signal.signal(signal.SIGPROF, stop)
    answer: dict[str, Any] = {}
    for name in request["methods"]:
        begun = process_time()
        signal.setitimer(signal.ITIMER_PROF, request["seconds"])
        try:
            method = METHODS[name]()
            labels = method.fit_predict(frame)
            signal.setitimer(signal.ITIMER_PROF, 0)
            right = accuracy(method, labels, arrays["truth_task"], arrays["truth"])
            made = len(getattr(method, "loss_history_", [])) or None
            answer[name] = {"accuracy": right, "cpu_seconds": process_time() - begun, "iterations": made}
        except Exception as error:
            # Whatever a method stumbles over, it has no figure.
            signal.setitimer(signal.ITIMER_PROF, 0)
            why = "took longer" if isinstance(error, TooLongError) else f"{type(error).__name__}: {error}"
            answer[name] = {"failed": why.splitlines()[0][:200], "cpu_seconds": process_time() - begun}
    print(json.dumps(answer))


def accuracy(method: Any, labels: Any, task: Any, truth: Any) -> float:
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
