"""XML as programs send it, read without trust: no document type, so neither entities nor bombs; bounded in bytes, in
depth and in elements.

Documents are told apart by the name of their root; the namespace may be of any version, or missing, as programs have
always been forgiven that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree as Safe
from defusedxml.common import DefusedXmlException

from assay.core.texts import is_storable
from assay.faces.mturk.refusals import Refused, refused

BYTES_MAX: Final = 65_535
DEPTH_MAX: Final = 30
ELEMENTS_MAX: Final = 20_000
SCHEMAS: Final = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/"


class Node:
    """An element without its namespace. Whoever reads it says which children there may be."""

    def __init__(self, element: Element, path: str) -> None:
        self._element = element
        self.name = _plain(element.tag)
        self.path = path

    @property
    def text(self) -> str:
        """Of an element that holds nothing else. Raises ``Refused`` where it does."""
        for child in self._element:
            raise wrong(f"{self.path} holds a text, not the element {_plain(child.tag)}.")
        return self._element.text or ""

    @property
    def words(self) -> str:
        return self.text.strip()

    def attribute(self, name: str) -> str | None:
        return next((value for key, value in self._element.attrib.items() if _plain(key) == name), None)

    def children(self, *allowed: str) -> Iterator[Node]:
        """In order. Raises ``Refused`` for one of another name, and for text between them."""
        for number, child in enumerate(self._element):
            between = (self._element.text if number == 0 else None) or ""
            name = _plain(child.tag)
            if (between + (child.tail or "")).strip():
                raise wrong(f"{self.path} holds elements, not text.")
            if allowed and name not in allowed:
                raise wrong(f"{self.path} does not take {name}; it takes {', '.join(allowed)}.")
            yield Node(child, f"{self.path}/{name}")
        if not len(self._element) and (self._element.text or "").strip():
            raise wrong(f"{self.path} holds elements, not text.")

    def one(self, name: str, among: Sequence[str] = ()) -> Node:
        """The child of this name. Raises ``Refused`` unless it is there once."""
        found = self.some(name, among)
        if found is None:
            raise wrong(f"{self.path} needs {name}.")
        return found

    def some(self, name: str, among: Sequence[str] = ()) -> Node | None:
        """The child of this name, if there is one. ``among``: the names there may be; none named: any."""
        found = [child for child in self.children(*among) if child.name == name]
        if len(found) > 1:
            raise wrong(f"{self.path} takes {name} once.")
        return found[0] if found else None

    def said(self, name: str) -> str | None:
        """The text of a child, without the space around it; none where there is none."""
        found = self.some(name)
        return None if found is None else found.words


def wrong(message: str) -> Refused:
    return refused(
        "XMLParseError", f"There was an error parsing the XML question or answer data in your request. {message}"
    )


def document(text: str, *roots: str) -> Node:
    """The root of a document, one of ``roots``. Raises ``Refused``."""
    if not is_storable(text):
        raise wrong("It has a character that XML does not have.")
    if len(text.encode()) > BYTES_MAX:
        raise refused("InvalidParameterValue", f"The document has more than {BYTES_MAX} bytes.")
    try:
        element = Safe.fromstring(text.strip(), forbid_dtd=True)
    except DefusedXmlException:
        raise wrong("A document type, entities and references to other files are not read; leave them out.") from None
    except (ParseError, ValueError, RecursionError) as error:
        raise wrong(f"It is not well-formed: {error}.") from None
    _check_size(element)
    root = Node(element, _plain(element.tag))
    if root.name not in roots:
        raise wrong(f"The document must be a {' or a '.join(roots)}, not a {root.name[:50]}.")
    return root


def _check_size(root: Element) -> None:
    level, count = [root], 0
    for _ in range(DEPTH_MAX):
        count += len(level)
        level = [child for element in level for child in element]
        if not level:
            break
    if level or count > ELEMENTS_MAX:
        raise wrong(f"It is nested deeper than {DEPTH_MAX} elements, or has more than {ELEMENTS_MAX}.")


def _plain(tag: str) -> str:
    return tag.rpartition("}")[2]
