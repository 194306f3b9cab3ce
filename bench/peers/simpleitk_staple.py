"""STAPLE by SimpleITK: masks of inside and outside, and masks of several labels."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import SimpleITK

SimpleITK.ProcessObject.SetGlobalDefaultNumberOfThreads(1)


def main() -> None:
    request = json.loads(Path(sys.argv[1]).read_text())
    arrays = np.load(request["arrays"])
    images = [SimpleITK.GetImageFromArray(mask.astype(np.uint8)) for mask in arrays["masks"]]
    if request["labelled"]:
        several = SimpleITK.MultiLabelSTAPLEImageFilter()
        several.SetTerminationUpdateThreshold(request["tolerance"])
        several.SetMaximumNumberOfIterations(1000)
        wall, cpu = perf_counter(), process_time()
        found = several.Execute(images)
        cpu, wall = process_time() - cpu, perf_counter() - wall
        confusions = [several.GetConfusionMatrix(number) for number in range(len(images))]
        answer = {"confusions": confusions}
    else:
        plain = SimpleITK.STAPLEImageFilter()
        plain.SetForegroundValue(1)
        wall, cpu = perf_counter(), process_time()
        found = plain.Execute(images)
        cpu, wall = process_time() - cpu, perf_counter() - wall
        answer = {"sensitivity": plain.GetSensitivity(), "specificity": plain.GetSpecificity()}
        answer["iterations"] = plain.GetElapsedIterations()
    np.save(request["result"], SimpleITK.GetArrayFromImage(found))
    print(json.dumps({"cpu_seconds": cpu, "wall_seconds": wall} | answer))


if __name__ == "__main__":
    main()
