"""The page of portals: who reads it, who switches them, and what is told of them."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from record.engine import execute, fetch_one
from record.ids import uuid7
from record.portal_tables import origins
from record.portals.calls import note_call
from record.portals.state import Mode, ensure_portal, move_cursor, portal, pull_failed
from record.portals.state import steps as steps_of
from record.tables import complaints
from tests.record.office import statements
from tests.web.pages.house import Site
from web.pages.dates import moment


@pytest.fixture(scope="module")
async def _portals(site: Site) -> None:
    for code, mode in (("sp4n", Mode.API), ("laporgub", Mode.RELAY)):
        await ensure_portal(site.engine, code, mode, datetime.now(UTC))


@pytest.mark.usefixtures("_portals")
@pytest.mark.parametrize("who", ["koordinator", "admin", "sekda", "inspektorat"])
async def test_those_who_look_after_portals_read_how_they_are(site: Site, who: str) -> None:
    async with site.at_the_desk(who) as browser:
        page = await browser.get("/portal")
        assert page.status_code == 200
        for name in ("SP4N-LAPOR!", "LaporGub"):
            assert f">{name}</a></h2>" in page.text
        assert page.text.count("Diperkirakan:") == 2, "no real contract is in the mappings"
        one = await browser.get("/portal/laporgub")
        assert "Petugas menyalin laporan ke sini" in one.text
        switches = re.findall(r'href="/portal/laporgub/ubah/(\w+)"', one.text)
        expected = ["jeda", "berkas"] if who in ("koordinator", "admin") else []
        assert switches == expected, "without an address it cannot be connected"
        assert ('href="/relai"' in one.text) is (who == "koordinator")
        assert (await browser.get("/portal/whatsapp")).status_code == 404


@pytest.mark.usefixtures("_portals")
async def test_a_switch_says_what_it_means_is_done_once_and_stays_on_record(site: Site) -> None:
    async with site.at_the_desk("koordinator") as browser:
        asked = await browser.get("/portal/sp4n/ubah/jeda")
        assert "Tenggat aduan tetap berjalan" in asked.text
        done = await browser.post("/portal/sp4n/ubah/jeda", {})
        assert done.url.path == "/portal/sp4n"
        assert "Portal sudah dijeda." in done.text
        assert "Dijeda sejak" in done.text
        assert (await browser.post("/portal/sp4n/ubah/jeda", {})).status_code == 409
        page = await browser.post("/portal/sp4n/ubah/lanjut", {})
        assert re.findall(r'event-title">([^<]+)<', page.text) == ["Dilanjutkan", "Dijeda"]
        assert "Portal sudah dilanjutkan." not in (await browser.get("/portal/sp4n")).text
        page = await browser.post("/portal/sp4n/ubah/relai", {})
        assert "Cara kerja diganti: Meja relai" in page.text
    found = await portal(site.engine, "sp4n")
    assert found is not None
    assert (found.mode, found.paused_at) == (Mode.RELAY, None)
    done_by = {step.actor for step in await steps_of(site.engine, "sp4n", 10)}
    assert len(done_by) == 1
    assert done_by.pop().startswith("account:")


@pytest.mark.usefixtures("_portals")
@pytest.mark.parametrize(
    ("who", "status"),
    [("sekda", 403), ("inspektorat", 403), ("dpupr", 403), ("kepala.dpupr", 403), ("admin", 200)],
)
async def test_only_coordinator_and_administrator_switch(site: Site, who: str, status: int) -> None:
    async with site.at_the_desk(who) as browser:
        assert (await browser.get("/portal/laporgub/ubah/jeda")).status_code == status
        before = await portal(site.engine, "laporgub")
        if status == 403:
            assert (await browser.post("/portal/laporgub/ubah/jeda", {})).status_code == 403
            assert await portal(site.engine, "laporgub") == before


@pytest.fixture
async def down(site: Site) -> datetime:
    """SP4N has been away for two days, as the record knows it."""
    now = datetime.now(UTC)
    await ensure_portal(site.engine, "open311", Mode.API, now)
    since = now - timedelta(days=2)
    await move_cursor(site.engine, "open311", None, "halaman-7", since, since)
    await pull_failed(site.engine, "open311", "away", now)
    for minute in range(3):
        await note_call(site.engine, "open311", "away", 10, now - timedelta(minutes=minute))
    return since


async def test_a_portal_that_is_down_is_told_so(site: Site, down: datetime) -> None:
    async with site.at_the_desk("sekda") as browser:
        page = (await browser.get("/portal/open311")).text
    assert "Tidak terjangkau" in page
    assert "tetap disimpan" in page
    assert f"Berhasil terakhir {moment(down)}." in page
    assert "3 tidak dijawab" in page
    assert "halaman-7" in page


async def test_a_portal_that_is_silent_longer_than_its_habit_is_told_so(site: Site) -> None:
    """Of one complaint: what counts are the reports that the portal sent."""
    now = datetime.now(UTC)
    for code in ("laporgub", "open311"):
        await ensure_portal(site.engine, code, Mode.RELAY, now)
    filed = await site.report()
    query = select(complaints.c.id).where(complaints.c.ticket == filed.ticket)
    row = await fetch_one(site.engine, query)
    assert row
    for code, silent_for in (("laporgub", timedelta(days=4)), ("open311", timedelta())):
        times = [now - silent_for - timedelta(hours=6 * n) for n in range(112)]
        rows = [
            {"id": uuid7(), "portal": code, "external_id": str(n), "complaint_id": row["id"]}
            | {"joined": n > 0, "digest": b"", "filed_at": at, "created_at": now}
            for n, at in enumerate(times)
        ]
        await execute(site.engine, insert(origins).values(rows))
    async with site.at_the_desk("koordinator") as browser:
        silent = (await browser.get("/portal/laporgub")).text
        assert "Lebih sepi daripada biasanya." in silent
        assert "biasanya datang sekitar 16 laporan" in silent
        assert moment(now - timedelta(days=4)) in silent
        assert "Lebih sepi" not in (await browser.get("/portal/open311")).text
        assert (await browser.get("/portal")).text.count("Lebih sepi") == 1


async def test_the_page_costs_as_many_statements_however_much_there_is(site: Site) -> None:
    async with site.at_the_desk("koordinator") as browser:
        await ensure_portal(site.engine, "sp4n", Mode.API, datetime.now(UTC))
        await browser.get("/portal")
        with statements() as few:
            await browser.get("/portal")
        for code in ("laporgub", "open311"):
            await ensure_portal(site.engine, code, Mode.API, datetime.now(UTC))
        with statements() as more:
            page = await browser.get("/portal")
        assert page.text.count("</a></h2>") == 3
        assert few == more
        assert sum(few.values()) == 6, "five, and whose session it is"
