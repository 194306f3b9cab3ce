"""The page on votes says what its examples print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs/reference/quality-votes.md"


def test_the_examples_print_what_the_page_says(capsys: pytest.CaptureFixture[str]) -> None:
    code = "\n".join(re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL))
    promised = re.findall(r"^# (.*)$", code, re.MULTILINE)

    exec(code, {})

    assert capsys.readouterr().out.splitlines() == promised
