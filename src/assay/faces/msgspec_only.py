"""The framework, without what it brings for libraries that nothing here is written in."""

from __future__ import annotations

from litestar import Litestar
from litestar.plugins import PluginProtocol
from litestar.plugins.core import MsgspecDIPlugin


class MsgspecOnly(Litestar):
    """An application whose values are all msgspec's.

    Litestar looks for pydantic and attrs by importing them where they are installed, as PgQueuer has them be: two
    hundred files at every start, for nothing.
    """

    @staticmethod
    def _get_default_plugins(plugins: list[PluginProtocol]) -> list[PluginProtocol]:
        return [*plugins, MsgspecDIPlugin()]
