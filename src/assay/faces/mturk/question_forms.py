"""QuestionForm documents, read into forms of questions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from assay.core.questionnaire import (
    OTHER,
    Chosen,
    Content,
    Format,
    Heading,
    Listing,
    Markup,
    Media,
    Option,
    Overview,
    Paragraph,
    Question,
    Questionnaire,
    Written,
    check_questionnaire,
)
from assay.faces.mturk import xhtml
from assay.faces.mturk.documents import Node, document, wrong
from assay.faces.mturk.refusals import refused

_CONTENTS: Final = ("Title", "Text", "List", "Binary", "EmbeddedBinary", "FormattedContent", "Application")
_QUESTION: Final = ("QuestionIdentifier", "DisplayName", "IsRequired", "QuestionContent", "AnswerSpecification")
_STYLES: Final = ("radiobutton", "dropdown", "checkbox", "list", "combobox", "multichooser")
_LINES_MAX: Final = 1000


def questionnaire(root: Node) -> Questionnaire:
    """The form of a QuestionForm's root. Raises ``Refused``."""
    items: list[Overview | Question] = [
        Overview(list(_contents(child))) if child.name == "Overview" else _question(child)
        for child in root.children("Overview", "Question")
    ]
    form = _bounded(Questionnaire(items))
    problems = check_questionnaire(form, "QuestionForm")
    if problems:
        raise wrong(" ".join(f"{one.field}: {one.message}" for one in problems[:5]))
    return form


def test(text: str) -> Questionnaire:
    """The form of a qualification's test. Raises ``Refused``; the two other kinds of questions are none here."""
    return questionnaire(document(text, "QuestionForm"))


def _bounded(form: Questionnaire) -> Questionnaire:
    """The same, once its lengths and counts are within bounds."""
    try:
        return msgspec.convert(msgspec.to_builtins(form), Questionnaire)
    except msgspec.ValidationError as error:
        raise wrong(f"{error}.") from None


def _question(node: Node) -> Question:
    list(node.children(*_QUESTION))
    id_ = node.one("QuestionIdentifier").words
    if id_.endswith(OTHER):
        raise wrong(f"{node.path}/QuestionIdentifier must not end with {OTHER}.")
    return Question(
        id=id_,
        title=node.said("DisplayName") or "",
        required=_truth(node.some("IsRequired")),
        contents=list(_contents(node.one("QuestionContent"))),
        answer=_answer(node.one("AnswerSpecification")),
    )


def _contents(node: Node) -> Iterator[Content]:
    for child in node.children(*_CONTENTS):
        if child.name == "Title":
            yield Heading(child.words)
        elif child.name == "Text":
            yield Paragraph(child.words)
        elif child.name == "List":
            yield Listing([item.words for item in child.children("ListItem")])
        else:
            yield _shown(child)


def _shown(child: Node) -> Media | Markup:
    if child.name == "FormattedContent":
        return Markup(xhtml.checked(child.text))
    if child.name == "Application":
        raise wrong(f"{child.path}: applets and Flash were withdrawn on 2017-12-12.")
    embedded = child.name == "EmbeddedBinary"
    mime = child.one("EmbeddedMimeType" if embedded else "MimeType")
    kind = (mime.said("Type") or "").lower()
    if kind not in ("image", "audio", "video"):
        raise wrong(f"{mime.path}/Type must be image, audio or video.")
    url = child.one("DataURL").words
    if not url.lower().startswith(("http://", "https://")):
        raise wrong(f"{child.path}/DataURL must begin with http:// or https://.")
    sizes: dict[str, Any] = {}
    for name, field in (("Width", "width"), ("Height", "height")):
        size = child.some(name)
        if size is not None:
            sizes[field] = _whole(size)
    alt = child.said("AltText") or ""
    return Media(kind=kind, url=url, subtype=mime.said("SubType") or "", alt=alt, **sizes)  # type: ignore[arg-type]


def _answer(node: Node) -> Written | Chosen:
    (answer,) = list(node.children("FreeTextAnswer", "SelectionAnswer", "FileUploadAnswer")) or (None,)
    if answer is None:
        raise wrong(f"{node.path} needs FreeTextAnswer or SelectionAnswer.")
    if answer.name == "FileUploadAnswer":
        raise refused(
            "InvalidParameterValue",
            "FileUploadAnswer: files with answers were withdrawn on 2017-12-12. Ask for an address where one lies.",
        )
    return _written(answer) if answer.name == "FreeTextAnswer" else _chosen(answer)


def _written(node: Node) -> Written:
    fields: dict[str, Any] = {}
    constraints = node.some("Constraints", ("Constraints", "DefaultText", "NumberOfLinesSuggestion"))
    formats = []
    for one in constraints.children("IsNumeric", "Length", "AnswerFormatRegex") if constraints else ():
        if one.name == "IsNumeric":
            fields |= {"numeric": True, **_bounds(one, minValue="minimum", maxValue="maximum")}
        elif one.name == "Length":
            fields |= _bounds(one, minLength="length_min", maxLength="length_max", whole=True)
        else:
            pattern, said, flags = (one.attribute(name) for name in ("regex", "errorText", "flags"))
            if not pattern:
                raise wrong(f"{one.path} needs the attribute regex.")
            more = {"error": said} if said else {}
            formats.append(Format(pattern, ignore_case="i" in (flags or ""), **more))
    lines = node.some("NumberOfLinesSuggestion")
    if lines is not None:
        fields["lines"] = min(max(1, _whole(lines)), _LINES_MAX)
    default = node.some("DefaultText")
    return Written(formats=formats, default=default.text if default else "", **fields)


def _bounds(node: Node, *, whole: bool = False, **names: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, field in names.items():
        said = node.attribute(name)
        if said is None:
            continue
        try:
            found[field] = int(said) if whole else float(said)
        except ValueError:
            raise wrong(f"{node.path}: {name} must be a number.") from None
    return found


def _chosen(node: Node) -> Chosen:
    options, other = [], None
    allowed = ("MinSelectionCount", "MaxSelectionCount", "StyleSuggestion", "Selections")
    for one in node.one("Selections", allowed).children("Selection", "OtherSelection"):
        if one.name == "OtherSelection":
            other = _written(one)
            continue
        shown = [child for child in one.children() if child.name != "SelectionIdentifier"]
        if len(shown) != 1 or shown[0].name not in ("Text", "FormattedContent", "Binary", "EmbeddedBinary"):
            raise wrong(f"{one.path} needs one of Text, FormattedContent and Binary.")
        content = Paragraph(shown[0].words) if shown[0].name == "Text" else _shown(shown[0])
        options.append(Option(one.one("SelectionIdentifier").words, content))
    counts = {
        field: _whole(found)
        for name, field in (("MinSelectionCount", "chosen_min"), ("MaxSelectionCount", "chosen_max"))
        if (found := node.some(name)) is not None
    }
    style = node.said("StyleSuggestion")
    if style is not None and style not in _STYLES:
        raise wrong(f"{node.path}/StyleSuggestion must be one of {', '.join(_STYLES)}.")
    if counts.get("chosen_max", 1) > 1 and style in ("radiobutton", "dropdown"):
        # It is a suggestion, and one that cannot be followed.
        style = None
    return Chosen(options=options, other=other, style=style, **counts)  # type: ignore[arg-type]


def _truth(node: Node | None) -> bool:
    if node is None:
        return False
    if node.words.lower() not in ("true", "false", "1", "0"):
        raise wrong(f"{node.path} must be true or false.")
    return node.words.lower() in ("true", "1")


def _whole(node: Node) -> int:
    try:
        return int(node.words)
    except ValueError:
        raise wrong(f"{node.path} must be a whole number.") from None
