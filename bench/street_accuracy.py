"""Five simulated annotators label real street photos through HTTP: is their merged answer better than the best of them?

Fifty photos with known boxes are uploaded to a server process; ten of them, with boxes that are easy to see, become
golds. Each annotator claims, answers with the faults of its habits (edges that jitter, objects overlooked, boxes of
nothing, wrong labels) and submits, until nothing is left; one answers anything at all. Printed, for each annotator and
for the merged answer: precision, recall and F1 at IoU 0.5 and 0.75 against the known boxes, label included; how they
did on golds, and who was suspended after how many turns. Overlap is counted by pycocotools and matched by scipy, not by
the code under test.

    python bench/street_accuracy.py [--data FOLDER] [--photos 50] [--golds 10] [--crew honest:3,sloppy:1,spammer:1]

Ends with 1 unless the merged answer is above every single annotator at both IoUs, every spammer is suspended and
nobody else is.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import numpy as np
from pycocotools import mask as coco_mask
from scipy.optimize import linear_sum_assignment

import stage
from assay.cli.robots import Habits, answer_as, parse_crew, seconds_spent
from assay.core.annotations.kind import Answer, MediaSize

DATA = Path(__file__).parents[2] / "shared/data/street/coco"
OPINIONS = 4
IOUS = (0.5, 0.75)
POLICY = {
    "overlap": {"mode": "fixed", "count": OPINIONS},
    "gold": {"rate": 0.1, "score_min": 0.3, "accuracy_min": 0.6, "answers_min": 4},
}


@dataclass(frozen=True)
class Photo:
    file: Path
    size: MediaSize
    truth: Answer


@dataclass
class Robot:
    """``answers``: what it submitted, by file name, golds left out. ``ended``: why it stopped before the end."""

    name: str
    habits: Habits
    rng: np.random.Generator
    client: httpx.AsyncClient
    answers: dict[str, Answer] = field(default_factory=dict)
    turns: int = 0
    golds: int = 0
    ended: str = ""


def read_photos(folder: Path, count: int) -> list[Photo]:
    """The first photos with their boxes; regions of crowds have none."""
    document = json.loads((folder / "instances_street_dev.json").read_text())
    names = {category["id"]: category["name"] for category in document["categories"]}
    marks: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for known in document["annotations"]:
        x, y, width, height = known["bbox"]
        if not known["iscrowd"] and width >= 1 and height >= 1:
            box = {"x": x, "y": y, "width": width, "height": height}
            marks[known["image_id"]].append(
                {"id": f"t{known['id']}", "type": "box", "label": names[known["category_id"]], **box}
            )
    return [
        Photo(
            folder / "images" / image["file_name"],
            MediaSize(image["width"], image["height"]),
            {"annotations": marks[image["id"]]},
        )
        for image in document["images"][:count]
    ]


def easiest(photos: Sequence[Photo], count: int) -> set[str]:
    """The photos whose smallest object is largest: what a manager would choose to test people with."""

    def smallest(photo: Photo) -> float:
        areas = [mark["width"] * mark["height"] for mark in photo.truth["annotations"]]
        return min(areas, default=0.0) / (photo.size.width * photo.size.height)

    return {photo.file.name for photo in sorted(photos, key=smallest, reverse=True)[:count]}


async def run(server: stage.Server, photos: list[Photo], golds: set[str], crew: Sequence[Habits], seed: int) -> Outcome:
    filled = await stage.fill(server, tasks=0, workers=len(crew))
    owner = httpx.AsyncClient(base_url=server.url, headers={"authorization": f"Bearer {filled.owner_key}"}, timeout=60)
    labels = sorted({mark["label"] for photo in photos for mark in photo.truth["annotations"]})
    taxonomy = {"labels": [{"name": name} for name in labels]}
    project = (await owner.post("/v1/projects", json={"name": "Street", "taxonomy": taxonomy, "policy": POLICY})).json()
    rows = []
    for photo in photos:
        added = await owner.post(
            f"/v1/projects/{project['id']}/attachments",
            content=photo.file.read_bytes(),
            headers={"x-file-name": quote(photo.file.name)},
        )
        row = {"attachment_id": added.json()["id"], "unique_id": photo.file.name}
        rows.append({**row, "gold": photo.truth} if photo.file.name in golds else row)
    created = await owner.post(f"/v1/projects/{project['id']}/tasks", json={"tasks": rows})
    assert created.json()["created"] == len(photos), created.text[:500]

    robots = [
        Robot(
            f"{habits.name} {number + 1}",
            habits,
            np.random.default_rng([seed, number]),
            httpx.AsyncClient(
                base_url=server.url,
                headers={"x-assay-request": "1", "cookie": f"assay_session={filled.sessions[number]}"},
                timeout=60,
            ),
        )
        for number, habits in enumerate(crew)
    ]
    known = {photo.file.name: photo for photo in photos}
    unfinished = len(photos) - len(golds)
    ended = asyncio.Event()
    work = [asyncio.create_task(label(robot, project["id"], known, golds, labels, ended)) for robot in robots]
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        progress = (await owner.get(f"/v1/projects/{project['id']}/progress")).json()
        if progress["completed"] == unfinished:
            break
        await asyncio.sleep(0.1)
    ended.set()
    await asyncio.gather(*work)
    merged = (await owner.get(f"/v1/projects/{project['id']}/export", params={"format": "coco"})).json()
    workers = (await owner.get(f"/v1/projects/{project['id']}/workers")).json()["items"]
    for client in [owner, *(robot.client for robot in robots)]:
        await client.aclose()
    # Members are named by their number, in the order of the crew.
    records = {worker["name"]: worker for worker in workers}
    return Outcome(robots, from_coco(merged), [records[f"Worker {n}"] for n in range(len(crew))], progress["completed"])


@dataclass(frozen=True)
class Outcome:
    """``records``: each robot's row of the workers' table."""

    robots: list[Robot]
    merged: dict[str, Answer]
    records: list[dict[str, Any]]
    completed: int


async def label(
    robot: Robot, project_id: str, photos: dict[str, Photo], golds: set[str], labels: list[str], ended: asyncio.Event
) -> None:
    """Works until everything is done, or until suspended."""
    while not ended.is_set():
        claimed = await robot.client.post(f"/v1/work/projects/{project_id}/claim", json={"stage": "annotate"})
        if claimed.status_code == 403:
            robot.ended = claimed.json()["detail"]
            return
        if claimed.status_code == 204:
            await asyncio.sleep(0.1)
            continue
        turn = claimed.json()
        name = turn["media"]["file_name"]
        photo = photos[name]
        answer = answer_as(robot.habits, photo.truth, photo.size, labels, robot.rng)
        # Nobody draws faster than the server can score: what follows from an answer comes before the next claim.
        await asyncio.sleep(0.05)
        body = {"answer": answer, "duration_seconds": seconds_spent(robot.habits, answer, robot.rng)}
        sent = await robot.client.post(f"/v1/work/turns/{turn['assignment_id']}/submit", json=body)
        if sent.status_code == 409:
            continue
        assert sent.status_code == 200, sent.text[:500]
        robot.turns += 1
        if name in golds:
            robot.golds += 1
        else:
            robot.answers[name] = answer


def from_coco(document: dict[str, Any]) -> dict[str, Answer]:
    names = {category["id"]: category["name"] for category in document["categories"]}
    files = {image["id"]: image["file_name"] for image in document["images"]}
    answers: dict[str, Answer] = {name: {"annotations": []} for name in files.values()}
    for mark in document["annotations"]:
        x, y, width, height = mark["bbox"]
        box = {"label": names[mark["category_id"]], "x": x, "y": y, "width": width, "height": height}
        answers[files[mark["image_id"]]]["annotations"].append(box)
    return answers


def matched(answer: Answer, truth: Answer, iou_min: float) -> int:
    """How many boxes of an answer are right: label and overlap, each known box found once at most."""
    drawn, known = answer["annotations"], truth["annotations"]
    if not drawn or not known:
        return 0
    boxes = [
        np.array([[m["x"], m["y"], m["width"], m["height"]] for m in marks], dtype=float) for marks in (drawn, known)
    ]
    overlap = np.array(coco_mask.iou(boxes[0], boxes[1], [0] * len(known)))
    same = np.array([[a["label"] == b["label"] for b in known] for a in drawn])
    right = (overlap >= iou_min) & same
    rows, columns = linear_sum_assignment(right, maximize=True)
    return int(right[rows, columns].sum())


def judge(answers: dict[str, Answer], photos: dict[str, Photo], iou_min: float) -> tuple[float, float, float]:
    """Precision, recall and F1 over the photos answered."""
    right = sum(matched(answer, photos[name].truth, iou_min) for name, answer in answers.items())
    drawn = sum(len(answer["annotations"]) for answer in answers.values())
    known = sum(len(photos[name].truth["annotations"]) for name in answers)
    precision, recall = right / max(1, drawn), right / max(1, known)
    return precision, recall, 2 * right / max(1, drawn + known)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--photos", type=int, default=50)
    parser.add_argument("--golds", type=int, default=10)
    parser.add_argument("--crew", default="honest:3,sloppy:1,spammer:1")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if not options.data.exists():
        raise SystemExit(f"no photos at {options.data}: give their folder with --data")
    photos = read_photos(options.data, options.photos)
    golds, crew = easiest(photos, options.golds), parse_crew(options.crew)
    with stage.server() as server:
        outcome = asyncio.run(run(server, photos, golds, crew, options.seed))
    known = {photo.file.name: photo for photo in photos}
    print(
        f"{len(photos) - len(golds)} photos, {OPINIONS} opinions each, {len(golds)} golds; label and box must be right"
    )
    heads = [f"{what}@{iou}" for iou in IOUS for what in ("P", "R", "F1")]
    print(f"{'':12} {'turns':>5} {'golds':>7} " + " ".join(f"{head:>7}" for head in heads))
    faults = []
    scores: dict[float, list[float]] = {iou: [] for iou in IOUS}
    for robot, record in zip(outcome.robots, outcome.records, strict=True):
        judged = [judge(robot.answers, known, iou) for iou in IOUS]
        for iou, score in zip(IOUS, judged, strict=True):
            scores[iou].append(score[2])
        suspended = record["suspended_at"] is not None
        note = f"suspended after {robot.turns} turns, {robot.golds} golds among them" if suspended else ""
        print(line(robot.name, robot.turns, f"{record['golds_right']}/{record['golds_answered']}", judged), note)
        if suspended != (robot.habits.spam > 0):
            faults.append(f"{robot.name} was {'' if suspended else 'not '}suspended")
    judged = [judge(outcome.merged, known, iou) for iou in IOUS]
    print(line("merged", len(outcome.merged), "", judged))
    for iou, score in zip(IOUS, judged, strict=True):
        best = max(scores[iou])
        print(f"F1 at IoU {iou}: merged {score[2]:.3f}, best annotator {best:.3f}: {score[2] - best:+.3f}")
        if score[2] <= best:
            faults.append(f"merged is not above the best annotator at IoU {iou}")
    if outcome.completed != len(photos) - len(golds):
        faults.append(f"only {outcome.completed} photos were completed")
    if faults:
        raise SystemExit("; ".join(faults))


def line(name: str, turns: int, golds: str, judged: Sequence[tuple[float, float, float]]) -> str:
    figures = " ".join(f"{figure:7.3f}" for each in judged for figure in each)
    return f"{name:12} {turns:5} {golds:>7} {figures} "


if __name__ == "__main__":
    main()
