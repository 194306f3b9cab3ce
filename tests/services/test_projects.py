"""Projects as programs call them, and what a dialect said of them."""

from __future__ import annotations

import asyncio
from itertools import permutations

import pytest

from assay.core.errors import AlreadyExists, Invalid, NotFound
from assay.core.policy import FixedOverlap, Policy
from assay.core.taxonomy import Label, Taxonomy
from assay.services import projects
from assay.services.context import Caller, Context
from harness import Organization

CARS = Taxonomy(labels=[Label("car")])
TEST_KEY = Caller("key", "manager", mode="test")


async def create(context: Context, name: str, handle: str | None = None, **more: object) -> projects.Project:
    given = {"taxonomy": CARS, "instructions": "", "kind": "image", "policy": Policy(), **more}
    return await projects.create(context, name=name, handle=handle, **given)  # type: ignore[arg-type]


async def test_no_two_projects_of_a_mode_have_one_handle(organization: Organization) -> None:
    async with organization.context_for("manager") as context:
        await create(context, "Cars", "cars")
    async with organization.context_for(TEST_KEY) as context:
        await create(context, "Cars", "cars")

    with pytest.raises(AlreadyExists, match="cars"):
        async with organization.context_for("manager") as context:
            await create(context, "Other", "cars")


async def test_of_many_who_want_a_handle_at_once_one_gets_it(organization: Organization) -> None:
    async def want() -> bool:
        try:
            async with organization.context_for("manager") as context:
                await create(context, "Cars", "cars")
        except AlreadyExists:
            return False
        return True

    assert sum(await asyncio.gather(*(want() for _ in range(8)))) == 1


async def test_a_project_is_called_by_its_handle_before_any_that_is_only_named_so(organization: Organization) -> None:
    async with organization.context_for("manager") as context:
        named = await create(context, "cars")
        assert (await projects.called(context, "cars")).id == named.id
        handled = await create(context, "Street", "cars")
        assert (await projects.called(context, "cars")).id == handled.id
        await projects.change(context, handled.id, name="Avenue")
        assert (await projects.called(context, "cars")).id == handled.id
        with pytest.raises(NotFound):
            await projects.called(context, "Avenue")
    async with organization.context_for(TEST_KEY) as context:
        with pytest.raises(NotFound):
            await projects.called(context, "cars")


async def test_what_a_dialect_said_goes_when_somebody_changes_the_question(organization: Organization) -> None:
    async with organization.context_for("manager") as context:
        made = await create(context, "Cars", "cars", request='{"said":1}')
        reviewed = await projects.change(context, made.id, policy=Policy(overlap=FixedOverlap(count=3)))
        assert reviewed.current.request == '{"said":1}'
        said_again = await projects.change(context, made.id, instructions="Mark cars.", request='{"said":2}')
        assert (said_again.version, said_again.current.request) == (3, '{"said":2}')
        changed = await projects.change(context, made.id, instructions="Mark all cars.")
        assert changed.current.request is None


async def test_only_a_project_whose_tasks_bring_their_questions_may_ask_nothing(organization: Organization) -> None:
    async with organization.context_for("manager") as context:
        made = await create(context, "Anything", "any", taxonomy=Taxonomy(), asks=False)
        assert (await projects.change(context, made.id, state="paused")).state == "paused"
        asking = await create(context, "Cars")
        for refused in (
            create(context, "Nothing", taxonomy=Taxonomy()),
            projects.change(context, asking.id, taxonomy=Taxonomy()),
        ):
            with pytest.raises(Invalid):
                await refused


@pytest.mark.parametrize(("before", "after"), list(permutations(["active", "paused", "archived"], 2)))
async def test_a_project_goes_from_each_state_to_each_other_and_says_so_once(
    organization: Organization, before: str, after: str
) -> None:
    async with organization.context_for("manager") as context:
        made = await create(context, "Cars")
        await projects.change(context, made.id, state=before)

    async with organization.context_for("manager") as context:
        changed = await projects.change(context, made.id, state=after)
        again = await projects.change(context, made.id, state=after)

    owner = await organization.client_for("owner")
    told = (await owner.get("/v1/events", params={"type": f"project.{after}"})).json()["items"]
    assert (changed.state, again.state) == (after, after)
    assert [event["data"] for event in told] == [{"before": before}]
