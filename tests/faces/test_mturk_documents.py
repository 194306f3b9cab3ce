"""Documents of the dialect: what is read into forms, pages and keys, what is written, and what is refused unread."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.pages import ExternalPage, FormPage, HtmlPage
from assay.core.questionnaire import (
    Chosen,
    Format,
    Heading,
    KeyOption,
    Listing,
    Markup,
    Media,
    Option,
    Paragraph,
    Written,
    grade,
)
from assay.faces.mturk import answers, question_forms, questions, xhtml
from assay.faces.mturk.answer_keys import answer_key
from assay.faces.mturk.documents import BYTES_MAX, SCHEMAS
from assay.faces.mturk.refusals import Refused

EXTERNAL = f"""<?xml version="1.0" encoding="UTF-8"?>
<ExternalQuestion xmlns="{SCHEMAS}2006-07-14/ExternalQuestion.xsd">
  <ExternalURL>https://tasks.acme.org/one?a=1&amp;b=2</ExternalURL>
  <FrameHeight>400</FrameHeight>
</ExternalQuestion>"""
HTML = f"""<HTMLQuestion xmlns="{SCHEMAS}2011-11-11/HTMLQuestion.xsd">
  <HTMLContent><![CDATA[<!DOCTYPE html><form name='mturk_form'>é &amp; <b>]]></HTMLContent>
  <FrameHeight>0</FrameHeight></HTMLQuestion>"""
FORM = f"""<QuestionForm xmlns="{SCHEMAS}2017-11-06/QuestionForm.xsd">
  <Overview><Title>Clothes</Title><Text> Look at each. </Text>
    <List><ListItem>one</ListItem><ListItem>two</ListItem></List>
    <FormattedContent><![CDATA[<p>See <a href="https://acme.org/">this</a>&nbsp;page<br/></p>]]></FormattedContent>
  </Overview>
  <Question>
    <QuestionIdentifier>age</QuestionIdentifier><DisplayName>Age</DisplayName><IsRequired>true</IsRequired>
    <QuestionContent><Binary><MimeType><Type>image</Type><SubType>png</SubType></MimeType>
      <DataURL>https://acme.org/a.png</DataURL><AltText>A coat</AltText></Binary></QuestionContent>
    <AnswerSpecification><FreeTextAnswer><Constraints><IsNumeric minValue="1" maxValue="99"/>
      <Length minLength="1" maxLength="2"/><AnswerFormatRegex regex="^[0-9]+$" errorText="Digits" flags="i"/>
      </Constraints><DefaultText>7</DefaultText><NumberOfLinesSuggestion>3</NumberOfLinesSuggestion>
    </FreeTextAnswer></AnswerSpecification>
  </Question>
  <Question>
    <QuestionIdentifier>kind</QuestionIdentifier>
    <QuestionContent><Text>Which?</Text></QuestionContent>
    <AnswerSpecification><SelectionAnswer><MinSelectionCount>1</MinSelectionCount>
      <MaxSelectionCount>2</MaxSelectionCount><StyleSuggestion>checkbox</StyleSuggestion><Selections>
        <Selection><SelectionIdentifier>coat</SelectionIdentifier><Text>A coat</Text></Selection>
        <Selection><SelectionIdentifier>hat</SelectionIdentifier>
          <FormattedContent><![CDATA[<b>A hat</b>]]></FormattedContent></Selection>
        <OtherSelection><MinLength>2</MinLength></OtherSelection>
      </Selections></SelectionAnswer></AnswerSpecification>
  </Question>
</QuestionForm>""".replace("<MinLength>2</MinLength>", "<NumberOfLinesSuggestion>1</NumberOfLinesSuggestion>")
BOUNDS = "<InclusiveLowerBound>5</InclusiveLowerBound><InclusiveUpperBound>10</InclusiveUpperBound>"
RANGES = (
    f"<RangeMapping><SummedScoreRange>{BOUNDS}<QualificationValue>7</QualificationValue></SummedScoreRange>"
    "<OutOfRangeQualificationValue>-1</OutOfRangeQualificationValue></RangeMapping>"
)
KEY = f"""<AnswerKey xmlns="{SCHEMAS}2005-10-01/AnswerKey.xsd">
  <Question><QuestionIdentifier>kind</QuestionIdentifier>
    <AnswerOption><SelectionIdentifier>coat</SelectionIdentifier><SelectionIdentifier>hat</SelectionIdentifier>
      <AnswerScore>10</AnswerScore></AnswerOption>
    <AnswerOption><SelectionIdentifier>coat</SelectionIdentifier><AnswerScore>-5</AnswerScore></AnswerOption>
    <DefaultScore>1</DefaultScore></Question>
  MAPPING
</AnswerKey>"""


def test_external_and_html_questions_are_pages() -> None:
    assert questions.page_of(EXTERNAL, "live") == ExternalPage("https://tasks.acme.org/one?a=1&b=2", 400)
    assert questions.page_of(HTML, "live") == HtmlPage("<!DOCTYPE html><form name='mturk_form'>é &amp; <b>", 0)


def test_an_address_without_tls_is_for_the_sandbox() -> None:
    plain = EXTERNAL.replace("https://tasks", "http://tasks")

    assert isinstance(questions.page_of(plain, "test"), ExternalPage)
    with pytest.raises(Refused, match="https://"):
        questions.page_of(plain, "live")


def test_a_form_is_read_whole() -> None:
    page = questions.page_of(FORM, "live")

    assert isinstance(page, FormPage)
    overview, age, kind = page.questionnaire.items
    assert overview.contents == [
        Heading("Clothes"),
        Paragraph("Look at each."),
        Listing(["one", "two"]),
        Markup('<p>See <a href="https://acme.org/">this</a>\u00a0page<br></p>'),
    ]
    assert age.contents == [Media("image", "https://acme.org/a.png", "png", "A coat")]
    formats = [Format("^[0-9]+$", "Digits", True)]
    assert [age.id, age.title, age.required] == ["age", "Age", True]  # type: ignore[union-attr]
    assert age.answer == Written(True, 1, 99, 1, 2, formats, "7", 3)  # type: ignore[union-attr]
    options = [Option("coat", Paragraph("A coat")), Option("hat", Markup("<b>A hat</b>"))]
    assert kind.answer == Chosen(options, 1, 2, "checkbox", Written())  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("mapping", "worth"),
    [
        ("", [10, -5, 1]),
        ("<PercentageMapping><MaximumSummedScore>10</MaximumSummedScore></PercentageMapping>", [100, -50, 10]),
        ("<ScaleMapping><SummedScoreMultiplier>2.5</SummedScoreMultiplier></ScaleMapping>", [25, -12, 3]),
        (
            RANGES,
            [7, -1, -1],
        ),
    ],
    ids=["sum", "percentage", "scale", "ranges"],
)
def test_a_key_says_what_answers_are_worth(mapping: str, worth: list[int]) -> None:
    form = question_forms.test(FORM)
    whole = f"<QualificationValueMapping>{mapping}</QualificationValueMapping>" if mapping else ""
    key = answer_key(KEY.replace("MAPPING", whole), form)

    assert key.questions[0].options == [KeyOption(["coat", "hat"], 10), KeyOption(["coat"], -5)]
    assert [grade(key, form, {"kind": given}) for given in (["hat", "coat"], "coat", "hat")] == worth


# --- what is refused ------------------------------------------------------------------------------------------------

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    + "]><HTMLQuestion><HTMLContent>&a9;</HTMLContent></HTMLQuestion>"
)
FILE = (
    '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><HTMLQuestion><HTMLContent>&x;</HTMLContent></HTMLQuestion>'
)
REMOTE = (
    '<!DOCTYPE r SYSTEM "http://169.254.169.254/latest/meta-data">'
    "<HTMLQuestion><HTMLContent>x</HTMLContent></HTMLQuestion>"
)
PARAMETER = (
    '<!DOCTYPE r [<!ENTITY % p SYSTEM "http://acme.org/evil.dtd"> %p;]>'
    "<HTMLQuestion><HTMLContent>x</HTMLContent></HTMLQuestion>"
)


@pytest.mark.parametrize(
    "text", [BOMB, FILE, REMOTE, PARAMETER], ids=["bomb", "file", "another document", "parameter entity"]
)
def test_a_document_type_is_refused_unread(text: str) -> None:
    for read in (lambda: questions.page_of(text, "live"), lambda: question_forms.test(text)):
        with pytest.raises(Refused, match="are not read") as refused:
            read()
        assert refused.value.code == "AWS.MechanicalTurk.XMLParseError"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "XMLParseError"),
        ("plain words", "XMLParseError"),
        ("<HTMLQuestion>", "XMLParseError"),
        ("<Other/>", "XMLParseError"),
        ("<HTMLQuestion/>", "XMLParseError"),
        ("<HTMLQuestion><HTMLContent>&nope;</HTMLContent></HTMLQuestion>", "XMLParseError"),
        ("<HTMLQuestion><HTMLContent>a</HTMLContent><HTMLContent>b</HTMLContent></HTMLQuestion>", "XMLParseError"),
        (HTML.replace("</HTMLQuestion>", "<x/></HTMLQuestion>"), "XMLParseError"),
        (HTML.replace("é", "\x00"), "XMLParseError"),
        (HTML.replace("é", "\ud800"), "XMLParseError"),
        ("<a>" * 15_000, "XMLParseError"),
        ("<QuestionForm>" + "<a>" * 50 + "</a>" * 50 + "</QuestionForm>", "XMLParseError"),
        (HTML.replace("é", "é" * (BYTES_MAX // 2)), "InvalidParameterValue"),
        (EXTERNAL.replace("https://tasks", "javascript:alert(1)//tasks"), "XMLParseError"),
        (EXTERNAL.replace("400", "tall"), "XMLParseError"),
        (FORM.replace("FreeTextAnswer", "FileUploadAnswer"), "InvalidParameterValue"),
        (FORM.replace("<Text>Which?</Text>", "<Application/>"), "XMLParseError"),
        (FORM.replace("<QuestionIdentifier>kind", "<QuestionIdentifier>age"), "XMLParseError"),
        (FORM.replace("https://acme.org/a.png", "file:///etc/passwd"), "XMLParseError"),
        (FORM.replace('minValue="1"', 'minValue="one"'), "XMLParseError"),
        (FORM.replace("<b>A hat</b>", "<script>1</script>"), "XHTMLParseError"),
    ],
    ids=range(21),
)
def test_what_is_no_question_is_refused(text: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        questions.page_of(text, "live")

    assert refused.value.code == f"AWS.MechanicalTurk.{code}"


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<p onclick='alert(1)'>x</p>",
        "<p style='color:red'>x</p>",
        "<div>x</div>",
        "<a href='javascript:alert(1)'>x</a>",
        "<a href='java&#10;script:alert(1)'>x</a>",
        "<a href=' JavaScript:alert(1)'>x</a>",
        "<img src='data:text/html,x' alt=''/>",
        "<img src='https://acme.org/a.png'/>",
        "<svg xmlns='http://www.w3.org/2000/svg'/>",
        "<p xmlns='http://www.w3.org/2000/svg'/>",
        "<p>open",
        "<!DOCTYPE p [<!ENTITY a 'b'>]><p>&a;</p>",
    ],
)
def test_formatted_content_holds_nothing_that_runs(text: str) -> None:
    with pytest.raises(Refused) as refused:
        xhtml.checked(text)

    assert refused.value.code == "AWS.MechanicalTurk.XHTMLParseError"


def test_formatted_content_is_written_anew() -> None:
    assert xhtml.checked("a &lt;b&gt; &eacute; <!-- gone --><B>c</B><hr/>") == "a &lt;b&gt; é <b>c</b><hr>"


# --- what is written ------------------------------------------------------------------------------------------------


def read(document: str) -> dict[str, Any]:
    """As programs do: by position."""
    root = ElementTree.fromstring(document)
    return {
        answer[0].text or "": [(part.tag.rpartition("}")[2], part.text or "") for part in answer[1:]] for answer in root
    }


def test_fields_of_a_page_come_back_as_texts() -> None:
    fields = {"label": 'a <b> & "c"', "boxes": ["left", "right"], "taskAnswers": '[{"é":\n 1}]'}

    document = answers.written(None, fields)

    assert read(document) == {
        "label": [("FreeText", 'a <b> & "c"')],
        "boxes": [("FreeText", "left|right")],
        "taskAnswers": [("FreeText", '[{"é":\n 1}]')],
    }
    assert document.startswith("<?xml")
    assert len(re.findall("<FreeText>(.*?)</FreeText>", document)) == 3
    assert f'<QuestionFormAnswers xmlns="{SCHEMAS}2005-10-01/QuestionFormAnswers.xsd">' in document


def test_answers_to_a_form_come_back_by_question() -> None:
    page = questions.page_of(FORM, "live")

    document = answers.written(page, {"age": "42", "kind": ["hat", "coat"], "kind.other": "a scarf"})

    assert read(document) == {
        "age": [("FreeText", "42")],
        "kind": [("SelectionIdentifier", "coat"), ("SelectionIdentifier", "hat"), ("OtherSelectionText", "a scarf")],
    }
    assert read(answers.written(page, {})) == {"age": [("FreeText", "")], "kind": []}


storable = st.text(st.characters(exclude_categories=["Cs"], min_codepoint=32), max_size=60).filter(
    lambda text: not set(text) & {"\ufffe", "\uffff"}
)


@given(st.dictionaries(storable.filter(bool), storable, max_size=4))
def test_whatever_is_answered_is_read_back(fields: dict[str, str]) -> None:
    assert read(answers.written(None, fields)) == {name: [("FreeText", text)] for name, text in fields.items()}


def test_characters_that_xml_has_not_are_blanks() -> None:
    assert read(answers.written(None, {"a": "x\x01y\r\n\tz"})) == {"a": [("FreeText", "x y\r\n\tz")]}


def test_a_layouts_page_is_told_as_an_html_question() -> None:
    html = "<p>]]></p>" + "&amp;"

    assert questions.page_of(questions.of_html(html), "live") == HtmlPage(html, 0)
