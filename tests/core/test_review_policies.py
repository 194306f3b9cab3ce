"""The rules that look through work, by the examples and limits of the API they come from."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.review_policies import (
    KnownAnswers,
    Opinion,
    Plurality,
    Policies,
    Report,
    known_score,
    look_at_all,
    look_at_one,
    problems,
)

POSTING = UUID(int=1)
WORKERS = [UUID(int=number) for number in (11, 12, 13)]


def told(report: Report, subject: UUID, question: str | None = None) -> dict[str, str]:
    return {
        found.key: found.value for found in report.found if (found.subject_id, found.question) == (subject, question)
    }


def opinions(*answers: dict[str, str | list[str]]) -> list[Opinion]:
    return [Opinion(worker, fields) for worker, fields in zip(WORKERS, answers, strict=True)]


# The worked example of the API's documentation: three workers, four questions.
EXAMPLE = opinions(
    {"A": "coat", "B": "blue", "C": "large", "D": "wool"},
    {"A": "sweater", "B": "blue", "C": "large", "D": "cotton"},
    {"A": "coat", "B": "green", "C": "large", "D": "silk"},
)


def test_the_documented_example_of_a_plurality() -> None:
    report = look_at_all(Plurality(["A", "B", "C", "D"], agreed_above=50), POSTING, EXAMPLE)

    assert [told(report, POSTING, question).get("answer_agreement") for question in "ABCD"] == ["66", "66", "100", None]
    assert told(report, POSTING, "A") == {"answer_agreed": "true", "agreed_answer": "coat", "answer_agreement": "66"}
    assert told(report, POSTING, "D") == {"answer_agreed": "false"}
    assert told(report, POSTING) == {"posting_agreement": "75"}
    assert [told(report, worker)["worker_agreement"] for worker in WORKERS] == ["100", "66", "66"]
    assert told(report, WORKERS[1]) == {
        "worker_agreement": "66",
        "answers_like_plurality": "2",
        "answers_unlike_plurality": "1",
    }


def test_a_question_is_agreed_on_by_strictly_more_than_the_threshold() -> None:
    exactly = look_at_all(Plurality(["C"], agreed_above=100), POSTING, EXAMPLE)
    below = look_at_all(Plurality(["A"], agreed_above=65), POSTING, EXAMPLE)

    assert told(exactly, POSTING, "C") == {"answer_agreed": "false"}
    assert told(below, POSTING, "A")["answer_agreed"] == "true"


def test_what_follows_for_each_engagement_and_for_the_posting() -> None:
    rule = Plurality(
        list("ABCD"),
        50,
        approve_at=100,
        reject_below=70,
        reject_reason="Others disagree.",
        extend_below=76,
        extend_max=5,
    )

    report = look_at_all(rule, POSTING, EXAMPLE)

    assert [(action.name, action.target_id, action.feedback) for action in report.actions] == [
        ("approve", WORKERS[0], None),
        ("reject", WORKERS[1], "Others disagree."),
        ("reject", WORKERS[2], "Others disagree."),
        ("extend", POSTING, None),
    ]


def test_sets_of_answers_and_space_around_them_count_as_the_same_and_long_ones_not_at_all() -> None:
    said = opinions({"A": ["x ", "y"], "B": "z" * 257}, {"A": ["y", "x"], "B": "z" * 257}, {"A": "x", "B": "z"})

    report = look_at_all(Plurality(["A", "B"], 50), POSTING, said)

    assert told(report, POSTING, "A")["agreed_answer"] == "x|y"
    assert told(report, POSTING, "B")["answer_agreement"] == "100"


def test_the_rejected_and_those_who_failed_known_answers_are_left_out() -> None:
    heard = [
        Opinion(WORKERS[0], {"A": "x"}, rejected=True),
        Opinion(WORKERS[1], {"A": "x"}, known_score=20),
        Opinion(WORKERS[2], {"A": "y"}),
    ]
    rule = Plurality(["A"], 50, disregard_rejected=True, disregard_known_below=50)

    report = look_at_all(rule, POSTING, heard)

    assert told(report, POSTING, "A")["agreed_answer"] == "y"
    assert told(report, WORKERS[0]) == {}


def test_known_answers_match_as_sets_and_score_in_percent() -> None:
    rule = KnownAnswers({"A": ["x", "y"], "B": ["z"], "C": ["Q"]})

    report = look_at_one(rule, POSTING, WORKERS[0], {"A": ["y", " x"], "B": "Z", "C": "Q"})

    assert [told(report, WORKERS[0], question)["known_answer_correct"] for question in "ABC"] == ["1", "0", "1"]
    assert known_score(report) == 66
    assert report.actions == []


@pytest.mark.parametrize(
    ("approve_at", "reject_below", "named"),
    [(0, None, ["approve"]), (101, 0, []), (None, 101, ["reject"]), (51, 50, []), (51, 51, ["reject"])],
    ids=["always-approves", "never-anything", "always-rejects", "between", "just-below"],
)
def test_bounds_of_known_answers(approve_at: int | None, reject_below: int | None, named: Sequence[str]) -> None:
    """One of two is right: 50."""
    rule = KnownAnswers({"A": ["x"], "B": ["y"]}, approve_at=approve_at, reject_below=reject_below)

    report = look_at_one(rule, POSTING, WORKERS[0], {"A": "x", "B": "n"})

    assert [action.name for action in report.actions] == named


def test_a_low_score_asks_for_one_more() -> None:
    rule = KnownAnswers({"A": ["x"]}, extend_below=1)

    assert [a.name for a in look_at_one(rule, POSTING, WORKERS[0], {"A": "n"}).actions] == ["extend"]
    assert look_at_one(rule, POSTING, WORKERS[0], {"A": "x"}).actions == []


def test_rules_out_of_bounds_are_named() -> None:
    policies = Policies(
        KnownAnswers({}, approve_at=102, extend_below=50, extend_max=26, extend_seconds=59),
        Plurality(["A", "A"], 101, extend_below=50),
    )

    fields = {problem.field.removeprefix("policies.") for problem in problems(policies, 3, strict=True)}

    assert fields == {
        "known_answers.answers",
        "known_answers.approve_at",
        "known_answers.extend_max",
        "known_answers.extend_seconds",
        "plurality.questions",
        "plurality.agreed_above",
        "plurality",
    }
    small = Policies(KnownAnswers({"A": ["x"]}, extend_below=50, extend_max=10))
    assert [p.field for p in problems(small, 3, strict=True)] == ["policies.known_answers.extend_max"]
    assert problems(small, 3, strict=False) == []


@given(st.lists(st.dictionaries(st.sampled_from("AB"), st.sampled_from("xyz")), max_size=6), st.integers(0, 100))
def test_scores_are_percents_and_nobody_disagrees_with_nothing(answers: list[dict[str, str]], above: int) -> None:
    voices = [Opinion(UUID(int=number), fields) for number, fields in enumerate(answers, 20)]

    report = look_at_all(Plurality(["A", "B"], above, reject_below=101), POSTING, voices)

    for found in report.found:
        if found.key in ("answer_agreement", "worker_agreement", "posting_agreement"):
            assert 0 <= int(found.value) <= 100
    agreed = int(told(report, POSTING)["posting_agreement"]) > 0
    assert bool(report.actions) == (agreed and bool(voices))
