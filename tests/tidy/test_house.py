"""The house stays in order: contracts, documents in step, nothing left lying about."""

from __future__ import annotations

import ast
import json
import re
import subprocess
from pathlib import Path

import pytest

from assay.app import described

ROOT = Path(__file__).parents[2]
TEXT = {".py", ".ts", ".tsx", ".sql", ".md", ".css", ".sh", ".toml", ".json", ".html", ""}


def tracked() -> list[Path]:
    """Files that git keeps; none outside a checkout (an unpacked archive)."""
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / line for line in done.stdout.splitlines() if (ROOT / line).is_file()]


def test_imports_only_go_down() -> None:
    """The contracts of .importlinter: floors, siblings unaware of each other, purity, no cycles."""
    done = subprocess.run(
        [ROOT / ".venv/bin/lint-imports", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout[-4000:]


def test_the_openapi_document_is_in_step_with_the_routes() -> None:
    written = json.loads((ROOT / "docs/reference/openapi.json").read_text())

    assert written == json.loads(json.dumps(described())), "run scripts/reference and commit what it writes"


def test_links_between_documents_lead_somewhere() -> None:
    links = [
        (page, target)
        for page in tracked()
        if page.suffix == ".md"
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text())
        if not re.match(r"[a-z]+:", target)
    ]
    broken = [f"{page.relative_to(ROOT)} -> {target}" for page, target in links if not (page.parent / target).exists()]

    assert not broken


def test_no_file_names_this_machine_or_a_registry() -> None:
    """Built from parts, so that this file does not match itself."""
    hosts = "|".join(re.escape(a + b) for a, b in [("files.python", "hosted.org"), ("registry.npm", "js.org")])
    machine = re.compile(rf"{hosts}|(?<![\w.])/({'wo' + 'rk'}/(main|shared)|farm|{'ro' + 'ot'})/")
    found = [
        f"{file.relative_to(ROOT)}: {line.strip()[:100]}"
        for file in tracked()
        if file.suffix in TEXT and file.name != "LICENSE"
        for line in file.read_text(errors="replace").splitlines()
        if machine.search(line)
    ]

    assert not found


def test_decisions_are_numbered_without_gaps_and_say_their_status() -> None:
    pages = sorted((ROOT / "decisions").glob("*.md"))

    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    assert all("Status:" in page.read_text() for page in pages)


def test_only_the_edge_reads_the_environment() -> None:
    """Settings come in through config; a hidden switch elsewhere would be found by nobody."""
    allowed = {"config.py", "embedded_postgres.py", "postgres_install.py"}
    found = [
        str(file.relative_to(ROOT))
        for file in (ROOT / "src/assay").rglob("*.py")
        if "cli" not in file.parts and file.name not in allowed and re.search(r"os\.environ|getenv", file.read_text())
    ]

    assert not found


def test_services_neither_commit_nor_read_clocks() -> None:
    """What imports cannot catch. Time and chance come with the context, and the face commits."""
    banned = {"datetime.now", "datetime.utcnow", "time.time", "time.monotonic"}
    found = [
        f"{file.relative_to(ROOT)}:{node.lineno} {ast.unparse(node)}"
        for folder in ("core", "quality", "services", "store")
        for file in (ROOT / "src/assay" / folder).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute)
        and (ast.unparse(node) in banned or node.attr == "commit" or ast.unparse(node.value) in ("random", "secrets"))
    ]

    assert not found, "take the time or the random bytes from the Context; the face commits"


def test_every_table_is_explained() -> None:
    """A stranger reads schema.sql second; every table has a sentence above it, or one in it."""
    text = (ROOT / "src/assay/store/schema.sql").read_text()
    for name, body in re.findall(r"create table (\w+) \((.*?)\n\);", text, re.DOTALL):
        before = text[: text.index(f"create table {name} (")].rstrip().splitlines()[-1]

        assert before.startswith("--") or "--" in body, f"say above {name} what a row is"


def test_every_query_is_asked_somewhere() -> None:
    """SQL that nobody asks is read by everybody who looks for what is asked."""
    code = "".join(file.read_text() for file in (ROOT / "src/assay").rglob("*.py"))
    unused = [
        f"{file.stem}: {name}"
        for file in (ROOT / "src/assay/store/sql").glob("*.sql")
        for name in re.findall(r"^-- :name (\w+)", file.read_text(), re.MULTILINE)
        if f'"{name}"' not in code
    ]

    assert not unused
