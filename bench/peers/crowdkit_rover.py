"""crowd-kit's ROVER (Fiscus 1997) on texts, for ``bench/peer.py``; runs in the peers' interpreter.

Request: ``tasks``, ``workers`` (integers) and ``texts``, words parted by spaces. Answer: seconds of the processor and
of the clock around the fit, and ``answers``, {task: its text}.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from time import perf_counter, process_time

import pandas as pd  # type: ignore[import-untyped]
from crowdkit.aggregation import ROVER  # type: ignore[import-not-found]


def main(path: str) -> None:
    request = json.loads(Path(path).read_text())
    frame = pd.DataFrame({"task": request["tasks"], "worker": request["workers"], "text": request["texts"]})
    method = ROVER(tokenizer=str.split, detokenizer=" ".join)

    processor, clock = process_time(), perf_counter()
    answers = method.fit_predict(frame)
    processor, clock = process_time() - processor, perf_counter() - clock

    found = {str(task): text for task, text in answers.items()}
    print(json.dumps({"cpu_seconds": processor, "wall_seconds": clock, "answers": found}))


if __name__ == "__main__":
    main(sys.argv[1])
