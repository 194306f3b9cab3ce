"""What a PostgreSQL that is not ours says when it is not set up for us, in the words of core."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import asyncpg

from assay.core.errors import Unavailable

GUIDE: Final = "See docs/howto/use-your-own-postgresql.md."


@contextmanager
def told() -> Iterator[None]:
    """Raises ``Unavailable`` for a user, a database or a privilege that is missing, with what to do about it."""
    try:
        yield
    except asyncpg.InvalidCatalogNameError as error:
        raise Unavailable(f"PostgreSQL says: {error}. Create the database first. {GUIDE}") from error
    except asyncpg.InvalidAuthorizationSpecificationError as error:
        raise Unavailable(f"PostgreSQL says: {error}. Check the user and password of the address. {GUIDE}") from error
    except asyncpg.InsufficientPrivilegeError as error:
        raise Unavailable(
            f"PostgreSQL says: {error}. The user must own the database and be allowed to create roles. {GUIDE}"
        ) from error
