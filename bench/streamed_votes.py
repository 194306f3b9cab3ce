"""Votes read from a Parquet file in parts, against the same votes in memory: what it costs, and what it saves.

One synthetic file of votes in no order, five a task. Each way runs in a process of its own, after a small run that
compiles: IBCC over everything in memory, over parts read by threads (what `assay aggregate` does), by processes, and on
a Ray cluster of two actors on this machine. Printed: seconds by the clock for reading, for fitting and writing answers,
and for all; by how much the process grew at its peak; and whether answers are equal. Asserted: that parts read by
threads take less than ``SHARE_MAX`` of the memory, that their posteriors are within 1e-9 of those in memory, and that
processes and Ray give the answers of threads to the last bit.

    python bench/streamed_votes.py [--votes 20000000] [--text] [threads processes ray]
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq

VOTES_A_TASK = 5
WORKERS = 2_000
CLASSES = 4
SHARE_MAX = 0.34
# With fewer parts a part is not small beside the whole, and nothing is claimed.
PARTS_MIN = 10
ELSEWHERE = ("threads", "processes", "ray")


def make(path: Path, votes: int, text: bool) -> None:
    """Workers right half to 95 times in 100; ids are integers, or text of some eight characters."""
    rng = np.random.default_rng(11)
    tasks = votes // VOTES_A_TASK
    truth = rng.integers(0, CLASSES, tasks)
    skill = rng.uniform(0.5, 0.95, WORKERS)
    order = rng.permutation(votes)
    with pq.ParquetWriter(path, pa.schema([("task", pa.string() if text else pa.int64()), *_rest()])) as writer:
        for begin in range(0, votes, 1_000_000):
            task = order[begin : begin + 1_000_000] // VOTES_A_TASK
            worker = rng.integers(0, WORKERS, len(task))
            right = rng.random(len(task)) < skill[worker]
            label = np.where(right, truth[task], rng.integers(0, CLASSES, len(task)))
            ids = np.char.add("t", task.astype("U9")).tolist() if text else task * 7 + 11
            writer.write_table(pa.table({"task": ids, "worker": worker + 100, "label": label}))


def _rest() -> list[tuple[str, Any]]:
    return [("worker", pa.int64()), ("label", pa.int64())]


def in_memory(file: Path, answers: Path) -> dict[str, float]:
    from assay.quality import IBCC, Votes

    begin = perf_counter()
    table = pq.read_table(file)
    # The quickest way in for either kind of id.
    numbers = pa.types.is_integer(table.schema.field("task").type)
    votes = Votes.from_frame({name: table[name].to_numpy() for name in table.column_names} if numbers else table)
    del table
    read = perf_counter()
    fit = IBCC().fit(votes)
    columns = {f"p_{k}": fit.posterior[:, k] for k in range(CLASSES)}
    pq.write_table(pa.table({"task": fit.tasks, "answer": fit.labels, **columns}), answers)
    return {
        "read": read - begin,
        "fit": perf_counter() - read,
        "iterations": fit.iterations,
        "votes_bytes": votes.nbytes,
    }


def in_parts(file: Path, answers: Path, where: str) -> dict[str, float]:
    from assay.adapters.parts_here import by_processes, by_threads
    from assay.adapters.parts_on_ray import by_ray
    from assay.adapters.vote_files import Columns, opened, written
    from assay.adapters.vote_parts import laid_out
    from assay.core.aggregation import fit_streamed

    counted: Any = {"threads": by_threads, "processes": by_processes, "ray": by_ray}[where]
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        begin = perf_counter()
        held = laid_out(opened(file), Columns(), Path(folder))
        read = perf_counter()
        with counted(held, 2) as parts:
            started = perf_counter()
            fit = fit_streamed("ibcc", parts)
            with written(answers) as sheet:
                for number, each in enumerate(fit.answers(parts, posterior=True)):
                    assert each.posterior is not None
                    columns = {f"p_{k}": each.posterior[:, k] for k in range(CLASSES)}
                    labels = held.classes[each.label_codes]
                    sheet.write({"task": held.ids(number), "answer": labels, **columns})
            done = perf_counter()
    return {
        "read": read - begin,
        "start": started - read,
        "fit": done - started,
        "iterations": fit.iterations,
        "parts": held.count,
    }


def arm(where: str, file: Path, answers: Path, small: Path) -> None:
    """One way, in this process: prints its figures as JSON."""
    work: Callable[[Path, Path], dict[str, float]] = (
        in_memory if where == "memory" else lambda file, answers: in_parts(file, answers, where)
    )
    warm: Callable[[Path, Path], object] = (
        in_memory if where == "memory" else lambda file, answers: in_parts(file, answers, "threads")
    )
    warm(small, answers)
    before = psutil.Process().memory_info().rss
    figures = work(file, answers)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before
    print(json.dumps({**figures, "grown": grown}))


def ran(where: str, file: Path, folder: Path) -> dict[str, float]:
    command = [
        sys.executable,
        __file__,
        "--arm",
        where,
        str(file),
        str(folder / f"{where}.parquet"),
        str(folder / "small.parquet"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{where} failed:\n{done.stderr[-4000:]}")
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def posteriors(file: Path) -> tuple[Any, Any]:
    """Tasks in order, and their posteriors."""
    table = pq.read_table(file)
    tasks = table["task"].to_numpy()
    order = np.argsort(tasks)
    return tasks[order], np.stack([table[f"p_{k}"].to_numpy()[order] for k in range(CLASSES)], axis=1)


def main(arguments: list[str]) -> None:
    votes = int(arguments[arguments.index("--votes") + 1]) if "--votes" in arguments else 20_000_000
    named = [name for name in ELSEWHERE if name in arguments] or list(ELSEWHERE)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        file, small = folder / "votes.parquet", folder / "small.parquet"
        make(file, votes, "--text" in arguments)
        make(small, 100_000, "--text" in arguments)
        print(
            f"{votes:,} votes in no order, {votes // VOTES_A_TASK:,} tasks,"
            f" a file of {file.stat().st_size / 1e6:.0f} MB"
        )
        whole = ran("memory", file, folder)
        show("in memory", whole, whole)
        print(f"    of which the votes' own arrays are {whole['votes_bytes'] / 1e6:.0f} MB")
        tasks, expected = posteriors(folder / "memory.parquet")
        first: Any = None
        for where in named:
            figures = ran(where, file, folder)
            show(f"in {figures['parts']:.0f} parts, {where}", figures, whole)
            same, found = posteriors(folder / f"{where}.parquet")
            assert (same == tasks).all()
            difference = float(np.abs(found - expected).max())
            print(f"    greatest difference from the posteriors in memory: {difference:.1e}")
            assert difference < 1e-9
            if where == "threads" and figures["parts"] >= PARTS_MIN:
                share = figures["grown"] / whole["grown"]
                assert share < SHARE_MAX, f"memory is {share:.0%} of that of a fit in memory"
            if first is None:
                first = found
            else:
                equal = bool((found == first).all())
                print(f"    equal to {named[0]} to the last bit: {equal}")
                assert equal


def show(what: str, figures: dict[str, float], whole: dict[str, float]) -> None:
    total, base = (each["read"] + each["fit"] for each in (figures, whole))
    start = f", start {figures['start']:.1f} s" if figures.get("start", 0) > 0.5 else ""
    print(
        f"{what:24s} read {figures['read']:6.1f} s{start}, fit {figures['fit']:5.1f} s"
        f" ({figures['iterations']:.0f} iterations), {total / base:4.1f} times the time;"
        f" memory {figures['grown'] / 1e6:5.0f} MB, {figures['grown'] / whole['grown']:.0%}",
        flush=True,
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--arm"]:
        arm(sys.argv[2], *map(Path, sys.argv[3:6]))
    else:
        main(sys.argv[1:])
