"""Labels saved: the default policy at three labels a task against five for every task, replayed on recorded crowds.

Every recorded crowd with at least seven labels a task on average and known truths takes part. For each of several
seeded orders of the votes (the same for all policies), votes are shown only as the policy asks for them, and everything
it knows is fitted on what has been shown. "Fixed 5" gives every task its first five votes (fewer where fewer were
recorded). "Ours" spends at most three a task on average; "choice of two" may also choose, for each task, between the
next two workers, as where several are at the door. The aim: ours reaches the mean accuracy of fixed 5 with the same
aggregator.

    python bench/labels_saved.py [--orders 5] [--aggregator ibcc] [--policies] [--crowds rte dog ...]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars

from assay.quality import Votes
from assay.quality.redundancy import ExpectedGain, FixedOverlap, MarginPolicy, Policy, PosteriorPolicy, Replay, replay

DATA = Path(__file__).parents[2] / "shared/data/crowd"
LABELS_MIN = 7.0
# These hold no classes, or slots in place of workers.
OTHER_KINDS = {"crowdspeech_dev_other", "crowdspeech_test_other", "emotion_numeric", "cifar10n"}


def crowd(name: str) -> tuple[Votes, dict[Any, Any]]:
    labels = polars.read_parquet(DATA / f"{name}.labels.parquet")
    known = polars.read_parquet(DATA / f"{name}.truth.parquet")
    truth = dict(zip(known["task"].to_list(), known["truth"].to_list(), strict=True))
    classes = sorted(set(labels["label"].to_list()) | set(truth.values()))
    return Votes.from_frame(labels, classes=classes), truth


def crowds() -> list[str]:
    names = sorted(path.name.split(".")[0] for path in DATA.glob("*.labels.parquet"))
    kept = []
    for name in names:
        if name in OTHER_KINDS:
            continue
        votes, _ = crowd(name)
        if len(votes) / votes.n_tasks >= LABELS_MIN:
            kept.append(name)
    return kept


def contestants(aggregator: str, every: bool) -> dict[str, tuple[Policy, str, int]]:
    """By name: the policy, the aggregator, and how many workers a task may choose from."""
    some: dict[str, tuple[Policy, str, int]] = {
        "fixed 5 majority": (FixedOverlap(5), "majority", 1),
        f"fixed 5 {aggregator}": (FixedOverlap(5), aggregator, 1),
        f"fixed 3 {aggregator}": (FixedOverlap(3), aggregator, 1),
        "ours": (ExpectedGain(), aggregator, 1),
        "ours, choice of two": (ExpectedGain(), aggregator, 2),
    }
    if every:
        some |= {
            "margin 2 majority": (MarginPolicy(), "majority", 1),
            f"margin 2 {aggregator}": (MarginPolicy(), aggregator, 1),
            "margin 2, mean 3": (MarginPolicy(labels_mean=3.0), aggregator, 1),
            "posterior 0.9": (PosteriorPolicy(0.9), aggregator, 1),
            "information, mean 3": (ExpectedGain(measure="information"), aggregator, 1),
            "accuracy, mean 3": (ExpectedGain(measure="accuracy"), aggregator, 1),
        }
    return some


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=5)
    parser.add_argument("--aggregator", default="ibcc")
    parser.add_argument("--policies", action="store_true", help="the other policies too")
    parser.add_argument("--crowds", nargs="+", help="these only")
    asked = parser.parse_args()
    if not DATA.exists():
        print(f"the recorded crowds are not here: {DATA}")
        return 3
    names = contestants(asked.aggregator, asked.policies)
    print(f"accuracy in percent and labels a task, mean of {asked.orders} random orders")
    print(f"{'crowd':<12}" + "".join(f"{name:>22}" for name in names))
    played: dict[str, list[Replay]] = {name: [] for name in names}
    for place in asked.crowds or crowds():
        votes, truth = crowd(place)
        row = f"{place:<12}"
        for name, (policy, method, choice) in names.items():
            result = replay(votes, policy, truth, method=method, orders=asked.orders, choice=choice)
            played[name].append(result)
            row += f"{100 * result.accuracy_mean:>15.1f} {result.labels_mean:>6.2f}"
        print(row, flush=True)
    row = f"{'mean':<12}"
    for results in played.values():
        accuracy = np.mean([result.accuracy_mean for result in results])
        row += f"{100 * accuracy:>15.2f} {np.mean([result.labels_mean for result in results]):>6.2f}"
    print(row)
    return verdict(played, f"fixed 5 {asked.aggregator}")


def verdict(played: dict[str, list[Replay]], fixed: str) -> int:
    """Prints how far ours is from fixed 5, with the standard error of the difference over orders."""
    for name in ("ours", "ours, choice of two"):
        gaps = np.array([ours.accuracy - base.accuracy for ours, base in zip(played[name], played[fixed], strict=True)])
        mean, orders = 100 * float(gaps.mean()), gaps.shape[1]
        error = 100 * float(gaps.mean(axis=0).std(ddof=1)) / orders**0.5 if orders > 1 else float("nan")
        saved = 1 - np.mean([result.labels_mean for result in played[name]]) / np.mean(
            [result.labels_mean for result in played[fixed]]
        )
        print(
            f"{name} - {fixed}: {mean:+.2f} points (standard error over orders {error:.2f}), {saved:.0%} fewer labels"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
