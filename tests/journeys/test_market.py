"""A freelancer's way in a browser: finding work, doing it in a customer's page or at a desk, and being moved on; and
what a customer's page cannot do to them."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect

from assay.core.pages import FormPage, HtmlPage
from assay.core.qualifications import Requirement
from assay.core.questionnaire import Chosen, Heading, Option, Overview, Paragraph, Question, Questionnaire, Written
from assay.services import engagements
from bazaar import Bazaar
from journey import Served, Visitor, picture
from market import Market

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

HELPER = "https://s3.amazonaws.com/mturk-public/externalHIT_v1.js"
SUBMIT = "https://www.mturk.com/mturk/externalSubmit"
COLOUR = f"""<html><head><script src="{HELPER}"></script></head><body>
<form name="mturk_form" id="mturk_form" method="post" action="{SUBMIT}">
<input type="hidden" name="assignmentId" id="assignmentId">
<p><label>Which colour is the %s? <input name="colour"></label></p>
<p><input type="submit" id="submitButton" value="Send it"></p></form>
<script>turkSetAssignmentID();</script></body></html>"""
FORM = FormPage(
    Questionnaire(
        [
            Overview([Heading("About a pet")]),
            Question("name", [Paragraph("What is it called?")], Written(length_min=2), "Name", required=True),
            Question(
                "kind",
                [Paragraph("What is it?")],
                Chosen([Option("dog", Paragraph("A dog")), Option("cat", Paragraph("A cat"))]),
                "Kind",
                required=True,
            ),
        ]
    )
)
BIRDS: dict[str, Any] = {
    "name": "Birds",
    "description": "Knows birds.",
    "test_seconds": 600,
    "test": {
        "items": [
            {
                "item": "question",
                "id": "swims",
                "required": True,
                "contents": [{"show": "text", "text": "Which of these swims?"}],
                "answer": {
                    "asks": "choice",
                    "options": [
                        {"id": "duck", "content": {"show": "text", "text": "A duck"}},
                        {"id": "owl", "content": {"show": "text", "text": "An owl"}},
                    ],
                },
            }
        ]
    },
    "key": {"questions": [{"id": "swims", "options": [{"chosen": ["duck"], "score": 100}]}]},
}


def photo() -> bytes:
    image = Image.new("RGB", (400, 300), "#b9c7d6")
    ImageDraw.Draw(image).rectangle((100, 80, 260, 220), fill="#c0392b")
    kept = io.BytesIO()
    image.save(kept, "PNG")
    return kept.getvalue()


@pytest.fixture(scope="module")
def bazaar(served: Served) -> Bazaar:
    made = Bazaar(served)
    made.freelancer("Ann")
    return made


@pytest.fixture
def come(bazaar: Bazaar, browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """`come("Ann")` opens a browser of hers, signed in."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def arrive(name: str, **options: Any) -> Visitor:
        context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **options})
        contexts.append(context)
        session = bazaar.freelancers[name].session
        context.add_cookies([{"name": "assay_session", "value": session, "url": bazaar.served.url}])
        page = context.new_page()
        page.set_default_timeout(6_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return Visitor(context, page, complaints)

    yield arrive
    for context in contexts:
        context.close()
    assert complaints == []


def framed(page: Page, title: str) -> FrameLocator:
    return page.frame_locator(f'iframe[title="{title}"]')


def card(page: Page, title: str) -> Any:
    return page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=title, exact=True))


def test_a_customers_page_is_found_tried_answered_and_led_on(bazaar: Bazaar, come: Callable[..., Visitor]) -> None:
    title = "Say the colour"
    offer = bazaar.post(HtmlPage(COLOUR % "sky"), HtmlPage(COLOUR % "grass"), title=title)
    page = come("Ann").page
    page.goto(f"{bazaar.served.url}/work")
    page.get_by_role("region", name="Market").get_by_role("link", name="Find work").click()
    page.get_by_role("searchbox", name="Words").fill("colour say")
    found = card(page, title)
    expect(found).to_contain_text("$1.00")
    expect(found).to_contain_text("2 to do")
    picture(page, "market-jobs")

    found.get_by_role("button", name="Preview").click()
    look = framed(page, f"Preview of {title}")
    expect(look.get_by_role("button", name="Accept the job before you submit")).to_be_disabled()
    picture(page, "market-preview")
    page.get_by_role("dialog").get_by_role("button", name="Accept").click()

    page.wait_for_url(re.compile("/work/engagements/"))
    first = page.url
    expect(page.get_by_role("timer", name="Time left for this turn")).to_be_visible()
    work = framed(page, title)
    expect(work.get_by_label("Which colour is the sky?")).to_be_visible()
    picture(page, "market-frame")
    work.get_by_label("Which colour is the sky?").fill("blue")
    work.get_by_role("button", name="Send it").click()

    expect(framed(page, title).get_by_label("Which colour is the grass?")).to_be_visible()
    assert page.url != first
    framed(page, title).get_by_label("Which colour is the grass?").fill("green")
    framed(page, title).get_by_role("button", name="Send it").click()
    expect(page.get_by_role("heading", name="Your answer is sent")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="$1.00 when it is approved; by itself in 3 days")).to_be_visible()
    picture(page, "market-sent")

    assert bazaar.answers(offer) == [{"attributes": {"colour": "blue"}}, {"attributes": {"colour": "green"}}]
    page.get_by_role("link", name="Your queue").click()
    page.get_by_role("link", name="History").click()
    expect(page.get_by_role("list", name="Turns").get_by_role("heading", name=title)).to_have_count(2)


def test_a_turn_is_kept_extended_and_returned(bazaar: Bazaar, come: Callable[..., Visitor]) -> None:
    title = "Look for a while"
    bazaar.post(HtmlPage(COLOUR % "sea"), title=title, duration_seconds=90)
    page = come("Ann").page
    page.goto(f"{bazaar.served.url}/work/jobs?words=while")
    card(page, title).get_by_role("button", name="Accept").click()
    page.get_by_role("button", name="More time").click()
    expect(page.get_by_role("button", name="More time")).to_have_count(0)
    page.get_by_role("link", name="Your queue").click()
    expect(card(page, title)).to_contain_text(re.compile(r"2:\d\d"))
    picture(page, "market-queue")
    card(page, title).get_by_role("link", name="Go on").click()
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Return this turn").click()
    page.get_by_role("dialog").get_by_role("button", name="Return it").click()
    expect(page.get_by_role("heading", name="You hold nothing now")).to_be_visible()
    page.get_by_role("link", name="Find work").first.click()
    expect(card(page, title)).to_be_visible()


def test_a_form_is_answered_after_its_mistakes_are_told(bazaar: Bazaar, come: Callable[..., Visitor]) -> None:
    title = "Name the pet"
    offer = bazaar.post(FORM, title=title)
    page = come("Ann").page
    page.goto(f"{bazaar.served.url}/work/jobs?words=pet")
    card(page, title).get_by_role("button", name="Accept").click()
    work = framed(page, title)
    work.get_by_role("textbox").fill("R")
    work.get_by_role("button", name="Submit").click()
    expect(work.get_by_text(re.compile("another look"))).to_be_visible()
    picture(page, "market-form")
    work.get_by_role("textbox").fill("Rex")
    work.get_by_role("radio", name="A dog").check()
    work.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("heading", name="Your answer is sent")).to_be_visible()

    (said,) = bazaar.answers(offer)
    assert said["attributes"]["name"] == "Rex"
    assert said["attributes"]["kind"] in ("dog", ["dog"])


def test_a_photo_is_boxed_at_our_own_desk(bazaar: Bazaar, come: Callable[..., Visitor]) -> None:
    title = "Box the red thing"
    offer = bazaar.post_photo(photo(), ["red"], title=title)
    page = come("Ann").page
    page.goto(f"{bazaar.served.url}/work/jobs?words=red")
    card(page, title).get_by_role("button", name="Accept").click()
    drag_box(page, page)
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    picture(page, "market-desk")
    page.reload()
    expect(page.get_by_role("button", name="Submit")).to_be_enabled()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("heading", name="Your answer is sent")).to_be_visible()

    (said,) = bazaar.answers(offer)
    assert [mark["label"] for mark in said["annotations"]] == ["red"]
    assert said["annotations"][0]["width"] > 20


def drag_box(page: Page, where: Page | FrameLocator) -> None:
    area = where.get_by_role("application").first
    expect(area).to_be_visible()
    page.wait_for_timeout(300)
    box = area.bounding_box()
    assert box is not None
    area.press("b")
    centre = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(centre[0] - 60, centre[1] - 50)
    page.mouse.down()
    page.mouse.move(centre[0], centre[1], steps=4)
    page.mouse.move(centre[0] + 60, centre[1] + 50, steps=4)
    page.mouse.up()


def test_the_crowd_elements_answer_in_the_words_of_the_original(bazaar: Bazaar, come: Callable[..., Visitor]) -> None:
    title = "Classify and mark"
    src = f"data:image/png;base64,{base64.b64encode(photo()).decode()}"
    crowd = f"""<!DOCTYPE html><script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
    <crowd-form>
      <crowd-classifier name="mood" categories="['Glad', 'Sad']" header="How does it read?">
        <classification-target>What a day!</classification-target>
        <short-instructions>Choose one.</short-instructions>
      </crowd-classifier>
      <crowd-bounding-box name="things" src="{src}" labels="['thing']" header="Box the thing">
        <short-instructions>Draw it.</short-instructions>
      </crowd-bounding-box>
      <crowd-input name="note" label="A note" required></crowd-input>
      <crowd-button form-action="submit" variant="primary">Send all</crowd-button>
    </crowd-form>""".replace("'", "&quot;")
    offer = bazaar.post(HtmlPage(crowd), title=title)
    page = come("Ann").page
    page.goto(f"{bazaar.served.url}/work/jobs?words=classify")
    card(page, title).get_by_role("button", name="Accept").click()
    work = framed(page, title)
    expect(work.get_by_role("button", name="Glad")).to_be_visible()
    work.get_by_role("button", name="Send all").click()
    expect(work.get_by_text("Choose one of the classes.")).to_be_visible()
    work.get_by_role("button", name="Glad").click()
    work.get_by_label("A note").fill("fine")
    marking = work.frame_locator("iframe")
    area = marking.get_by_role("application").first
    expect(area).to_be_visible()
    area.scroll_into_view_if_needed()
    drag_box(page, marking)
    picture(page, "market-crowd")
    work.get_by_role("button", name="Send all").click()
    expect(page.get_by_role("heading", name="Your answer is sent")).to_be_visible()

    (said,) = bazaar.answers(offer)
    assert list(said["attributes"]) == ["taskAnswers"]
    (told,) = json.loads(said["attributes"]["taskAnswers"])
    assert told["mood"] == {"label": "Glad"}
    assert told["note"] == "fine"
    assert told["things"]["inputImageProperties"] == {"height": 300, "width": 400}
    (box,) = told["things"]["boundingBoxes"]
    assert box["label"] == "thing"
    assert set(box) == {"height", "label", "left", "top", "width"}
    assert box["width"] > 20


SPY = """<!doctype html><form action="https://www.mturk.com/mturk/externalSubmit" method="post">
<input name="found"><button>Send it</button></form><script>
(async () => {
  const house = "HOUSE", found = {};
  const attempt = async (name, doing) => {
    try { found[name] = await doing(); } catch (error) { found[name] = error.name; }
  };
  await attempt("parent", () => parent.document.title);
  await attempt("storage", () => parent.localStorage.length);
  await attempt("top", () => { top.location.href = house + "/healthz"; return "led away"; });
  await attempt("cookie", () => document.cookie);
  await attempt("me", async () => (await fetch(house + "/v1/me", {credentials: "include"})).status);
  await attempt("write", async () => {
    const said = await fetch(house + "/v1/work/engagements/" + new URLSearchParams(location.search).get("turn")
      + "/return", {method: "POST", mode: "no-cors", credentials: "include"});
    return said.type;
  });
  await attempt("here", async () => (await fetch("/v1/me")).status);
  await attempt("neighbour", () => localStorage.getItem("left"));
  parent.postMessage({assay: "submitted"}, "*");
  document.querySelector("input").value = JSON.stringify(found);
})();
</script>"""


def test_a_customers_page_reaches_nothing_of_ours(bazaar: Bazaar, come: Callable[..., Visitor]) -> None:
    bazaar.post(
        HtmlPage("<form action='https://www.mturk.com/mturk/externalSubmit'><button>Left</button></form>"
                 "<script>try { localStorage.setItem('left', 'behind') } catch {}</script>"),
        requester=1,
        title="Leave something",
    )  # fmt: skip
    bazaar.post(HtmlPage(SPY.replace("HOUSE", bazaar.served.url)), title="Spy a little")
    visitor = come("Ann")
    page = visitor.page
    page.goto(f"{bazaar.served.url}/work/jobs?words=leave")
    card(page, "Leave something").get_by_role("button", name="Accept").click()
    expect(framed(page, "Leave something").get_by_role("button", name="Left")).to_be_visible()
    page.goto(f"{bazaar.served.url}/work/jobs?words=spy")
    card(page, "Spy a little").get_by_role("button", name="Accept").click()
    spy = framed(page, "Spy a little")
    expect(spy.get_by_role("textbox")).to_have_value(re.compile("neighbour"))
    found = json.loads(spy.get_by_role("textbox").input_value())

    assert found["parent"] == "SecurityError"
    assert found["storage"] == "SecurityError"
    assert found["cookie"] == ""
    assert found["me"] == "TypeError", "no answer of ours may be read"
    assert found["here"] == 404, "the frame's origin has no routes of ours"
    # Each requester's pages have an origin of their own. A browser that keeps no storage for pages of other sites, as
    # this one's private windows, lets no page read any.
    assert found["neighbour"] in (None, "SecurityError")
    # It was not led away, whatever became of the attempt, and what the page itself claims is not believed at once.
    assert "/work/engagements/" in page.url
    page.wait_for_timeout(500)
    assert page.title().startswith("Spy a little")
    with bazaar.office() as stranger:
        stranger.cookies.set("assay_session", bazaar.freelancers["Ann"].session)
        turns = stranger.get("/v1/work/engagements", params={"states": "accepted"}).json()["items"]
    assert "Spy a little" in [turn["title"] for turn in turns]


def test_somebody_new_joins_takes_a_test_and_appeals(bazaar: Bazaar, come: Callable[..., Visitor]) -> None:
    person = bazaar.freelancer("Ben", joined=False)
    with bazaar.office() as office:
        made = office.post("/v1/market/qualification-types", json=BIRDS)
        assert made.status_code == 201, made.text
    title = "Name the bird"
    wanted = Requirement(UUID(made.json()["id"]), "at_least", [80])
    offer = bazaar.post(HtmlPage(COLOUR % "bird"), title=title, requirements=[wanted])
    page = come("Ben").page
    page.goto(f"{bazaar.served.url}/work")
    page.get_by_role("region", name="Market").get_by_role("link", name="Join").click()
    page.get_by_role("combobox", name="Country").select_option("FR")
    page.get_by_role("textbox", name="Skills").fill("botany")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Join").click()

    page.get_by_role("searchbox", name="Words").fill("bird name")
    expect(card(page, title)).to_contain_text("Not open to you")
    card(page, title).get_by_role("link", name="Take the test").click()
    page.get_by_role("button", name="Take the test: Birds").click()
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_text("One answer needs another look.")).to_be_visible()
    page.get_by_role("radio", name="A duck").check()
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_text("You have 100").first).to_be_visible()

    async def reject(market: Market) -> None:
        async with market.organization.context_for(person) as context:
            taken = (await engagements.accept_next(context, offer)).engagement
        await market.reject(await market.submit(person, taken, colour="brown"), "It is black.")

    bazaar.within(reject)
    page.get_by_role("link", name="History").click()
    expect(page.get_by_text("It is black.")).to_be_visible()
    page.get_by_role("link", name=title).click()
    page.get_by_role("button", name="Appeal it").click()
    page.get_by_role("textbox", name="Why is it wrong?").fill("It is brown in the sun.")
    page.get_by_role("button", name="Appeal", exact=True).click()
    expect(page.get_by_text("Until it is decided the rejection counts nowhere.")).to_be_visible()
    picture(page, "market-appeal")
