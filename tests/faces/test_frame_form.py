"""A form of questions as HTML: everything asked can be answered, and no text of anybody's becomes a tag."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import Problem
from assay.core.questionnaire import (
    Chosen,
    Heading,
    Listing,
    Media,
    Option,
    Overview,
    Paragraph,
    Question,
    Questionnaire,
    Written,
)
from assay.faces.mturk.frame_form import form_page, said_page

FORM = Questionnaire(
    [
        Overview(
            [Heading("Two questions"), Listing(["Look", "Answer"]), Media("image", "https://p.test/a.png", alt="A")]
        ),
        Question(
            "name", [Paragraph("What is it called?")], Written(length_min=2, length_max=20, default="Rex"), "Name"
        ),
        Question(
            "color",
            [Paragraph("Which colours?")],
            Chosen([Option("r", Paragraph("Red")), Option("b", Paragraph("Blue"))], 1, 2, "checkbox", Written()),
            "Colour",
            required=True,
        ),
        Question(
            "size",
            [Paragraph("How large?")],
            Chosen([Option("s", Paragraph("Small")), Option("l", Paragraph("Large"))], style="dropdown"),
        ),
        Question("note", [Paragraph("Anything else?")], Written(lines=4)),
    ]
)


class Page(HTMLParser):
    """What a browser would find: elements with their attributes, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def named(self, name: str) -> list[tuple[str, dict[str, str | None]]]:
        return [one for one in self.elements if one[1].get("name") == name]


def test_every_question_is_a_control_that_holds_what_was_given() -> None:
    page = Page(
        form_page(FORM, title="Dogs", action="mturk/externalSubmit", given={"color": ["b"], "note": ["Hi\n<b>"]})
    )

    assert ("form", {"method": "post", "action": "mturk/externalSubmit", "novalidate": None}) in page.elements
    [(_, name)] = page.named("name")
    assert (name["type"], name["value"], name["maxlength"]) == ("text", "Rex", "20")
    assert [(one["value"], "checked" in one) for _, one in page.named("color")] == [("r", False), ("b", True)]
    assert {one["type"] for _, one in page.named("color")} == {"checkbox"}
    assert [tag for tag, _ in page.named("color.other")] == ["input"]
    assert [tag for tag, _ in page.named("size")] == ["select"]
    assert [tag for tag, _ in page.named("note")] == ["textarea"]
    assert "Hi\n<b>" in page.text
    assert "Two questions" in page.text


def test_what_is_wrong_stands_beside_its_question() -> None:
    problems = [Problem("name", "at least 2 characters; this has 1."), Problem("color", "choose at least 1.")]
    page = Page(form_page(FORM, title="Dogs", action="x", given={"name": ["R"]}, problems=problems))

    assert "2 answers need another look." in page.text
    assert "at least 2 characters; this has 1." in page.text
    [(_, name)] = page.named("name")
    assert name["aria-invalid"] == "true"
    assert [one for one in page.elements if one[1].get("id") == name["aria-describedby"]]


def test_a_form_that_is_only_looked_at_cannot_be_sent() -> None:
    page = Page(form_page(FORM, title="Dogs", action=None, given={}))
    assert not [tag for tag, _ in page.elements if tag in ("form", "button")]
    controls = [said for tag, said in page.elements if tag in ("input", "select", "textarea")]
    assert controls
    assert all("disabled" in said for said in controls)


@given(st.text())
def test_no_text_becomes_a_tag(text: str) -> None:
    form = Questionnaire(
        [
            Overview([Heading(text), Paragraph(text), Listing([text]), Media("audio", text, alt=text)]),
            Question(text, [Paragraph(text)], Written(default=text), text),
            Question(text + "2", [], Chosen([Option(text or "x", Paragraph(text))], style="list"), text),
        ]
    )
    harmless = form_page(form, title="x", action="x", given={})
    plain = form_page(_without_texts(form), title="x", action="x", given={})
    assert [tag for tag, _ in Page(harmless).elements] == [tag for tag, _ in Page(plain).elements]
    said = [tag for tag, _ in Page(said_page(text, text, tell=text or None, state=text)).elements]
    assert said == [tag for tag, _ in Page(said_page("x", "x", tell="x" if text else None, state="x")).elements]


def _without_texts(form: Questionnaire) -> Questionnaire:
    overview, written, chosen = form.items
    assert isinstance(overview, Overview)
    assert isinstance(written, Question)
    assert isinstance(chosen, Question)
    titled = "x" if written.title else ""
    return Questionnaire(
        [
            Overview([Heading("x"), Paragraph("x"), Listing(["x"]), Media("audio", "x", alt="x" if titled else "")]),
            Question("x", [Paragraph("x")], Written(), titled),
            Question("y", [], Chosen([Option("x", Paragraph("x"))], style="list"), titled),
        ]
    )
