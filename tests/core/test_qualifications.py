"""Who may take an offer. The rules are the published ones of Mechanical Turk's requester API."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.qualifications import (
    ADULT,
    APPROVED,
    APPROVED_PERCENT,
    LOCALE,
    MASTERS,
    Comparator,
    Guarded,
    Held,
    Locale,
    Requirement,
    TypeShown,
    allowed,
    check_requirements,
    meets,
    percent_of,
    types_of,
    unmet,
)

SKILL = UUID(int=0xABC)
CALIFORNIA, NEW_YORK, INDIA, USA = Locale("US", "CA"), Locale("US", "NY"), Locale("IN"), Locale("US")
VALUED: list[Comparator] = ["less", "at_most", "more", "at_least", "equal", "not_equal", "held", "in", "not_in"]


@pytest.mark.parametrize("comparator", VALUED)
@pytest.mark.parametrize("held", [None, Held(5, granted=False)], ids=["never", "revoked"])
def test_whoever_lacks_it_fails_every_comparison_but_one(comparator: Comparator, held: Held | None) -> None:
    integers = [] if comparator == "held" else [5]

    assert not meets(Requirement(SKILL, comparator, integers), held)
    assert meets(Requirement(SKILL, "not_held"), held)


@given(st.integers(-5, 5), st.integers(-5, 5))
def test_values_compare_as_numbers(value: int, bound: int) -> None:
    met = {name: meets(Requirement(SKILL, name, [bound]), Held(value)) for name in VALUED if name != "held"}

    assert met == {
        "less": value < bound,
        "at_most": value <= bound,
        "more": value > bound,
        "at_least": value >= bound,
        "equal": value == bound,
        "not_equal": value != bound,
        "in": value == bound,
        "not_in": value != bound,
    }


@pytest.mark.parametrize(
    ("comparator", "asked", "lives", "met"),
    [
        ("equal", [USA], CALIFORNIA, True),
        ("equal", [CALIFORNIA], CALIFORNIA, True),
        ("equal", [CALIFORNIA], USA, False),
        ("equal", [CALIFORNIA], NEW_YORK, False),
        ("not_equal", [CALIFORNIA], NEW_YORK, True),
        ("not_equal", [CALIFORNIA], INDIA, True),
        ("not_equal", [USA], CALIFORNIA, False),
        ("in", [INDIA, CALIFORNIA], INDIA, True),
        ("in", [INDIA, CALIFORNIA], NEW_YORK, False),
        ("not_in", [INDIA, CALIFORNIA], NEW_YORK, True),
        ("not_in", [INDIA, USA], NEW_YORK, False),
    ],
    ids=lambda value: str(value) if isinstance(value, str | bool | Locale) else "-".join(map(str, value)),
)
def test_a_country_is_all_of_its_parts(comparator: Comparator, asked: list[Locale], lives: Locale, met: bool) -> None:
    assert meets(Requirement(LOCALE, comparator, locales=asked), Held(locale=lives)) is met


@pytest.mark.parametrize("comparator", ["equal", "not_equal", "in", "not_in"])
def test_a_place_nobody_named_is_nowhere(comparator: Comparator) -> None:
    assert not meets(Requirement(LOCALE, comparator, locales=[USA]), None)


@pytest.mark.parametrize(
    ("guards", "kept_from"),
    [("accept", ["accept"]), ("preview", ["accept", "preview"]), ("discover", ["accept", "preview", "discover"])],
)
def test_a_guard_keeps_from_all_that_lies_behind_it(guards: Guarded, kept_from: list[str]) -> None:
    requirement = Requirement(SKILL, "held", guards=guards)
    doors: list[Guarded] = ["accept", "preview", "discover"]

    assert [door for door in doors if not allowed([requirement], {}, door)] == kept_from


def test_what_is_for_adults_is_never_previewed_by_others() -> None:
    requirement = Requirement(ADULT, "equal", [1])

    assert not allowed([requirement], {ADULT: Held(0)}, "preview")
    assert allowed([requirement], {ADULT: Held(0)}, "discover")
    assert allowed([requirement], {ADULT: Held(1)}, "accept")


@pytest.mark.parametrize(
    ("counts", "percent"),
    [((0, 0, 0), 100), ((1, 98, 99), 100), ((50, 50, 100), 50), ((999, 1, 1000), 99), ((0, 0, 150), 100)],
    ids=str,
)
def test_the_share_approved_is_100_until_100_were_submitted(counts: tuple[int, int, int], percent: int) -> None:
    assert percent_of(*counts) == percent


def test_what_is_unmet_is_told_with_what_to_do() -> None:
    requirements = [
        Requirement(APPROVED, "more", [999]),
        Requirement(APPROVED_PERCENT, "at_least", [98]),
        Requirement(LOCALE, "in", locales=[INDIA, CALIFORNIA]),
        Requirement(MASTERS, "held"),
        Requirement(SKILL, "at_least", [80]),
        Requirement(ADULT, "equal", [1]),
        Requirement(APPROVED, "less", [10]),
    ]
    standing = {APPROVED: Held(12), APPROVED_PERCENT: Held(97), LOCALE: Held(locale=NEW_YORK), SKILL: Held(60)}

    told = unmet(requirements, standing, "accept", {SKILL: TypeShown("Birds", "test")})

    assert [(one.reason, one.remedy, one.way) for one in told] == [
        (
            "More than 999 approved answers are wanted; you have 12.",
            "988 more approved answers will do.",
            "work",
        ),
        (
            "98 or more percent of answers approved are wanted; yours are 97 percent.",
            "Each approved answer raises it; a rejection that is reversed on appeal no longer counts.",
            "work",
        ),
        (
            "This is for people in IN, US-CA; your profile says US-NY.",
            "If you live elsewhere now, bring your profile up to date.",
            "profile",
        ),
        ("This is for masters.", "The people who run the market name masters, for long and good work.", "operator"),
        ("'Birds' is wanted with a value of 80 or more; yours is 60.", "Take its test again.", "test"),
        (
            "This has content for adults.",
            "If you are of age and agree to see it, say so in your profile.",
            "profile",
        ),
        (
            "Less than 10 approved answers are wanted; you have 12.",
            "This is for people with fewer approved answers; there are other offers for you.",
            "none",
        ),
    ]


@pytest.mark.parametrize(
    ("shown", "remedy"),
    [
        (TypeShown("Birds", "request"), "Ask for it."),
        (TypeShown("Birds", "wait"), "You have asked for it; the requester has yet to decide."),
        (
            TypeShown("Birds", "wait", datetime(2026, 12, 1, 9, tzinfo=UTC)),
            "You may try again from 2026-12-01 09:00 UTC on.",
        ),
        (TypeShown("Birds", "none"), "It can be asked for only once, and that is done."),
        (TypeShown("Birds", "requester"), "Its requester alone gives it; there is no way to ask."),
    ],
    ids=["request", "undecided", "later", "once", "given"],
)
def test_the_way_to_a_qualification_is_told(shown: TypeShown, remedy: str) -> None:
    (told,) = unmet([Requirement(SKILL, "held")], {}, "accept", {SKILL: shown})

    assert told.reason == "'Birds' is wanted, and you do not have it."
    assert told.remedy == remedy


@given(
    st.builds(
        Requirement,
        st.sampled_from([SKILL, APPROVED, APPROVED_PERCENT, ADULT, LOCALE, MASTERS]),
        st.sampled_from([*VALUED, "not_held"]),
        st.lists(st.integers(-2, 120), max_size=3),
        st.lists(st.sampled_from([CALIFORNIA, INDIA, USA]), max_size=3),
    ),
    st.one_of(st.none(), st.builds(Held, st.integers(0, 110), st.sampled_from([None, INDIA]), st.booleans())),
)
def test_whatever_is_unmet_can_be_told(requirement: Requirement, held: Held | None) -> None:
    standing = {requirement.type_id: held} if held else {}

    told = unmet([requirement], standing, "accept")

    assert bool(told) != meets(requirement, held)
    assert all(one.reason.endswith(".") and one.remedy.endswith(".") for one in told)


@pytest.mark.parametrize(
    ("requirement", "field"),
    [
        (Requirement(SKILL, "held", [1]), "requirements[0]"),
        (Requirement(SKILL, "equal"), "requirements[0].integers"),
        (Requirement(SKILL, "more", [1, 2]), "requirements[0].integers"),
        (Requirement(SKILL, "in", list(range(16))), "requirements[0].integers"),
        (Requirement(SKILL, "equal", [2**31]), "requirements[0].integers"),
        (Requirement(SKILL, "equal", [1], [USA]), "requirements[0].locales"),
        (Requirement(LOCALE, "more", locales=[USA]), "requirements[0].comparator"),
        (Requirement(LOCALE, "equal", [1], [USA]), "requirements[0].integers"),
        (Requirement(LOCALE, "in", locales=[USA] * 31), "requirements[0].locales"),
        (Requirement(LOCALE, "equal", locales=[Locale("usa")]), "requirements[0].locales[0].country"),
        (Requirement(LOCALE, "equal", locales=[Locale("US", "C-")]), "requirements[0].locales[0].subdivision"),
        (Requirement(MASTERS, "equal", [1]), "requirements[0].comparator"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.comparator,
)
def test_a_requirement_nobody_could_read_is_refused(requirement: Requirement, field: str) -> None:
    assert [problem.field for problem in check_requirements([requirement])] == [field]


def test_at_most_ten_requirements() -> None:
    ten = [Requirement(SKILL, "held")] * 10

    assert check_requirements(ten) == []
    assert [problem.field for problem in check_requirements([*ten, ten[0]])] == ["requirements"]


def test_the_types_to_look_up_are_those_not_the_markets_own() -> None:
    requirements = [Requirement(SKILL, "held"), Requirement(APPROVED, "more", [5]), Requirement(SKILL, "more", [5])]

    assert list(types_of(requirements)) == [SKILL]
