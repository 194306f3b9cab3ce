"""Numbers, texts and spans of recorded crowds: how far from the experts', beside plain means and crowd-kit's ROVER.

Emotions (Snow et al. 2008): mean absolute error on a scale of 100. CrowdSpeech (Pavlichenko et al. 2021): wrong words
in a hundred, on lower-case words without punctuation. Names of persons in tweets (Derczynski et al. 2016), marked word
by word by two of six workers: F1 of names found exactly. With --fast ROVER is left out.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import numpy as np
import polars

from assay.quality.aggregation.numbers import RobustMean
from assay.quality.aggregation.spans import SpanMerge
from assay.quality.aggregation.text_kernels import edit_distance
from assay.quality.aggregation.texts import WORD, TextMedoid
from peer import run_peer

TWEETS = Path(__file__).resolve().parents[2] / "shared" / "data" / "text" / "ner_btc"
MARKED = "click_to_mark_the_words_that_are_part_of_names_of_people"
RECORDED = Path(__file__).resolve().parents[2] / "shared" / "data" / "crowd"


def main() -> None:
    emotions()
    for part in ("dev", "test"):
        speech(part, with_peer="--fast" not in sys.argv)
    names()


def names() -> None:
    """Places are of words; a name is a run of marked ones."""
    expert = {}
    for part in (TWEETS / "a.conll").read_text().split("\n\n"):
        rows = [line.split("\t") for line in part.splitlines()]
        if rows and all(len(row) == 2 for row in rows):
            begins = {place for place, (_, tag) in enumerate(rows) if tag == "B-PER"}
            inside = {place for place, (_, tag) in enumerate(rows) if tag.endswith("PER")}
            expert[tuple(word for word, _ in rows)] = runs(inside, begins)
    marks: list[tuple[str, str, int, int]] = []
    seen: list[tuple[str, str]] = []
    truth: set[tuple[str, int, int]] = set()
    alone: tuple[tuple[set[Any], set[str]], ...] = ((set(), set()), (set(), set()))
    with gzip.open(TWEETS / "a.crowd_persons.jsonl.gz", "rt") as lines:
        for tweet in map(json.loads, lines):
            known = expert.get(tuple(tweet["tokens"]))
            if known is None:
                continue
            truth |= {(tweet["id"], *run) for run in known}
            for (own, looked), said in zip(alone, tweet["judgments"], strict=True):
                found = runs({int(place) for place in said["data"].get(MARKED, [])}, set())
                seen.append((tweet["id"], said["worker"]))
                looked.add(tweet["id"])
                own |= {(tweet["id"], *run) for run in found}
                marks += [(tweet["id"], said["worker"], *run) for run in found]
    print(f"names in {len(alone[0][1]):,} tweets: F1 of exact names")
    for place, (own, _) in enumerate(alone):
        print(f"  {'worker ' + str(place + 1) + ' of each tweet':28} {agreement(own, truth):.3f}")
    for name, method in (("SpanMerge", SpanMerge()), ("SpanMerge, both must mark", SpanMerge(quorum=0.75))):
        merged = method.fit(*zip(*marks, strict=True), seen=seen)
        places = (merged.start.astype(int).tolist(), merged.end.astype(int).tolist())
        answered = set(zip(merged.task.tolist(), *places, strict=True))
        print(f"  {name:28} {agreement(answered, truth):.3f}")


def runs(inside: set[int], begins: set[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for place in sorted(inside):
        if found and found[-1][1] == place and place not in begins:
            found[-1] = (found[-1][0], place + 1)
        else:
            found.append((place, place + 1))
    return found


def agreement(found: set[Any], truth: set[Any]) -> float:
    return 2 * len(found & truth) / max(len(found) + len(truth), 1)


def emotions() -> None:
    rows, truth = recorded("emotion_numeric")
    expert = np.array([truth[task] for task in sorted(truth)])
    of_task: dict[int, list[float]] = {}
    for task, value in zip(rows["task"].to_list(), rows["label"].to_list(), strict=True):
        of_task.setdefault(task, []).append(float(value))
    answers = {
        "mean": {task: float(np.mean(values)) for task, values in of_task.items()},
        "median": {task: median(values) for task, values in of_task.items()},
    }
    for bias in ("none", "offset", "gain", "auto"):
        result = RobustMean(bias=bias).fit(rows["task"], rows["worker"], rows["label"])
        name = f"RobustMean, bias {bias}" + (f" ({result.bias_kind})" if bias == "auto" else "")
        answers[name] = dict(zip(result.tasks.tolist(), result.values.tolist(), strict=True))
    print("emotions: mean absolute error, root mean square error")
    for name, answer in answers.items():
        error = np.array([answer[task] for task in sorted(truth)]) - expert
        print(f"  {name:28} {np.abs(error).mean():6.2f} {np.sqrt((error**2).mean()):6.2f}")


def speech(part: str, with_peer: bool) -> None:
    rows, truth = recorded(f"crowdspeech_{part}_other")
    tasks, workers, texts = rows["task"].to_list(), rows["worker"].to_list(), rows["label"].to_list()
    every = word_errors(list(zip(texts, (truth[task] for task in tasks), strict=True)))
    print(f"speech, {part}: {len(texts):,} texts of {len(truth):,} clips; wrong words in a hundred, processor seconds")
    print(f"  {'a vote by chance':28} {every:6.2f}")
    for name, method in (
        ("plain medoid", TextMedoid(power=0)),
        ("weighted medoid", TextMedoid()),
        ("of characters", TextMedoid(unit="characters")),
    ):
        method.fit(tasks[:10], workers[:10], texts[:10])
        began = process_time()
        result = method.fit(tasks, workers, texts)
        seconds = process_time() - began
        answers = dict(zip(result.tasks.tolist(), result.texts.tolist(), strict=True))
        print(f"  {name:28} {word_errors([(answers[task], truth[task]) for task in answers]):6.2f} {seconds:8.2f} s")
    if with_peer:
        plain = [" ".join(WORD.findall(text.casefold())) for text in texts]
        theirs = run_peer("crowdkit_rover", {"tasks": tasks, "workers": workers, "texts": plain})
        error = word_errors([(text, truth[int(task)]) for task, text in theirs["answers"].items()])
        print(f"  {'crowd-kit ROVER':28} {error:6.2f} {theirs['cpu_seconds']:8.2f} s")


def word_errors(pairs: list[tuple[str, str]]) -> float:
    """Edits a hundred words of the truth, of (text, truth)."""
    edits = words = 0
    for text, truth in pairs:
        code: dict[str, int] = {}
        left, right = (
            np.array([code.setdefault(word, len(code)) for word in WORD.findall(row.casefold())], np.int32)
            for row in (truth, text)
        )
        edits += edit_distance(left, right, np.zeros((len(code) + 1, len(left) // 64 + 1), np.uint64))
        words += len(left)
    return 100 * edits / words


def recorded(name: str) -> tuple[polars.DataFrame, dict[int, Any]]:
    known = polars.read_parquet(RECORDED / f"{name}.truth.parquet")
    return polars.read_parquet(RECORDED / f"{name}.labels.parquet"), dict(known.select("task", "truth").iter_rows())


if __name__ == "__main__":
    main()
