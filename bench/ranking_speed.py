"""Bradley-Terry scores with intervals from a frame of strings, against arena-rank and FastChat.

A million battles of 200 models, a few of them in most battles, with ties and four style covariates. Every tool gets the
same pandas frame of strings and is timed from there to its last number; FastChat gives no intervals. Printed are the
processor's seconds (the best of a few rounds, after one that compiles) and their ratios, what the tools disagree on,
and ours from other kinds of columns.

    python bench/ranking_speed.py [--battles 1000000] [--models 200] [--skip-fastchat]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from time import perf_counter, process_time
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import pyarrow as pa

from assay.quality.ranking import Battles, BradleyTerry, Ranked
from peer import run_peer

ROUNDS = 7
STYLE = ("style 0", "style 1", "style 2", "style 3")


def simulated(battles: int, models: int) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    names = np.array([f"provider-{place % 17}/model-{place:03d}-instruct" for place in range(models)])
    strength = rng.normal(0, 1, models)
    a = rng.choice(models, battles, p=rng.dirichlet(np.full(models, 2.0)))
    b = (a + rng.integers(1, models, battles)) % models
    x = rng.normal(0, 1, (battles, 4)) * [1.0, 0.5, 0.3, 2.0]
    u = strength[a] - strength[b] + x @ [0.3, -0.2, 0.1, 0.05] + rng.logistic(size=battles)
    winner = np.array(["model_b", "tie", "model_a"])[np.digitize(u, [-0.4, 0.4])]
    return {"names": names, "a": a.astype(np.int16), "b": b.astype(np.int16), "winner": winner, "x": x}


def timed(run: Callable[[], Any], rounds: int = ROUNDS) -> tuple[float, float, Any]:
    """Best seconds of the processor and of the clock, after a round that compiles, and the result."""
    result = run()
    seconds = []
    for _ in range(rounds):
        cpu, wall = process_time(), perf_counter()
        result = run()
        seconds.append((process_time() - cpu, perf_counter() - wall))
    return min(cpu for cpu, _ in seconds), min(wall for _, wall in seconds), result


def told(name: str, cpu: float, wall: float, ours: float | None = None) -> None:
    ratio = "" if ours is None else f"   ours is {cpu / ours:.0f} times faster"
    print(f"{name:58} {cpu:8.3f} s processor, {wall:8.3f} s clock{ratio}", flush=True)


def against_arena_rank(data: dict[str, Any], method: str, ours: Ranked, seconds: float) -> None:
    answer = run_peer("arena_rank", {**data, "method": method, "rounds": 3})
    later = answer["seconds"][1:]
    told(f"arena-rank, {method}, compiled", min(s[0] for s in later), min(s[1] for s in later), seconds)
    told(f"arena-rank, {method}, its first round", *answer["seconds"][0])
    found = answer["found"]
    place = [ours.code(name) for name in found["competitors"]]
    rating = np.array(found["ratings"])
    off = np.abs(rating - rating.mean() + 1000 - ours.elo[place])
    width = (np.array(found["rating_upper"]) - np.array(found["rating_lower"])) / np.diff(ours.elo_interval[place])[
        :, 0
    ]
    print(
        f"    ratings differ by at most {off.max():.2f} Elo; widths are {width.min():.3f} to {width.max():.3f} of ours"
    )
    if ours.effects is not None:
        gap = np.abs(np.array(found["coeffs"]) - ours.effects.value)
        print(f"    effects differ by at most {gap.max():.5f}")


def against_fastchat(data: dict[str, Any], ours: Ranked, ours_seconds: float) -> None:
    answer = run_peer("fastchat_bt", {**data, "rounds": 2})
    cpu, wall = (min(seconds) for seconds in zip(*answer["seconds"], strict=True))
    told(f"FastChat, {answer['version']}, no intervals", cpu, wall, ours_seconds)
    rating = np.array([answer["ratings"][name] for name in ours.items.tolist()])
    print(f"    ratings differ by at most {np.abs(rating - rating.mean() + 1000 - ours.elo).max():.2f} Elo")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--battles", type=int, default=1_000_000)
    parser.add_argument("--models", type=int, default=200)
    parser.add_argument("--skip-fastchat", action="store_true", help="a released FastChat needs 4 GB of memory")
    asked = parser.parse_args()
    data = simulated(asked.battles, asked.models)
    frame = pd.DataFrame(
        {"model_a": data["names"][data["a"]], "model_b": data["names"][data["b"]], "winner": data["winner"]}
    )
    for place, name in enumerate(STYLE):
        frame[name] = data["x"][:, place]
    print(f"{asked.battles} battles of {asked.models} models")

    plain = timed(lambda: BradleyTerry().fit(Battles.from_frame(frame)))
    told("ours, Bradley-Terry, sandwich intervals", plain[0], plain[1])
    against_arena_rank(data, "bradley-terry", plain[2], plain[0])
    if not asked.skip_fastchat:
        against_fastchat(data, plain[2], plain[0])

    style = timed(lambda: BradleyTerry().fit(Battles.from_frame(frame, covariates=STYLE)), 5)
    told("ours, with four style covariates, sandwich intervals", style[0], style[1])
    against_arena_rank(data, "style", style[2], style[0])

    battles = Battles.from_frame(frame)
    told("ours, of battles already coded", *timed(lambda: BradleyTerry().fit(battles))[:2])
    told("ours, 100 bootstrap rounds in place of the sandwich", *timed(lambda: bootstrap(battles), 2)[:2])
    table = pa.Table.from_pandas(frame)
    told("ours, from an Arrow table", *timed(lambda: BradleyTerry().fit(Battles.from_frame(table)))[:2])
    fixed = {name: np.asarray(frame[name], dtype=str) for name in ("model_a", "model_b", "winner")}
    told("ours, from NumPy text of fixed width", *timed(lambda: BradleyTerry().fit(Battles.from_frame(fixed)))[:2])
    objects = {name: np.array(column.tolist(), dtype=object) for name, column in fixed.items()}
    told(
        "ours, from an object of its own for each name",
        *timed(lambda: BradleyTerry().fit(Battles.from_frame(objects)))[:2],
    )


def bootstrap(battles: Battles) -> Ranked:
    return BradleyTerry(interval="bootstrap", rounds=100).fit(battles)


if __name__ == "__main__":
    main()
