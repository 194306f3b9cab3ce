"""A start is quick because of what it does not do; neither of these is noticed until somebody has a slow day."""

from __future__ import annotations

import json
import subprocess
import sys

# Each takes from a tenth of a second to a whole one, and is imported by those who come to need it.
NOT_AT_THE_START = {"numba", "pandas", "pgqueuer", "pyarrow", "pydantic", "ray", "scipy"}

IMPORTED = "import json, sys, assay.cli.demo, assay.app"
BUILT = "assay.app.described()"
PACKAGES = "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
NOT_COMPILED = """
from os.path import exists
files = {name: module.__spec__.cached for name, module in sys.modules.items() if getattr(module, '__spec__', None)}
print(json.dumps([name for name, file in files.items() if file and 'site-packages' in file and not exists(file)]))
"""


def told(program: str) -> set[str]:
    done = subprocess.run([sys.executable, "-B", "-c", program], check=True, capture_output=True, text=True)
    return set(json.loads(done.stdout))


def test_a_start_imports_nothing_that_can_wait() -> None:
    packages = told("; ".join((IMPORTED, BUILT, PACKAGES)))

    assert packages & NOT_AT_THE_START == set()


def test_what_a_start_imports_is_compiled_already() -> None:
    """Where Python may not write what it compiles, as in many images, each start would take two seconds more."""
    assert told(f"{IMPORTED}\n{NOT_COMPILED}") == set(), "run `scripts/setup python` after removing .stamps/python"
