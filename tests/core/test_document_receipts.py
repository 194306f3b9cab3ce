"""Real receipts, read by simulated people: what merging gains in letters and in regions."""

from __future__ import annotations

import csv
import random
from pathlib import Path
from typing import Any

import pytest

from assay.core.annotations.document_kind import DocumentKind
from assay.core.annotations.document_text import accuracy
from assay.core.annotations.kind import Answer, MergeOptions, Voice
from assay.core.taxonomy import Label, Taxonomy

RECEIPTS = Path(__file__).parents[2].parent / "shared/data/documents/receipts_sroie/box"
DOCUMENTS = DocumentKind()
OPTIONS = MergeOptions(taxonomy=Taxonomy([Label("line", text="required")]))
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:-"

pytestmark = pytest.mark.skipif(not RECEIPTS.exists(), reason="the receipts are not on this machine")


def receipt(file: Path) -> list[dict[str, Any]]:
    """The lines of a receipt: a quadrilateral and its text each."""
    lines: list[dict[str, Any]] = []
    for number, cells in enumerate(csv.reader(file.read_text("utf-8", errors="replace").splitlines())):
        if len(cells) < 9:
            continue
        xs, ys, text = [int(cell) for cell in cells[0:8:2]], [int(cell) for cell in cells[1:8:2]], ",".join(cells[8:])
        place = {"x": float(min(xs)), "y": float(min(ys)), "width": float(max(xs) - min(xs)), "height": 0.0}
        place["height"] = float(max(ys) - min(ys))
        lines.append({"type": "box", "id": f"t{number}", "label": "line", "text": text.strip(), **place})
    return [line for line in lines if line["text"] and line["width"] > 0 and line["height"] > 0]


def read_by(chance: random.Random, lines: list[dict[str, Any]]) -> Answer:
    """As somebody reads it who misses a line in twenty, draws a little off, and mistypes a letter in thirty."""
    said = []
    for line in lines:
        if chance.random() < 0.05:
            continue
        text = "".join(chance.choice(LETTERS) if chance.random() < 1 / 30 else letter for letter in line["text"])
        slip = line["height"] * 0.06
        moved = {name: line[name] + chance.gauss(0, slip) for name in ("x", "y", "width", "height")}
        said.append(line | moved | {"text": text.strip() or "X"})
    return {"annotations": said}


def letters_right(answer: Answer, lines: list[dict[str, Any]]) -> float:
    """The share of letters that are right, over lines that were found, by the nearest of the same middle."""
    found = []
    for line in lines:
        middle = line["x"] + line["width"] / 2, line["y"] + line["height"] / 2
        here = [
            one
            for one in answer["annotations"]
            if one["x"] <= middle[0] <= one["x"] + one["width"] and one["y"] <= middle[1] <= one["y"] + one["height"]
        ]
        found += [max(accuracy(one["text"], line["text"]) for one in here)] if here else []
    return sum(found) / len(found)


def test_five_readers_together_read_better_than_the_best_of_them() -> None:
    chance = random.Random(7)
    single: list[float] = []
    merged: list[float] = []
    singles: list[float] = []
    together: list[float] = []
    for file in sorted(RECEIPTS.glob("*.csv")):
        lines = receipt(file)
        gold = {"annotations": lines}
        answers = [read_by(chance, lines) for _ in range(5)]
        whole = DOCUMENTS.merge([Voice(str(at), answer) for at, answer in enumerate(answers)], OPTIONS).answer
        single.append(max(DOCUMENTS.score(answer, gold, OPTIONS) for answer in answers))
        merged.append(DOCUMENTS.score(whole, gold, OPTIONS))
        singles.append(max(letters_right(answer, lines) for answer in answers))
        together.append(letters_right(whole, lines))

    count = len(single)
    assert count >= 10
    assert sum(merged) / count > sum(single) / count + 0.01
    assert sum(together) / count > sum(singles) / count + 0.01
