"""Merging on recorded answers: who two people found named in tweets, and who an expert did.

Broad Twitter Corpus (Derczynski et al. 2016, CC BY 4.0), section a. A worker's neighbouring words are one name.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from assay.core.annotations.entities_kind import EntitiesKind
from assay.core.annotations.kind import Answer, MergeOptions, Voice

FOLDER = Path(__file__).parents[2].parent / "shared/data/text/ner_btc"
ENTITIES = EntitiesKind()
MARKED = "click_to_mark_the_words_that_are_part_of_names_of_people"


def names(words: list[tuple[int, int]], inside: set[int], begins: set[int]) -> Answer:
    spans: list[dict[str, Any]] = []
    for index in sorted(inside):
        start, end = words[index]
        if spans and index - 1 in inside and index not in begins:
            spans[-1]["end"] = end
        else:
            spans.append({"type": "span", "id": str(index), "label": "person", "start": start, "end": end})
    return {"annotations": spans}


def offsets(text: str, tokens: list[str]) -> list[tuple[int, int]]:
    found, after = [], 0
    for token in tokens:
        start = text.index(token, after)
        after = start + len(token)
        found.append((start, after))
    return found


def recorded() -> list[tuple[list[Answer], Answer]]:
    """Both workers' answers and the expert's, of the tweets whose words are split alike in both files."""
    if not FOLDER.exists():
        pytest.skip("the tweets are not here (../shared/data/text/ner_btc)")
    sentences = [
        [line.split("\t") for line in part.splitlines()] for part in (FOLDER / "a.conll").read_text().split("\n\n")
    ]
    truth = {
        tuple(token for token, _ in rows): [tag for _, tag in rows] for rows in sentences if rows and len(rows[0]) == 2
    }
    tweets = []
    with gzip.open(FOLDER / "a.crowd_persons.jsonl.gz", "rt") as lines:
        for tweet in map(json.loads, lines):
            tags = truth.get(tuple(tweet["tokens"]))
            if tags is None:
                continue
            words = offsets(tweet["text"], tweet["tokens"])
            said = [names(words, set(map(int, each["data"].get(MARKED, []))), set()) for each in tweet["judgments"]]
            inside = {index for index, tag in enumerate(tags) if tag.endswith("PER")}
            begins = {index for index, tag in enumerate(tags) if tag == "B-PER"}
            tweets.append((said, names(words, inside, begins)))
    return tweets


def f1(answers: list[Answer], truth: list[Answer]) -> float:
    """Over all tweets, of names found to the letter."""
    found, given, known = 0, 0, 0
    for one, other in zip(answers, truth, strict=True):
        mine, theirs = ({(each["start"], each["end"]) for each in which["annotations"]} for which in (one, other))
        found, given, known = found + len(mine & theirs), given + len(mine), known + len(theirs)
    return 2 * found / (given + known)


def test_two_people_together_find_more_than_either_and_know_where_they_are_unsure() -> None:
    tweets = recorded()
    truth = [known for _, known in tweets]
    merged = [ENTITIES.merge([Voice("1", said[0]), Voice("2", said[1])], MergeOptions()) for said, _ in tweets]
    scores = [ENTITIES.score(each.answer, known, MergeOptions()) for each, known in zip(merged, truth, strict=True)]

    together = f1([{"annotations": [], **each.answer} for each in merged], truth)

    assert len(tweets) > 400
    assert together > max(f1([said[place] for said, _ in tweets], truth) for place in (0, 1)) + 0.01
    assert together > 0.91
    agreed = [score for score, each in zip(scores, merged, strict=True) if each.agreement > 0.99]
    disputed = [score for score, each in zip(scores, merged, strict=True) if each.agreement < 0.5]
    assert sum(agreed) / len(agreed) > 0.99
    assert sum(disputed) / len(disputed) < 0.7
