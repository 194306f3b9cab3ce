"""Cells of CSV files."""

from __future__ import annotations

from typing import Any, Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(cell: Any) -> str:
    """A cell as text that no spreadsheet runs: what it would take for a formula gets an apostrophe in front."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if not isinstance(cell, str):
        return cell_text(cell)
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def cell_text(value: Any) -> str:
    """Whole numbers without the ".0" that only says how they are kept."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
