"""The page on files of votes: its commands and its example print what it says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs/howto/aggregate-a-file-of-votes.md").read_text()


def block(language: str) -> tuple[str, list[str]]:
    """The page's first block in a language, and what its comments promise."""
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1], re.findall(r"^# (.*)$", found[1], re.MULTILINE)


def test_the_commands_print_what_the_page_says(tmp_path: Path) -> None:
    code, promised = block("bash")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    done = subprocess.run(
        ["bash", "-ec", code],
        cwd=tmp_path,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.splitlines() == promised


def test_the_example_prints_what_the_page_says(capsys: pytest.CaptureFixture[str]) -> None:
    code, promised = block("python")

    exec(code, {})

    assert capsys.readouterr().out.splitlines() == promised
