"""A market under load, and killed at work; the whole programs are bench/market_load.py and bench/market_kills.py.

Both end with `assay check-ledger` on the home that was worked on.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "bench"


def run(program: str, *options: str) -> str:
    done = subprocess.run(
        [sys.executable, str(BENCH / program), *options], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.mark.slow
def test_the_ledger_holds_after_a_load_without_an_error() -> None:
    said = run("market_load.py", "--seconds", "10", "--freelancers", "40", "--requesters", "5", "--seed", "7")

    assert "no error, nothing given twice, nothing acknowledged is missing, and the ledger holds" in said


@pytest.mark.slow
def test_nothing_is_lost_or_paid_twice_when_server_and_database_are_killed() -> None:
    """Three kills: the server, the database, and both at once."""
    said = run("market_kills.py", "--kills", "3", "--seed", "7", "--freelancers", "10")

    assert "nothing lost, nothing twice, nothing stuck, and the ledger holds" in said
