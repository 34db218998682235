"""Files complaints and acts on them as the workflows do, only shorter."""

import secrets
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any
from unittest.mock import patch
from uuid import UUID

import psycopg
from sqlalchemy import Table, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.actions import ActionBase, Dispose
from domain.actors import Actor, Grant
from domain.case import Case
from domain.chain import Recorded, seal
from domain.decide import decide
from domain.events import Event
from domain.evolve import evolve, fold
from domain.notices import Notice, notices
from domain.permissions import Refused
from domain.policy import Rules
from domain.projection import project
from domain.terms import Channel, Classification, Role
from record.append import append
from record.filing import Filed, Filing, file, first_event
from record.identity import Keyring, Reporter
from record.ids import uuid7
from record.rules import current_rules
from web.house import KEPT_FOR

MORNING = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def staff(*held: tuple[Role, str | None]) -> Actor:
    grants = tuple(Grant(role=role, unit=unit) for role, unit in held)
    return Actor(id=f"account:{UUID(int=hash(held) & (1 << 64) - 1)}", grants=grants)


COORDINATOR = staff((Role.COORDINATOR, "kab/dinkominfo"))
DPUPR = staff((Role.UNIT_ADMIN, "kab/dpupr"))
SEKDA = staff((Role.SUPERVISOR, "kab/setda"))
DISPOSE = Dispose(
    classification=Classification.TIDAK_BERKADAR, category="infrastruktur", unit="kab/dpupr"
)
AUDITOR = staff((Role.AUDITOR, "kab/inspektorat"))


@dataclass
class Office:
    engine: AsyncEngine
    rules: Rules
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    keyring: Keyring = field(default_factory=lambda: Keyring({"k1": secrets.token_bytes(32)}))

    @classmethod
    async def opened(cls, engine: AsyncEngine) -> "Office":
        return cls(engine, await current_rules(engine))

    async def file(self, filing: Filing | None = None, **changes: Any) -> tuple[Filed, Case]:
        """Files `filing`, or a plain one, with `changes`."""
        filing = replace(filing or a_filing(), **changes)
        recorded, case = self.received(filing)
        filed = await file(
            self.engine,
            filing,
            recorded,
            project(case, self.rules),
            notices(case, recorded, self.rules),
            secret=self.secret,
            keyring=self.keyring,
        )
        return filed, case

    def received(self, filing: Filing) -> tuple[Recorded, Case]:
        recorded, _ = first_event(filing, self.rules)
        return recorded, fold(filing.id, [recorded])

    async def act(
        self, case: Case, action: ActionBase, actor: Actor, now: datetime | None = None
    ) -> Case:
        """Decides, folds and appends; AssertionError with the reason of a refusal."""
        at = now or case.updated_at + timedelta(minutes=1)
        outcome = decide(case, action, actor, at, self.rules)  # type: ignore[arg-type]
        assert not isinstance(outcome, Refused), outcome.why
        return await self.append(case, outcome)

    async def append(self, case: Case, happened: Sequence[Event]) -> Case:
        recorded = seal(case.id, case.seq, case.head, happened)
        told: list[Notice] = []
        for one in recorded:
            case = evolve(case, one)
            told += notices(case, one, self.rules)
        await append(self.engine, case.id, recorded, project(case, self.rules), told)
        return case


def a_filing(**changes: Any) -> Filing:
    plain = Filing(
        id=uuid7(),
        channel=Channel.MATUR,
        received_at=MORNING,
        title="Jalan berlubang",
        body="Jalan di depan pasar Bobotsari berlubang dan membahayakan.",
        anonymous=False,
        secret=False,
        salt=secrets.token_bytes(16),
        village_code="33.03.09.2001",
        reporter=Reporter(name="Sutrisno", phone="+6281234567890"),
    )
    return replace(plain, **changes)


async def count(engine: AsyncEngine, table: Table) -> int:
    async with engine.connect() as connection:
        result = await connection.execute(select(func.count()).select_from(table))
        return result.scalar_one()


@contextmanager
def statements() -> Iterator[Counter[str]]:
    """Counts the statements that are sent meanwhile, by their first word, whichever way they go.

    What the web read a moment before does not grow old meanwhile: it would be read once more.
    """
    sent: Counter[str] = Counter()
    execute = psycopg.AsyncCursor.execute

    async def counted(cursor: Any, query: Any, *rest: Any, **options: Any) -> Any:
        sent[str(query).split(maxsplit=1)[0].upper()] += 1
        return await execute(cursor, query, *rest, **options)

    moment_before = monotonic() - KEPT_FOR / 2
    with (
        patch.object(psycopg.AsyncCursor, "execute", counted),
        patch("web.house.monotonic", lambda: moment_before),
    ):
        yield sent
