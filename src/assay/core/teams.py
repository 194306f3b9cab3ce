"""Who works on what: the crew of a project, and groups of workers by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from assay.core.errors import Invalid

PEOPLE_MAX: Final = 500
PROJECTS_MAX: Final = 100
GROUPS_MAX: Final = 500
NAME_LENGTH_MAX: Final = 200


def checked_emails(emails: Sequence[str]) -> list[str]:
    """Addresses as members have them, each once. Raises ``Invalid`` for too many."""
    if len(emails) > PEOPLE_MAX:
        raise Invalid(f"At most {PEOPLE_MAX} addresses at once.", "emails")
    return list(dict.fromkeys(email.strip().lower() for email in emails))


def workers_of(emails: Iterable[str], workers: Mapping[str, UUID | None]) -> list[UUID]:
    """The worker behind each address. ``workers``: of the members there are, none for one who cannot hold turns.

    Raises ``Invalid`` naming those who are no members, or whose role does not work.
    """
    emails = list(emails)
    strangers = [email for email in emails if email not in workers]
    if strangers:
        raise Invalid(f"No member of your organization: {', '.join(strangers[:10])}. Invite them first.", "emails")
    idle = [email for email in emails if workers[email] is None]
    if idle:
        raise Invalid(f"Cannot hold turns: {', '.join(idle[:10])}. Give them a role that works.", "emails")
    return [worker for email in emails if (worker := workers[email]) is not None]


def checked_name(name: str) -> str:
    """The name of a group. Raises ``Invalid``."""
    name = name.strip()
    if not 1 <= len(name) <= NAME_LENGTH_MAX or any(ord(c) < 32 or ord(c) == 127 for c in name):
        raise Invalid(f"Must be 1 to {NAME_LENGTH_MAX} characters, without control characters.", "name")
    return name
