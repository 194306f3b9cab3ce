"""How many battles a true order costs, by the way pairs are chosen.

Items with scores drawn from a normal distribution (one natural unit wide) are compared by a judge who follows
Bradley-Terry exactly. Battles come in batches; after each, all are fitted and the order compared with the true one.
Printed is the number of battles after which Kendall's tau, averaged over several worlds, first reached 0.95, for
uniform pairs and for each aim of ``next_pairs``, with the share of uniform's battles that each saves.

    python bench/ranking_pairs.py [--items 50] [--worlds 8] [--batch 500] [--batches 60]
"""

from __future__ import annotations

import argparse
from typing import Literal

import numpy as np
from scipy.stats import kendalltau

from assay.quality.arrays import Codes
from assay.quality.ranking import Battles, BradleyTerry, Ranked, next_pairs
from assay.quality.ranking.pairs import AIMS, Aim

TAU = 0.95


def course(aim: Aim | Literal["uniform"], items: int, batch: int, batches: int, seed: int) -> list[float]:
    """Kendall's tau with the true order after each batch, in one world."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(0.0, 1.0, items)
    model = BradleyTerry(ridge=0.1, interval="model")
    a, b, outcome = (np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.int8))
    ranked: Ranked | None = None
    taus: list[float] = []
    for _ in range(batches):
        pairs = chosen(aim, ranked, items, batch, rng)
        won = rng.random(batch) < 1 / (1 + np.exp(truth[pairs[:, 1]] - truth[pairs[:, 0]]))
        a, b = np.append(a, pairs[:, 0]), np.append(b, pairs[:, 1])
        outcome = np.append(outcome, np.where(won, 0, 1).astype(np.int8))
        ranked = model.fit(Battles.from_codes(a, b, outcome, n_items=items), start=ranked)
        taus.append(float(kendalltau(ranked.score, truth).statistic))
    return taus


def chosen(
    aim: Aim | Literal["uniform"], ranked: Ranked | None, items: int, batch: int, rng: np.random.Generator
) -> Codes:
    if aim == "uniform" or ranked is None:
        first = rng.integers(items, size=batch)
        second = (first + rng.integers(1, items, size=batch)) % items
        return np.stack([first, second], axis=1).astype(np.int32)
    return next_pairs(ranked, batch, aim)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=50)
    parser.add_argument("--worlds", type=int, default=8)
    parser.add_argument("--batch", type=int, default=500)
    parser.add_argument("--batches", type=int, default=60)
    asked = parser.parse_args()
    print(f"{asked.items} items, mean of {asked.worlds} worlds, batches of {asked.batch}")
    uniform = 0
    aims: list[Aim | Literal["uniform"]] = ["uniform", *AIMS]
    for aim in aims:
        worlds = [course(aim, asked.items, asked.batch, asked.batches, seed) for seed in range(asked.worlds)]
        mean = np.mean(worlds, axis=0)
        reached = np.flatnonzero(mean >= TAU)
        if not len(reached):
            print(f"{aim:12} tau {mean[-1]:.3f} after {asked.batch * asked.batches} battles, {TAU} not reached")
            continue
        needed = asked.batch * (int(reached[0]) + 1)
        uniform = needed if aim == "uniform" else uniform
        saved = f", {100 * (1 - needed / uniform):.0f} % fewer than uniform" if uniform and aim != "uniform" else ""
        print(f"{aim:12} tau {TAU} after {needed} battles{saved}; {mean[-1]:.3f} at the end", flush=True)


if __name__ == "__main__":
    main()
