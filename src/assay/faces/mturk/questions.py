"""The question of a task, in any of its three documents, read into the page that freelancers see."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from assay.core.annotations.page_kind import page_problems
from assay.core.pages import FRAME_HEIGHT_MAX, ExternalPage, FormPage, HtmlPage, Page
from assay.faces.mturk import question_forms
from assay.faces.mturk.documents import SCHEMAS, Node, document, wrong
from assay.faces.mturk.ids import Mode

ROOTS: Final = ("ExternalQuestion", "HTMLQuestion", "QuestionForm")
_HTML_SCHEMA: Final = SCHEMAS + "2011-11-11/HTMLQuestion.xsd"


def page_of(text: str, mode: Mode) -> Page:
    """What the document shows. ``mode``: an address without TLS is for trying things out only. Raises ``Refused``."""
    root = document(text, *ROOTS)
    page: Page
    if root.name == "QuestionForm":
        page = FormPage(question_forms.questionnaire(root))
    elif root.name == "HTMLQuestion":
        page = HtmlPage(root.one("HTMLContent", ("HTMLContent", "FrameHeight")).text, _height(root))
    else:
        url = root.one("ExternalURL", ("ExternalURL", "FrameHeight")).words
        if mode == "live" and urlsplit(url).scheme.lower() != "https":
            raise wrong("ExternalURL must begin with https://.")
        page = ExternalPage(url, _height(root))
    for problem in page_problems(page, root.name):
        raise wrong(f"{problem.field}: {problem.message}")
    return page


def of_html(html: str) -> str:
    """The document of a page of HTML, as it is told of a task that was made from a layout."""
    within = html.replace("]]>", "]]]]><![CDATA[>")
    return (
        f'<HTMLQuestion xmlns="{_HTML_SCHEMA}"><HTMLContent><![CDATA[{within}]]></HTMLContent>'
        "<FrameHeight>0</FrameHeight></HTMLQuestion>"
    )


def _height(root: Node) -> int:
    said = root.said("FrameHeight")
    try:
        return min(max(0, int(said or 0)), FRAME_HEIGHT_MAX)
    except ValueError:
        raise wrong("FrameHeight must be a whole number of pixels.") from None
