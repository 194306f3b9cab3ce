"""`assay simulate`: annotators with known habits label a project whose truth is known, over the same API as people."""

from __future__ import annotations

import asyncio
import time
import zlib
from collections.abc import Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from assay.cli.shell import REFUSED, USAGE, HomeOption, JsonOption, Stop, err, out, perform, show

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import numpy as np

    from assay.cli.api import Api
    from assay.cli.robots import Habits
    from assay.core.annotations.kind import Answer

IDLE_SECONDS = 0.15
# When nothing has moved for so long, nobody of the crew can go on.
STUCK_SECONDS = 6.0
# An answer that scores this against the truth is accepted by a simulated reviewer as it is.
ACCEPT_SCORE = 0.85


def simulate(
    project: Annotated[str, typer.Argument(help="Its id or name.")],
    truth: Annotated[Path, typer.Option(help="A COCO file with what is really on the photos, by file name.")],
    workers: Annotated[
        str, typer.Option(help="How many of each: expert, honest, sloppy, lazy, biased, spammer.")
    ] = "honest:3",
    reviewers: Annotated[int, typer.Option(min=0, max=20, help="Reviewers, who know the truth.")] = 0,
    seed: Annotated[int, typer.Option(min=0, help="The same seed makes the same people answer the same.")] = 1,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Lets simulated annotators work on a project until nothing is left for them.

    Examples:

        assay simulate Streets --truth truth.json --workers honest:3,sloppy:1,spammer:1
        assay simulate Streets --truth truth.json --workers expert:2 --reviewers 1 --json
    """

    async def work() -> dict[str, Any]:
        from assay.cli.home import connected, settings_for
        from assay.cli.robots import parse_crew

        crew = parse_crew(workers)
        async with connected(settings_for(home)) as api:
            found = await api.project(project)
            known = _truth(truth, found["taxonomy"])
            return await _run(api, found, known, crew, reviewers, seed, quiet=as_json)

    done = perform(work(), as_json=as_json)
    show(done, as_json=as_json, text=lambda: _print(done))


@dataclass
class _Stage:
    """What all of the crew share."""

    project_id: str
    labels: Sequence[str]
    truth: dict[str, Answer]
    seed: int
    submitted: int = 0
    reviewed: int = 0
    skipped: int = 0
    suspended: list[str] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    moved_at: float = field(default_factory=time.monotonic)

    def chance(self, who: int, file_name: str) -> np.random.Generator:
        """One worker's chance on one photo: the same whatever the order they come in."""
        import numpy as np

        return np.random.default_rng([self.seed, who, zlib.crc32(file_name.encode())])


async def _run(
    api: Api,
    project: dict[str, Any],
    truth: dict[str, Answer],
    crew: Sequence[Habits],
    reviewers: int,
    seed: int,
    *,
    quiet: bool,
) -> dict[str, Any]:
    import msgspec

    from assay.core.taxonomy import Taxonomy

    taxonomy = msgspec.convert(project["taxonomy"], Taxonomy)
    labels = [label.name for _, label in taxonomy.walk() if label.shapes]
    stage = _Stage(project["id"], labels, truth, seed)
    started = time.monotonic()
    async with AsyncExitStack() as stack:
        there = {member["email"]: member async for member in api.pages("/v1/members")}
        people = []
        counts: dict[str, int] = {}
        for who, habits in enumerate(crew):
            counts[habits.name] = number = counts.get(habits.name, 0) + 1
            name = f"{habits.name} {number}"
            own = await stack.enter_async_context(_signed_in(api, there, name, "annotator"))
            people.append(_annotate(own, stage, habits, who, name))
        for number in range(1, reviewers + 1):
            own = await stack.enter_async_context(_signed_in(api, there, f"reviewer {number}", "reviewer"))
            people.append(_review(own, stage, len(crew) + number))
        try:
            async with asyncio.TaskGroup() as group:
                for person in people:
                    group.create_task(person)
                told = await _watch(api, stage, quiet=quiet)
                stage.over.set()
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None
    return {
        "project_id": project["id"],
        "submitted": stage.submitted,
        "reviewed": stage.reviewed,
        "unknown_photos": stage.skipped,
        "suspended": sorted(stage.suspended),
        "completed": told["completed"],
        "total": told["total"],
        "waiting": told["annotating"] + told["reviewing"] + told["preparing"],
        "agreement_mean": told["agreement_mean"],
        "score_mean": await _score(api, project["id"], truth),
        "seconds": round(time.monotonic() - started, 2),
    }


@asynccontextmanager
async def _signed_in(api: Api, there: dict[str, Any], name: str, role: str) -> AsyncIterator[Api]:
    """A browser of its own for one simulated person, who is made a member where they are not one yet."""
    from assay.cli.api import Api

    email = f"sim.{name.replace(' ', '')}@localhost"
    member = there.get(email)
    if member is None:
        member = await api.post("/v1/members", {"name": f"Simulated {name}", "email": email, "role": role})
    link = (await api.post(f"/v1/members/{member['id']}/sign-in-links"))["url"]
    async with Api.open(api.url) as own:
        await own.post("/v1/sessions", {"token": link.partition("#token=")[2]})
        yield own


async def _turns(own: Api, stage: _Stage, which: str, name: str = "") -> AsyncIterator[dict[str, Any]]:
    """One turn after another, until nothing is left for anybody or this one is suspended."""
    while not stage.over.is_set():
        try:
            turn = await own.post(f"/v1/work/projects/{stage.project_id}/claim", {"stage": which})
        except Stop as stop:
            if stop.kind != "forbidden":
                raise
            stage.suspended.append(name)
            return
        if turn is None:
            await asyncio.sleep(IDLE_SECONDS)
            continue
        stage.moved_at = time.monotonic()
        if turn["media"] is None or turn["media"]["file_name"] not in stage.truth:
            stage.skipped += 1
            await _lost(own.post(f"/v1/work/turns/{turn['assignment_id']}/skip", {"reason": "unclear"}))
            continue
        yield turn


async def _annotate(own: Api, stage: _Stage, habits: Habits, who: int, name: str) -> None:
    from assay.cli.robots import answer_as, seconds_spent
    from assay.core.annotations.kind import MediaSize

    async for turn in _turns(own, stage, "annotate", name):
        media = turn["media"]
        chance = stage.chance(who, media["file_name"])
        size = MediaSize(media["width"], media["height"])
        answer = answer_as(habits, stage.truth[media["file_name"]], size, stage.labels, chance)
        body = {"answer": answer, "duration_seconds": round(seconds_spent(habits, answer, chance), 1)}
        if await _lost(own.post(f"/v1/work/turns/{turn['assignment_id']}/submit", body)):
            stage.submitted += 1


async def _review(own: Api, stage: _Stage, who: int) -> None:
    from assay.cli.robots import HABITS, answer_as
    from assay.core.annotations import kind_named
    from assay.core.annotations.kind import MediaSize, MergeOptions

    async for turn in _turns(own, stage, "review"):
        media = turn["media"]
        known = stage.truth[media["file_name"]]
        if kind_named("image").score(turn["review"]["answer"], known, MergeOptions()) >= ACCEPT_SCORE:
            body: dict[str, Any] = {"verdict": "accept", "duration_seconds": 5.0}
        else:
            size = MediaSize(media["width"], media["height"])
            chance = stage.chance(who, media["file_name"])
            answer = answer_as(HABITS["expert"], known, size, stage.labels, chance)
            body = {"verdict": "fix", "answer": answer, "duration_seconds": 30.0}
        if await _lost(own.post(f"/v1/work/turns/{turn['assignment_id']}/review", body)):
            stage.reviewed += 1


async def _lost(sending: Any) -> bool:
    """Sends; whether the turn was still there. A turn that ended meanwhile is a fact of life, not an error."""
    try:
        await sending
    except Stop as stop:
        if stop.kind not in ("lease_lost", "conflict", "not_found"):
            raise
        return False
    return True


async def _watch(api: Api, stage: _Stage, *, quiet: bool) -> dict[str, Any]:
    """Until every task is done, or nothing has moved for a while; the last progress."""
    columns = (TextColumn("Completed"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[now]}"))
    before: dict[str, Any] = {}
    with Progress(*columns, console=err, transient=True, disable=quiet) as progress:
        bar = progress.add_task("Completed", total=None, now="")
        while True:
            told: dict[str, Any] = await api.get(f"/v1/projects/{stage.project_id}/progress")
            over = told["completed"] + told["broken"] + told["cancelled"]
            progress.update(bar, total=told["total"], completed=over, now=f"{told['submissions']} answers")
            # Time passing changes what was completed in the last hour; that is not movement.
            if {**told, "completed_last_hour": 0, "eta_seconds": 0} != before:
                before = {**told, "completed_last_hour": 0, "eta_seconds": 0}
                stage.moved_at = time.monotonic()
            if over == told["total"] or time.monotonic() - stage.moved_at > STUCK_SECONDS:
                return told
            await asyncio.sleep(0.3)


async def _score(api: Api, project_id: str, truth: dict[str, Answer]) -> float | None:
    """How right the accepted answers are against the truth: the mean over tasks, within [0, 1]."""
    import msgspec

    from assay.core.annotations import kind_named
    from assay.core.annotations.kind import MergeOptions

    scores = []
    async with api.stream(f"/v1/projects/{project_id}/export", format="jsonl") as response:
        async for line in response.aiter_lines():
            row = msgspec.json.decode(line)
            if row["file_name"] in truth:
                scores.append(kind_named("image").score(row["answer"], truth[row["file_name"]], MergeOptions()))
    return round(sum(scores) / len(scores), 4) if scores else None


def _truth(file: Path, taxonomy: dict[str, Any]) -> dict[str, Answer]:
    """What is on each photo, fitted to what the project asks. Raises ``Stop`` for a file that cannot be used."""
    import msgspec

    from assay.core.errors import Invalid
    from assay.core.formats.imports import read_rows
    from assay.core.formats.rows import ImportRow
    from assay.core.taxonomy import Taxonomy

    try:
        with file.open("rb") as reading:
            rows = read_rows("coco", reading, msgspec.convert(taxonomy, Taxonomy))
            known = {
                row.file_name: row.answer
                for row in rows
                if isinstance(row, ImportRow) and row.file_name and row.answer is not None
            }
    except OSError as error:
        raise Stop(USAGE, f"{file} cannot be read: {error.strerror}.", kind="usage") from error
    except Invalid as error:
        raise Stop(REFUSED, f"{file}: {error.message}", kind="invalid") from error
    if not known:
        raise Stop(REFUSED, f"{file} says nothing of any photo.", kind="invalid")
    return known


def _print(done: dict[str, Any]) -> None:
    out.print(
        f"{done['completed']} of {done['total']} tasks completed with {done['submitted']} answers"
        f" and {done['reviewed']} reviews in {done['seconds']} s"
    )
    if done["agreement_mean"] is not None:
        out.print(f"agreement {done['agreement_mean']:.3f}", end="")
        out.print(f", right against the truth {done['score_mean']:.3f}" if done["score_mean"] is not None else "")
    for name in done["suspended"]:
        out.print(f"suspended: {name}", markup=False)
    if done["waiting"]:
        err.print(
            f"{done['waiting']} tasks wait for others: more workers, or --reviewers where reviews are asked.",
            style="yellow",
        )
