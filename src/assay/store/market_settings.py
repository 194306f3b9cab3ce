"""How a market trades."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from assay.core.market_settings import MarketSettings
from assay.store.connection import Tenant, queries


async def get(room: Tenant) -> MarketSettings:
    """The defaults, until somebody changed them."""
    row = await room.fetchrow(queries("market_settings")["get"])
    return MarketSettings() if row is None else MarketSettings(**row)


async def put(room: Tenant, settings: MarketSettings, now: datetime) -> None:
    await room.execute(queries("market_settings")["put"], *asdict(settings).values(), now)
