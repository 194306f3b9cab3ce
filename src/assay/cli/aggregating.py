"""`assay aggregate`: one answer a task from a file of votes, however large."""

from __future__ import annotations

import asyncio
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import Progress

from assay.cli.shell import UNAVAILABLE, JsonOption, Stop, err, out, perform, show

if TYPE_CHECKING:
    from assay.adapters.vote_files import Columns
    from assay.adapters.vote_parts import VoteParts
    from assay.core.aggregation import Partition, Parts

Told = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Asked:
    """What the command line says."""

    votes: Path
    method: str
    golds: Path | None
    answers: Path
    workers: Path | None
    posterior: bool
    columns: Columns
    at_once: int
    processes: bool
    cluster: str | None
    scratch: Path | None


def aggregate(
    votes: Annotated[Path, typer.Argument(help="A .parquet, .csv or .tsv file with one vote a row.")],
    answers: Annotated[Path, typer.Option("--out", "-o", help="Where answers go; .parquet, .csv or .tsv.")],
    method: Annotated[
        str, typer.Option("--method", "-m", help="auto, majority, one-coin, dawid-skene (ds), ibcc, pooled-bcc, …")
    ] = "auto",
    golds: Annotated[Path | None, typer.Option(help="A file of tasks whose answer is known.")] = None,
    workers: Annotated[Path | None, typer.Option(help="Where each worker's skill goes.")] = None,
    posterior: Annotated[bool, typer.Option("--posterior", help="Also every class's probability, as p_CLASS.")] = False,
    task_column: Annotated[str, typer.Option(help="What was judged.")] = "task",
    worker_column: Annotated[str, typer.Option(help="Who judged it.")] = "worker",
    label_column: Annotated[str, typer.Option(help="What they said.")] = "label",
    weight_column: Annotated[str | None, typer.Option(help="How much a vote counts. Without it, all alike.")] = None,
    at_once: Annotated[
        int | None, typer.Option(min=1, help="How many parts are counted at once. Default: as many as processors.")
    ] = None,
    processes: Annotated[bool, typer.Option("--processes", help="Count in processes instead of threads.")] = False,
    cluster: Annotated[
        str | None, typer.Option(help="Count on the Ray cluster at this address; 'here' starts one for the while.")
    ] = None,
    scratch: Annotated[
        Path | None, typer.Option(help="A folder with room for the votes while this runs. Default: the system's.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Turns votes into answers: one a task, with how sure it is, and each worker's skill.

    Votes may be more than memory holds: majority, one-coin, dawid-skene, ibcc and pooled-bcc read them in parts from
    scratch files, again and again. The other methods, and auto up to five million votes, hold them in memory. Answers
    come in no particular order where there are more than about a million votes.

    Examples:

        assay aggregate votes.csv --out answers.csv
        assay aggregate votes.parquet --method ds --golds golds.parquet --out answers.parquet --workers skill.parquet
        assay aggregate votes.parquet -m ibcc -o answers.parquet --task-column item --worker-column annotator
        assay aggregate votes.parquet -m ibcc -o answers.parquet --cluster 10.0.0.5:6379 --at-once 16
    """
    from assay.adapters.vote_files import Columns

    if cluster is not None:
        # Ray would otherwise ask its makers' server to count this run; whoever wants that can say so.
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    columns = Columns(task_column, worker_column, label_column, weight_column)
    asked = Asked(
        votes, method, golds, answers, workers, posterior, columns,
        at_once or os.cpu_count() or 1, processes, cluster, scratch,
    )  # fmt: skip
    done = perform(_work(asked, as_json), as_json=as_json)
    show(done, as_json=as_json, text=lambda: _print(done))


async def _work(asked: Asked, quiet: bool) -> dict[str, Any]:
    stop = threading.Event()
    with Progress(console=err, transient=True, disable=quiet) as progress:
        bar = progress.add_task("Reading votes", total=None)

        def told(what: str, done: int, total: int) -> None:
            # The work runs in a thread, which nobody can end from outside: it ends itself here.
            if stop.is_set():
                raise asyncio.CancelledError
            progress.update(bar, description=what, completed=done, total=total)

        try:
            return await asyncio.to_thread(_aggregated, asked, told)
        finally:
            stop.set()


def _aggregated(asked: Asked, told: Told) -> dict[str, Any]:
    from assay.adapters.vote_files import golds_in, opened
    from assay.adapters.vote_parts import laid_out
    from assay.core.aggregation import STREAMED, chosen_method

    chosen_method(asked.method, 0)
    for path in (asked.answers, asked.workers):
        if path is not None and not path.absolute().parent.is_dir():
            raise Stop(UNAVAILABLE, f"There is no folder {path.parent} to write {path.name} to.", kind="unavailable")
    try:
        with tempfile.TemporaryDirectory(prefix="assay-votes-", dir=asked.scratch) as folder:
            golds = None if asked.golds is None else golds_in(asked.golds, asked.columns)
            held = laid_out(opened(asked.votes), asked.columns, Path(folder), golds, told=told)
            method = chosen_method(asked.method, held.votes)
            summary = (_streamed if method in STREAMED else _in_memory)(asked, method, held, told)
    except OSError as error:
        raise Stop(UNAVAILABLE, f"{error.strerror or error}; --scratch names another folder.", kind="disk") from error
    return {
        "answers": str(asked.answers),
        "workers": None if asked.workers is None else str(asked.workers),
        "votes": held.votes,
        "tasks": held.tasks,
        "workers_met": len(held.workers),
        "classes": held.classes.tolist(),
        "parts": held.count,
        **summary,
        "notes": list(held.notes),
    }


def _streamed(asked: Asked, method: str, held: VoteParts, told: Told) -> dict[str, Any]:
    from assay.adapters.vote_files import written
    from assay.core.aggregation import fit_streamed

    with _parts(asked, held) as parts:
        fit = fit_streamed(method, _Watched(parts, held.count, told, "Fitting"))
        with written(asked.answers) as sheet:
            found = fit.answers(_Watched(parts, held.count, told, "Writing answers"), posterior=asked.posterior)
            for number, each in enumerate(found):
                sheet.write(_answers(held, held.ids(number), each))
    _write_workers(asked, held, fit)
    return _summary(fit)


def _in_memory(asked: Asked, method: str, held: VoteParts, told: Told) -> dict[str, Any]:
    from assay.adapters.vote_files import written
    from assay.core.aggregation import Answers, fit_whole, whole

    told("Fitting in memory", 0, 1)
    votes, golds = whole(lambda number: (held.load(number), held.ids(number)), held.count, held.workers, held.classes)
    fit = fit_whole(method, votes, golds)
    posterior = fit.posterior if asked.posterior else None
    with written(asked.answers) as sheet:
        sheet.write(_answers(held, votes.tasks, Answers(fit.label_codes, fit.confidence, fit.tied, posterior)))
    _write_workers(asked, held, fit)
    return _summary(fit)


@contextmanager
def _parts(asked: Asked, held: VoteParts) -> Iterator[Parts]:
    from assay.adapters.parts_here import by_processes, by_threads

    at_once = min(asked.at_once, held.count)
    opening: AbstractContextManager[Parts]
    if asked.cluster is not None:
        from assay.adapters.parts_on_ray import by_ray

        opening = by_ray(held, at_once, asked.cluster)
    else:
        opening = (by_processes if asked.processes else by_threads)(held, at_once)
    with opening as parts:
        yield parts


@dataclass
class _Watched:
    """Parts whose progress is told, a pass at a time."""

    parts: Parts
    count: int
    told: Told
    what: str
    passes: int = 0

    def map_parts(self, work: Callable[[Partition, Any], Any], shared: Any) -> Iterator[Any]:
        self.passes += 1
        for number, found in enumerate(self.parts.map_parts(work, shared), start=1):
            self.told(f"{self.what}, pass {self.passes}", number, self.count)
            yield found


def _answers(held: VoteParts, ids: Any, answers: Any) -> dict[str, Any]:
    table = {
        "task": ids,
        "answer": held.classes[answers.label_codes],
        "confidence": answers.confidence,
        "tied": answers.tied,
    }
    if answers.posterior is not None:
        table |= {f"p_{value}": answers.posterior[:, code] for code, value in enumerate(held.classes.tolist())}
    return table


def _write_workers(asked: Asked, held: VoteParts, fit: Any) -> None:
    from assay.adapters.vote_files import written

    if asked.workers is None:
        return
    with written(asked.workers) as sheet:
        sheet.write(
            {
                "worker": held.workers,
                "votes": fit.worker_votes,
                "skill": fit.skill,
                "skill_low": fit.skill_interval[:, 0],
                "skill_high": fit.skill_interval[:, 1],
            }
        )


def _summary(fit: Any) -> dict[str, Any]:
    return {
        "method": fit.method,
        "iterations": fit.iterations,
        "converged": bool(fit.converged),
        "reason": fit.reason,
    }


def _print(done: dict[str, Any]) -> None:
    out.print(
        f"{done['tasks']:,} tasks answered from {done['votes']:,} votes of {done['workers_met']:,} workers"
        f" by {done['method']}: {done['reason']}",
        markup=False,
    )
    for note in done["notes"]:
        out.print(f"  {note}", markup=False)
    for name in ("answers", "workers"):
        if done[name] is not None:
            err.print(f"Wrote {done[name]}", markup=False)
