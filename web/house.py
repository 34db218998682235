"""What every request may use: the record, the engine's client, secrets, and the rules in force."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from time import monotonic
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client

from domain.calendar import Calendar, local_date
from domain.policy import Rules
from domain.units import code_of
from portals import registry
from record.events import load_events
from record.files.store import Store
from record.identity import Keyring
from record.public import Figures, Shares, figures, shares
from record.rules import calendar_of, current_rules
from record.units import Unit, units_on
from settings import Settings, secrets_directory
from web.limits import Recent
from web.models import Models
from workflows.messages import CaseStart

KEPT_FOR = 10.0
"""Seconds for which a process goes on with the rules and units that it read; a case's deadlines
never come from here."""
FIGURES_KEPT_FOR = 60.0
"""As long as a page of the public may be kept elsewhere."""

T = TypeVar("T")


@dataclass(frozen=True)
class Directory:
    """The units, by code and by path."""

    by_code: Mapping[str, Unit]
    by_path: Mapping[str, Unit]
    by_region: Mapping[str, Unit]
    """Kecamatan, kelurahan and desa by Kemendagri's code (`33.03.09.2001`)."""

    def name(self, path: str | None) -> str | None:
        """As people know it; the bare code for a unit that is no more."""
        if path is None:
            return None
        unit = self.by_path.get(path)
        return unit.name if unit else code_of(path)


class Kept(Generic[T]):
    """A value that is read anew when it is older than so many seconds."""

    def __init__(self, read: Callable[[], Awaitable[T]], seconds: float = KEPT_FOR) -> None:
        self._read = read
        self._seconds = seconds
        self._value: T | None = None
        self._until = 0.0

    async def get(self) -> T:
        if self._value is None or monotonic() >= self._until:
            self._value = await self._read()
            self._until = monotonic() + self._seconds
        return self._value


class House:
    def __init__(self, settings: Settings, engine: AsyncEngine, client: Client) -> None:
        self.settings = settings
        self.engine = engine
        self.client = client
        self.keyring = Keyring(settings.keyring)
        self.files = Store(settings.files)
        self.recent = Recent()
        self.models = Models(engine)
        self.portals = registry.load(settings.portals, secrets_directory())
        self._rules = Kept(partial(current_rules, engine))
        self._directory = Kept(self._read_directory)
        self._figures = Kept(self._read_figures, FIGURES_KEPT_FOR)
        self._public_shares = Kept(partial(shares, engine), FIGURES_KEPT_FOR)
        self._calendars: dict[int, Calendar] = {}

    @property
    def secret(self) -> bytes:
        return self.settings.secret_bytes

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    async def rules(self) -> Rules:
        return await self._rules.get()

    async def calendars(self, versions: Iterable[int]) -> Mapping[int, Calendar]:
        """These versions of the calendar; each is read once, since none ever changes."""
        for version in set(versions) - self._calendars.keys():
            current = (await self.rules()).calendar
            found = current if current.version == version else None
            found = found or await calendar_of(self.engine, version)
            assert found is not None, f"a deadline names calendar {version}"
            self._calendars[version] = found
        return self._calendars

    async def directory(self) -> Directory:
        return await self._directory.get()

    async def _read_directory(self) -> Directory:
        units = await units_on(self.engine, local_date(self.now))
        return Directory(
            by_code={unit.code: unit for unit in units},
            by_path={unit.path: unit for unit in units},
            by_region={unit.region_code: unit for unit in units if unit.region_code},
        )

    async def figures(self) -> Figures:
        return await self._figures.get()

    async def _read_figures(self) -> Figures:
        return await figures(self.engine, self.now)

    async def public_shares(self) -> Shares:
        return await self._public_shares.get()

    async def case_start(self, complaint: UUID) -> CaseStart:
        """What the workflow of a case starts from."""
        events = await load_events(self.engine, complaint)
        return CaseStart(complaint=complaint, rules=await self.rules(), events=tuple(events))


async def _house(request: Request) -> House:
    house: House = request.app.state.house
    return house


Home = Annotated[House, Depends(_house)]
