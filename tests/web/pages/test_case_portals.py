"""A case's page and the portals that it came by: where from, what changed there, what was told."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import Browser
from sqlalchemy import text
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from activities.reports import Places, came, filing_of, texts_of
from cli.parts import TemporalServer
from domain import actions as a
from domain.terms import Channel
from portals.protocol import Attachment, Report
from record.entries import store_entry
from record.events import load_events, mark_started
from record.files.cleaning import JPEG, Cleaned
from record.files.rows import keep, uploaded_files
from record.files.store import Store
from record.filing import first_event
from record.identity import Keyring
from record.portals.deliveries import deliveries_of, settle
from record.portals.origins import mark_closed
from record.portals.state import Mode, ensure_portal
from record.portals.taking import Outcome, Taken, take_in
from record.rules import current_rules
from record.verify import verify_case
from tests.record.office import COORDINATOR, statements
from tests.web.pages.house import DISPOSAL, Site
from tests.web.pages.test_axe import EACH, look, reading
from tests.web.pages.test_journey import CHROMIUM, chromium
from workflows.client import SystemClient

__all__ = ["chromium"]

FILED = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
SP4N, LAPORGUB = Channel.SP4N, Channel.LAPORGUB
LAMP = Report(
    id="1916449",
    title="Lampu jalan mati di Kalikabong",
    body="Tiga tiang padam sejak Senin.",
    address="Jl. Letkol Isdiman",
    attachments=(
        Attachment(url="https://portal.test/1.jpg", name="tiang.jpg"),
        Attachment(url="https://portal.test/2.exe", name="rekaman.exe"),
        Attachment(url="https://portal.test/3.jpg", name="malam.jpg"),
    ),
    filed_at=FILED,
    changed_at=FILED,
    status="diverifikasi",
)


@dataclass
class Portals:
    """Takes reports in as the intake does, and says to their cases what the portals say."""

    site: Site
    client: SystemClient
    keyring: Keyring
    store: Store

    async def take_in(self, report: Report, portal: Channel) -> Taken:
        engine, now = self.site.engine, datetime.now(UTC)
        rules = await current_rules(engine)
        filing = filing_of(report, portal, now, await Places.on(engine, now))
        event, projection = first_event(filing, rules)
        coming = came(report, portal, secret=self.site.secret)
        taken = await take_in(
            engine, filing, coming, event, projection,
            secret=self.site.secret, keyring=self.keyring,
        )  # fmt: skip
        if taken.outcome is Outcome.NEW:
            await self.client.start(taken.complaint, (rules, [event]))
            await mark_started(engine, taken.complaint)
        return taken

    async def say(self, taken: Taken, action: a.Action) -> None:
        async def load(complaint: UUID) -> Any:
            return await current_rules(self.site.engine), await load_events(
                self.site.engine, complaint
            )

        why = await self.client.ask(taken.complaint, action, f"{action.action}-{FILED}", load)
        assert why is None

    async def change(self, taken: Taken, portal: Channel, report: Report) -> None:
        entry = await store_entry(
            self.site.engine, taken.complaint, "reporter", texts_of(report), datetime.now(UTC)
        )
        await self.say(taken, a.ChangeOrigin(portal=portal, origin=taken.origin, entry=entry))

    async def add_file(self, taken: Taken, portal: Channel, name: str) -> None:
        engine, now = self.site.engine, datetime.now(UTC)
        file = await keep(engine, self.store, Cleaned(name, JPEG, b"bytes", None), "system", now)
        rows = await uploaded_files(engine, [file], "system")
        entry = await store_entry(engine, taken.complaint, "system", {}, now, rows)
        await self.say(taken, a.AddFiles(portal=portal, origin=taken.origin, entry=entry))
        await self.sql(
            "UPDATE attachments SET state = 'kept', file_id = :file"
            " WHERE origin_id = :origin AND name = :name",
            file=file, origin=taken.origin, name=name,
        )  # fmt: skip

    async def become(self, taken: Taken, portal: str, kind: str, **values: Any) -> None:
        """What an attempt to tell the portal leaves behind."""
        sets = ", ".join(f"{name} = :{name}" for name in values)
        await self.sql(
            f"UPDATE deliveries d SET {sets} FROM origins o"  # noqa: S608  (names of our own)
            " WHERE o.id = d.origin_id AND o.portal = :portal AND d.kind = :kind"
            " AND d.complaint_id = :complaint",
            portal=portal, kind=kind, complaint=taken.complaint, **values,
        )  # fmt: skip

    async def sql(self, statement: str, **values: Any) -> None:
        async with self.site.engine.begin() as connection:
            done = await connection.execute(text(statement), values)
            assert done.rowcount == 1, statement


@pytest.fixture(scope="module")
async def portals(
    site: Site, temporal: TemporalServer, tmp_path_factory: pytest.TempPathFactory
) -> Portals:
    client = await Client.connect(temporal.address, data_converter=pydantic_data_converter)
    for code in (SP4N, LAPORGUB):
        await ensure_portal(site.engine, code, Mode.API, FILED)
    store = Store(Path(tmp_path_factory.mktemp("files")))
    return Portals(site, SystemClient(client), Keyring({"k1": b"k" * 32}), store)


@pytest.fixture(scope="module")
async def lamp(portals: Portals, site: Site) -> Taken:
    """A report of two portals, with all that can happen to one."""
    taken = await portals.take_in(LAMP, SP4N)
    again = Report(
        id="LGWP04350955", title=LAMP.title, body=LAMP.body, filed_at=FILED + timedelta(hours=1),
        changed_at=FILED + timedelta(hours=1), same_as=("sp4n", LAMP.id), status="progres",
    )  # fmt: skip
    joined = await portals.take_in(again, LAPORGUB)
    assert (joined.outcome, joined.complaint) == (Outcome.JOINED, taken.complaint)
    await portals.say(joined, a.JoinOrigin(portal=LAPORGUB, origin=joined.origin))
    await portals.add_file(taken, SP4N, "tiang.jpg")
    await portals.sql(
        "UPDATE attachments SET state = 'refused', reason = 'Kuota 100%s terpakai.'"
        " WHERE origin_id = :origin AND name = 'rekaman.exe'",
        origin=taken.origin,
    )
    async with site.at_the_desk("koordinator") as coordinator:
        answer = await coordinator.act(taken.ticket, "dispose", **DISPOSAL)
        assert "Didisposisikan" in answer.text, answer.text
    await portals.become(
        taken, "sp4n", "received", state="delivered", receipt="tl-77", receipt_at=FILED, attempts=1
    )
    await portals.become(
        taken, "sp4n", "disposed", state="refused", words="Status 100%s dikenal.", attempts=1
    )
    told = await deliveries_of(site.engine, taken.complaint)
    [first] = [one for one in told if (one.portal, one.kind) == ("laporgub", "received")]
    assert await settle(site.engine, first.id, COORDINATOR, "WA-12", FILED)
    await portals.become(taken, "laporgub", "disposed", attempts=3)
    changed = Report(
        id=LAMP.id, title="Lima lampu jalan mati", body="Sekarang lima tiang padam.",
        filed_at=FILED, changed_at=FILED + timedelta(days=1),
    )  # fmt: skip
    await portals.change(taken, SP4N, changed)
    await portals.say(taken, a.CloseOrigin(portal=LAPORGUB, origin=joined.origin))
    await mark_closed(site.engine, joined.origin, FILED + timedelta(days=2))
    return taken


def portal_of(page: str, number: int) -> str:
    """The words of a portal's section."""
    found = re.search(rf'<section aria-labelledby="portal-{number}">.*?</section>', page, re.DOTALL)
    assert found, page
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split())


async def test_each_portal_says_what_it_was_told(site: Site, lamp: Taken) -> None:
    async with site.at_the_desk("koordinator") as coordinator:
        page = (await coordinator.get(f"/aduan/{lamp.ticket}")).text

    sp4n, laporgub = portal_of(page, 1), portal_of(page, 2)
    for words in (
        "Di SP4N-LAPOR!",
        "Nomor di sana 1916449",
        "Dibuat di sana 20 November 2026 pukul 10.00 WIB",
        "Status di sana diverifikasi",
        "Tanda terima Sudah sampai, 20 November 2026 pukul 10.00 WIB Bukti tl-77",
        "Diteruskan ke unit Ditolak portal, 2",
        "Kata portal: “Status 100%s dikenal.”",
        "Perbaiki kiriman ini",
    ):
        assert words in sp4n
    refused, arrived = sp4n.index("Ditolak portal"), sp4n.index("Sudah sampai")
    assert refused < arrived, "what somebody has to mend, first"
    for words in (
        "Di LaporGub Laporan yang sama, digabungkan ke aduan ini;",
        "Nomor di sana LGWP04350955",
        "Ditutup oleh portal 22 November 2026 pukul 10.00 WIB",
        "Tanda terima Diselesaikan petugas, 20 November 2026 pukul 10.00 WIB Bukti WA-12",
        "Diteruskan ke unit Menunggu dikirim sejak 2",
        "sudah dicoba 3 kali",
    ):
        assert words in laporgub
    assert "Perbaiki" not in laporgub
    assert page.count("menolak yang kita kirim") == 1
    assert page.index("SP4N-LAPOR! menolak yang kita kirim") < page.index("Isi laporan")


async def test_a_refused_one_is_mended_by_whom_may(site: Site, lamp: Taken) -> None:
    for username, may in (("koordinator", True), ("dpupr", False), ("sekda", False)):
        async with site.at_the_desk(username) as person:
            page = (await person.get(f"/aduan/{lamp.ticket}")).text
        assert "Status 100%s dikenal." in portal_of(page, 1)
        assert ("/portal/kiriman/" in page) is may, username


async def test_the_report_is_shown_as_it_is_now_and_as_it_was(site: Site, lamp: Taken) -> None:
    async with site.at_the_desk("dpupr") as unit:
        page = (await unit.get(f"/aduan/{lamp.ticket}")).text
        form = (await unit.get(f"/aduan/{lamp.ticket}/tindakan/answer")).text
        history = (await unit.get(f"/aduan/{lamp.ticket}/riwayat?jenis=pesan")).text

    order = (
        "Diubah pelapor di SP4N-LAPOR!",
        "Sekarang lima tiang padam.",
        "Isi laporan semula",
        "Tiga tiang padam sejak Senin.",
    )
    found = [page.index(words) for words in order]
    assert found == sorted(found)
    assert "Sekarang lima tiang padam." in form, "who answers has it at hand"
    assert f"<h1>{LAMP.title}</h1>" in page, "it is found by the title it came with"
    assert "Lima lampu jalan mati" in page
    assert "Laporan diubah pelapor di SP4N-LAPOR!" in history
    assert "Sekarang lima tiang padam." in history
    assert "Lampiran diterima dari SP4N-LAPOR!" in history


async def test_what_has_not_come_from_the_portal_says_why(site: Site, lamp: Taken) -> None:
    async with site.at_the_desk("dpupr") as unit:
        page = (await unit.get(f"/aduan/{lamp.ticket}")).text
        files = (await unit.get(f"/aduan/{lamp.ticket}/berkas")).text

    body = page[page.index('id="isi-laporan"') : page.index('id="terakhir"')]
    plain = " ".join(re.sub(r"<[^>]+>", " ", body).split())
    assert "tiang.jpg" in plain, "what was fetched stands by the report"
    assert "malam.jpg masih diambil dari SP4N-LAPOR!" in plain
    refused = "rekaman.exe dari SP4N-LAPOR! tidak dapat diambil : Kuota 100%s terpakai."
    assert refused.replace(" :", ":") in plain.replace(" :", ":")
    assert "Lampiran diterima dari SP4N-LAPOR!" in files
    assert "tiang.jpg" in files
    assert "rekaman.exe" in files
    assert "malam.jpg" in files


async def test_the_trail_and_the_audit_tell_it_and_the_chain_holds(site: Site, lamp: Taken) -> None:
    assert await verify_case(site.engine, lamp.complaint) is None
    async with site.at_the_desk("inspektorat") as auditor:
        trail = (await auditor.get(f"/aduan/{lamp.ticket}/jejak")).text
        audit = (await auditor.get(f"/audit/{lamp.ticket}")).text
        found = (await auditor.get("/audit?type=origin_closed")).text
    for words in (
        "Laporan yang sama masuk juga lewat LaporGub",
        "Laporan diubah pelapor di SP4N-LAPOR!",
        "Laporan ditutup oleh LaporGub",
        "Lampiran diterima dari SP4N-LAPOR!",
    ):
        assert words in trail
        assert words in audit
    assert "Laporan dari portal lain" in audit
    assert "Laporan ditutup oleh LaporGub" in found


async def test_what_the_reporter_reads_here(site: Site, lamp: Taken) -> None:
    async with site.browser() as citizen:
        tracked = (
            await citizen.post("/lacak", {"ticket": lamp.ticket, "receipt": lamp.receipt})
        ).text
    assert "Anda mengubah laporan di SP4N-LAPOR!" in tracked
    assert "Sekarang lima tiang padam." in tracked
    assert "Lampiran Anda diterima dari SP4N-LAPOR!" in tracked
    assert "tiang.jpg" in tracked
    assert "LaporGub" not in tracked
    assert "Status 100%s dikenal." not in tracked


async def test_a_case_of_our_own_says_nothing_of_portals(site: Site, portals: Portals) -> None:
    own = await site.disposed()
    async with site.at_the_desk("koordinator") as coordinator:
        page = (await coordinator.get(f"/aduan/{own.ticket}")).text
    assert "Nomor di sana" not in page
    assert "Isi laporan semula" not in page


async def test_a_page_costs_as_much_however_much_a_portal_was_told(
    site: Site, portals: Portals, lamp: Taken
) -> None:
    plain = await portals.take_in(
        Report(id="77", title="Pohon tumbang", body="Di jalan.", filed_at=FILED, changed_at=FILED),
        SP4N,
    )
    own = await site.disposed()
    async with site.at_the_desk("koordinator") as coordinator:
        await coordinator.act(plain.ticket, "dispose", **DISPOSAL)
        cost = {}
        for ticket in (own.ticket, plain.ticket, lamp.ticket):
            counts = []
            for _ in range(3):
                with statements() as sent:
                    assert (await coordinator.get(f"/aduan/{ticket}")).status_code == 200
                counts.append(sent.total())
            cost[ticket] = min(counts)
    assert cost[lamp.ticket] <= cost[plain.ticket] <= cost[own.ticket] + 3 <= 11, cost


@pytest.mark.skipif(CHROMIUM is None, reason="needs the package chromium")
@EACH
async def test_there_is_no_barrier(
    chromium: Browser, site: Site, lamp: Taken, language: str, size: str
) -> None:
    wrong = []
    async with reading(chromium, site, "koordinator", language, size) as page:
        for path in ("", "/berkas", "/riwayat", "/tindakan/note"):
            await page.goto(f"{site.address}/aduan/{lamp.ticket}{path}")
            wrong += await look(page, f"{language} portal{path}", size)
    assert not wrong
