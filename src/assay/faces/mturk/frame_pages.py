"""Customers' HTML as it is shown in a frame: what it says of Amazon's site led to ours.

Pages written for the original name three addresses that are no longer there, or must not be reached from here: where
answers are posted, and two scripts. They are exchanged wherever they stand, in attributes and in scripts, and nothing
else of the page is touched.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

# Under the origin of a frame.
SUBMIT_PATH: Final = "/mturk/externalSubmit"
HELPER_PATH: Final = "/helpers/externalHIT_v1.js"
CROWD_PATH: Final = "/helpers/crowd-html-elements.js"
NOT_ACCEPTED: Final = "ASSIGNMENT_ID_NOT_AVAILABLE"

_SUBMIT: Final = re.compile(
    r"(?:https?:)?//(?:www|workersandbox|worker)\.mturk\.com/+mturk/externalSubmit\b", re.IGNORECASE
)
_HELPER: Final = re.compile(
    r"(?:https?:)?//(?:s3[\w.-]*\.amazonaws\.com/mturk-public|mturk-public\.s3[\w.-]*\.amazonaws\.com)"
    r"/externalHIT_v1\.js\b",
    re.IGNORECASE,
)
_CROWD: Final = re.compile(r"(?:https?:)?//assets\.crowd\.aws/crowd-html-elements(?:\.min)?\.js\b", re.IGNORECASE)
# A form that names no other place posts to the page's own address; a page of the original site relied on that too.
_DOCTYPE: Final = re.compile(r"\s*<!doctype", re.IGNORECASE)

# What pages ask of the helper: a parameter of their address, the host to submit to, and the assignment put in the form.
HELPER: Final = """\
"use strict";
function turkGetParam(name, otherwise) {
  const value = new URLSearchParams(window.location.search).get(name);
  return value === null || value === "" ? (otherwise === undefined ? "" : otherwise) : value;
}
function turkGetSubmitToHost() {
  return turkGetParam("turkSubmitTo", window.location.origin);
}
function turkSetAssignmentID(formName, buttonName) {
  const assignment = turkGetParam("assignmentId", "");
  const field = document.getElementById("assignmentId");
  if (field) field.value = assignment;
  if (assignment === "NOT_ACCEPTED") {
    const button = document.getElementById(buttonName || "submitButton");
    if (button) {
      button.disabled = true;
      if ("value" in button && button.tagName === "INPUT") button.value = "Accept the job before you submit";
      else button.textContent = "Accept the job before you submit";
    }
  }
  const form = document.getElementById(formName || "mturk_form");
  if (form) form.action = turkGetSubmitToHost() + "/mturk/externalSubmit";
}
""".replace("NOT_ACCEPTED", NOT_ACCEPTED)


def led_here(html: str, *, submit_to: str, origin: str) -> str:
    """The page with the three addresses exchanged. ``submit_to``: what answers are posted under; ``origin``: of the
    frame, which serves both scripts."""
    html = _SUBMIT.sub(lambda _: submit_to + SUBMIT_PATH, html)
    html = _HELPER.sub(lambda _: origin + HELPER_PATH, html)
    html = _CROWD.sub(lambda _: origin + CROWD_PATH, html)
    # Without one browsers lay a page out as they did in the nineties.
    return html if _DOCTYPE.match(html) else f"<!doctype html>\n{html}"


def parameters(
    hit_id: str, accepted: tuple[str, str] | None, submit_to: str, *, first: Mapping[str, str] | None = None
) -> str:
    """The query that pages read who and where they are from, in the original's order. ``accepted``: assignment and
    worker; none while the job is only looked at, and then neither worker nor host is told."""
    said = dict(first or {})
    said["assignmentId"] = accepted[0] if accepted else NOT_ACCEPTED
    said["hitId"] = hit_id
    if accepted:
        said["workerId"] = accepted[1]
        said["turkSubmitTo"] = submit_to
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in said.items())


def with_parameters(url: str, query: str) -> str:
    """A customer's address with the query added to its own."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=f"{parts.query}&{query}" if parts.query else query))


RESERVED: Final = frozenset({"assignmentId", "workerId", "turkSubmitTo", "hitId"})


def answered_fields(posted: Sequence[tuple[str, str]]) -> dict[str, str | list[str]]:
    """The fields of a posted form, without those that only say whose it is. Several of one name (boxes that were
    ticked) are a list."""
    fields: dict[str, list[str]] = {}
    for name, value in posted:
        if name not in RESERVED:
            fields.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in fields.items()}
