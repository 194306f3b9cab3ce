"""The examples in the reference run, and say what is true."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[3] / "docs/reference/quality-geometry.md"


def test_the_examples_hold_in_the_order_they_are_written() -> None:
    names: dict[str, Any] = {}

    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), names)

    assert len(blocks) == 4
