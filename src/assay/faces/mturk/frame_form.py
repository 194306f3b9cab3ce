"""A form of questions as a page of plain HTML: it works without scripts, by keyboard and with a screen reader.

What is wrong with the answers is told by the server, beside each question, with everything as it was written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from assay.core.errors import Problem
from assay.core.questionnaire import (
    OTHER,
    Chosen,
    Content,
    Heading,
    Listing,
    Markup,
    Media,
    Option,
    Paragraph,
    Question,
    Questionnaire,
    Written,
)

STYLE_PATH: Final = "/helpers/form.css"

# Pictures and recordings come from where the requester keeps them; nothing runs, whatever a form brought along.
FORM_CSP: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src https: http: data:; media-src https: http:; "
    "form-action 'self'; base-uri 'none'"
)

Given = Mapping[str, Sequence[str]]


def form_page(
    form: Questionnaire, *, title: str, action: str | None, given: Given, problems: Sequence[Problem] = ()
) -> str:
    """The whole document. ``action``: where answers are posted; none: it is only looked at, and cannot be sent.
    ``given``: what the fields hold already; ``problems``: what is wrong with it, by question id."""
    wrong: dict[str, list[str]] = {}
    for problem in problems:
        wrong.setdefault(problem.field.removesuffix(OTHER), []).append(problem.message)
    body = []
    for number, item in enumerate(form.items):
        if isinstance(item, Question):
            body.append(_question(item, f"q{number}", given, wrong.get(item.id, ()), sendable=action is not None))
        else:
            body.append(f'<section class="overview">{_contents(item.contents)}</section>')
    summary = ""
    if wrong:
        count = "One answer needs" if len(wrong) == 1 else f"{len(wrong)} answers need"
        summary = f'<p class="summary" role="alert" tabindex="-1" autofocus>{count} another look.</p>'
    if action is None:
        foot = '<p class="foot">You are looking at this job. Accept it to answer.</p>'
        opened, closed = "<div>", "</div>"
    else:
        foot = '<p class="foot"><button type="submit">Submit</button></p>'
        opened, closed = f'<form method="post" action="{escape(action)}" novalidate>', "</form>"
    return _document(title, f"{summary}{opened}{''.join(body)}{foot}{closed}")


def said_page(title: str, words: str, *, tell: str | None = None, state: str = "") -> str:
    """A page that only says something. ``tell``: the origin of the page around the frame, which is told ``state``."""
    told = f' data-tell="{escape(tell)}" data-state="{escape(state)}"' if tell else ""
    script = '<script src="/helpers/tell.js"></script>' if tell else ""
    return _document(title, f'<main class="said"{told}><h1>{escape(title)}</h1><p>{escape(words)}</p></main>{script}')


def _document(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><title>{escape(title)}</title>'
        f'<link rel="stylesheet" href="{STYLE_PATH}"></head><body>{body}</body></html>'
    )


def _contents(contents: Sequence[Content]) -> str:
    return "".join(map(_content, contents))


def _content(one: Content) -> str:
    match one:
        case Heading():
            return f"<h2>{escape(one.text)}</h2>"
        case Paragraph():
            return f"<p>{escape(one.text)}</p>"
        case Listing():
            return f"<ul>{''.join(f'<li>{escape(item)}</li>' for item in one.items)}</ul>"
        case Media():
            return _media(one)
        case Markup():
            return f'<div class="markup">{one.html}</div>'


def _media(one: Media) -> str:
    size = "".join(f' {name}="{value}"' for name, value in (("width", one.width), ("height", one.height)) if value)
    if one.kind == "image":
        return f'<img src="{escape(one.url)}" alt="{escape(one.alt)}"{size}>'
    label = f' aria-label="{escape(one.alt)}"' if one.alt else ""
    return f'<{one.kind} src="{escape(one.url)}" controls preload="metadata"{label}{size}></{one.kind}>'


def _question(question: Question, name: str, given: Given, wrong: Sequence[str], *, sendable: bool) -> str:
    must = question.must_be_answered
    title = escape(question.title) if question.title else ""
    star = ' <span class="required">required</span>' if must else ""
    errors = "".join(f"<li>{escape(message)}</li>" for message in wrong)
    told = f'<ul class="wrong" id="{name}-wrong" role="alert">{errors}</ul>' if wrong else ""
    described = f' aria-describedby="{name}-wrong"' if wrong else ""
    invalid = ' aria-invalid="true"' if wrong else ""
    state = invalid + described + ("" if sendable else " disabled")
    if isinstance(question.answer, Written):
        asked = _written(question.answer, question.id, name, _first(given, question.id, question.answer.default), state)
        legend = f'<h3 id="{name}-title">{title}{star}</h3>' if title or star else ""
        named = f"{name}-title {name}-asked" if legend else f"{name}-asked"
        return (
            f'<section class="question" role="group" aria-labelledby="{named}">{legend}'
            f'<div id="{name}-asked">{_contents(question.contents)}</div>{asked}{told}</section>'
        )
    asked = _chosen(question.answer, question.id, given, state)
    shown = _contents(question.contents)
    # A group without a title of its own is called by what it shows.
    head = f"<legend>{title}{star}</legend>{shown}" if title else f"<legend>{shown}{star}</legend>"
    return f'<fieldset class="question"{described}>{head}{asked}{told}</fieldset>'


def _first(given: Given, id_: str, otherwise: str) -> str:
    texts = given.get(id_)
    return texts[0] if texts else otherwise


def _written(asked: Written, id_: str, name: str, text: str, state: str) -> str:
    bounds = f' maxlength="{asked.length_max}"' if asked.length_max else ""
    said = f'id="{name}" name="{escape(id_)}" aria-labelledby="{name}-title {name}-asked"{bounds}{state}'
    if asked.lines > 1:
        # The line break after the tag is the browser's to drop, so that one in the text is not.
        return f'<textarea {said} rows="{min(asked.lines, 40)}">\n{escape(text)}</textarea>'
    mode = ' inputmode="decimal"' if asked.numeric or asked.minimum is not None or asked.maximum is not None else ""
    return f'<input type="text" {said}{mode} autocomplete="off" value="{escape(text)}">'


def _chosen(asked: Chosen, id_: str, given: Given, state: str) -> str:
    texts = given.get(id_, ())
    known = {option.id for option in asked.options}
    chosen = {text for text in texts if text in known}
    written = _first(given, id_ + OTHER, "") or next((text for text in texts if text and text not in known), "")
    if asked.style in ("dropdown", "list", "combobox", "multichooser") and not any(
        isinstance(option.content, (Media, Markup)) for option in asked.options
    ):
        body = _select(asked, id_, chosen, state)
    else:
        kind = "radio" if asked.chosen_max == 1 else "checkbox"
        body = "".join(
            f'<label class="option"><input type="{kind}" name="{escape(id_)}" value="{escape(option.id)}"'
            f"{' checked' if option.id in chosen else ''}{state}> <span>{_option(option)}</span></label>"
            for option in asked.options
        )
        body = f'<div class="options">{body}</div>'
    if asked.other is not None:
        body += (
            f'<label class="other"><span>Something else</span> '
            f"{_written_other(asked.other, id_ + OTHER, written, state)}</label>"
        )
    return body


def _select(asked: Chosen, id_: str, chosen: set[str], state: str) -> str:
    many = asked.chosen_max > 1
    size = f' multiple size="{min(len(asked.options), 12)}"' if many else ""
    empty = "" if many else '<option value="">Choose …</option>'
    options = "".join(
        f'<option value="{escape(option.id)}"{" selected" if option.id in chosen else ""}>{_option(option)}</option>'
        for option in asked.options
    )
    return f'<select name="{escape(id_)}" aria-label="Your choice"{size}{state}>{empty}{options}</select>'


def _option(option: Option) -> str:
    if isinstance(option.content, Paragraph):
        return escape(option.content.text)
    return _content(option.content)


def _written_other(asked: Written, name: str, text: str, state: str) -> str:
    if asked.lines > 1:
        return f'<textarea name="{escape(name)}" rows="{min(asked.lines, 40)}"{state}>\n{escape(text)}</textarea>'
    return f'<input type="text" name="{escape(name)}" value="{escape(text)}" autocomplete="off"{state}>'


TELL: Final = """\
"use strict";
const said = document.querySelector("[data-tell]");
if (said && window.parent !== window) {
  window.parent.postMessage({ assay: said.dataset.state }, said.dataset.tell);
}
"""

STYLE: Final = """\
:root { color-scheme: light dark; --ink: #1c2530; --dim: #566270; --line: #c9d1da; --ground: #fff; --mark: #1f5fbf;
  --wrong: #b3261e; font: 16px/1.55 system-ui, sans-serif; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6eaf0; --dim: #9aa7b5; --line: #3b4653; --ground: #14181d; --mark: #7db0ff; --wrong: #ff8a80; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1.25rem 3rem; max-width: 46rem; color: var(--ink); background: var(--ground); }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 0 0 .5rem; }
h3, legend { font-size: 1rem; font-weight: 600; padding: 0; margin: 0 0 .25rem; }
p, ul { margin: 0 0 .75rem; }
img, video { max-width: 100%; height: auto; border-radius: .375rem; }
audio { width: 100%; }
.overview { margin-bottom: 1.5rem; }
.question { margin: 0 0 1.5rem; padding: 1rem 1.125rem 1.125rem; border: 1px solid var(--line); border-radius: .5rem; }
.required { color: var(--dim); font-size: .8125rem; font-weight: 400; margin-left: .375rem; }
.options { display: grid; gap: .25rem; }
.option { display: flex; gap: .625rem; align-items: flex-start; padding: .375rem .5rem; border-radius: .375rem; }
.option:hover { background: color-mix(in srgb, var(--mark) 10%, transparent); }
.option input { margin-top: .3rem; accent-color: var(--mark); }
.other { display: grid; gap: .25rem; margin-top: .75rem; color: var(--dim); font-size: .9375rem; }
input[type=text], textarea, select { width: 100%; font: inherit; color: inherit; background: transparent;
  border: 1px solid var(--line); border-radius: .375rem; padding: .5rem .625rem; }
select option { color: var(--ink); background: var(--ground); }
textarea { resize: vertical; }
[aria-invalid=true] { border-color: var(--wrong); }
:focus-visible { outline: 2px solid var(--mark); outline-offset: 2px; }
.wrong { color: var(--wrong); margin: .5rem 0 0; padding: 0; list-style: none; font-size: .9375rem; }
.summary { color: var(--wrong); font-weight: 600; }
.foot { position: sticky; bottom: 0; margin: 0; padding: .75rem 0; background: var(--ground); color: var(--dim); }
button { font: inherit; font-weight: 600; padding: .5rem 1.5rem; border: 0; border-radius: .375rem; cursor: pointer;
  color: var(--ground); background: var(--mark); }
.said { max-width: 32rem; margin: 12vh auto 0; text-align: center; }
.said h1 { font-size: 1.25rem; }
.said p { color: var(--dim); }
"""
