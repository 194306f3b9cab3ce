from __future__ import annotations

import numpy as np
import polars
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.quality.aggregation.text_kernels import edit_distance
from assay.quality.aggregation.texts import WORD, TextMedoid, edit_similarity
from quality.aggregation.crowds import RECORDED


def plain_distance(one: list[int], other: list[int]) -> int:
    """Levenshtein's distance by its table, the textbook's way."""
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        below = [i]
        for j, right in enumerate(other, 1):
            below.append(min(row[j] + 1, below[-1] + 1, row[j - 1] + (left != right)))
        row = below
    return row[-1]


@settings(max_examples=150, deadline=None)
@given(
    one=st.lists(st.integers(0, 4), max_size=140),
    other=st.lists(st.integers(0, 4), max_size=140),
    length=st.sampled_from([1, 64, 65]),
)
def test_the_bit_parallel_distance_is_the_tables(one: list[int], other: list[int], length: int) -> None:
    one = (one * length)[:140]
    room = np.zeros((5, 4), np.uint64)

    found = edit_distance(np.array(one, np.int32), np.array(other, np.int32), room)

    assert found == plain_distance(one, other)
    assert not room.any()


def test_similarity_by_hand() -> None:
    """kitten and sitting are 3 edits apart, the longer has 7 letters; one word of three differs."""
    assert edit_similarity("kitten", "sitting", "characters") == pytest.approx(4 / 7)
    assert edit_similarity("The cat sat.", "the cat, sits") == pytest.approx(2 / 3)
    assert edit_similarity("", "") == 1
    assert edit_similarity("", "word") == 0


@pytest.mark.parametrize(("part", "plain", "weighted"), [("dev", 11.9, 11.3), ("test", 11.4, 11.1)])
def test_transcriptions_of_speech_err_half_as_often_as_a_random_one(part: str, plain: float, weighted: float) -> None:
    """Of all votes of these sets 25.9 and 25.3 words in a hundred are wrong."""
    path = RECORDED / f"crowdspeech_{part}_other.labels.parquet"
    if not path.exists():
        pytest.skip(f"recorded crowds are not here: {path}")
    rows = polars.read_parquet(path)
    truth = dict(polars.read_parquet(RECORDED / f"crowdspeech_{part}_other.truth.parquet").iter_rows())

    for method, bar in ((TextMedoid(power=0), plain), (TextMedoid(), weighted)):
        result = method.fit(rows["task"], rows["worker"], rows["label"])
        assert word_errors(result.texts.tolist(), [truth[task] for task in result.tasks.tolist()]) < bar


def word_errors(texts: list[str], truths: list[str]) -> float:
    """Edits a hundred words of the truth."""
    edits = words = 0
    for text, truth in zip(texts, truths, strict=True):
        code: dict[str, int] = {}
        left, right = (
            np.array([code.setdefault(word, len(code)) for word in WORD.findall(row.casefold())], np.int32)
            for row in (truth, text)
        )
        edits += edit_distance(left, right, np.zeros((len(code) + 1, len(left) // 64 + 1), np.uint64))
        words += len(left)
    return 100 * edits / words


TEXTS = ["the cat sat down", "the cat sat", "a cat sat down here", "nothing of the kind at all"]


def test_the_medoid_by_hand() -> None:
    """Edits between the texts in words: 1, 2, 6 and so on; the first has the least sum of shares."""
    result = TextMedoid(power=0).fit([0] * 4, range(4), TEXTS)

    assert result.texts.tolist() == ["the cat sat down"]
    assert result.rows.tolist() == [0]
    assert result.skill.argmin() == 3


def test_a_worker_who_is_usually_right_is_followed() -> None:
    tasks, workers, texts = [], [], []
    for task in range(20):
        for worker, noise in (("ann", 0), ("bob", 0), ("cleo", 3), ("dan", 3)):
            tasks.append(task)
            workers.append(worker)
            texts.append(" ".join(f"word{task}-{i}" if i >= noise else f"{worker}{task}{i}" for i in range(8)))
    # In the last task ann is alone with her text, and two careless workers have half of theirs in common.
    tasks += [99] * 3
    workers += ["ann", "cleo", "dan"]
    texts += ["a b c d", "a x c y", "z x c y"]

    result = TextMedoid().fit(tasks, workers, texts)

    skill = dict(zip(result.workers.tolist(), result.skill.tolist(), strict=True))
    assert min(skill["ann"], skill["bob"]) > max(skill["cleo"], skill["dan"])
    assert result.converged


def test_golds_are_the_answer_and_judge_the_workers() -> None:
    tasks = [t for t in range(6) for _ in range(3)]
    texts = [text for t in range(6) for text in (f"wrong {t} one", f"wrong {t} one", f"true {t} words")]
    golds = {t: f"true {t} words" for t in range(5)}

    result = TextMedoid(pull=0.5).fit(tasks, ["ann", "bob", "cleo"] * 6, texts, golds=golds)

    assert result.texts.tolist() == [*golds.values(), "true 5 words"]
    assert result.skill.argmax() == 2
    assert result.confidence[:5].tolist() == [1.0] * 5


def test_any_similarity_may_be_given() -> None:
    result = TextMedoid(similarity=lambda one, other: float(one[0] == other[0])).fit(
        [0] * 3, range(3), ["ax", "ay", "b"]
    )

    assert result.texts.tolist() == ["ax"]
    assert result.confidence[0] > 0.5


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.text("ab c", max_size=8)), max_size=12),
    seed=st.integers(0, 99),
)
def test_the_order_of_rows_does_not_change_skills(rows: list[tuple[int, int, str]], seed: int) -> None:
    shuffled = [rows[i] for i in np.random.default_rng(seed).permutation(len(rows))]
    one, other = (
        TextMedoid().fit(*([list(column) for column in zip(*some, strict=True)] or [[], [], []]))
        for some in (rows, shuffled)
    )

    assert np.isfinite(one.confidence).all()
    assert np.isfinite(one.skill).all()
    assert set(one.tasks.tolist()) == set(other.tasks.tolist())
    # Answers may differ where texts are tied, and workers' errors do not depend on them.
    if len(one.trace) == len(other.trace):
        first = dict(zip(one.workers.tolist(), one.skill.tolist(), strict=True))
        second = dict(zip(other.workers.tolist(), other.skill.tolist(), strict=True))
        assert first == pytest.approx(second)


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(ValueError, match=r"texts\[1\] is None"):
        TextMedoid().fit([0, 0], [0, 1], ["yes", None])
