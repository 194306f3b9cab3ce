"""Accuracy of every method on every recorded crowd, beside crowd-kit's in the same run and published figures: Markdown.

Against expert truth, in per cent, an answer that ties among k counted 1 / k. Both sides see the same rows, a worker's
repeated votes on a task included. Ours runs with its defaults and without golds. ECE: expected calibration error, ten
equal bins, in per cent. Slow methods are time-boxed or left out on large crowds, and empty. "auto, golds": 10 % of the
known tasks given as golds, and the rest scored, beside what majority and auto without golds have on the same rest (mean
of draws).

    python bench/aggregate_accuracy.py [--sets rte,dog] [--seconds 10] [--draws 2] [--peers MV,DS]

Our side takes some ten minutes, crowd-kit's more than an hour with ``--seconds 400``; so each can be run alone
(``--peers ''``, ``--ours no``) and by sets: ``--save bench/figures/accuracy.json`` keeps the rows and adds those of
earlier runs, and ``--sets none --page docs/reference/quality-accuracy.md`` renews the page from them.
"""

from __future__ import annotations

import argparse
import json
import re
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
# crowd-kit's own steps with its sums made another way, taken where the package itself has no figure.
STANDS_IN = {"GLAD": "GLAD by arrays"}
ECE_OF = ("auto", "majority", "dawid-skene", "ibcc", "ebcc")
SAME = {"majority": "MV", "wawa": "Wawa", "one-coin": "OneCoin", "dawid-skene": "DS", "glad": "GLAD", "mace": "MACE"}
# Too slow above this many votes.
OURS_VOTES_MAX = {"ebcc": 60_000}
# MMSR holds three dense tables of workers by workers, and goes through their pairs one by one.
MMSR_WORKERS_MAX = 5_000
KOS_CLASSES = 2
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


def of_peers(votes: Votes, truth: NDArray[np.int32], seconds: int, peers: list[str]) -> dict[str, Any]:
    """``peers``: accuracies, ``failed``: why there is none, by method."""
    failed = {peer: why for peer in peers if (why := hopeless(votes, peer))}
    asked = [peer for peer in peers if peer not in failed]
    columns: dict[str, Any] = {"task": votes.task, "worker": votes.worker, "label": votes.label}
    columns |= {"truth_task": np.flatnonzero(truth >= 0), "truth": truth[truth >= 0]}
    answer = run_peer("crowdkit_accuracy", {**columns, "methods": asked, "seconds": seconds}, 10 * seconds + 600)
    figures = {}
    for peer, said in answer.items():
        if "failed" in said:
            failed[peer] = f"{said['failed']}, after {said['cpu_seconds']:,.0f} s of processor time"
        else:
            figures[peer] = 100 * said["accuracy"]
    return {"peers": figures, "failed": failed}


def hopeless(votes: Votes, peer: str) -> str:
    """Why ``peer`` is not tried on these votes; empty if it is."""
    if peer == "KOS" and votes.n_classes != KOS_CLASSES:
        return "for two classes only"
    if peer == "MMSR" and votes.n_workers > MMSR_WORKERS_MAX:
        gib = 3 * 8 * votes.n_workers**2 / 2**30
        pairs = votes.n_workers**2 / 1e6
        return f"not tried; its tables of workers by workers take {gib:,.0f} GiB, its pairs are {pairs:,.0f} million"
    return ""


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


def table(columns: tuple[str, ...], rows: Rows, marks: dict[str, str] | None = None) -> str:
    """One row a set. ``marks``: after the figure of "set column". Means: of each column that has a figure on every set,
    then of all columns on the sets that have all figures."""
    lines = [f"| set | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for name, row in rows.items():
        cells = [(row.get(column), (marks or {}).get(f"{name} {column}", "")) for column in columns]
        shown = ["" if cell is None else f"{cell:.1f}{mark}" for cell, mark in cells]
        lines.append(f"| {name} | " + " | ".join(shown) + " |")
    full = [column for column in columns if all(row.get(column) is not None for row in rows.values())]
    complete = [name for name, row in rows.items() if all(row.get(column) is not None for column in columns)]
    for over, given in ((list(rows), full), (complete, list(columns))):
        if over and given:
            means = {column: float(np.mean([rows[name][column] or 0.0 for name in over])) for column in given}
            shown = [f"{means[column]:.2f}" if column in means else "" for column in columns]
            lines.append(f"| mean of {len(over)} | " + " | ".join(shown) + " |")
        if len(full) == len(columns):
            break
    return "\n".join(lines)


def of_crowdkit(rows: dict[str, dict[str, Any]]) -> tuple[Rows, str]:
    """crowd-kit's figures, stand-ins taken where it has none, and its table with what is to be said of some cells."""
    figures: Rows = {name: dict(row["peers"]) for name, row in rows.items()}
    marks, absent = {}, []
    for name, row in rows.items():
        for peer in PEERS:
            stand_in = row["peers"].get(STANDS_IN.get(peer, ""))
            why = row.get("failed", {}).get(peer)
            if peer not in row["peers"] and stand_in is not None:
                figures[name][peer] = stand_in
                marks[f"{name} {peer}"] = "†"
            if peer not in row["peers"] and why and why != "for two classes only":
                absent.append(f"- {peer} on {name}: {why}")
    said = [table(PEERS, figures, marks)]
    if marks:
        said.append(
            "† By crowd-kit's own steps, with sums over arrays in place of its joins of data frames "
            "(`bench/peers/crowdkit_arrays.py`)."
        )
    if absent:
        said.append("crowd-kit has no figure of its own:\n\n" + "\n".join(absent))
    return figures, "\n\n".join(said)


def report(rows: dict[str, dict[str, Any]]) -> dict[str, str]:
    """By heading, what the page says under it."""
    ours: Rows = {name: row["ours"] for name, row in rows.items()}
    theirs, crowdkit = of_crowdkit(rows)
    papers: Rows = {name: dict(zip(PAPERS, PUBLISHED[name], strict=True)) for name in rows}
    golds = {name: row["golds"] for name, row in rows.items() if row["golds"]}
    names = ("majority", "auto", "auto, golds", "its ECE")
    versus = ["| method | sets | its mean | auto's mean |", "|---|---|---|---|"]
    for title, columns, figures in (("crowd-kit", PEERS, theirs), ("published", PAPERS, papers)):
        for column in columns:
            held = {name: row.get(column) for name, row in figures.items()}
            pairs = [(value, ours[name]["auto"] or 0.0) for name, value in held.items() if value is not None]
            if pairs:
                its, auto = np.mean(pairs, axis=0)
                versus.append(f"| {title} {column} | {len(pairs)} | {its:.2f} | {auto:.2f} |")
    below = [
        f"| {method} | {name} | {mine:.1f} | {its:.1f} |"
        for method, peer in SAME.items()
        for name in rows
        if (mine := ours[name].get(method)) is not None and (its := theirs[name].get(peer)) is not None
        if mine < its - 0.3
    ]
    chosen = []
    for name, row in rows.items():
        times = row["cpu"]["auto"] / max(row["cpu"]["dawid-skene"], 1e-3)
        chosen.append(f"- {name} ({row['cpu']['auto']:.1f} s, {times:,.0f} fits of Dawid-Skene): {row['chosen']}")
    return {
        "The default against every other method": "\n".join(versus),
        "Ours": table(OURS, ours),
        "crowd-kit": crowdkit,
        "Published": table(PAPERS, papers),
        "Calibration": table(ECE_OF, {name: row["ece"] for name, row in rows.items()}),
        "With golds": table(names, {name: dict(zip(names, row, strict=True)) for name, row in golds.items()}),
        "What auto chose": "\n".join(chosen),
        "Below crowd-kit's method of the same name": "\n".join(
            ["| method | set | ours | crowd-kit's |", "|---|---|---|---|", *below]
        ),
    }


def on_page(page: str, said: dict[str, str]) -> str:
    """``page`` with what is ``said`` under each heading, from the first table or list on, put in place of the old."""
    sections = page.split("\n## ")
    for place, section in enumerate(sections):
        heading = section.split("\n", 1)[0]
        if heading in said:
            before = re.split(r"^(?:\||- )", section, maxsplit=1, flags=re.MULTILINE)[0].rstrip("\n")
            sections[place] = f"{before}\n\n{said[heading]}\n"
    return "\n## ".join(sections)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--sets", default="", help="names, with commas between; all by default; none: only the rows of --save"
    )
    parser.add_argument("--seconds", type=int, default=10, help="for each of crowd-kit's methods")
    parser.add_argument("--draws", type=int, default=2, help="of golds; 0 for none")
    parser.add_argument("--ours", choices=("yes", "no"), default="yes", help="no: crowd-kit's methods alone")
    parser.add_argument("--peers", default=",".join(PEERS), help="of crowd-kit's methods these; '' for none")
    parser.add_argument("--save", type=Path, help="a JSON file of rows: read first if it is there, then written")
    parser.add_argument("--page", type=Path, help="a page whose tables are renewed; without it they are printed")
    asked = parser.parse_args()
    if not DATA.exists():
        print(f"the recorded crowds are not here: {DATA}")
        return 3
    every = sorted(path.name.split(".")[0] for path in DATA.glob("*.labels.parquet"))
    names = [name for name in every if name not in OTHER_KINDS]
    names = [] if asked.sets == "none" else [name for name in asked.sets.split(",") if name] or names
    rows = json.loads(asked.save.read_text()) if asked.save and asked.save.exists() else {}
    aggregate(Votes.from_codes([0, 0, 1, 1], [0, 1, 0, 1], [0, 1, 0, 0]))  # Compiles.
    for name in names:
        votes, truth = crowd(name)
        row = rows.setdefault(name, {"peers": {}})
        if asked.ours == "yes":
            row |= of_ours(votes, truth, asked.draws)
        if asked.peers:
            for key, found in of_peers(votes, truth, asked.seconds, asked.peers.split(",")).items():
                row[key] = {**row.get(key, {}), **found}
        print(f"{name} done", file=sys.stderr, flush=True)
        if asked.save:
            asked.save.write_text(json.dumps(rows, indent=1, sort_keys=True) + "\n")
    said = report({name: row for name, row in sorted(rows.items()) if "ours" in row})
    if asked.page:
        asked.page.write_text(on_page(asked.page.read_text(), said))
    else:
        print("\n".join(f"\n## {heading}\n\n{text}" for heading, text in said.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
