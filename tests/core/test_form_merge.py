"""Forms: what several answers become, as properties of any form and as cases worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.annotations import kind_named
from assay.core.annotations.form_similarity import similarity
from assay.core.annotations.kind import Content, Merged, MergeOptions, Voice
from assay.core.taxonomy import Attribute, Choice, Condition, Taxonomy
from assay.quality.aggregation.texts import edit_similarity

FORM = kind_named("form")


def choices(*names: str) -> list[Choice]:
    return [Choice(name) for name in names]


def form(*questions: Attribute) -> Taxonomy:
    return Taxonomy(attributes=list(questions))


def merge(taxonomy: Taxonomy, *answers: dict[str, Any], weights: tuple[float, ...] | None = None) -> Merged:
    voices = [
        Voice(f"w{index}", {"attributes": answer}, (weights or (1.0,) * len(answers))[index])
        for index, answer in enumerate(answers)
    ]
    return FORM.merge(voices, MergeOptions(taxonomy=taxonomy))


SPECIES = Attribute("species", "category", choices=[Choice("birds", children=choices("owl", "crow")), Choice("fox")])
EVERYTHING = form(
    Attribute("kind", "category", required=True, choices=choices("a", "b", "c")),
    Attribute("why", "text", required=True, when=Condition("kind", ["a", "b"])),
    SPECIES,
    Attribute("nest", "text", when=Condition("species", ["birds"])),
    Attribute("tags", "multiselect", choices=choices("x", "y", "z"), choices_min=1, choices_max=2),
    Attribute("size", "number", minimum=0, maximum=10, unit="kg"),
    Attribute("seen", "datetime"),
    Attribute("notes", "text", values_max=3),
    Attribute(
        "person",
        "group",
        values_max=2,
        attributes=[Attribute("name", "text", required=True), Attribute("age", "number")],
    ),
    Attribute(
        "place",
        "group",
        attributes=[Attribute("town", "text"), Attribute("inside", "category", choices=choices("yes", "no"))],
    ),
)

TEXTS = st.sampled_from(["the cat sat", "The cat sat.", "a dog ran", "nothing", "one cat sat there"])
ANSWERS = st.fixed_dictionaries(
    {"kind": st.sampled_from("abc")},
    optional={
        "species": st.sampled_from(["owl", "crow", "fox"]),
        "nest": TEXTS,
        "tags": st.lists(st.sampled_from("xyz"), min_size=1, max_size=2, unique=True),
        "size": st.floats(0, 10),
        "seen": st.sampled_from(["2026-01-01", "2026-02-01"]),
        "notes": st.lists(TEXTS, min_size=1, max_size=3),
        "person": st.lists(
            st.fixed_dictionaries({"name": TEXTS}, optional={"age": st.floats(0, 99)}), min_size=1, max_size=2
        ),
        "place": st.dictionaries(st.sampled_from(["town"]), TEXTS, min_size=1),
    },
).flatmap(lambda answer: TEXTS.map(lambda why: {**answer, "why": why}))
OPTIONS = [MergeOptions(taxonomy=EVERYTHING), MergeOptions()]


def checked(answer: dict[str, Any]) -> dict[str, Any]:
    return FORM.check({"attributes": answer}, EVERYTHING, Content())


@settings(max_examples=150, deadline=None)
@given(st.lists(ANSWERS, min_size=1, max_size=5), st.lists(st.floats(0, 1), min_size=5, max_size=5))
def test_a_merged_answer_is_one_that_somebody_could_have_given(
    answers: list[dict[str, Any]], weights: list[float]
) -> None:
    voices = [Voice(str(index), checked(answer), weights[index]) for index, answer in enumerate(answers)]

    merged = FORM.merge(voices, OPTIONS[0])

    assert FORM.check(merged.answer, EVERYTHING, Content()) == merged.answer
    assert 0 <= merged.confidence <= 1
    assert 0 <= merged.agreement <= 1
    assert all(0 <= each.confidence <= 1 and 0 <= each.label_share <= 1 for each in merged.objects)
    kept = {each.annotation_id for each in merged.objects if each.kept}
    assert kept == set(merged.answer.get("attributes", {}))


@settings(max_examples=100, deadline=None)
@given(st.lists(ANSWERS, min_size=1, max_size=4), st.randoms(), st.sampled_from(OPTIONS))
def test_the_order_of_voices_does_not_matter(answers: list[dict[str, Any]], random: Any, options: MergeOptions) -> None:
    voices = [Voice(str(index), checked(answer), 1 - index / 10) for index, answer in enumerate(answers)]
    shuffled = random.sample(voices, len(voices))

    one, other = FORM.merge(voices, options), FORM.merge(shuffled, options)

    assert one.answer == other.answer
    assert one.confidence == pytest.approx(other.confidence)
    assert one.agreement == pytest.approx(other.agreement)


@settings(max_examples=100, deadline=None)
@given(ANSWERS, ANSWERS, st.sampled_from(OPTIONS))
def test_agreement_is_symmetric_and_whole_for_the_same(
    left: dict[str, Any], right: dict[str, Any], options: MergeOptions
) -> None:
    ours, theirs = checked(left), checked(right)

    assert FORM.agreement(ours, theirs, options) == pytest.approx(FORM.agreement(theirs, ours, options))
    assert 0 <= FORM.agreement(ours, theirs, options) <= 1
    assert FORM.agreement(ours, ours, options) == 1
    assert FORM.score(ours, ours, options) == 1


@settings(max_examples=50, deadline=None)
@given(ANSWERS, st.integers(1, 4))
def test_those_who_say_the_same_are_taken_at_their_word(answer: dict[str, Any], count: int) -> None:
    voice = checked(answer)

    merged = FORM.merge([Voice(str(index), voice) for index in range(count)], OPTIONS[0])

    assert merged.answer == voice
    assert merged.agreement == 1


def test_a_choice_goes_by_weight() -> None:
    taxonomy = form(Attribute("animal", "category", choices=choices("owl", "fox")))

    assert (
        merge(taxonomy, {"animal": "owl"}, {"animal": "fox"}, {"animal": "fox"}).answer["attributes"]["animal"] == "fox"
    )
    heavy = merge(taxonomy, {"animal": "owl"}, {"animal": "fox"}, {"animal": "fox"}, weights=(1.0, 0.2, 0.2))
    assert heavy.answer["attributes"]["animal"] == "owl"


def test_confidence_follows_the_weighted_majority_rule() -> None:
    # Two voices for, one against, each right four times in five: 1 / (1 + (1/4) ** (2 - 1)) = 0.8.
    taxonomy = form(Attribute("animal", "category", choices=choices("owl", "fox")))

    merged = merge(taxonomy, {"animal": "fox"}, {"animal": "owl"}, {"animal": "owl"})

    (verdict,) = merged.objects
    assert verdict.annotation_id == "animal"
    assert verdict.confidence == pytest.approx(0.8)
    assert verdict.label_share == pytest.approx(2 / 3)
    assert verdict.members == ((0, "animal"), (1, "animal"), (2, "animal"))
    assert merged.confidence == pytest.approx(0.8)
    # One of three pairs says the same.
    assert merged.agreement == pytest.approx(1 / 3)


def test_of_texts_the_one_closest_to_all_others_is_kept() -> None:
    taxonomy = form(Attribute("said", "text"))
    said = ["the red car stops", "completely different words here", "the red car stops now", "the red car stop"]

    merged = merge(taxonomy, *({"said": each} for each in said))

    # Word edits as a share of the longer: "the red car stops" is 1/5 and 1/4 from its neighbours, they are 2/5 apart.
    assert merged.answer["attributes"]["said"] == "the red car stops"


def test_two_who_write_almost_the_same_outweigh_one_who_writes_something_else() -> None:
    taxonomy = form(Attribute("said", "text"))

    merged = merge(taxonomy, {"said": "Thank you, goodbye!"}, {"said": "thank you goodbye"}, {"said": "aaa"})

    assert merged.answer["attributes"]["said"] in ("Thank you, goodbye!", "thank you goodbye")
    assert (
        FORM.agreement(
            {"attributes": {"said": "Thank you, goodbye!"}},
            {"attributes": {"said": "thank you goodbye"}},
            MergeOptions(taxonomy=taxonomy),
        )
        == 1
    )


def test_a_number_is_the_weighted_median() -> None:
    taxonomy = form(Attribute("count", "number"))

    assert merge(taxonomy, {"count": 1.0}, {"count": 2.0}, {"count": 90.0}).answer["attributes"]["count"] == 2.0


def test_choices_are_kept_by_half_the_weight_and_within_their_bounds() -> None:
    tags = Attribute("tags", "multiselect", choices=choices("x", "y", "z"))
    given_ = [{"tags": ["x", "y"]}, {"tags": ["x", "z"]}, {"tags": ["x", "y"]}]

    assert merge(form(tags), *given_).answer["attributes"]["tags"] == ["x", "y"]
    bounded = Attribute("tags", "multiselect", choices=choices("x", "y", "z"), choices_max=1)
    assert merge(form(bounded), {"tags": ["y"]}, {"tags": ["x"]}).answer["attributes"]["tags"] == ["x"]


def test_a_question_is_settled_by_those_who_were_asked_it() -> None:
    taxonomy = form(
        Attribute("animal", "category", required=True, choices=choices("owl", "fox")),
        Attribute("wings", "category", required=True, choices=choices("two", "one"), when=Condition("animal", ["owl"])),
    )

    merged = merge(taxonomy, {"animal": "owl", "wings": "two"}, {"animal": "owl", "wings": "two"}, {"animal": "fox"})
    other = merge(taxonomy, {"animal": "owl", "wings": "two"}, {"animal": "fox"}, {"animal": "fox"})

    assert merged.answer["attributes"] == {"animal": "owl", "wings": "two"}
    assert other.answer["attributes"] == {"animal": "fox"}
    assert [(each.annotation_id, each.kept) for each in other.objects] == [("animal", True), ("wings", False)]


def test_without_the_questions_they_are_read_from_the_answers() -> None:
    said = [{"attributes": {"animal": "owl", "count": 2.0, "tags": ["x"]}}] * 2 + [
        {"attributes": {"animal": "fox", "count": 9.0, "tags": ["y"]}}
    ]

    merged = FORM.merge([Voice(str(index), each) for index, each in enumerate(said)], MergeOptions())

    assert merged.answer == {"attributes": {"animal": "owl", "count": 2.0, "tags": ["x"]}}


def test_several_values_are_compared_by_their_best_pairing() -> None:
    taxonomy = form(Attribute("notes", "text", values_max=5))
    left, right = {"attributes": {"notes": ["a cat", "a dog"]}}, {"attributes": {"notes": ["a dog", "a bird"]}}

    # "a dog" pairs with itself (1), "a cat" with "a bird" (1 of 2 words): 1.5 / (2 + 2 - 1.5).
    assert FORM.agreement(left, right, MergeOptions(taxonomy=taxonomy)) == pytest.approx(0.6)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["a", "b", "it's", "C"]), max_size=12), st.lists(st.sampled_from("abc"), min_size=1))
def test_short_texts_are_compared_as_the_quality_engine_does(left: list[str], right: list[str]) -> None:
    said = Attribute("said", "text")
    one, other = " ".join([*left, "a"]), ", ".join(right)

    assert similarity(one, other, said) == pytest.approx(edit_similarity(one, other))
