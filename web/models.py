"""What was learnt, in this process's memory, for pages that suggest.

Asking takes some milliseconds of numpy. A new version is read once a process, and no page waits
long for it: until it is there, the one before goes on.
"""

import asyncio
from dataclasses import dataclass
from time import monotonic

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from record.models import model_data, newest_version
from suggest.model import Model, loads

log = structlog.get_logger("web")

LOOK_EVERY = 10.0
"""Seconds between looks for a new version."""
PATIENCE = 1.0
"""Seconds that a page waits for one."""


@dataclass(frozen=True)
class Versioned:
    version: int
    model: Model


class Models:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._current: Versioned | None = None
        self._next_look = 0.0
        self._loading: asyncio.Task[None] | None = None

    async def current(self) -> Versioned | None:
        """The newest version that is in memory; None before there is any."""
        if monotonic() >= self._next_look and self._loading is None:
            self._next_look = monotonic() + LOOK_EVERY
            self._loading = asyncio.create_task(self._load())
        if self._loading is not None:
            await asyncio.wait([self._loading], timeout=PATIENCE)
        return self._current

    async def _load(self) -> None:
        try:
            version = await newest_version(self._engine)
            if version is None or (self._current and self._current.version >= version):
                return
            if data := await model_data(self._engine, version):
                self._current = Versioned(version, await asyncio.to_thread(loads, data))
        except (SQLAlchemyError, ValueError) as error:
            log.warning("no model was read", why=type(error).__name__)
        finally:
            self._loading = None
