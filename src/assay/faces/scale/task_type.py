"""What a type of task says of itself, so that the routes know none by name.

A type is a way of asking one of our kinds: it reads what programs send, and tells what people answered. To add one,
write it as a ``TaskType`` and name it in ``task_types``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import msgspec

from assay.core.annotations.kind import Answer
from assay.core.content import GivenItem, KeptItem
from assay.core.taxonomy import Taxonomy

Json: TypeAlias = dict[str, Any]
Params: TypeAlias = Mapping[str, Any]


class FileAsked(msgspec.Struct, frozen=True, array_like=True):
    """What a file of a made-up response is made of. ``frames`` is how many it has; ``seed`` makes it the task's own."""

    kind: str
    labels: list[str]
    shape: str
    frames: int
    seed: int


# Where such a file lies.
UrlOf: TypeAlias = Callable[[FileAsked], str]

# A project whose tasks bring their own question, and a type whose question is kept as it was sent, ask nothing of ours.
NOTHING: Final = Taxonomy()


@dataclass(frozen=True)
class Shown:
    """What a task shows: one photo at an address, or items in order."""

    url: str | None = None
    items: Sequence[GivenItem] | None = None


@dataclass(frozen=True)
class Answered:
    """A completed task, to be told. ``params``: the project's with the task's over them; ``taxonomy``: what was asked;
    ``answer``: ours; ``voices``: the answers of all who gave one, where each is told."""

    params: Params
    taxonomy: Taxonomy
    answer: Answer
    voices: Sequence[Answer] = ()


@dataclass(frozen=True)
class TaskType:
    """One type of task.

    ``name``: as programs call it; ``kind``: ours. ``asks``: the parameters that say what is asked; a task that sends
    none of them asks what its project asks. ``question``: what parameters ask, ``NOTHING`` where they say none of it.
    ``shown``: what a task with these parameters shows. ``prelabels``: what its ``hypothesis`` (or another answer in
    this dialect, with its name for errors) is as an answer of ours. ``response``: an answer of ours in this dialect.
    ``nothing``: what to say, and of which field, of a task that asks nothing; none where that is no mistake.
    ``described``: what a project of our own making asks, ``described_task`` what a task of our own making shows, and
    ``described_items`` the same of its content; all for the first type of a kind only. ``opinions``: how many people
    are to answer each task, where its parameters say so; then the answer of each is told. ``words``: what the request
    names our fields, where it has another word. ``made_up``: a response that nobody gave, for types of which only this
    dialect knows what their answers look like. ``paged``: whether tasks are told with the size of each page that they
    show.

    All of them raise ``Invalid`` that names a field in the words of this dialect.
    """

    name: str
    kind: str
    asks: frozenset[str]
    question: Callable[[Params], Taxonomy]
    shown: Callable[[Params], Shown]
    prelabels: Callable[[Params, Any, str], Answer | None]
    response: Callable[[Answered], Json]
    nothing: tuple[str, str] | None = None
    described: Callable[[Taxonomy, str], Json] | None = None
    described_task: Callable[[str | None], Json] | None = None
    described_items: Callable[[Sequence[KeptItem]], Json] | None = None
    opinions: Callable[[Params], int | None] | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    made_up: Callable[[Params, int, UrlOf], Json] | None = None
    paged: bool = False
