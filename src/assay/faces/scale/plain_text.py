"""Text out of what may be HTML: titles and descriptions are shown to workers as text, never as markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any, Final

from assay.core.errors import Invalid

_SILENT: Final = frozenset({"script", "style", "template", "head"})
_BREAKS: Final = frozenset({"br", "p", "div", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6"})
_MARKUP: Final = re.compile(r"<[a-zA-Z/!]|&(?:#\d+|#[xX][0-9a-fA-F]+|[a-zA-Z]+);")


def plain(value: Any, path: str, length_max: int) -> str | None:
    """The words of a text or of a piece of HTML; none where there are none. Lines stay lines.

    Raises ``Invalid`` for what is no text, and for more than ``length_max`` characters.
    """
    if value is None:
        return None
    if not isinstance(value, str):
        raise Invalid("Must be a text.", path)
    text = value
    if _MARKUP.search(value):
        reader = _Words()
        reader.feed(value)
        reader.close()
        text = "".join(reader.words)
    lines = (" ".join(line.split()) for line in text.splitlines())
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    if len(text) > length_max:
        raise Invalid(f"At most {length_max:,} characters.", path)
    return text or None


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - none is kept
        if tag in _SILENT:
            self._silent += 1
        elif tag in _BREAKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(self._silent - 1, 0)
        elif tag in _BREAKS:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(data)
