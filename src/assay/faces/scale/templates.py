"""What the tasks of a project have in common, and what they ask."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from litestar import Response
from litestar.params import FromPath

from assay.core.errors import Invalid
from assay.faces.http import AnyRequest, enter
from assay.faces.scale.asking import answer, named, object_in, serves
from assay.faces.scale.params import request_of
from assay.faces.scale.projects import asked_anew, usable
from assay.faces.scale.reading import an_object, written
from assay.faces.scale.task_ids import shown
from assay.faces.scale.task_types import type_named
from assay.services import projects, teams


@serves("GET", "/projects/{name:str}/taskTemplates", "project.read")
async def get_template(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """What each new task of the project has unless it says otherwise. A project has one template, whose id stays and
    whose version is that of its parameters. Whoever works at all may begin at once where no crew is asked for."""
    async with enter(request) as context:
        project = usable(await projects.called(context, named(name)))
        history = await projects.versions(context, project.id)
        live = context.caller.mode == "live"
        crew_only = (await teams.crew(context, project.id))[0] if live else False
        template: dict[str, Any] = {
            "id": shown(project.id),
            "version": project.version,
            "created_at": written(project.created_at),
            "updated_at": written(history[0].created_at),
            "template_variables": request_of(project.current, project.kind).params,
            "response_schema": None,
            "auto_onboard_enabled": not crew_only,
        }
        return answer(template)


@serves("POST", "/projects/{name:str}/setOntology", "project.write")
async def set_ontology(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """Makes a new version of the parameters in which all that says what is asked is what is sent now, bare or as
    ``ontology``; the other parameters stay."""
    body = await object_in(request)
    async with enter(request) as context:
        project = usable(await projects.called(context, named(name), to_change=True))
        before = request_of(project.current, project.kind)
        task_type = type_named(before.type)
        sent = {**body, **an_object(body.pop("ontology", None), "ontology")}
        sent.pop("ontology", None)
        strange = sorted(set(sent) - task_type.asks)
        if strange or not sent:
            raise Invalid(
                f"Send what tasks of the type {before.type} ask: {', '.join(sorted(task_type.asks))}.", "ontology"
            )
        kept = {name: value for name, value in before.params.items() if name not in task_type.asks}
        return await asked_anew(context, project, msgspec.structs.replace(before, params={**kept, **sent}))


HANDLERS: Final = [get_template, set_ontology]
