"""Tasks that are a page of their own: a customer's address, a customer's HTML, or a form of questions.

Customers' pages are shown in a frame that reaches nothing of ours; a form is drawn by us.
"""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias

import msgspec

from assay.core.questionnaire import Questionnaire

FRAME_HEIGHT_MAX: Final = 10_000

FrameHeight: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=FRAME_HEIGHT_MAX)]


class ExternalPage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="page", tag="external"):
    """A page at a customer's own address. ``frame_height``: CSS pixels; 0 is as high as fits."""

    url: str
    frame_height: FrameHeight = 0


class HtmlPage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="page", tag="html"):
    """A page that a customer wrote, with a form in it."""

    html: str
    frame_height: FrameHeight = 0


class FormPage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="page", tag="form"):
    questionnaire: Questionnaire


Page: TypeAlias = ExternalPage | HtmlPage | FormPage


class PageItem(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="page", omit_defaults=True
):
    """A page as the content of a task, which has nothing else beside it."""

    page: Page
    title: str | None = None
