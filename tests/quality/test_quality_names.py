"""The package's names: all there, and none loaded before it is wanted."""

from __future__ import annotations

import subprocess
import sys

import assay.quality


def test_every_name_that_is_promised_is_there() -> None:
    for name in assay.quality.__all__:
        assert getattr(assay.quality, name) is not None


def test_geometry_is_had_without_loading_a_compiler() -> None:
    """The server imports geometry and must not pay for Numba, which takes half a second to load."""
    loaded = "import sys, assay.quality, assay.quality.geometry.matching; print('numba' in sys.modules)"

    said = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "False"
