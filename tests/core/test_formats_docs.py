"""The page on formats says what the code does."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay.core.formats.exports import EXPORT_FORMATS
from assay.core.formats.imports import IMPORT_FORMATS
from assay.core.formats.manifest import PRIORITY_MAX
from assay.core.formats.rows import Limits

PAGE = (Path(__file__).parents[2] / "docs/reference/formats.md").read_text()
LIMITS = Limits()


@pytest.mark.parametrize("name", sorted({*EXPORT_FORMATS, *IMPORT_FORMATS}))
def test_every_format_is_described(name: str) -> None:
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize(
    "line",
    [
        f"| file | {LIMITS.file_bytes_max >> 20} MiB |",
        f"| line | {LIMITS.line_bytes_max >> 20} MiB |",
        f"| rows | {LIMITS.rows_max:,} |",
        f"| marks on a photo | {LIMITS.annotations_max:,} |",
        f"| vertices of an outline, corners of a mask | {LIMITS.vertices_max:,} |",
        f"| entries of an archive | {LIMITS.entries_max:,} |",
        f"| an entry, unpacked | {LIMITS.entry_bytes_max >> 20} MiB, and {LIMITS.ratio_max:.0f} times",
        f"| an archive, unpacked | {LIMITS.unpacked_bytes_max >> 30} GiB",
        f"| metadata of a row | {LIMITS.metadata_bytes_max >> 10} KiB |",
        f"| problems kept of an import | {LIMITS.problems_max:,} |",
        f"`priority` (0 to {PRIORITY_MAX})",
    ],
)
def test_the_limits_are_those_of_the_code(line: str) -> None:
    assert line in PAGE
