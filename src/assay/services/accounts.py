"""Who is who: organizations, members, ways in, keys."""

from __future__ import annotations

from datetime import datetime, timedelta

from assay.core.errors import Unauthenticated
from assay.core.tokens import Token
from assay.services.context import Caller
from assay.store.connection import Tenant, queries

SESSION_IDLE = timedelta(days=14)
SESSION_LIFE = timedelta(days=90)
# How stale "last seen" may get, so that reading does not mean writing.
SEEN_EVERY = timedelta(minutes=1)


async def authenticate(tenant: Tenant, token: Token, now: datetime) -> Caller:
    """Who carries this token. Raises ``Unauthenticated`` for one that is unknown, ended, or whose owner is disabled."""
    sql = queries("accounts")
    if token.kind == "session":
        row = await tenant.fetchrow(sql["session_caller"], token.hash, now, now - SESSION_IDLE)
        if row is not None:
            if now - row["last_seen_at"] > SEEN_EVERY:
                await tenant.execute(sql["touch_session"], token.hash, now)
            return Caller(
                "member", row["role"], row["member_id"], row["worker_id"], name=row["name"], email=row["email"]
            )
    elif token.kind in ("live", "test"):
        row = await tenant.fetchrow(sql["key_caller"], token.hash, now)
        if row is not None:
            if row["last_used_at"] is None or now - row["last_used_at"] > SEEN_EVERY:
                await tenant.execute(sql["touch_key"], row["key_id"], now)
            return Caller("key", row["role"], key_id=row["key_id"], name=row["name"], mode=row["mode"])
    raise Unauthenticated("This sign-in or key has ended. Sign in again with a fresh link, or make a new key.")
