"""What freelancers say of the help they had from machines. It is kept with the answer, and decides nothing."""

from __future__ import annotations

from uuid import UUID

from assay.core.offers import disclosed
from assay.core.postings import MissingThing, WrongState
from assay.services.context import Context
from assay.store import engagements


async def disclose(context: Context, engagement_id: UUID, text: str) -> None:
    """Keeps what the caller says, in place of what they said before; nothing takes it back. Once the answer is handed
    in it stays; saying the same again is safe. Raises ``MissingThing``, ``WrongState`` and ``Invalid``."""
    said = disclosed(text)
    async with context.market() as room:
        found = await engagements.get(room, engagement_id)
        if found.freelancer_id != context.worker_id:
            raise MissingThing("engagement")
        if found.disclosure == said:
            return
        if not await engagements.disclose(room, engagement_id, said):
            raise WrongState("engagement", found.state, ("accepted",))
