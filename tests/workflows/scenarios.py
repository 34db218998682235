"""Lives whose histories are kept in tests/histories/ and replayed against every change.

`python -m tests.workflows.scenarios` records them anew, into files that do not exist yet: a
history once kept is never written over, since cases that began under that code may still run.
"""

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from cli.parts import Postgres, TemporalServer, free_port, running
from cli.parts.postgres import APPLICATION, OWNER
from domain import actions as a
from domain.actors import REPORTER, SYSTEM
from domain.events import Entry
from domain.terms import ArchiveReason, Channel, Classification
from record import engine as database
from record.entries import store_entry
from record.migrations import upgrade
from record.rules import current_rules
from record.seed import seed
from tests.workflows.world import COORDINATOR, KECAMATAN, UNIT, World
from worker import make_worker

HISTORIES = Path(__file__).parent.parent / "histories"
KEPT = frozenset(HISTORIES.glob("*.json"))


async def straight(world: World) -> UUID:
    """Filed, disposed, accepted, answered, rated, and its window closes."""
    complaint = (await world.file()).complaint_id
    await world.dispose(complaint)
    await world.act(complaint, UNIT, a.Accept())
    await world.act(complaint, UNIT, a.Answer())
    await world.act(complaint, REPORTER, a.Rate(score=5))
    await world.skip_to_end(complaint, datetime.now(UTC) + timedelta(days=31))
    return complaint


async def neglected(world: World) -> UUID:
    """Nobody touches it until it stands at the highest level; then it is archived and reopened."""
    complaint = (await world.file()).complaint_id
    await world.skip_to(complaint, datetime.now(UTC) + timedelta(days=25))
    await world.act(complaint, COORDINATOR, a.Archive(reason=ArchiveReason.UNINTELLIGIBLE))
    await world.act(complaint, REPORTER, a.ReporterReply())
    return complaint


async def asked(world: World) -> UUID:
    """The unit asks, gets a reply, asks for time, is given it, asks again and hears nothing."""
    complaint = (await world.file()).complaint_id
    await world.dispose(complaint)
    await world.act(complaint, UNIT, a.AskReporter())
    await world.skip_to(complaint, datetime.now(UTC) + timedelta(days=4))
    await world.act(complaint, REPORTER, a.ReporterReply())
    await world.act(complaint, UNIT, a.RequestExtension(days=3))
    await world.act(complaint, COORDINATOR, a.GrantExtension())
    await world.act(complaint, UNIT, a.AskReporter())
    await world.skip_to(complaint, datetime.now(UTC) + timedelta(days=25))
    return complaint


async def passed_on(world: World) -> UUID:
    """Returned, sent to a kecamatan, delegated to a desa and taken back, reclassified."""
    complaint = (await world.file()).complaint_id
    await world.dispose(complaint)
    await world.act(complaint, UNIT, a.Return(suggested_unit="kab/kec.bobotsari"))
    await world.act(complaint, COORDINATOR, a.Redispose(unit="kab/kec.bobotsari"))
    await world.act(complaint, KECAMATAN, a.Accept())
    village = "kab/kec.bobotsari/desa.gandasuli"
    await world.act(complaint, KECAMATAN, a.Delegate(unit=village))
    await world.act(complaint, KECAMATAN, a.TakeBack())
    await world.act(
        complaint,
        COORDINATOR,
        a.Reclassify(classification=Classification.PERMINTAAN_INFORMASI, category="kesehatan"),
    )
    await world.act(complaint, COORDINATOR, a.SetVisibility(anonymous=True, secret=False))
    await world.act(complaint, COORDINATOR, a.OpenIdentity())
    await world.skip_to(complaint, datetime.now(UTC) + timedelta(days=12))
    return complaint


async def linked(world: World) -> UUID:
    """Linked to a lead, unlinked, linked again, and closed with the lead."""
    lead = (await world.file()).complaint_id
    complaint = (await world.file()).complaint_id
    await world.act(complaint, COORDINATOR, a.LinkDuplicate(lead=lead))
    await world.act(complaint, COORDINATOR, a.UnlinkDuplicate())
    await world.act(complaint, COORDINATOR, a.LinkDuplicate(lead=lead))
    await world.act(lead, COORDINATOR, a.HandBack())
    while (await world.case(complaint)).open:
        await asyncio.sleep(0.05)
    return complaint


async def portals(world: World) -> UUID:
    """Joined by another portal's report, changed and closed there, with files that came later; the
    portal speaks again when the case is over."""
    complaint = (await world.file()).complaint_id
    here = {"portal": Channel.LAPORGUB, "origin": UUID(int=301)}
    await world.act(complaint, SYSTEM, a.JoinOrigin(**here))
    await world.act(complaint, SYSTEM, a.JoinOrigin(**here))
    files, words = [await _typed(world, complaint, texts) for texts in ({}, {"body": "Baru."})]
    await world.act(complaint, SYSTEM, a.AddFiles(**here, entry=files))
    await world.dispose(complaint)
    await world.act(complaint, SYSTEM, a.ChangeOrigin(**here, entry=words))
    await world.act(complaint, COORDINATOR, a.HandBack())
    await world.act(complaint, SYSTEM, a.CloseOrigin(**here))
    return complaint


async def _typed(world: World, complaint: UUID, texts: dict[str, str]) -> Entry:
    return await store_entry(world.engine, complaint, REPORTER.id, texts, datetime.now(UTC))


SCENARIOS: dict[str, Callable[[World], Awaitable[UUID]]] = {
    "straight": straight,
    "neglected": neglected,
    "asked": asked,
    "passed_on": passed_on,
    "linked": linked,
    "portals": portals,
}


async def record(ground: Path) -> None:
    """Live every scenario on servers in `ground` and keep what the engine remembers."""
    async with (
        running(Postgres(ground / "postgres", free_port(), durable=False)) as postgres,
        running(
            TemporalServer(
                ground / "temporal",
                free_port(),
                in_memory=True,
                time_skipping=True,
                prompt_timers=True,
            )
        ) as temporal,
    ):
        await postgres.create_database("matur")
        await asyncio.to_thread(upgrade, postgres.url(OWNER, "matur"), APPLICATION)
        engine = database.create_engine(postgres.url(APPLICATION, "matur"))
        owner = database.create_engine(postgres.url(OWNER, "matur"))
        await seed(owner, datetime.now(UTC), practice=False)
        client = await Client.connect(temporal.address, data_converter=pydantic_data_converter)
        world = World(engine, client, await current_rules(engine))
        async with make_worker(client, engine):
            for name, scenario in SCENARIOS.items():
                await keep(world, name, await scenario(world))


async def keep(world: World, name: str, complaint: UUID) -> None:
    history = await world.handle(complaint).fetch_history()
    file = HISTORIES / f"{name}-1.json"
    if file not in KEPT:
        file.write_text(history.to_json() + "\n")
        print(f"{file.name}: {len(history.events)} events")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        # Servers that run as another account must be able to enter.
        Path(directory).chmod(0o755)
        asyncio.run(record(Path(directory)))
    os._exit(0)
