"""AnswerKey documents: what the answers to a test are worth."""

from __future__ import annotations

import msgspec

from assay.core.questionnaire import (
    AnswerKey,
    KeyOption,
    KeyQuestion,
    Percentage,
    Questionnaire,
    Range,
    Ranges,
    Scale,
    check_key,
)
from assay.faces.mturk.documents import Node, document, wrong


def answer_key(text: str, form: Questionnaire) -> AnswerKey:
    """The key, once it fits the test that it is for. Raises ``Refused``."""
    root = document(text, "AnswerKey")
    questions, mapping = [], None
    for child in root.children("Question", "QualificationValueMapping"):
        if child.name == "Question":
            questions.append(_question(child))
        elif mapping is not None:
            raise wrong(f"{root.path} takes QualificationValueMapping once.")
        else:
            mapping = _mapping(child)
    key = AnswerKey(questions=questions, mapping=mapping)
    try:
        key = msgspec.convert(msgspec.to_builtins(key), AnswerKey)
    except msgspec.ValidationError as error:
        raise wrong(f"{error}.") from None
    problems = check_key(key, form, "AnswerKey")
    if problems:
        raise wrong(" ".join(f"{one.field}: {one.message}" for one in problems[:5]))
    return key


def _question(node: Node) -> KeyQuestion:
    list(node.children("QuestionIdentifier", "AnswerOption", "DefaultScore"))
    options = []
    for option in node.children():
        if option.name == "AnswerOption":
            chosen = [one.words for one in option.children("SelectionIdentifier", "AnswerScore") if _is_choice(one)]
            options.append(KeyOption(chosen, _number(option.one("AnswerScore"))))
    default = node.some("DefaultScore")
    return KeyQuestion(node.one("QuestionIdentifier").words, options, 0 if default is None else _number(default))


def _is_choice(node: Node) -> bool:
    return node.name == "SelectionIdentifier"


def _mapping(node: Node) -> Percentage | Scale | Ranges:
    found = list(node.children("PercentageMapping", "ScaleMapping", "RangeMapping"))
    if len(found) != 1:
        raise wrong(f"{node.path} needs one mapping.")
    (mapping,) = found
    if mapping.name == "PercentageMapping":
        return Percentage(_number(mapping.one("MaximumSummedScore")))
    if mapping.name == "ScaleMapping":
        said = mapping.one("SummedScoreMultiplier").words
        try:
            return Scale(float(said))
        except ValueError:
            raise wrong(f"{mapping.path}/SummedScoreMultiplier must be a number.") from None
    ranges = []
    for one in mapping.children("SummedScoreRange", "OutOfRangeQualificationValue"):
        if one.name == "SummedScoreRange":
            bounds = (one.one(name) for name in ("InclusiveLowerBound", "InclusiveUpperBound", "QualificationValue"))
            ranges.append(Range(*map(_number, bounds)))
    otherwise = mapping.some("OutOfRangeQualificationValue")
    return Ranges(ranges, 0 if otherwise is None else _number(otherwise))


def _number(node: Node) -> int:
    try:
        return int(node.words)
    except ValueError:
        raise wrong(f"{node.path} must be a whole number.") from None
