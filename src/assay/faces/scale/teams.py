"""Teammates, who works on which project, and groups of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from litestar import Response
from litestar.params import FromPath

from assay.core.errors import Invalid
from assay.core.permissions import Role
from assay.faces.http import AnyRequest, enter
from assay.faces.scale.asking import answer, named, object_in, serves
from assay.faces.scale.reading import a_list, a_text
from assay.services import accounts, projects, teams
from assay.services.teams import Group

# The roles of this dialect are ours by another name. Our auditor, who reads everything, is told as a member.
_OURS: Final[Mapping[str, Role]] = {
    "labeler": "annotator",
    "member": "reviewer",
    "manager": "manager",
    "admin": "owner",
}
_THEIRS: Final[Mapping[Role, str]] = {**{ours: theirs for theirs, ours in _OURS.items()}, "auditor": "member"}


# --- teammates ----------------------------------------------------------------------------------------------------


@serves("GET", "/teams", "member.read")
async def list_teammates(request: AnyRequest) -> Response[bytes]:
    """Everybody in the organization who is not disabled, oldest first, as a bare list."""
    async with enter(request) as context:
        company = (await accounts.organization(context)).name
        return answer([_told(member, company) for member in await accounts.everybody(context)])


@serves("POST", "/teams/invite", "member.write")
async def invite_teammates(request: AnyRequest) -> Response[bytes]:
    """Adds people, each with a role that the key may give. Those who are members already stay as they are. How they
    get in is our own matter: a manager hands each a sign-in link."""
    emails, role = _people_and_role(await object_in(request))
    async with enter(request) as context:
        company = (await accounts.organization(context)).name
        invited = [await accounts.invite(context, email, role) for email in emails]
        return answer([_told(member, company) for member in invited])


@serves("POST", "/teams/set_role", "member.write")
async def update_teammates_role(request: AnyRequest) -> Response[bytes]:
    """Gives teammates another role, within what the key may: all of them or, where one may not be changed, none."""
    emails, role = _people_and_role(await object_in(request))
    async with enter(request) as context:
        company = (await accounts.organization(context)).name
        changed = [
            await accounts.change_member(context, (await accounts.member_called(context, email)).id, role=role)
            for email in emails
        ]
        return answer([_told(member, company) for member in changed])


def _told(member: accounts.Member, company: str) -> dict[str, Any]:
    first, _, last = member.name.partition(" ")
    return {
        "email": member.email,
        "role": _THEIRS[member.role],
        "company": company,
        "firstName": first,
        "lastName": last,
        "isStudioLabeler": member.role == "annotator",
        "expiry": None,
    }


def _people_and_role(body: Mapping[str, Any]) -> tuple[Sequence[str], Role]:
    role = _OURS.get(str(body.get("team_role")).lower())
    if role is None:
        raise Invalid(f"Must be one of {', '.join(_OURS)}.", "team_role")
    return _texts(body, "emails"), role


# --- who works on which project -----------------------------------------------------------------------------------


@serves("GET", "/studio/assignments", "worker.read")
async def list_assignments(request: AnyRequest) -> Response[bytes]:
    """The names of the projects that each address is assigned to."""
    async with enter(request) as context:
        return answer(await teams.crews(context))


@serves("POST", "/studio/assignments/add", "worker.write")
async def add_assignments(request: AnyRequest) -> Response[bytes]:
    """Assigns people to projects. A project that somebody is assigned to is offered to nobody else any more."""
    body = await object_in(request)
    async with enter(request) as context:
        await teams.put_to_work(context, _texts(body, "emails"), _texts(body, "projects"))
        return answer(await teams.crews(context))


@serves("POST", "/studio/assignments/remove", "worker.write")
async def remove_assignments(request: AnyRequest) -> Response[bytes]:
    """Takes people off projects."""
    body = await object_in(request)
    async with enter(request) as context:
        await teams.take_off(context, _texts(body, "emails"), _texts(body, "projects"))
        return answer(await teams.crews(context))


# --- groups -------------------------------------------------------------------------------------------------------


@serves("GET", "/studio/projects/{project:str}/groups", "worker.read")
async def list_groups(request: AnyRequest, project: FromPath[str]) -> Response[bytes]:
    """The groups of a project as a bare list."""
    async with enter(request) as context:
        found = await projects.called(context, named(project))
        return answer([_group(group) for group in await teams.groups(context, found.id)])


@serves("POST", "/studio/projects/{project:str}/groups", "worker.write")
async def create_group(request: AnyRequest, project: FromPath[str]) -> Response[bytes]:
    """A group of these people, under a name that the project has no group of yet."""
    body = await object_in(request)
    async with enter(request) as context:
        found = await projects.called(context, named(project))
        name = a_text(body.get("name"), "name")
        return answer(_group(await teams.create_group(context, found.id, name, _texts(body, "emails"))))


@serves("PUT", "/studio/projects/{project:str}/groups/{group:str}", "worker.write")
async def update_group(request: AnyRequest, project: FromPath[str], group: FromPath[str]) -> Response[bytes]:
    """Adds people to a group and takes others away. The group is named by its name or its id."""
    body = await object_in(request)
    async with enter(request) as context:
        found = await projects.called(context, named(project))
        changed = await teams.change_group(
            context,
            found.id,
            await teams.group_called(context, found.id, named(group)),
            add=_texts(body, "add_emails"),
            remove=_texts(body, "remove_emails"),
        )
        return answer(_group(changed))


def _group(group: Group) -> dict[str, Any]:
    return {
        "id": str(group.id),
        "name": group.name,
        "numWorkers": len(group.workers),
        "isSingleton": False,
        "workers": [{"id": str(worker.id), "email": worker.email} for worker in group.workers],
    }


def _texts(body: Mapping[str, Any], name: str) -> Sequence[str]:
    found = a_list(body.get(name), name)
    if not all(isinstance(text, str) and text.strip() and "\x00" not in text for text in found):
        raise Invalid("Must be a list of texts.", name)
    return found


HANDLERS: Final = [
    list_teammates,
    invite_teammates,
    update_teammates_role,
    list_assignments,
    add_assignments,
    remove_assignments,
    list_groups,
    create_group,
    update_group,
]
