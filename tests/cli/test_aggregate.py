"""`assay aggregate`, run as a person would run it, in this process."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from assay.adapters import vote_files, vote_parts
from assay.cli.main import app
from assay.quality import DawidSkene, Votes, aggregate
from quality.aggregation.crowds import made

pyarrow = pytest.importorskip("pyarrow")


def run(*arguments: Any, code: int = 0) -> Any:
    """What the command prints with --json."""
    done = CliRunner().invoke(app, ["aggregate", *map(str, arguments), "--json"])
    assert done.exit_code == code, (done.output, done.exception)
    return json.loads(done.stdout)


def parquet(path: Path, **columns: Any) -> Path:
    import pyarrow.parquet

    pyarrow.parquet.write_table(pyarrow.table(columns), path)
    return path


def table(path: Path) -> dict[str, list[Any]]:
    import pyarrow.parquet

    columns: dict[str, list[Any]] = pyarrow.parquet.read_table(path).to_pydict()
    return columns


@pytest.fixture
def crowd(tmp_path: Path) -> tuple[Path, Votes]:
    """A file of text and integer ids, in no order, and the same votes in memory."""
    votes, _ = made(2, tasks=300)
    order = np.random.default_rng(0).permutation(len(votes))
    tasks = [f"task {code}" for code in votes.task[order]]
    columns = {"item": tasks, "worker": votes.worker[order] + 1000, "label": votes.label[order]}
    path = parquet(tmp_path / "votes.parquet", **columns)
    return path, Votes.from_arrays(columns["item"], columns["worker"], columns["label"])


@pytest.mark.parametrize("method", ["majority", "one-coin", "ds", "ibcc", "pooled-bcc", "glad", "wawa"])
@pytest.mark.parametrize("part_votes", [200, 1_000_000])
def test_answers_and_skills_are_those_of_the_library(
    crowd: tuple[Path, Votes], tmp_path: Path, method: str, part_votes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vote_parts, "PART_VOTES", part_votes)
    path, votes = crowd
    golds = {"task 3": 1, "task 7": 0, "nobody's": 2}
    given = parquet(tmp_path / "golds.parquet", item=list(golds), truth=list(golds.values()))
    out, skill = tmp_path / "answers.parquet", tmp_path / "skill.parquet"

    options = ("--task-column", "item", "-m", method, "--golds", given, "-o", out, "--workers", skill, "--posterior")
    done = run(path, *options)

    expected = aggregate(votes, "dawid-skene" if method == "ds" else method, golds)
    found = table(out)
    place = {task: row for row, task in enumerate(found["task"])}
    rows = [place[task] for task in expected.tasks.tolist()]
    posterior = np.stack([found[f"p_{value}"] for value in (0, 1, 2)], axis=1)[rows]
    tolerance = 1e-9 if method != "glad" else 1e-6
    assert posterior == pytest.approx(expected.posterior, abs=tolerance)
    assert np.array(found["answer"])[rows].tolist() == expected.labels.tolist()
    skills = dict(zip(table(skill)["worker"], table(skill)["skill"], strict=True))
    assert [skills[each] for each in expected.workers.tolist()] == pytest.approx(expected.skill.tolist(), abs=1e-6)
    assert done["parts"] == (6 if part_votes == 200 else 1)
    assert "1 golds are of tasks without votes" in done["notes"]


def test_csv_is_read_and_written_without_pyarrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(vote_files, "import_module", absent)
    votes = tmp_path / "votes.csv"
    votes.write_text("task,worker,label\na,1,x\na,2,x\na,3,y\nb,1,y\nb,2,y\nb,2,x\n")

    done = run(votes, "-m", "majority", "-o", tmp_path / "answers.tsv")

    with (tmp_path / "answers.tsv").open() as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert [(row["task"], row["answer"], row["tied"]) for row in rows] == [("a", "x", "False"), ("b", "x", "True")]
    assert done["notes"] == ["1 votes repeated a worker's vote on the same task; the last was kept"]
    refused = run(votes, "-o", tmp_path / "answers.parquet", "-m", "majority", code=3)
    assert "assay[parquet]" in refused["error"]["message"]


@pytest.mark.parametrize(
    ("columns", "options", "says"),
    [
        ({"task": [1], "who": [1], "label": [1]}, (), "no column 'worker'; it has 'task', 'who', 'label'"),
        ({"task": [1], "worker": [1], "label": [0.5]}, (), "column 'label' of"),
        ({"task": ["a", None], "worker": [1, 1], "label": [1, 1]}, (), "row 2 of column 'task' is empty"),
        ({"task": [1, None], "worker": [1, 1], "label": [1, 1]}, (), "rows without a value"),
        ({"task": [1], "worker": [1], "label": [1], "w": [-1.0]}, ("--weight-column", "w"), "negative"),
        ({"task": [1], "worker": [1], "label": [1]}, ("-m", "magic"), "there is no method 'magic'"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_by_column(
    tmp_path: Path, columns: dict[str, Any], options: tuple[str, ...], says: str
) -> None:
    path = parquet(tmp_path / "votes.parquet", **columns)

    done = run(path, "-o", tmp_path / "answers.parquet", "-m", "majority", *options, code=2)

    assert says in done["error"]["message"]
    assert not (tmp_path / "answers.parquet").exists()


def test_an_absent_file_and_a_nameless_format_are_refused(tmp_path: Path) -> None:
    assert "no file" in run(tmp_path / "none.csv", "-o", tmp_path / "a.csv", code=1)["error"]["message"]
    (tmp_path / "votes.xls").write_text("task,worker,label\n1,1,1\n")
    assert ".parquet" in run(tmp_path / "votes.xls", "-o", tmp_path / "a.csv", code=2)["error"]["message"]


def test_a_column_of_categories_is_text(tmp_path: Path) -> None:
    """As pandas writes its categories."""
    said = pyarrow.array(["x", "y", "x"]).dictionary_encode()
    path = parquet(tmp_path / "votes.parquet", task=[1, 1, 1], worker=[1, 2, 3], label=said)

    run(path, "-m", "majority", "-o", tmp_path / "answers.parquet")

    assert table(tmp_path / "answers.parquet")["answer"] == ["x"]


def test_processes_find_what_threads_find(crowd: tuple[Path, Votes], tmp_path: Path) -> None:
    path, votes = crowd

    run(path, "--task-column", "item", "-m", "ds", "--processes", "--at-once", 1, "-o", tmp_path / "a.csv")

    with (tmp_path / "a.csv").open() as file:
        answers = {row["task"]: int(row["answer"]) for row in csv.DictReader(file)}
    whole = DawidSkene().fit(votes)
    assert answers == dict(zip(whole.tasks.tolist(), whole.labels.tolist(), strict=True))
