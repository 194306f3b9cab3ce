"""Customers' pages in frames: what they name of the original site is led here, and nothing else is touched."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.adapters.sealing import memory_seals
from assay.core.errors import Invalid, NotFound
from assay.core.frames import Ticket, frame_origins, loopback_origins, open_ticket
from assay.faces.mturk.frame_pages import answered_fields, led_here, parameters, with_parameters

REQUESTER = UUID("0198c2a0-0000-7000-8000-000000000001")
ORIGIN = f"http://{REQUESTER.hex}.localhost:8700"
HERE = f"{ORIGIN}/t/abc"


@pytest.mark.parametrize(
    ("said", "becomes"),
    [
        ('<form action="https://www.mturk.com/mturk/externalSubmit">', f'<form action="{HERE}/mturk/externalSubmit">'),
        ("'https://workersandbox.mturk.com/mturk/externalSubmit'", f"'{HERE}/mturk/externalSubmit'"),
        ('action="//www.mturk.com//mturk/externalSubmit"', f'action="{HERE}/mturk/externalSubmit"'),
        (
            '<script src="https://s3.amazonaws.com/mturk-public/externalHIT_v1.js"></script>',
            f'<script src="{ORIGIN}/helpers/externalHIT_v1.js"></script>',
        ),
        (
            '<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>',
            f'<script src="{ORIGIN}/helpers/crowd-html-elements.js"></script>',
        ),
        ("https://www.mturk.com/worker/help", "https://www.mturk.com/worker/help"),
        ("https://www.mturk.com/mturk/externalSubmitted", "https://www.mturk.com/mturk/externalSubmitted"),
    ],
    ids=["live", "sandbox", "no scheme, doubled slash", "helper", "crowd", "another page", "a longer name"],
)
def test_three_addresses_are_led_here(said: str, becomes: str) -> None:
    assert led_here(f"<!DOCTYPE html>{said}", submit_to=HERE, origin=ORIGIN) == f"<!DOCTYPE html>{becomes}"


def test_a_page_without_a_doctype_gets_one() -> None:
    assert led_here("<p>Hello", submit_to=HERE, origin=ORIGIN) == "<!doctype html>\n<p>Hello"


def test_a_page_is_told_who_it_is_for_in_the_order_of_the_original() -> None:
    told = parameters("3HIT", ("3ASSIGNMENT", "AWORKER"), "https://a.frames.example.org/t/x")
    assert told == (
        "assignmentId=3ASSIGNMENT&hitId=3HIT&workerId=AWORKER&turkSubmitTo=https%3A%2F%2Fa.frames.example.org%2Ft%2Fx"
    )
    assert parameters("3HIT", None, "https://x") == "assignmentId=ASSIGNMENT_ID_NOT_AVAILABLE&hitId=3HIT"
    assert with_parameters("https://c.example/q?a=1#top", "hitId=3") == "https://c.example/q?a=1&hitId=3#top"
    assert with_parameters("https://c.example/q", "hitId=3") == "https://c.example/q?hitId=3"


def test_boxes_of_one_name_are_a_list_and_what_only_says_whose_it_is_is_left_out() -> None:
    posted = [("assignmentId", "3A"), ("color", "red"), ("color", "blue"), ("hitId", "3H"), ("note", "")]
    assert answered_fields(posted) == {"color": ["red", "blue"], "note": ""}


def test_each_requester_has_an_origin_of_its_own() -> None:
    origins = frame_origins("https://{requester}.Frames.example.org/")
    assert origins.of(REQUESTER) == f"https://{REQUESTER.hex}.frames.example.org"
    assert origins.requester_of(f"{REQUESTER.hex}.frames.example.org") == REQUESTER
    assert origins.pattern == "https://*.frames.example.org"
    for other in ("frames.example.org", f"{REQUESTER.hex}.example.org", f"x{REQUESTER.hex[1:]}.frames.example.org", ""):
        assert origins.requester_of(other) is None
    assert loopback_origins(8700).of(REQUESTER) == ORIGIN


@pytest.mark.parametrize(
    "address",
    [
        "https://frames.example.org",
        "ftp://{requester}.x.org",
        "https://{requester}.x.org/path",
        "https://a@{requester}.x",
    ],
)
def test_one_origin_for_all_is_refused(address: str) -> None:
    with pytest.raises(Invalid, match=r"frames\.example\.org"):
        frame_origins(address)


def test_a_ticket_opens_what_it_was_made_for_and_nothing_else_is_one() -> None:
    seals = memory_seals()
    for engagement in (None, UUID(int=4)):
        ticket = Ticket(UUID(int=1), UUID(int=2), UUID(int=3), engagement)
        sealed = ticket.seal(seals)
        assert open_ticket(sealed, seals) == ticket
        changed = sealed[:-2] + ("AA" if sealed[-2:] != "AA" else "BB")
        for wrong in (changed, sealed[:-4], "", "x", sealed * 9, memory_seals().seal("x", "frame").hex()):
            with pytest.raises(NotFound):
                open_ticket(wrong, seals)


@given(st.text(max_size=300))
def test_no_text_breaks_the_reading_of_tickets_and_pages(text: str) -> None:
    with pytest.raises(NotFound):
        open_ticket(text, memory_seals())
    assert led_here(text, submit_to=HERE, origin=ORIGIN)
