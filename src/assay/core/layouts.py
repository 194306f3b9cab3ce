"""Pages with places to fill in: ``${name}`` stands for what a program gives under that name.

What is given is put in as it is; a layout is its requester's own page, and so is what they put into it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from assay.core.errors import Invalid, Problem, TooLarge
from assay.core.texts import is_storable

HTML_BYTES_MAX: Final = 65_535
NAME_LENGTH_MAX: Final = 200
_PLACE: Final = re.compile(r"\$\{([A-Za-z0-9_.\- ]{1,200})\}")


def check(name: str, html: str) -> None:
    """Raises ``Invalid`` for a layout that cannot be kept."""
    problems = []
    if not 1 <= len(name.strip()) <= NAME_LENGTH_MAX or not name.isprintable():
        problems.append(Problem("name", f"must be 1 to {NAME_LENGTH_MAX} characters that can be printed."))
    if not html.strip() or len(html.encode()) > HTML_BYTES_MAX or not is_storable(html):
        problems.append(Problem("html", f"must be a page of at most {HTML_BYTES_MAX} bytes."))
    if problems:
        raise Invalid(problems)


def places(html: str) -> Sequence[str]:
    """The names of a layout's places, each once, in the order they first come."""
    return list(dict.fromkeys(_PLACE.findall(html)))


def filled(html: str, given: Mapping[str, str]) -> str:
    """The page with all its places filled. Raises ``Invalid`` unless exactly its places are given, and ``TooLarge`` for
    a page that grew over ``HTML_BYTES_MAX``."""
    wanted = places(html)
    missing = [name for name in wanted if name not in given]
    unknown = [name for name in given if name not in wanted]
    if missing or unknown:
        words = [f"has no value for {', '.join(missing[:10])}"] if missing else []
        words += [f"has no place for {', '.join(unknown[:10])}"] if unknown else []
        raise Invalid(f"The layout {' and '.join(words)}.", "parameters")
    page = _PLACE.sub(lambda match: given[match[1]], html)
    if len(page.encode()) > HTML_BYTES_MAX:
        raise TooLarge(f"The filled page has more than {HTML_BYTES_MAX} bytes.", "parameters")
    return page
