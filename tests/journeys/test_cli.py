"""The command line as people meet it: real processes, one home, one server that they share."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

START_SECONDS_MAX = 90


@dataclass
class Shell:
    """Runs `assay` in one home."""

    home: Path

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ASSAY_", "DISPLAY"))}
        return {**kept, "ASSAY_HOME": str(self.home), "COLUMNS": "200"}

    def run(self, *arguments: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "assay.cli.main", *map(str, arguments)],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=START_SECONDS_MAX,
        )
        assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
        return done

    def json(self, *arguments: str | Path, code: int = 0) -> Any:
        return json.loads(self.run(*arguments, "--json", code=code).stdout)

    def begin(self, *arguments: str | Path) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-u", "-m", "assay.cli.main", *map(str, arguments)],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


def read_json(process: subprocess.Popen[str]) -> Any:
    """The first JSON document a process prints."""
    assert process.stdout is not None
    text = ""
    while line := process.stdout.readline():
        text += line
        if line.rstrip() == "}":
            return json.loads(text)
    process.wait()
    assert process.stderr is not None
    raise AssertionError(process.stderr.read())


def end(process: subprocess.Popen[str], number: int = signal.SIGINT) -> int:
    process.send_signal(number)
    try:
        return process.wait(30)
    finally:
        process.kill()
        for pipe in (process.stdout, process.stderr):
            assert pipe is not None
            pipe.close()


@pytest.fixture(scope="module")
def shell() -> Iterator[Shell]:
    # Not pytest's folder, which the database's own user could not enter where the tests run as root.
    home = Path(tempfile.mkdtemp(prefix="assay-cli-"))
    home.chmod(0o755)
    yield Shell(home)
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="module")
def demo(shell: Shell) -> Iterator[dict[str, Any]]:
    """A demonstration that runs while the module's tests do, and what it printed."""
    process = shell.begin("demo", "--port", "0", "--photos", "6", "--json")
    told = read_json(process)
    yield told
    assert end(process) == 0
    assert not (shell.home / "server.json").exists()

    again = shell.begin("demo", "--port", "0", "--json")
    assert read_json(again)["project_id"] == told["project_id"], "the second start found another demonstration"
    assert end(again, signal.SIGTERM) == 0


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    (folder / "day 2").mkdir(parents=True)
    for number, name in enumerate(["a.jpg", "b.png", "day 2/ü.webp"]):
        Image.new("RGB", (200, 100), (number * 60, 90, 120)).save(folder / name)
    (folder / "notes.txt").write_text("not a photo")
    return folder


@contextmanager
def signed_in(link: str) -> Iterator[httpx.Client]:
    """A browser that opened a sign-in link."""
    url, _, token = link.partition("/sign-in#token=")
    with httpx.Client(base_url=url, headers={"x-assay-request": "1"}, trust_env=False) as client:
        assert client.post("/v1/sessions", json={"token": token}).status_code == 201
        yield client


def test_the_demonstrations_links_sign_in_again_and_again(demo: dict[str, Any]) -> None:
    roles = [person["role"] for person in demo["people"]]
    assert sorted(roles) == ["annotator", "annotator", "annotator", "owner", "reviewer"]
    for person in demo["people"] * 2:
        with signed_in(person["sign_in_url"]) as client:
            assert client.get("/v1/me").json()["email"] == person["email"]


def test_what_is_private_is_private(shell: Shell, demo: dict[str, Any]) -> None:
    for name in ("server.json", "operator.json", "demo.json"):
        assert stat.S_IMODE((shell.home / name).stat().st_mode) == 0o600, name


def test_simulated_annotators_finish_the_demonstration_and_its_boxes_come_out_right(
    shell: Shell, demo: dict[str, Any], tmp_path: Path
) -> None:
    """The truth is known: what comes out after overlap, merging and review is nearly it, the spammer included."""
    crew = ("--workers", "honest:2,spammer:1", "--reviewers", "1")

    done = shell.json("simulate", "Street scenes", "--truth", demo["truth"], *crew)
    shell.run("export", "street scenes", "--out", tmp_path / "out.json")

    assert done["completed"] == done["total"] == 5, "one of the six photos is a gold"
    assert done["score_mean"] > 0.7
    file = json.loads((tmp_path / "out.json").read_text())
    assert len(file["images"]) == 5
    assert {category["name"] for category in file["categories"]} == {"person", "dog", "car"}
    assert list(tmp_path.iterdir()) == [tmp_path / "out.json"], "nothing is left beside it"


def test_a_project_is_made_filled_and_shown(shell: Shell, demo: dict[str, Any], photos: Path) -> None:
    made = shell.json("project", "create", "Yard", "--label", "cat", "--overlap", "2-3", "--review", "low:0.6")
    first = shell.json("add", "Yard", photos, "--batch", "monday")
    again = shell.json("add", "Yard", photos)
    (photos / "broken.jpg").write_bytes(b"not a photo")
    broken = shell.json("add", made["id"], photos / "broken.jpg", code=1)
    listed = shell.json("project", "list")

    assert made["policy"]["overlap"] == {"mode": "adaptive", "minimum": 2, "maximum": 3, "agreement_min": 0.8}
    assert first == {"created": 3, "existing": 0, "failed": []}
    assert again == {"created": 0, "existing": 3, "failed": []}
    assert [each["file"] for each in broken["failed"]] == ["broken.jpg"]
    assert {project["name"]: project["progress"]["total"] for project in listed} == {"Yard": 3, "Street scenes": 5}


def test_a_label_file_is_imported_and_its_problems_are_told(
    shell: Shell, demo: dict[str, Any], photos: Path, tmp_path: Path
) -> None:
    project = shell.json("project", "create", "Imported", "-l", "cat")["id"]
    shell.json("add", project, photos)
    (tmp_path / "labels.json").write_text(
        json.dumps(
            {
                "images": [{"id": 1, "file_name": "a.jpg"}, {"id": 2, "file_name": "stranger.jpg"}],
                "categories": [{"id": 1, "name": "cat"}],
                "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 30, 40], "iscrowd": 0}],
            }
        )
    )

    done = shell.json("add", project, tmp_path / "labels.json", "--as", "prelabels", code=1)

    (import_,) = done["imports"]
    assert (import_["state"], import_["done"], import_["failed"]) == ("done", 1, 1)
    assert [problem["item"] for problem in import_["problems"]] == ["stranger.jpg"]


def test_photos_are_labelled_by_somebody_who_follows_the_link(
    shell: Shell, demo: dict[str, Any], photos: Path, tmp_path: Path
) -> None:
    """Interrupted in the middle, nothing is written; resumed, the file appears when the last photo is done."""
    out = tmp_path / "cats.json"
    command = ("label", photos, "--ask", "Box every cat", "--labels", "cat", "--out", out, "--no-browser")
    box = {"type": "box", "id": "1", "label": "cat", "x": 10, "y": 20, "width": 30, "height": 40}

    first = shell.begin(*command)
    label_photos(link_of(first), box, 1)
    assert end(first) == 4
    assert not out.exists()
    second = shell.begin(*command, "--resume")
    label_photos(link_of(second), box, 2)
    assert second.wait(30) == 0
    end(second)

    file = json.loads(out.read_text())
    assert sorted(image["file_name"] for image in file["images"]) == ["a.jpg", "b.png", "day 2/ü.webp"]
    assert [annotation["bbox"] for annotation in file["annotations"]] == [[10, 20, 30, 40]] * 3


def link_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("Label here: "), line
    return line.removeprefix("Label here: ").strip()


def label_photos(link: str, box: dict[str, Any], count: int) -> None:
    with signed_in(link) as client:
        (project,) = [p for p in client.get("/v1/work/projects").json()["items"] if p["name"] == "Box every cat"]
        for _ in range(count):
            turn = client.post(f"/v1/work/projects/{project['id']}/claim", json={"stage": "annotate"}).json()
            body = {"answer": {"annotations": [box]}, "duration_seconds": 1.0}
            answer = client.post(f"/v1/work/turns/{turn['assignment_id']}/submit", json=body)
            assert answer.status_code == 200, answer.text


def test_a_link_signs_in_once(shell: Shell, demo: dict[str, Any]) -> None:
    link = shell.run("link", "ada@demo.localhost").stdout.strip()

    with signed_in(link) as client:
        assert client.get("/v1/me").json()["role"] == "annotator"
    url, _, token = link.partition("/sign-in#token=")
    again = httpx.post(f"{url}/v1/sessions", json={"token": token}, headers={"x-assay-request": "1"}, trust_env=False)
    assert again.status_code == 401


def test_exit_codes_say_what_went_wrong(shell: Shell, demo: dict[str, Any], tmp_path: Path) -> None:
    port = demo["url"].rpartition(":")[2]

    assert shell.json("project", "show", "nowhere", code=1)["error"]["code"] == "not_found"
    shell.run("project", "create", "No labels", code=2)
    shell.run("export", "Street scenes", "--format", "excel", code=2)
    shell.run("export", "Street scenes", "--out", tmp_path / "no" / "folder.json", code=1)
    assert "cannot be used" in shell.run("serve", "--port", port, code=3).stderr


def test_what_would_be_passed_over_in_silence_is_wrong_use(shell: Shell, demo: dict[str, Any], tmp_path: Path) -> None:
    rows, project = tmp_path / "rows.jsonl", tmp_path / "project.json"
    rows.write_text('{"file": "a.jpg"}\n')
    project.write_text(json.dumps({"taxonomy": {"labels": [{"name": "car"}]}, "policy": {}, "lables": []}))

    batch = shell.json("add", "Street scenes", rows, "--batch", "monday", code=2)
    misspelt = shell.json("project", "create", "P", "--file", project, code=2)
    project.write_text(project.read_text().replace(', "lables": []', ""))
    twice = shell.json("project", "create", "P", "--file", project, "--overlap", "3", code=2)

    assert "in each of its rows" in batch["error"]["message"]
    assert "lables" in misspelt["error"]["message"]
    assert "has a policy" in twice["error"]["message"]


def test_the_doctor_finds_everything_well(shell: Shell, demo: dict[str, Any]) -> None:
    findings = {finding["name"]: finding for finding in shell.json("doctor")}

    assert {finding["state"] for finding in findings.values()} <= {"ok", "warning"}
    assert demo["url"] in findings["server"]["found"]


def test_secrets_are_sealed_with_a_new_key_while_no_server_runs(shell: Shell, demo: dict[str, Any]) -> None:
    refused = shell.json("reseal", code=1)
    home = Path(tempfile.mkdtemp(prefix="assay-cli-"))
    home.chmod(0o755)
    file = home / "secrets" / "seals.key"
    try:
        process = Shell(home).begin("serve", "--port", "0", "--json")
        with signed_in(read_json(process)["sign_in_url"]) as client:
            hook = {"url": "https://hooks.example.org/", "events": ["*"]}
            assert client.post("/v1/webhooks", json=hook).status_code == 201
        assert end(process) == 0
        before = file.read_bytes()

        done = Shell(home).json("reseal")

        assert "Stop it first" in refused["error"]["message"]
        assert done == {
            "webhooks": 1,
            "callback_keys": 0,
            "signing_keys": 0,
            "queue_credentials": 0,
            "keys_dropped": 1,
            "file": str(file),
        }
        assert len(file.read_bytes().split()) == 1
        assert file.read_bytes() != before
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    finally:
        shutil.rmtree(home, ignore_errors=True)


def test_a_command_is_its_own_server_where_none_runs() -> None:
    home = Path(tempfile.mkdtemp(prefix="assay-cli-"))
    home.chmod(0o755)
    try:
        started = time.monotonic()
        made = Shell(home).json("project", "create", "Alone", "-l", "car")
        assert made["name"] == "Alone"
        assert not (home / "server.json").exists()
        assert time.monotonic() - started < START_SECONDS_MAX
    finally:
        shutil.rmtree(home, ignore_errors=True)
