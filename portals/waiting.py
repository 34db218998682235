"""How long anything may take."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from portals.protocol import Away


@asynccontextmanager
async def within(seconds: float) -> AsyncIterator[None]:
    """Raises: Away: it took longer."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise Away("terlalu lambat") from None
