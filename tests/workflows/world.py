"""A small house for tests: record, engine and worker, and people who act through the client."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client, WorkflowHandle
from temporalio.testing._timeskipping import TimeSkipper

from domain import actions as a
from domain.actors import Actor, Grant
from domain.case import Case
from domain.chain import Recorded
from domain.evolve import fold
from domain.policy import Rules
from domain.terms import Channel, Classification, Role
from record.events import load_events
from record.filing import Filed, Filing, file, first_event
from record.identity import Keyring, Reporter
from record.ids import uuid7
from workflows.client import ask_case, start_case
from workflows.complaint import ComplaintWorkflow
from workflows.messages import Ask, CaseStart, Done, workflow_id

COORDINATOR = Actor(
    id="account:00000000-0000-0000-0000-00000000c001",
    grants=(Grant(role=Role.COORDINATOR, unit="kab/dinkominfo"),),
)
UNIT = Actor(
    id="account:00000000-0000-0000-0000-00000000d001",
    grants=(Grant(role=Role.UNIT_ADMIN, unit="kab/dpupr"),),
)
KECAMATAN = Actor(
    id="account:00000000-0000-0000-0000-00000000d003",
    grants=(Grant(role=Role.UNIT_ADMIN, unit="kab/kec.bobotsari"),),
)
OTHER_UNIT = Actor(
    id="account:00000000-0000-0000-0000-00000000d002",
    grants=(Grant(role=Role.UNIT_ADMIN, unit="kab/dinkominfo"),),
)
TITLE = "Jalan berlubang di Penambongan"
BODY = "Lubangnya dalam sekali, sudah dua orang jatuh dari motor."
REPORTER_NAME = "Sukirman Hadiwijaya"

_requests = count(1)


@dataclass(frozen=True)
class World:
    engine: AsyncEngine
    client: Client
    rules: Rules
    secret: bytes = b"s" * 32
    keyring: Keyring = field(default_factory=lambda: Keyring({"k1": b"k" * 32}))

    async def file(self, now: datetime | None = None, *, start: bool = True) -> Filed:
        now = now or datetime.now(UTC)
        filing = Filing(
            id=uuid7(),
            channel=Channel.MATUR,
            received_at=now,
            title=TITLE,
            body=BODY,
            anonymous=False,
            secret=False,
            salt=secrets.token_bytes(16),
            reporter=Reporter(name=REPORTER_NAME, phone="+628123456789"),
        )
        event, projection = first_event(filing, self.rules)
        filed = await file(
            self.engine,
            filing,
            event,
            projection,
            secret=self.secret,
            keyring=self.keyring,
        )
        if start:
            await start_case(self.client, await self.start_of(filing.id))
        return filed

    async def start_of(self, complaint: UUID) -> CaseStart:
        events = tuple(await load_events(self.engine, complaint))
        return CaseStart(complaint=complaint, rules=self.rules, events=events)

    async def act(
        self, complaint: UUID, actor: Actor, action: a.Action, request: str | None = None
    ) -> Done:
        ask = Ask(action=action, actor=actor, request=request or f"request-{next(_requests)}")
        return await ask_case(self.client, complaint, ask, self.start_of)

    async def dispose(self, complaint: UUID, unit: str = "kab/dpupr") -> Done:
        return await self.act(
            complaint,
            COORDINATOR,
            a.Dispose(
                classification=Classification.TIDAK_BERKADAR, category="infrastruktur", unit=unit
            ),
        )

    async def events(self, complaint: UUID) -> list[Recorded]:
        return await load_events(self.engine, complaint)

    async def case(self, complaint: UUID) -> Case:
        return fold(complaint, await self.events(complaint))

    def handle(self, complaint: UUID) -> WorkflowHandle[ComplaintWorkflow, None]:
        return self.client.get_workflow_handle_for(ComplaintWorkflow.run, workflow_id(complaint))

    async def skip_to(self, complaint: UUID, moment: datetime) -> None:
        """Move the clock of one case forward to `moment`, ringing what is due on the way."""
        skipper, handle = TimeSkipper(self.client), self.handle(complaint)
        ahead = moment - await skipper.get_current_time(handle)
        assert ahead > timedelta()
        assert await skipper.fast_forward(handle, ahead)

    async def skip_to_end(self, complaint: UUID, moment: datetime) -> None:
        """As `skip_to`, where the case's workflow ends on the way."""
        skipper, handle = TimeSkipper(self.client), self.handle(complaint)
        ahead = moment - await skipper.get_current_time(handle) + timedelta(minutes=1)
        assert not await skipper.fast_forward(handle, ahead)
