"""Whether a text has a format: patterns that strangers write, tried in time that grows with the text and no faster.

Patterns are those of JavaScript and Java that a machine without memory can try: characters, classes, groups, choices,
repetitions and anchors. What looks ahead or back or refers to a group is not tried here: whoever shows the form tries
it in the browser. Python's own expressions would go back and forth for hours over a pattern made for it, so that a
customer's form could stop the server.

Thompson, K. (1968), Regular expression search algorithm, Communications of the ACM 11(6): all places the machine may be
at are followed together, one character at a time.
"""

from __future__ import annotations

import string
from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeAlias

STATES_MAX: Final = 2_000
# Places tried in all: characters times the machine's size. About a quarter of a second.
STEPS_MAX: Final = 500_000
DEPTH_MAX: Final = 50

_Test: TypeAlias = Callable[[str], bool]
# One place of the machine: a character to read, one of two ways on, an anchor, or the end.
_State: TypeAlias = "tuple[str, _Test | None, int, int]"

_WORD: Final = frozenset(string.ascii_letters + string.digits + "_")
_SPACES: Final = frozenset(" \t\n\r\f\v\u00a0\u2028\u2029\ufeff")
_CONTROLS: Final = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v", "0": "\0"}
_LINE_ENDS: Final = frozenset("\n\r\u2028\u2029")


class _Untried(Exception):
    """The pattern is not one of ours, or too large."""


def fits(pattern: str, text: str, *, ignore_case: bool = False) -> bool | None:
    """Whether the pattern is found anywhere in the text; none where it is not tried here."""
    states = _machine(pattern)
    if states is None or len(states) * (len(text) + 1) > STEPS_MAX:
        return None
    return _found(states, text, ignore_case)


@lru_cache(maxsize=256)
def _machine(pattern: str) -> tuple[_State, ...] | None:
    reader = _Reader(pattern)
    try:
        reader.choices(0)
        if reader.at < len(pattern):
            raise _Untried
        reader.add("end")
    except (_Untried, IndexError, ValueError):
        return None
    return tuple(reader.states)


def _found(states: tuple[_State, ...], text: str, ignore_case: bool) -> bool:
    current: set[int] = set()
    for at in range(len(text) + 1):
        # It may begin at every character.
        if _follow(states, current, 0, text, at):
            return True
        if at == len(text):
            return False
        letter = text[at]
        letters = {letter, letter.lower(), letter.upper()} if ignore_case else {letter}
        following: set[int] = set()
        for place in current:
            kind, test, _, _ = states[place]
            read = kind == "read" and test is not None and any(test(one) for one in letters if len(one) == 1)
            if read and _follow(states, following, place + 1, text, at + 1):
                return True
        current = following
    return False


def _follow(states: tuple[_State, ...], reached: set[int], first: int, text: str, at: int) -> bool:
    """Adds every place that is reached from ``first`` without reading; whether the end is among them."""
    waiting = [first]
    while waiting:
        place = waiting.pop()
        if place in reached:
            continue
        reached.add(place)
        kind, _, one, other = states[place]
        if kind == "end":
            return True
        if kind == "split":
            waiting += [one, other]
        elif kind == "jump":
            waiting.append(one)
        elif kind != "read" and _anchored(kind, text, at):
            waiting.append(place + 1)
    return False


def _anchored(kind: str, text: str, at: int) -> bool:
    if kind == "first":
        return at == 0
    if kind == "last":
        return at == len(text)
    before = at > 0 and text[at - 1] in _WORD
    after = at < len(text) and text[at] in _WORD
    return (before != after) == (kind == "edge")


class _Reader:
    """Reads a pattern and lays its machine out as it goes; what is repeated is read again."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.states: list[_State] = []

    def add(self, kind: str, test: _Test | None = None, one: int = 0, other: int = 0) -> int:
        if len(self.states) >= STATES_MAX:
            raise _Untried
        self.states.append((kind, test, one, other))
        return len(self.states) - 1

    def peek(self) -> str:
        return self.pattern[self.at] if self.at < len(self.pattern) else ""

    def take(self) -> str:
        letter = self.pattern[self.at]
        self.at += 1
        return letter

    def choices(self, depth: int) -> None:
        """Sequences between bars, up to the end or a closing parenthesis."""
        if depth > DEPTH_MAX:
            raise _Untried
        begun = len(self.states)
        ends: list[int] = []
        # Whether another choice follows is seen at its end: the way past this one is put before it then.
        while True:
            start = len(self.states)
            split = self.add("split")
            self.sequence(depth)
            if self.peek() != "|":
                self.states[split] = ("jump", None, start + 1, 0)
                break
            self.at += 1
            ends.append(self.add("jump"))
            self.states[split] = ("split", None, start + 1, len(self.states))
        for end in ends:
            self.states[end] = ("jump", None, len(self.states), 0)
        assert len(self.states) > begun

    def sequence(self, depth: int) -> None:
        while self.peek() not in ("", "|", ")"):
            written = self.at
            start = len(self.states)
            self.atom(depth)
            read = self.at
            bounds = self.bounds()
            if bounds is None:
                continue
            after = self.at
            # Laid out anew as often as it may be there.
            del self.states[start:]
            self.repeat(written, depth, *bounds)
            assert self.at == read, "a piece reads the same each time"
            self.at = after

    def repeat(self, written: int, depth: int, least: int, most: int | None) -> None:
        def again() -> None:
            self.at = written
            self.atom(depth)

        for _ in range(least):
            again()
        if most is None:
            split = self.add("split")
            again()
            self.add("jump", None, split)
            self.states[split] = ("split", None, split + 1, len(self.states))
            return
        splits = []
        for _ in range(most - least):
            splits.append(self.add("split"))
            again()
        for split in splits:
            self.states[split] = ("split", None, split + 1, len(self.states))
        if most == 0:
            # Never there; read on behind it all the same.
            begun = len(self.states)
            again()
            del self.states[begun:]

    def bounds(self) -> tuple[int, int | None] | None:
        """How often the piece before may be there; none where nothing is said."""
        letter = self.peek()
        if letter in ("*", "+", "?"):
            self.at += 1
            bounds: tuple[int, int | None] = {"*": (0, None), "+": (1, None), "?": (0, 1)}[letter]
        elif letter == "{":
            end = self.pattern.find("}", self.at)
            least, comma, most = self.pattern[self.at + 1 : end].partition(",")
            if end < 0 or not least.isdigit() or (most and not most.isdigit()) or len(least + most) > 8:
                raise _Untried
            self.at = end + 1
            bounds = (int(least), (int(most) if most else None) if comma else int(least))
            if bounds[1] is not None and bounds[0] > bounds[1]:
                raise _Untried
        else:
            return None
        if self.peek() == "?":
            # As few as will do: the same texts fit.
            self.at += 1
        elif self.peek() in ("*", "+", "{"):
            raise _Untried
        return bounds

    def atom(self, depth: int) -> None:
        letter = self.take()
        if letter == "(":
            self.group(depth)
        elif letter == "[":
            self.add("read", self.letters())
        elif letter == ".":
            self.add("read", lambda one: one not in _LINE_ENDS)
        elif letter == "^":
            self.add("first")
        elif letter == "$":
            self.add("last")
        elif letter == "\\":
            if self.peek() in ("b", "B"):
                self.add("edge" if self.take() == "b" else "inside")
            else:
                self.add("read", self.escaped())
        elif letter in ("*", "+", "?", "{"):
            raise _Untried
        else:
            self.add("read", letter.__eq__)

    def group(self, depth: int) -> None:
        if self.peek() == "?":
            self.at += 1
            marked = self.take()
            if marked == "<" and self.peek() not in ("=", "!"):
                self.at = self.pattern.index(">", self.at) + 1
            elif marked != ":":
                raise _Untried
        self.choices(depth + 1)
        if self.take() != ")":
            raise _Untried

    def escaped(self) -> _Test:
        letter = self.take()
        kind = {"d": frozenset(string.digits), "w": _WORD, "s": _SPACES}.get(letter.lower())
        if kind is not None:
            return kind.__contains__ if letter.islower() else lambda one: one not in kind
        return self.literal(letter).__eq__

    def literal(self, letter: str) -> str:
        """The character behind a backslash."""
        if letter in _CONTROLS and not (letter == "0" and self.peek().isdigit()):
            return _CONTROLS[letter]
        if letter in ("x", "u"):
            digits = 2 if letter == "x" else 4
            code = self.pattern[self.at : self.at + digits]
            if len(code) < digits:
                raise _Untried
            self.at += digits
            return chr(int(code, 16))
        if letter.isalnum():
            # References to groups, properties of letters, and what else letters may mean.
            raise _Untried
        return letter

    def letters(self) -> _Test:
        """A class, behind its bracket."""
        negative = self.peek() == "^"
        self.at += negative
        tests: list[_Test] = []
        while self.peek() != "]":
            first = self.of_class()
            if not isinstance(first, str):
                tests.append(first)
                continue
            if self.peek() == "-" and self.pattern[self.at + 1 : self.at + 2] not in ("]", ""):
                self.at += 1
                last = self.of_class()
                if not isinstance(last, str) or last < first:
                    raise _Untried
                tests.append(_between(first, last))
            else:
                tests.append(first.__eq__)
        self.at += 1
        return lambda one: any(test(one) for test in tests) != negative

    def of_class(self) -> str | _Test:
        letter = self.take()
        if letter == "[" or (letter == "&" and self.peek() == "&"):
            # Java's classes within classes.
            raise _Untried
        if letter != "\\":
            return letter
        if self.peek() in ("d", "D", "w", "W", "s", "S"):
            return self.escaped()
        if self.peek() == "b":
            self.at += 1
            return "\b"
        return self.literal(self.take())


def _between(first: str, last: str) -> _Test:
    return lambda one: first <= one <= last
