"""Real photos, simulated people, the whole server between them; the whole program is bench/street_accuracy.py."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parents[2] / "bench/street_accuracy.py"
PHOTOS = Path(__file__).parents[3] / "shared/data/street/coco"


@pytest.mark.slow
@pytest.mark.skipif(not PHOTOS.exists(), reason=f"the street photos are not at {PHOTOS}")
def test_several_opinions_are_better_than_the_best_one_and_golds_find_the_spammer() -> None:
    """The program itself fails unless both hold and every photo is completed. On all photos, as on thirty the best
    annotator is now and then a lucky one."""
    done = subprocess.run(
        [sys.executable, str(PROGRAM), "--data", str(PHOTOS)],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )

    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "suspended after" in done.stdout
