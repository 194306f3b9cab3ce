"""Formatted content: the part of XHTML that forms of questions may use. What is let through is written anew from what
was read, so that a browser sees just what was checked."""

from __future__ import annotations

import re
from html.entities import name2codepoint
from typing import Final
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, ParseError, tostring

from defusedxml import ElementTree as Safe
from defusedxml.common import DefusedXmlException

from assay.faces.mturk.documents import DEPTH_MAX
from assay.faces.mturk.refusals import Refused, refused

_ELEMENT_NAMES: Final = (
    "a area b big blockquote br center cite code col colgroup dd del dl dt em font h1 h2 h3 h4 h5 h6 hr i img ins li"
    " map ol p pre q small strong sub sup table tbody td tfoot th thead tr u ul"
)
_ATTRIBUTE_NAMES: Final = (
    "abbr align alt axis bgcolor border cellpadding cellspacing char charoff cite clear color cols colspan compact"
    " coords datetime dir face frame headers height href hspace ismap lang name nohref noshade nowrap rel rev rowspan"
    " rules scope shape size span src start summary target title type usemap valign value vspace width"
)
ELEMENTS: Final = frozenset(_ELEMENT_NAMES.split())
_ATTRIBUTES: Final = frozenset(_ATTRIBUTE_NAMES.split())
_ADDRESSES: Final = ("href", "src", "cite")
_SCHEMES: Final = ("", "http", "https", "ftp", "news", "nntp", "mailto", "gopher", "telnet")
_ENTITY: Final = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,15});")
_OWN: Final = ("amp", "lt", "gt", "quot", "apos")


def checked(text: str) -> str:
    """The content as HTML. Raises ``Refused`` for what is not well-formed or not of the allowed part."""
    try:
        whole = Safe.fromstring(f"<content>{_ENTITY.sub(_character, text)}</content>", forbid_dtd=True)
    except DefusedXmlException:
        raise _wrong("a document type and entities are not read") from None
    except (ParseError, ValueError, RecursionError) as error:
        raise _wrong(f"it is not well-formed ({error})") from None
    for child in whole:
        _check(child, 1)
    for element in whole.iter():
        element.tag = str(element.tag).lower()
    html: str = tostring(whole, encoding="unicode", method="html")
    return html.removeprefix("<content>").removesuffix("</content>")


def _check(element: Element, depth: int) -> None:
    name = str(element.tag).lower()
    if name not in ELEMENTS:
        raise _wrong(f"the element {name[:40]} is not allowed")
    if depth > DEPTH_MAX:
        raise _wrong(f"it is nested deeper than {DEPTH_MAX} elements")
    for attribute, value in element.attrib.items():
        if attribute not in _ATTRIBUTES:
            raise _wrong(f"the attribute {attribute[:40]} of {name} is not allowed")
        if attribute in _ADDRESSES and _scheme(value) not in _SCHEMES:
            raise _wrong(f"the address of {name} must begin with one of {', '.join(_SCHEMES[1:])}")
    if name in ("img", "area") and "alt" not in element.attrib:
        raise _wrong(f"{name} needs the attribute alt")
    for child in element:
        _check(child, depth + 1)


def _scheme(address: str) -> str:
    """As a browser reads it, which passes over blanks and line breaks."""
    try:
        return urlsplit(re.sub(r"[\x00-\x20]", "", address)).scheme.lower()
    except ValueError:
        return "?"


def _character(match: re.Match[str]) -> str:
    """The names of characters that HTML has and XML has not."""
    code = name2codepoint.get(match[1])
    return match[0] if match[1] in _OWN or code is None else f"&#{code};"


def _wrong(message: str) -> Refused:
    return refused("XHTMLParseError", f"There was an error parsing the XHTML data in your request: {message}.")
