"""How fast COCO goes out, and in how much memory.

100,000 tasks of 10 boxes each are exported through the real exporter into a file, from rows as the store gives them
(JSON text). The same object is then written from memory with the fastest library there is, orjson, in another
process, so that its memory is not counted as ours. Printed: seconds, the ratio of the two speeds (1 means as fast as
writing what is already there), and the exporting process's peak memory.

    python bench/export_coco.py [--tasks 100000] [--boxes 10] [--format coco|yolo|voc|jsonl]
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from assay.core.formats.exports import export, export_format
from assay.core.formats.rows import ExportFacts, ExportRow
from assay.core.taxonomy import Label, Taxonomy

LABELS = ["person", "dog", "car", "bus", "bicycle"]
DISTINCT_ANSWERS = 500


def synthetic_rows(tasks: int, boxes: int) -> Iterator[ExportRow]:
    """Rows with answers of their own numbers; 500 answers take turns, so that making them costs little."""
    rng = np.random.default_rng(1)
    answers: list[bytes] = []
    for _ in range(DISTINCT_ANSWERS):
        numbers = rng.uniform(0, 600, (boxes, 4)).round(2).tolist()
        marks = [
            {"type": "box", "id": f"a{n}", "label": LABELS[n % len(LABELS)], "x": x, "y": y, "width": w, "height": h}
            for n, (x, y, w, h) in enumerate(numbers)
        ]
        answers.append(json.dumps({"annotations": marks}).encode())
    for number in range(tasks):
        yield ExportRow(
            task_id=f"0193f1c2-0000-7000-8000-{number:012d}",
            file_name=f"street/{number:06d}.jpg",
            width=1280,
            height=853,
            answer=answers[number % DISTINCT_ANSWERS],
            unique_id=f"street-{number}",
            confidence=0.9,
            origin="consensus",
        )


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def write_export(name: str, tasks: int, boxes: int, path: Path) -> None:
    """The child that exports. Prints seconds, peak memory, and what the rows alone cost."""
    started = time.perf_counter()
    for _ in synthetic_rows(tasks, boxes):
        pass
    rows_seconds = time.perf_counter() - started
    facts = ExportFacts("bench", "Bench", Taxonomy(labels=[Label(name) for name in LABELS]))
    before = peak_mib()
    started = time.perf_counter()
    with tempfile.SpooledTemporaryFile(1 << 20) as spool, path.open("wb") as out:
        for chunk in export(export_format(name).begin(facts, spool), synthetic_rows(tasks, boxes)):
            out.write(chunk)
    seconds = time.perf_counter() - started - rows_seconds
    print(json.dumps({"seconds": seconds, "peak_mib": peak_mib(), "before_mib": before, "bytes": path.stat().st_size}))


def write_from_memory(path: Path) -> None:
    """The child that has it all in memory already, and only writes."""
    import orjson

    document = orjson.loads(path.read_bytes())
    again = path.with_suffix(".again")
    started = time.perf_counter()
    again.write_bytes(orjson.dumps(document))
    print(json.dumps({"seconds": time.perf_counter() - started, "peak_mib": peak_mib()}))


def child_of(file: str, *arguments: str) -> dict[str, float]:
    done = subprocess.run([sys.executable, file, *arguments], check=True, capture_output=True, text=True)
    report: dict[str, float] = json.loads(done.stdout)
    return report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=100_000)
    parser.add_argument("--boxes", type=int, default=10)
    parser.add_argument("--format", default="coco")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--child", choices=["export", "memory"])
    parser.add_argument("--path", type=Path)
    chosen = parser.parse_args()
    if chosen.child == "export":
        write_export(chosen.format, chosen.tasks, chosen.boxes, chosen.path)
        return
    if chosen.child == "memory":
        write_from_memory(chosen.path)
        return

    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/export"
        ours: list[dict[str, float]] = []
        theirs: list[dict[str, float]] = []
        sizes = ["--tasks", str(chosen.tasks), "--boxes", str(chosen.boxes), "--format", chosen.format, "--path", path]
        # Taken in turns, so that a noisy moment of the machine falls on both.
        for _ in range(chosen.rounds):
            ours.append(child_of(__file__, "--child", "export", *sizes))
            if chosen.format == "coco":
                theirs.append(child_of(__file__, "--child", "memory", "--path", path))
    mine = min(ours, key=lambda report: report["seconds"])
    boxes = chosen.tasks * chosen.boxes
    print(f"{chosen.format}: {chosen.tasks:,} tasks, {boxes:,} boxes, {mine['bytes'] / 1e6:.0f} MB")
    print(f"  export       {mine['seconds']:.2f} s at best  ({boxes / mine['seconds']:,.0f} boxes/s)")
    if theirs:
        ratios = [memory["seconds"] / done["seconds"] for done, memory in zip(ours, theirs, strict=True)]
        fastest = min(report["seconds"] for report in theirs)
        print(f"  orjson       {fastest:.2f} s at best, writing the same object from memory")
        print(f"  ratio        {statistics.median(ratios):.2f} median of {len(ratios)} rounds  (aim: at least 0.30)")
    print(
        f"  peak memory  {mine['peak_mib']:.0f} MiB, of it {mine['before_mib']:.0f} before exporting  (aim: under 300)"
    )


if __name__ == "__main__":
    main()
