"""Parts of votes, wherever they are counted: threads, processes and a real Ray cluster find the same."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assay.adapters.parts_here import by_processes, by_threads
from assay.adapters.parts_on_ray import by_ray
from assay.adapters.vote_files import Columns, opened
from assay.adapters.vote_parts import VoteParts, laid_out
from assay.core.aggregation import Parts, fit_streamed
from assay.quality import IBCC, Votes


def csv_of(path: Path, rows: int = 3_000, workers: int = 20, classes: int = 4) -> tuple[Path, Votes]:
    """Votes in no order, five or so a task, with weights."""
    rng = np.random.default_rng(3)
    task, worker = rng.integers(0, rows // 5, rows), rng.integers(0, workers, rows)
    label = np.where(rng.random(rows) < 0.7, task % classes, rng.integers(0, classes, rows))
    weight = rng.uniform(0.5, 2, rows).round(3)
    columns = [[f"t{each}" for each in task], [f"w{each}" for each in worker], [f"c{each}" for each in label]]
    lines = [f"{a},{b},{c},{d}" for a, b, c, d in zip(*columns, weight, strict=True)]
    path.write_text("\n".join(["task,worker,label,weight", *lines, ""]))
    return path, Votes.from_arrays(*columns, weights=weight)


@pytest.fixture
def laid(tmp_path: Path) -> tuple[VoteParts, Votes]:
    path, votes = csv_of(tmp_path / "votes.csv")
    folder = tmp_path / "parts"
    folder.mkdir()
    return laid_out(opened(path), Columns(weight="weight"), folder, part_votes=500), votes


def by_task(held: VoteParts, parts: Parts) -> tuple[Any, dict[str, Any]]:
    fit = fit_streamed("ibcc", parts)
    answers: dict[str, Any] = {}
    for number, each in enumerate(fit.answers(parts, posterior=True)):
        assert each.posterior is not None
        answers.update(zip(held.ids(number).tolist(), each.posterior, strict=True))
    return fit, answers


def test_parts_of_a_file_give_the_answers_of_the_whole(laid: tuple[VoteParts, Votes]) -> None:
    held, votes = laid
    whole = IBCC().fit(votes)

    with by_threads(held, 2) as parts:
        fit, answers = by_task(held, parts)

    assert held.count == 6
    assert (held.votes, held.tasks) == (len(votes), votes.n_tasks)
    assert held.notes == votes.notes
    assert np.stack([answers[task] for task in whole.tasks.tolist()]) == pytest.approx(whole.posterior, abs=1e-9)
    assert held.workers.tolist() == votes.workers.tolist()
    assert fit.skill == pytest.approx(whole.skill, abs=1e-9)


@pytest.mark.parametrize(
    "elsewhere",
    [
        pytest.param(by_threads, id="threads"),
        pytest.param(by_processes, id="processes"),
        # Ray takes 10 to 20 seconds to start on a small machine.
        pytest.param(by_ray, id="ray", marks=[pytest.mark.slow, pytest.mark.xdist_group("ray")]),
    ],
)
def test_wherever_parts_are_counted_the_answer_is_the_same_to_the_last_bit(
    elsewhere: Callable[[VoteParts, int], AbstractContextManager[Parts]],
    laid: tuple[VoteParts, Votes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Ray would count the run at its makers' server.
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    if elsewhere is by_ray:
        pytest.importorskip("ray", reason="Ray is not installed; it is the extra 'cluster'")
    held, _ = laid

    with by_threads(held, 1) as parts:
        one, answers = by_task(held, parts)
    with elsewhere(held, 2) as parts:
        other, same = by_task(held, parts)

    assert all((same[task] == answers[task]).all() for task in answers)
    assert (other.skill == one.skill).all()
    assert (other.trace == one.trace).all()
