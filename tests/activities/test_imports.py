"""Taking in spreadsheets: once, whatever dies on the way; and what is forgotten when."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from temporalio.testing import ActivityEnvironment

from activities import imports as taking
from activities.imports import ImportActivities
from activities.messages import ImportWork
from portals.columns import guess
from portals.sheet_rows import rows_of
from portals.sheets import Sheet, read
from record.identity import Keyring
from record.portals.imports import (
    Batch,
    Import,
    begin,
    confirm,
    forget_sheets,
    import_of,
    note_batch,
    remembered,
    sheet_of,
    upload,
)
from record.portals.origins import origins_known
from record.portals.state import Mode, ensure_portal
from record.rotation import rotate
from tests.workflows.world import COORDINATOR, World
from worker import make_worker
from workflows.client import SystemClient

HEADINGS = "No Tiket;Uraian;SP4N ID"
NOW = datetime.now(UTC)


class Killed(BaseException):
    """The worker is no more."""


@dataclass(frozen=True)
class Desk:
    world: World

    async def sheet(self, *lines: str, portal: str = "laporgub", headings: str = HEADINGS) -> UUID:
        """Uploaded, confirmed and begun."""
        engine, sheet = self.world.engine, read("\n".join((headings, *lines)).encode())
        id = await upload(
            engine, self.world.keyring, portal, COORDINATOR, sheet.packed(), len(sheet.rows), NOW
        )
        columns = guess(sheet, await remembered(engine, portal))
        faulty = len(rows_of(sheet, columns, portal, NOW)[1])
        await confirm(engine, await self.now(id), columns, faulty, COORDINATOR, NOW)
        await begin(engine, id)
        return id

    async def now(self, id: UUID) -> Import:
        found = await import_of(self.world.engine, id)
        assert found
        return found

    async def take(self, id: UUID) -> bool:
        """Some rows of it; whether there are more."""
        world = self.world
        activities = ImportActivities(
            world.engine, SystemClient(world.client), world.secret, world.keyring
        )
        done = await ActivityEnvironment().run(activities.apply_import, ImportWork(id=id))
        return done.more

    async def complaints(self, *numbers: str, portal: str = "laporgub") -> Mapping[str, UUID]:
        known = await origins_known(self.world.engine, portal, numbers)
        return {number: origin.complaint_id for number, origin in known.items()}


@pytest.fixture
async def desk(world: World) -> AsyncIterator[Desk]:
    for code in ("sp4n", "laporgub"):
        await ensure_portal(world.engine, code, Mode.FILE, datetime.now(UTC))
    async with make_worker(world.client, world.engine):
        yield Desk(world)


async def test_a_worker_that_dies_in_a_batch_leaves_nothing_out_and_nothing_twice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "ROWS", 3)
    numbers = [f"D{n}" for n in range(5)]
    id = await desk.sheet(*(f"{number};Lampu {number} padam;" for number in numbers))

    async def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(taking, "note_batch", killed)
        with pytest.raises(Killed):
            await desk.take(id)
    first = await desk.complaints(*numbers)
    assert len(first) == 3
    assert await desk.take(id)
    assert not await desk.take(id)
    now = await desk.now(id)
    assert (now.state, now.position, now.added, now.known) == ("done", 5, 2, 3)
    assert (await desk.complaints(*numbers)).items() >= first.items()
    assert not await desk.take(id)
    assert await desk.now(id) == now
    await desk.take(again := await desk.sheet("D0;Lampu D0 padam di dua tempat;"))
    assert (await desk.now(again)).changed == 1


async def test_a_row_that_names_sp4ns_number_joins_and_its_case_knows(desk: Desk) -> None:
    await desk.take(await desk.sheet("7001;Jembatan retak;", portal="sp4n"))
    id = await desk.sheet("LG7001;Jembatan retak;7001")
    await desk.take(id)
    now = await desk.now(id)
    assert (now.added, now.joined) == (0, 1)
    mine = (await desk.complaints("LG7001"))["LG7001"]
    assert mine == (await desk.complaints("7001", portal="sp4n"))["7001"]
    types = [event.type for event in await desk.world.events(mine)]
    assert types.count("origin_joined") == 1


async def test_a_row_that_hides_more_than_before_hides_its_case(desk: Desk) -> None:
    headings = f"{HEADINGS};Rahasia"
    await desk.take(await desk.sheet("R1;Pungutan liar;;tidak", headings=headings))
    await desk.take(await desk.sheet("R1;Pungutan liar;;ya", headings=headings))
    case = await desk.world.case((await desk.complaints("R1"))["R1"])
    assert (case.anonymous, case.secret) == (False, True)
    types = [event.type for event in await desk.world.events(case.id)]
    assert types == ["received", "visibility_set", "origin_changed"]


async def test_the_same_rows_noted_by_two_are_counted_once(desk: Desk) -> None:
    id = await desk.sheet("B1;Satu;", "B2;Dua;")
    batch = Batch(start=0, end=1, counts={"added": 1}, digests={})
    await note_batch(desk.world.engine, id, batch)
    await note_batch(desk.world.engine, id, batch)
    now = await desk.now(id)
    assert (now.position, now.added) == (1, 1)


async def test_a_sheet_follows_a_change_of_the_key(desk: Desk) -> None:
    id, engine = await desk.sheet("K1;Talud longsor;"), desk.world.engine
    old, new = b"k" * 32, b"n" * 32
    assert (await rotate(engine, Keyring({"new": new, "k1": old})))["sheets"] == 1
    kept = await sheet_of(engine, Keyring({"new": new}), id)
    assert kept
    assert Sheet.unpacked(kept).rows[0][1] == ("K1", "Talud longsor", "")


async def test_a_sheet_is_forgotten_after_a_week_and_its_counts_stay(desk: Desk) -> None:
    id = await desk.sheet("F1;Sampah menumpuk;", ";tanpa nomor;")
    await desk.take(id)
    engine, keyring = desk.world.engine, desk.world.keyring
    await forget_sheets(engine, NOW + timedelta(days=6))
    assert await sheet_of(engine, keyring, id)
    await forget_sheets(engine, NOW + timedelta(days=8))
    assert await sheet_of(engine, keyring, id) is None
    now = await desk.now(id)
    assert (now.total, now.faulty, now.added) == (2, 1, 1)
    async with engine.connect() as connection:
        query = text("SELECT key_id FROM imports WHERE id = :id")
        assert (await connection.execute(query, {"id": id})).scalar_one() is None
