"""Which tasks a list is asked for, and where its next page starts."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

import msgspec

from assay.core.errors import Invalid
from assay.faces.scale.asking import Query
from assay.faces.scale.audits_told import verdicts_of
from assay.faces.scale.reading import a_time, one, several
from assay.faces.scale.task_types import TYPES, told_as
from assay.faces.scale.tasks_told import STATUSES
from assay.services.customer_tasks import Search

PAGE_MAX: Final = 100
# The parameter and the condition that it is.
_TIMES: Final = {
    "start_time": "created_from",
    "end_time": "created_until",
    "completed_after": "completed_from",
    "completed_before": "completed_until",
    "updated_after": "changed_from",
    "updated_before": "changed_until",
}


class NextPage(msgspec.Struct, array_like=True):
    """Where a page starts: below which id, and how many tasks there were when the list was begun.

    The number travels with the pages, because counting costs as much as reading everything.
    """

    before: UUID
    total: int


def search_of(query: Query) -> Search | None:
    """What the tasks of a list must be like; none where no task can be. Raises ``Invalid``."""
    found: dict[str, Any] = {
        "project": one(query, "project"),
        "batch": one(query, "batch"),
        "unique_ids": [value for value in query.get("unique_id", ()) if value] or None,
        "tags": several(query, "tags") or None,
    }
    for name, condition in _TIMES.items():
        text = one(query, name)
        if text is not None:
            found[condition] = a_time(text, name)
    task_type = one(query, "type")
    if task_type is not None:
        if task_type not in TYPES:
            return None
        kind = TYPES[task_type].kind
        # What other programs created is told as the first type of its kind.
        condition = "said_or_silent" if told_as(kind).name == task_type else "said"
        found |= {"kind": kind, condition: msgspec.json.encode({"type": task_type}).decode()}
    reviews = {part for part in several(query, "customer_review_status") if "," not in part}
    if reviews:
        found["verdicts"] = verdicts_of(reviews)
    status = one(query, "status")
    if status is not None and status not in STATUSES:
        raise Invalid(f"Must be one of {', '.join(STATUSES)}.", "status")
    if any("\x00" in value for value in _texts(found)):
        raise Invalid("Text must not contain the NUL character.")
    return replace(Search() if status is None else STATUSES[status], **found)


def _texts(found: dict[str, Any]) -> Iterator[str]:
    for value in found.values():
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            yield from value


def limit_of(query: Query) -> int:
    """How many tasks a page has: 100 at most. Raises ``Invalid``."""
    text = one(query, "limit")
    try:
        limit = PAGE_MAX if text is None else int(text)
    except ValueError:
        raise Invalid("Must be a whole number.", "limit") from None
    if limit < 1:
        raise Invalid("Must be at least 1.", "limit")
    return min(limit, PAGE_MAX)


def next_of(query: Query) -> NextPage | None:
    """Raises ``Invalid`` for what is no ``next_token`` of ours."""
    text = one(query, "next_token")
    if text is None:
        return None
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(text.encode()), type=NextPage)
    except (msgspec.DecodeError, binascii.Error, ValueError):
        raise Invalid("This is not a next_token of ours; start without one.", "next_token") from None


def after(search: Search, page: NextPage) -> Search:
    """The same tasks, from where a page starts."""
    return replace(search, before=page.before)


def token_of(page: NextPage) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(page)).decode()
