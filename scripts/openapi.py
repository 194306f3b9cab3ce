"""Writes docs/reference/openapi.json from the routes; with --check, only says whether it is in step."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from assay.app import described

FILE = Path(__file__).parent.parent / "docs" / "reference" / "openapi.json"


def main() -> None:
    text = json.dumps(described(), indent=1, sort_keys=True) + "\n"
    if "--check" in sys.argv:
        if not FILE.exists() or FILE.read_text() != text:
            sys.exit(f"{FILE.name} is out of step with the routes: run scripts/reference and commit what it writes")
        return
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(text)


if __name__ == "__main__":
    main()
