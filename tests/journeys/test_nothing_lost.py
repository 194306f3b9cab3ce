"""Server and database are killed at work; the whole program is bench/nothing_lost.py."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parents[2] / "bench/nothing_lost.py"


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_when_server_and_database_are_killed() -> None:
    """Three kills: the server, the database, and both at once."""
    done = subprocess.run(
        [sys.executable, str(PROGRAM), "--kills", "3", "--seed", "7", "--workers", "6"],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )

    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "nothing lost" in done.stdout
