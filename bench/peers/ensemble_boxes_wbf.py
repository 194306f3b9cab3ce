"""Weighted boxes fusion by the package ensemble-boxes, image by image."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
from ensemble_boxes import weighted_boxes_fusion


def main() -> None:
    request = json.loads(Path(sys.argv[1]).read_text())
    arrays = np.load(request["arrays"])
    image, model = arrays["image"], arrays["model"]
    models = len(request["weights"])
    inputs = []
    for number in range(request["images"]):
        rows = [np.flatnonzero((image == number) & (model == each)) for each in range(models)]
        inputs.append([[arrays[field][each].tolist() for each in rows] for field in ("boxes", "score", "label")])
    found: dict[str, list[list[object]]] = {}
    seconds = {}
    for confidence in request["confidences"]:
        weighted_boxes_fusion(*inputs[0], weights=request["weights"], conf_type=confidence)
        wall, cpu = perf_counter(), process_time()
        results = [
            weighted_boxes_fusion(
                *each,
                weights=request["weights"],
                iou_thr=request["iou_min"],
                skip_box_thr=request["score_min"],
                conf_type=confidence,
            )
            for each in inputs
        ]
        seconds[confidence] = (process_time() - cpu, perf_counter() - wall)
        found[confidence] = [[part.tolist() for part in result] for result in results]
    print(json.dumps({"seconds": seconds, "found": found}))


if __name__ == "__main__":
    main()
