"""Who may see, look into and take an offer: requirements, what a freelancer holds, and what is unmet, in words.

A requirement compares what a freelancer holds of one qualification type. Five types are the market's own: their ids
are fixed, and what a freelancer holds of them follows from their work and profile. The rules are those of Mechanical
Turk's requester API, in our words: whoever lacks a qualification fails every comparison except ``not_held``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias, get_args
from uuid import UUID

import msgspec

from assay.core.errors import Problem

# The market's own types. Nobody asks for them, and no requester grants them.
MASTERS: Final = UUID(int=0x10)
APPROVED: Final = UUID(int=0x40)
ADULT: Final = UUID(int=0x60)
LOCALE: Final = UUID(int=0x71)
APPROVED_PERCENT: Final = UUID(int=0x72)
SYSTEM_NAMES: Final[Mapping[UUID, str]] = {
    MASTERS: "Masters",
    APPROVED: "Approved answers",
    ADULT: "Adult content",
    LOCALE: "Place",
    APPROVED_PERCENT: "Percent approved",
}

Comparator: TypeAlias = Literal[
    "less", "at_most", "more", "at_least", "equal", "not_equal", "held", "not_held", "in", "not_in"
]
# What a requirement guards, from the last door to the first: an offer it hides cannot be looked into, nor taken.
Guarded: TypeAlias = Literal["accept", "preview", "discover"]

REQUIREMENTS_MAX: Final = 10
INTEGERS_MAX: Final = 15
LOCALES_MAX: Final = 30
INTEGER_MAX: Final = 2**31 - 1
INTEGER_MIN: Final = -(2**31)

_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_SUBDIVISION: Final = re.compile(r"[A-Z0-9]{1,3}")
_LISTED: Final = ("in", "not_in")
_ORDERED: Final[Mapping[Comparator, str]] = {
    "less": "less than {}",
    "at_most": "at most {}",
    "more": "more than {}",
    "at_least": "{} or more",
}


class Locale(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A country (ISO 3166-1, two capital letters), and a part of it (the second half of ISO 3166-2)."""

    country: str
    subdivision: str | None = None

    def covers(self, other: Locale) -> bool:
        """Whether somebody in ``other`` is here: a country without a part is all of its parts."""
        return self.country == other.country and self.subdivision in (None, other.subdivision)

    def __str__(self) -> str:
        return f"{self.country}-{self.subdivision}" if self.subdivision else self.country


class Requirement(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What somebody must hold of one type. ``integers`` or ``locales``: what is compared with; one, except for ``in``
    and ``not_in``; none for ``held`` and ``not_held``."""

    type_id: UUID
    comparator: Comparator
    integers: list[int] = []
    locales: list[Locale] = []
    guards: Guarded = "accept"


@dataclass(frozen=True)
class Held:
    """What a freelancer has of one type. ``value`` of a grant without one is 1; a place has a ``locale`` instead.
    ``granted`` is False once it was taken away, which counts as lacking it."""

    value: int = 1
    locale: Locale | None = None
    granted: bool = True


Standing: TypeAlias = Mapping[UUID, Held]

# How somebody comes by what they lack.
Way: TypeAlias = Literal["work", "profile", "request", "test", "wait", "requester", "operator", "none"]


@dataclass(frozen=True)
class TypeShown:
    """What a freelancer is told of a type that an offer wants. ``way``: ``request`` or ``test`` where they may ask for
    it, ``wait`` where their request is undecided or may be repeated only at ``again_at``, ``none`` where never again,
    ``requester`` where only its maker gives it."""

    name: str
    way: Way = "requester"
    again_at: datetime | None = None


@dataclass(frozen=True)
class Unmet:
    """A requirement somebody does not meet: why, what would change that, and by which way."""

    requirement: Requirement
    reason: str
    remedy: str
    way: Way


def check_requirements(requirements: Sequence[Requirement], field: str = "requirements") -> list[Problem]:
    """What is wrong with them, each naming its field."""
    problems = []
    if len(requirements) > REQUIREMENTS_MAX:
        problems.append(Problem(field, f"at most {REQUIREMENTS_MAX} requirements; these are {len(requirements)}."))
    for number, requirement in enumerate(requirements[:REQUIREMENTS_MAX]):
        problems += _check(requirement, f"{field}[{number}]")
    return problems


def check_locale(locale: Locale, field: str) -> list[Problem]:
    problems = []
    if not _COUNTRY.fullmatch(locale.country):
        problems.append(Problem(f"{field}.country", "two capital letters of ISO 3166, like DE."))
    if locale.subdivision is not None and not _SUBDIVISION.fullmatch(locale.subdivision):
        problems.append(Problem(f"{field}.subdivision", "one to three capital letters or digits, like CA."))
    return problems


def meets(requirement: Requirement, held: Held | None) -> bool:
    """Whether somebody who holds this of the type meets the requirement."""
    lacking = held is None or not held.granted
    if requirement.comparator == "not_held":
        return lacking
    if held is None or lacking:
        return False
    if requirement.comparator == "held":
        return True
    if requirement.type_id == LOCALE:
        within = held.locale is not None and any(locale.covers(held.locale) for locale in requirement.locales)
        return within == (requirement.comparator in ("equal", "in"))
    return _compares(requirement.comparator, held.value, requirement.integers)


def guards(requirement: Requirement, doing: Guarded) -> bool:
    """Whether it stands in the way of this. What is for adults only is never previewed by anybody else."""
    doors = get_args(Guarded)
    guarded = doors.index(requirement.guards)
    if requirement.type_id == ADULT:
        guarded = max(guarded, doors.index("preview"))
    return guarded >= doors.index(doing)


def allowed(requirements: Sequence[Requirement], standing: Standing, doing: Guarded) -> bool:
    return all(meets(one, standing.get(one.type_id)) for one in requirements if guards(one, doing))


def unmet(
    requirements: Sequence[Requirement],
    standing: Standing,
    doing: Guarded,
    types: Mapping[UUID, TypeShown] | None = None,
) -> list[Unmet]:
    """The requirements that keep somebody from doing this, in order. ``types``: what is told of those that are not the
    market's own."""
    return [
        _explained(one, standing.get(one.type_id), (types or {}).get(one.type_id))
        for one in requirements
        if guards(one, doing) and not meets(one, standing.get(one.type_id))
    ]


def percent_of(approved: int, rejected: int, submitted: int) -> int:
    """The share of answers approved, 0 to 100, rounded down; 100 until 100 were submitted.

    ``rejected``: as many as count (see ``reputation``). ``submitted``: all of them, those not yet decided too. Answers
    that are not decided, or whose rejection does not count, are taken for approved until 100 are.
    """
    if submitted < 100:
        return 100
    decided = max(100, approved + rejected)
    return 100 * (decided - rejected) // decided


def types_of(requirements: Sequence[Requirement]) -> Collection[UUID]:
    """The types that are not the market's own, each once."""
    return dict.fromkeys(one.type_id for one in requirements if one.type_id not in SYSTEM_NAMES).keys()


def _check(requirement: Requirement, field: str) -> list[Problem]:
    problems: list[Problem] = []
    comparator, integers, locales = requirement.comparator, requirement.integers, requirement.locales
    if comparator in ("held", "not_held"):
        if integers or locales:
            problems.append(Problem(field, f"{comparator!r} compares with nothing; leave the values out."))
        return problems
    if requirement.type_id == MASTERS:
        return [Problem(f"{field}.comparator", "masters is held or not_held; it has no value.")]
    if requirement.type_id == LOCALE:
        if comparator not in ("equal", "not_equal", *_LISTED):
            problems.append(Problem(f"{field}.comparator", "places are equal, not_equal, in or not_in."))
        if integers:
            problems.append(Problem(f"{field}.integers", "places are compared with locales."))
        problems += _check_count(len(locales), comparator, LOCALES_MAX, f"{field}.locales")
        for number, locale in enumerate(locales[:LOCALES_MAX]):
            problems += check_locale(locale, f"{field}.locales[{number}]")
        return problems
    if locales:
        problems.append(Problem(f"{field}.locales", "only places are compared with locales."))
    problems += _check_count(len(integers), comparator, INTEGERS_MAX, f"{field}.integers")
    if any(not INTEGER_MIN <= integer <= INTEGER_MAX for integer in integers):
        problems.append(Problem(f"{field}.integers", f"from {INTEGER_MIN} to {INTEGER_MAX}."))
    return problems


def _check_count(count: int, comparator: Comparator, most: int, field: str) -> list[Problem]:
    if comparator in _LISTED:
        return [] if 1 <= count <= most else [Problem(field, f"1 to {most} values for {comparator!r}.")]
    return [] if count == 1 else [Problem(field, f"exactly one value for {comparator!r}.")]


def _compares(comparator: Comparator, value: int, integers: Sequence[int]) -> bool:
    if comparator in ("equal", "in"):
        return value in integers
    if comparator in ("not_equal", "not_in"):
        return value not in integers
    # A row written before it was checked may lack its value; nobody meets it then.
    if not integers:
        return False
    bound = integers[0]
    return {"less": value < bound, "at_most": value <= bound, "more": value > bound, "at_least": value >= bound}[
        comparator
    ]


def _explained(requirement: Requirement, held: Held | None, shown: TypeShown | None) -> Unmet:
    if held is not None and not held.granted:
        held = None
    if requirement.type_id in SYSTEM_NAMES:
        reason, remedy, way = _SYSTEM[requirement.type_id](requirement, held)
    else:
        reason, remedy, way = _of_type(requirement, held, shown or TypeShown("a qualification you cannot see"))
    return Unmet(requirement, reason[0].upper() + reason[1:], remedy, way)


def _masters(_: Requirement, held: Held | None) -> tuple[str, str, Way]:
    if held is not None:
        return "This is for people who are not masters.", "Nothing you need to do: other offers want masters.", "none"
    return "This is for masters.", "The people who run the market name masters, for long and good work.", "operator"


def _approved(requirement: Requirement, held: Held | None) -> tuple[str, str, Way]:
    have = held.value if held else 0
    reason = f"{_wanted(requirement)} approved answers are wanted; you have {have}."
    missing = _missing(requirement, have)
    if missing is None:
        return reason, "This is for people with fewer approved answers; there are other offers for you.", "none"
    answers = "answer" if missing == 1 else "answers"
    return reason, f"{missing} more approved {answers} will do.", "work"


def _percent(requirement: Requirement, held: Held | None) -> tuple[str, str, Way]:
    have = held.value if held else 100
    reason = f"{_wanted(requirement)} percent of answers approved are wanted; yours are {have} percent."
    if _missing(requirement, have) is None:
        return reason, "There is nothing you need to do: there are other offers for you.", "none"
    remedy = "Each approved answer raises it; a rejection that is reversed on appeal no longer counts."
    return reason, remedy, "work"


def _adult(_: Requirement, held: Held | None) -> tuple[str, str, Way]:
    if held is not None and held.value:
        return "This is not for people who take adult content.", "Your profile says that you do.", "profile"
    return "This has content for adults.", "If you are of age and agree to see it, say so in your profile.", "profile"


def _locale(requirement: Requirement, held: Held | None) -> tuple[str, str, Way]:
    if held is None or held.locale is None:
        return "This depends on where you live.", "Say in your profile in which country you live.", "profile"
    places = ", ".join(str(locale) for locale in requirement.locales) or "other places"
    where = "outside" if requirement.comparator in ("not_equal", "not_in") else "in"
    reason = f"This is for people {where} {places}; your profile says {held.locale}."
    return reason, "If you live elsewhere now, bring your profile up to date.", "profile"


_SYSTEM: Final = {
    MASTERS: _masters,
    APPROVED: _approved,
    APPROVED_PERCENT: _percent,
    ADULT: _adult,
    LOCALE: _locale,
}


def _of_type(requirement: Requirement, held: Held | None, shown: TypeShown) -> tuple[str, str, Way]:
    if held is not None and requirement.comparator == "not_held":
        return f"This is for people without {shown.name!r}, which you have.", "There are other offers for you.", "none"
    if held is None:
        reason = f"{shown.name!r} is wanted, and you do not have it."
    else:
        reason = f"{shown.name!r} is wanted with a value of {_wanted(requirement)}; yours is {held.value}."
    remedy = {
        "request": "Ask for it.",
        "test": "Take its test again." if held else "Take its test.",
        "wait": f"You may try again from {shown.again_at:%Y-%m-%d %H:%M} UTC on."
        if shown.again_at
        else "You have asked for it; the requester has yet to decide.",
        "none": "It can be asked for only once, and that is done.",
    }.get(shown.way, "Its requester alone gives it; there is no way to ask.")
    return reason, remedy, shown.way


def _wanted(requirement: Requirement) -> str:
    values = [str(integer) for integer in requirement.integers]
    if requirement.comparator in _ORDERED:
        return _ORDERED[requirement.comparator].format(values[0] if values else "?")
    listed = " or ".join(values)
    return f"other than {listed}" if requirement.comparator in ("not_equal", "not_in") else listed or "none"


def _missing(requirement: Requirement, have: int) -> int | None:
    """How much more would do; none where more would not."""
    bounds = requirement.integers
    if requirement.comparator in ("less", "at_most", "not_held") or not bounds:
        return None if requirement.comparator != "held" else 1
    if requirement.comparator == "more":
        return max(1, bounds[0] + 1 - have)
    if requirement.comparator in ("not_equal", "not_in"):
        return next(more for more in range(1, len(bounds) + 2) if have + more not in bounds)
    above = [bound - have for bound in bounds if bound > have]
    return min(above) if above else None
