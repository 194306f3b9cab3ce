"""Accuracy of every method on every recorded crowd, beside crowd-kit's in the same run and published figures: Markdown.

Against expert truth, in per cent, an answer that ties among k counted 1 / k. Both sides see the same rows, a worker's
repeated votes on a task included. Ours runs with its defaults and without golds. ECE: expected calibration error, ten
equal bins, in per cent. Slow methods are time-boxed or left out on large crowds, and empty. "auto, golds": 10 % of the
known tasks given as golds, and the rest scored, beside what majority and auto without golds have on the same rest (mean
of draws).

    python bench/aggregate_accuracy.py [--sets rte,dog] [--seconds 10] [--draws 2] [--peers MV,DS]

Our side takes some ten minutes, crowd-kit's more than an hour with ``--seconds 400``; so each can be run alone
(``--peers ''``, ``--ours no``) and by sets: ``--save figures.json`` keeps the rows and adds those of earlier runs.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import polars
from numpy.typing import NDArray

from assay.quality import Golds, Votes, aggregate
from assay.quality.aggregation.calibration import calibration, right_in_part
from peer import run_peer

Rows = dict[str, dict[str, float | None]]
DATA = Path(__file__).parents[2] / "shared/data/crowd"
OTHER_KINDS = {"crowdspeech_dev_other", "crowdspeech_test_other", "emotion_numeric"}
OURS = (
    "auto", "majority", "wawa", "one-coin", "dawid-skene", "ibcc", "pooled-bcc", "glad", "mace", "ebcc", "ordinal",
)  # fmt: skip
PEERS = ("MV", "Wawa", "ZBS", "OneCoin", "DS", "GLAD", "MACE", "MMSR", "KOS")
ECE_OF = ("auto", "majority", "dawid-skene", "ibcc", "ebcc")
SAME = {"majority": "MV", "wawa": "Wawa", "one-coin": "OneCoin", "dawid-skene": "DS", "glad": "GLAD", "mace": "MACE"}
# Too slow above this many votes.
OURS_VOTES_MAX = {"ebcc": 60_000}
# MMSR holds a dense table of workers by workers.
MMSR_WORKERS_MAX = 5_000
# crowd-kit's slow methods and large sets, measured before on the same files: shown, with a star, where a run has no
# figure of its own.
BEFORE: Rows = {
    "adult": {"MV": 75.8, "Wawa": 76.3, "OneCoin": 71.5, "DS": 76.6, "GLAD": 76.0},
    "cifar10n": {"MV": 91.2, "Wawa": 91.2, "OneCoin": 90.9, "DS": 92.0},
    "dog": {"GLAD": 83.4, "MACE": 83.6, "MMSR": 82.8},
    "fact": {"MV": 90.2, "Wawa": 90.1, "OneCoin": 90.1, "DS": 89.1},
    "mill": {"MV": 90.4, "Wawa": 90.5, "OneCoin": 91.9, "DS": 92.1},
    "possent": {"GLAD": 94.8, "MACE": 95.3, "MMSR": 93.7},
    "product": {"GLAD": 92.8, "MACE": 69.5},
    "relevance": {"MV": 54.2, "Wawa": 55.9, "OneCoin": 19.4, "DS": 61.6, "GLAD": 56.2},
    "sp": {"GLAD": 91.7},
    "sp_amt": {"GLAD": 94.6, "MACE": 94.4, "MMSR": 94.4},
    "trec": {"GLAD": 57.9},
    "zc_all": {"GLAD": 83.1, "MACE": 84.7, "MMSR": 84.6},
    "zc_in": {"GLAD": 75.2, "MACE": 77.4, "MMSR": 75.8},
    "zc_us": {"GLAD": 87.6, "MACE": 84.1, "MMSR": 86.7},
}
# Li, Rubinstein and Cohn 2019, their code on the same votes: IBCC, EBCC and BWA.
PAPERS = ("IBCC", "EBCC", "BWA")
PUBLISHED: dict[str, tuple[float, float | None, float | None]] = {
    "adult": (74.5, 74.8, 74.2), "bluebird": (88.9, 88.9, 75.9), "cf": (88.3, 87.7, 89.3), "cf_amt": (85.7, 86.3, 86.0),
    "cifar10n": (91.3, None, 88.3), "dog": (83.9, 83.9, 83.1), "face": (64.0, 62.0, 61.8), "fact": (87.7, None, 88.7),
    "hitspam_cf": (66.0, None, None), "mill": (90.9, None, 93.2), "ms": (79.0, 78.7, 78.6),
    "possent": (96.0, 96.1, 95.6), "product": (93.8, 93.5, 91.9), "relevance": (58.6, 59.8, 42.8),
    "rte": (92.8, 93.1, 92.8), "sp": (91.5, 90.9, 91.7), "sp_amt": (94.4, 94.2, 94.6), "temporal": (94.2, 94.2, 93.9),
    "trec": (70.5, 70.2, 60.4), "wsd": (99.4, 99.4, 99.4), "zc_all": (79.5, 86.3, 83.5), "zc_in": (77.0, 78.0, 76.4),
    "zc_us": (82.7, 91.2, 91.1),
}  # fmt: skip


def crowd(name: str) -> tuple[Votes, NDArray[np.int32]]:
    rows = polars.read_parquet(DATA / f"{name}.labels.parquet")
    known = polars.read_parquet(DATA / f"{name}.truth.parquet")
    task, label = rows["task"].to_numpy(), rows["label"].to_numpy()
    tasks = 1 + int(max(task.max(), known["task"].to_numpy().max()))
    classes = 1 + int(max(label.max(), known["truth"].to_numpy().max()))
    worker = rows["worker"].to_numpy()
    votes = Votes.from_codes(task, worker, label, n_tasks=tasks, n_classes=classes, repeated="all")
    truth = np.full(tasks, -1, np.int32)
    truth[known["task"].to_numpy()] = known["truth"].to_numpy()
    return votes, truth


def accuracy(posterior: NDArray[Any], truth: NDArray[np.int32]) -> float:
    known = truth >= 0
    return 100 * float(right_in_part(posterior[known], truth[known]).mean())


def of_ours(votes: Votes, truth: NDArray[np.int32], draws: int) -> dict[str, Any]:
    row: dict[str, Any] = {"ours": {}, "ece": {}, "cpu": {}}
    for method in OURS:
        if len(votes) > OURS_VOTES_MAX.get(method, len(votes)):
            continue
        begun = process_time()
        result = aggregate(votes, method)
        row["cpu"][method] = process_time() - begun
        row["ours"][method] = accuracy(result.posterior, truth)
        row["ece"][method] = 100 * calibration(result.posterior, truth).error
        if method == "auto":
            row["chosen"] = result.reason
    row["golds"] = with_golds(votes, truth, draws)
    return row


def of_peers(votes: Votes, truth: NDArray[np.int32], seconds: int, peers: list[str]) -> dict[str, float]:
    asked = [peer for peer in peers if peer != "MMSR" or votes.n_workers <= MMSR_WORKERS_MAX]
    columns: dict[str, Any] = {"task": votes.task, "worker": votes.worker, "label": votes.label}
    columns |= {"truth_task": np.flatnonzero(truth >= 0), "truth": truth[truth >= 0]}
    answer = run_peer("crowdkit_accuracy", {**columns, "methods": asked, "seconds": seconds}, 10 * seconds + 600)
    return {peer: 100 * said["accuracy"] for peer, said in answer.items() if said is not None}


def with_golds(votes: Votes, truth: NDArray[np.int32], draws: int) -> list[float] | None:
    """Accuracy of majority, of auto without golds and with, and ECE with, on known tasks that were not drawn."""
    known = np.flatnonzero(truth >= 0)
    count = len(known) // 10
    if count < 20 or draws == 0:
        return None
    alone = [aggregate(votes, method).posterior for method in ("majority", "auto")]
    made = []
    for draw in range(draws):
        drawn = np.sort(np.random.default_rng(draw).choice(known, count, replace=False)).astype(np.int32)
        rest = truth.copy()
        rest[drawn] = -1
        posterior = aggregate(votes, golds=Golds(drawn, truth[drawn])).posterior
        made.append(
            [accuracy(before, rest) for before in alone]
            + [accuracy(posterior, rest), 100 * calibration(posterior, rest).error]
        )
    return [float(value) for value in np.mean(made, axis=0)]


def table(title: str, columns: tuple[str, ...], rows: Rows, before: Rows | None = None) -> None:
    """One row a set; figures of ``before`` where ``rows`` has none, with a star. Means: of each column that has a
    figure on every set, then of all columns on the sets that have all figures."""
    whole = {name: {**(before or {}).get(name, {}), **row} for name, row in rows.items()}
    print(f"\n{title}\n")
    print(f"| set | {' | '.join(columns)} |\n|{'---|' * (len(columns) + 1)}")
    for name, row in whole.items():
        cells = [row.get(column) for column in columns]
        stars = ["" if rows[name].get(column) is not None else "*" for column in columns]
        shown = ["" if cell is None else f"{cell:.1f}{star}" for cell, star in zip(cells, stars, strict=True)]
        print(f"| {name} | " + " | ".join(shown) + " |")
    full = [column for column in columns if all(row.get(column) is not None for row in whole.values())]
    complete = [name for name, row in whole.items() if all(row.get(column) is not None for column in columns)]
    for over, given in ((tuple(whole), full), (complete, columns)):
        if over and len(given) > 0:
            means = {column: float(np.mean([whole[name][column] or 0.0 for name in over])) for column in given}
            cells_shown = [f"{means[column]:.2f}" if column in means else "" for column in columns]
            print(f"| mean of {len(over)} | " + " | ".join(cells_shown) + " |")
        if len(full) == len(columns):
            break


def report(rows: dict[str, dict[str, Any]]) -> None:
    ours: Rows = {name: row["ours"] for name, row in rows.items()}
    theirs: Rows = {name: row["peers"] for name, row in rows.items()}
    papers: Rows = {name: dict(zip(PAPERS, PUBLISHED[name], strict=True)) for name in rows}
    table("Ours", OURS, ours)
    table("crowd-kit", PEERS, theirs, BEFORE)
    table("Published code of Li, Rubinstein and Cohn 2019", PAPERS, papers)
    table("Expected calibration error, ours", ECE_OF, {name: row["ece"] for name, row in rows.items()})
    golds = {name: row["golds"] for name, row in rows.items() if row["golds"]}
    names = ("majority", "auto", "auto, golds", "its ECE")
    table("With 10 % golds, scored on the rest", names, {k: dict(zip(names, v, strict=True)) for k, v in golds.items()})
    print("\nauto against each other method, on the sets where that one has a figure\n")
    print("| method | sets | its mean | auto's mean |\n|---|---|---|---|")
    for title, columns, figures in (("crowd-kit", PEERS, theirs), ("published", PAPERS, papers)):
        for column in columns:
            held = {name: {**BEFORE.get(name, {}), **row}.get(column) for name, row in figures.items()}
            pairs = [(value, ours[name]["auto"] or 0.0) for name, value in held.items() if value is not None]
            if pairs:
                its, auto = np.mean(pairs, axis=0)
                print(f"| {title} {column} | {len(pairs)} | {its:.2f} | {auto:.2f} |")
    print("\nSame method, ours more than 0.3 points below crowd-kit's:", end=" ")
    below = [
        f"{method} on {name} ({mine:.1f}, {its:.1f})"
        for name in rows
        for method, peer in SAME.items()
        if (mine := ours[name].get(method)) is not None
        and (its := {**BEFORE.get(name, {}), **theirs[name]}.get(peer)) is not None
        and mine < its - 0.3
    ]
    print("; ".join(below) or "none", "\n\nWhat auto chose:\n")
    for name, row in rows.items():
        times = row["cpu"]["auto"] / max(row["cpu"]["dawid-skene"], 1e-3)
        print(f"- {name} ({row['cpu']['auto']:.1f} s, {times:,.0f} fits of Dawid-Skene): {row['chosen']}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", default="", help="names, with commas between; all by default")
    parser.add_argument("--seconds", type=int, default=10, help="for each of crowd-kit's methods")
    parser.add_argument("--draws", type=int, default=2, help="of golds; 0 for none")
    parser.add_argument("--ours", choices=("yes", "no"), default="yes", help="no: crowd-kit's methods alone")
    parser.add_argument("--peers", default=",".join(PEERS), help="of crowd-kit's methods these; '' for none")
    parser.add_argument("--save", type=Path, help="a JSON file of rows: read first if it is there, then written")
    asked = parser.parse_args()
    if not DATA.exists():
        print(f"the recorded crowds are not here: {DATA}")
        return 3
    every = sorted(path.name.split(".")[0] for path in DATA.glob("*.labels.parquet"))
    names = [name for name in every if name not in OTHER_KINDS]
    names = [name for name in asked.sets.split(",") if name] or names
    rows = json.loads(asked.save.read_text()) if asked.save and asked.save.exists() else {}
    aggregate(Votes.from_codes([0, 0, 1, 1], [0, 1, 0, 1], [0, 1, 0, 0]))  # Compiles.
    for name in names:
        votes, truth = crowd(name)
        row = rows.setdefault(name, {"peers": {}})
        if asked.ours == "yes":
            row |= of_ours(votes, truth, asked.draws)
        if asked.peers:
            row["peers"] |= of_peers(votes, truth, asked.seconds, asked.peers.split(","))
        print(f"{name} done", file=sys.stderr, flush=True)
        if asked.save:
            asked.save.write_text(json.dumps(rows))
    report({name: row for name, row in sorted(rows.items()) if "ours" in row})
    return 0


if __name__ == "__main__":
    sys.exit(main())
