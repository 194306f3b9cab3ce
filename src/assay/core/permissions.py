"""Who may do what: roles, what each may do, and who may make whom what.

    owner
      └── manager
            ├── reviewer
            │     └── annotator
            └── auditor

A role stands above another when the other hangs below it. What sets owners apart from managers
is whom they may appoint, and that they alone see the keys that callbacks are known by.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias, get_args

from assay.core.errors import Conflict, Forbidden

Role: TypeAlias = Literal["owner", "manager", "reviewer", "annotator", "auditor"]
Permission: TypeAlias = Literal[
    "self.read",
    "project.read",
    "project.write",
    "task.read",
    "task.write",
    "review.queue",
    "worker.read",
    "worker.write",
    "member.read",
    "member.write",
    "key.read",
    "key.write",
    "webhook.read",
    "webhook.write",
    "callback.keys",
    "export.read",
    "event.read",
    "work.annotate",
    "work.review",
    "market.read",
    "market.write",
    "market.work",
]

ROLES: tuple[Role, ...] = get_args(Role)
PERMISSIONS: frozenset[Permission] = frozenset(get_args(Permission))

# Everything that can be looked at; the queue of reviews is a list to read, too.
READING: frozenset[Permission] = frozenset(
    {
        "self.read",
        "project.read",
        "task.read",
        "review.queue",
        "worker.read",
        "member.read",
        "key.read",
        "webhook.read",
        "export.read",
        "event.read",
        "market.read",
    }
)

_PERMISSIONS_OF: Mapping[Role, frozenset[Permission]] = {
    "owner": PERMISSIONS,
    "manager": PERMISSIONS - {"callback.keys"},
    "reviewer": frozenset(
        {"self.read", "project.read", "task.read", "review.queue", "work.annotate", "work.review", "market.work"}
    ),
    "annotator": frozenset({"self.read", "work.annotate", "market.work"}),
    "auditor": READING,
}

_BELOW: Mapping[Role, frozenset[Role]] = {
    "owner": frozenset({"manager", "reviewer", "annotator", "auditor"}),
    "manager": frozenset({"reviewer", "annotator", "auditor"}),
    "reviewer": frozenset({"annotator"}),
    "annotator": frozenset(),
    "auditor": frozenset(),
}

# Whom a role may appoint, change, disable and invite. Owners choose their equals; a manager does not.
_APPOINTS: Mapping[Role, frozenset[Role]] = {
    "owner": frozenset(ROLES),
    "manager": _BELOW["manager"],
    "reviewer": frozenset(),
    "annotator": frozenset(),
    "auditor": frozenset(),
}

# No key is an owner: what only owners may do is done by a person who signed in.
KEY_ROLES: frozenset[Role] = frozenset({"manager", "reviewer", "annotator", "auditor"})


def permissions_of(role: Role) -> frozenset[Permission]:
    return _PERMISSIONS_OF[role]


def may(role: Role, permission: Permission) -> bool:
    return permission in _PERMISSIONS_OF[role]


def require(role: Role, permission: Permission) -> None:
    """Raises ``Forbidden`` naming the permission that is missing and who has it."""
    if not may(role, permission):
        who = " or ".join(r for r in ROLES if may(r, permission))
        raise Forbidden(f"This needs the permission {permission}; your role is {role}. Ask someone who is {who}.")


def outranks(role: Role, other: Role) -> bool:
    """Whether ``role`` stands strictly above ``other``; neither of reviewer and auditor does."""
    return other in _BELOW[role]


def check_appointment(actor: Role, role: Role) -> None:
    """Whether ``actor`` may add a member of this role. Raises ``Forbidden``."""
    require(actor, "member.write")
    if role not in _APPOINTS[actor]:
        raise Forbidden(f"A {actor} cannot make anyone {role}; ask an owner.", "role")


def check_role_change(actor: Role, current: Role, new: Role, *, own: bool, owners: int) -> None:
    """Whether a member's role may be changed.

    ``own``: the member is the actor. ``owners``: how many members that are not disabled are owners.
    Raises ``Forbidden`` for one who may not, ``Conflict`` when the last owner would be gone.
    """
    if own:
        assert actor == current, f"a {actor} cannot at once be {current}"
        if new != current and not outranks(current, new):
            raise Forbidden("Nobody can raise their own role; ask someone else who may.", "role")
    else:
        check_handling(actor, current)
        check_appointment(actor, new)
    if current == "owner" and new != "owner":
        _keep_an_owner(owners, "role")


def check_disabling(actor: Role, subject: Role, *, own: bool, owners: int) -> None:
    """Whether a member may be disabled; anyone may leave. ``owners`` and errors as in ``check_role_change``."""
    if not own:
        check_handling(actor, subject)
    if subject == "owner":
        _keep_an_owner(owners, "disabled")


def check_handling(actor: Role, subject: Role) -> None:
    """Whether ``actor`` may do anything to a member of this role: rename, enable, make a sign-in link.

    A sign-in link lets whoever holds it be that member, so it falls under the same rule. Raises ``Forbidden``.
    """
    require(actor, "member.write")
    if subject not in _APPOINTS[actor]:
        raise Forbidden(f"A {actor} cannot change a member who is {subject}; ask an owner.")


def check_key(maker: Role, role: Role) -> None:
    """Whether a member may make an API key of this role: never one that may do more than its maker.

    Raises ``Forbidden``.
    """
    require(maker, "key.write")
    if role not in KEY_ROLES:
        raise Forbidden(f"No key can be {role}; the most it can be is manager.", "role")
    if role != maker and not outranks(maker, role):
        raise Forbidden(f"A key cannot do more than the {maker} who makes it.", "role")


def _keep_an_owner(owners: int, field: str) -> None:
    if owners <= 1:
        raise Conflict("The last owner cannot go; make another member an owner first.", field)
