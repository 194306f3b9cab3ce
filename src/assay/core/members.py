"""What members are called, and which of them can hold turns."""

from __future__ import annotations

import re
from typing import Final

from assay.core import permissions
from assay.core.errors import Invalid, Problem
from assay.core.permissions import Role

NAME_LENGTH_MAX: Final = 200
EMAIL_LENGTH_MAX: Final = 320
# Not a judge of addresses: it catches a name typed into the wrong field.
_EMAIL_SHAPE: Final = re.compile(r"[^@\s]+@[^@\s]+")


def checked(name: str, email: str) -> tuple[str, str]:
    """Name and address of a new member, as they are kept. Raises ``Invalid`` naming what is wrong with either."""
    email = email.strip().lower()
    problems = [Problem("name", said) for said in _name_problems(name)]
    if not _EMAIL_SHAPE.fullmatch(email) or len(email) > EMAIL_LENGTH_MAX or any(ord(c) < 32 for c in email):
        problems.append(Problem("email", "must be an address like ann@example.org, of at most 320 characters."))
    if problems:
        raise Invalid(problems)
    return name.strip(), email


def checked_name(name: str) -> str:
    """Raises ``Invalid``."""
    for said in _name_problems(name):
        raise Invalid(said, "name")
    return name.strip()


def name_from(email: str) -> str:
    """What to call somebody of whom only the address is known: ``ann.lee@example.org`` is Ann Lee."""
    said = re.sub(r"[._+-]+", " ", email.strip().partition("@")[0]).strip().title()
    return said[:NAME_LENGTH_MAX] or email.strip()[:NAME_LENGTH_MAX]


def can_work(role: Role) -> bool:
    """Whether members of this role hold turns."""
    return permissions.may(role, "work.annotate") or permissions.may(role, "work.review")


def _name_problems(name: str) -> list[str]:
    if not 1 <= len(name.strip()) <= NAME_LENGTH_MAX or any(ord(c) < 32 or ord(c) == 127 for c in name):
        return [f"must be 1 to {NAME_LENGTH_MAX} characters, without control characters."]
    return []
