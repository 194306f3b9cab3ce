"""Running a peer in an interpreter of its own, so that its dependencies and licence stay out of ours.

A peer is ``bench/peers/<name>.py``: it is given one argument, the path of a JSON file with its request, times itself
(imports and reading not counted) and prints one line of JSON. Arrays travel as ``.npz`` in a temporary folder, beside
the request; ``run_peer`` writes those that stand in the request and puts their path in their place.

The interpreter is ``$ASSAY_PEERS``, else ``.venv-bench/bin/python``, which ``scripts/setup bench`` makes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent


def interpreter() -> str:
    """The peers' Python; prints what to do and exits with 3 where there is none."""
    path = Path(os.environ.get("ASSAY_PEERS") or HERE.parent / ".venv-bench" / "bin" / "python")
    if not path.exists():
        print(f"no peers to compare with: {path} is absent; run scripts/setup bench, or set ASSAY_PEERS to a Python")
        raise SystemExit(3)
    return str(path)


def run_peer(name: str, request: dict[str, Any], timeout_seconds: float = 3600) -> dict[str, Any]:
    """What peer ``name`` answers to ``request``, whose values are plain JSON values or NumPy arrays.

    An array under ``key`` reaches the peer as ``np.load(request["arrays"])[key]``. Raises ``RuntimeError`` with the
    peer's own words where it fails, ``subprocess.TimeoutExpired`` where it takes too long.
    """
    with tempfile.TemporaryDirectory(prefix="assay-peer-") as folder:
        arrays = {key: value for key, value in request.items() if isinstance(value, np.ndarray)}
        plain = {key: value for key, value in request.items() if key not in arrays}
        if arrays:
            plain["arrays"] = str(Path(folder, "arrays.npz"))
            np.savez(plain["arrays"], **arrays)  # type: ignore[arg-type]
        asked = Path(folder, "request.json")
        asked.write_text(json.dumps(plain))
        # -P keeps bench/peers itself off the path, where a file may have the name of the package it runs.
        done = subprocess.run(
            [interpreter(), "-P", str(HERE / "peers" / f"{name}.py"), str(asked)],
            capture_output=True,
            text=True,
            timeout=timeout_seconds,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"peer {name} failed with {done.returncode}:\n{done.stderr[-4000:]}")
        sys.stderr.write(done.stderr if os.environ.get("ASSAY_PEERS_VERBOSE") else "")
        answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
        return answer
