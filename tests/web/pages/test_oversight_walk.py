"""Supervisor and auditor in a real browser: desk and phone, with JavaScript and without."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, expect

from domain.actions import RequestExtension
from record.filing import Filed
from tests.record.office import COORDINATOR, DISPOSE, DPUPR, Office, a_filing
from tests.web.pages.house import Site
from tests.web.pages.test_journey import CHROMIUM, SIZES, TOO_WIDE, Window, chromium
from web.pages import audit_progress

__all__ = ["chromium"]

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="needs the package chromium"),
    pytest.mark.timeout(240),
]
NOW = datetime.now(UTC)
TOP = "row => row.getBoundingClientRect().top"
TITLES = (
    "Jembatan gantung Desa Tegalpingen retak dan sudah miring ke arah sungai",
    "Lampu penerangan jalan padam di sepanjang jalan raya Bobotsari",
    "Drainase tersumbat, air meluap ke rumah warga setiap hujan",
    "Talud sungai ambrol",
    "Rambu lalu lintas hilang di pertigaan pasar",
)


@pytest.fixture(scope="module")
async def late(site: Site) -> list[Filed]:
    """Cases that nobody cared for, at several units and levels."""
    office = await Office.opened(site.engine)
    found = []
    for k, title in enumerate(TITLES * 2):
        at = NOW - timedelta(days=8 + 3 * k)
        filed, case = await office.file(a_filing(received_at=at, title=title))
        unit = ("kab/dpupr", "kab/dinhub", "kab/kec.bobotsari")[k % 3]
        disposal = DISPOSE.model_copy(update={"unit": unit})
        case = await office.act(case, disposal, COORDINATOR, at + timedelta(hours=1))
        if k == 6:
            await office.act(case, RequestExtension(days=3), DPUPR, NOW - timedelta(hours=1))
        found.append(filed)
    return found


class Looked(Window):
    """Looks at letters of twice the size, too."""

    async def look(self, what: str) -> None:
        await super().look(what)
        if self.scripted:
            await self.page.set_viewport_size({"width": 640, "height": 740})
            await self.page.evaluate("document.documentElement.style.fontSize = '200%'")
            assert await self.page.evaluate(TOO_WIDE) <= 0, f"{what} is cut when letters are large"
            await self.page.evaluate("document.documentElement.style.fontSize = ''")
            await self.page.set_viewport_size({"width": SIZES[-1][0], "height": SIZES[-1][1]})


@asynccontextmanager
async def window(
    chromium: Browser, site: Site, username: str, *, scripted: bool = True
) -> AsyncIterator[Window]:
    """Somebody logged in already; fails for what the policy or a script complains of."""
    width, height = SIZES[-1]
    context = await chromium.new_context(
        locale="id-ID",
        java_script_enabled=scripted,
        viewport={"width": width, "height": height},
    )
    context.set_default_timeout(20_000)
    async with site.at_the_desk(username) as known:
        host = urlsplit(site.address).hostname or ""
        await context.add_cookies(
            [
                {"name": one.name, "value": one.value or "", "domain": host, "path": "/"}
                for one in known.http.cookies.jar
            ]
        )
        name = f"{'js' if scripted else 'tanpa-js'}-{username}"
        opened = Looked(await context.new_page(), site, name, scripted)
        yield opened
        assert not opened.complaints
    await context.close()


@pytest.mark.parametrize("scripted", [True, False], ids=["js", "nojs"])
async def test_a_supervisor_orders_from_the_list(
    chromium: Browser, site: Site, late: list[Filed], scripted: bool
) -> None:
    ticket = late[-1 if scripted else -2].ticket
    async with window(chromium, site, "sekda", scripted=scripted) as supervisor:
        page = supervisor.page
        await supervisor.go("/eskalasi")
        await supervisor.look("eskalasi")
        menu = page.locator("li.row", has_text=ticket).locator("details")
        await menu.get_by_text("Tindakan").click()
        await supervisor.look("eskalasi-menu")
        await menu.get_by_role("button", name="Beri perintah").click()
        await expect(page.locator(".alert--error")).to_be_visible()
        if scripted:
            await expect(page.locator(".alert--error")).to_be_focused()
        await supervisor.look("eskalasi-galat")
        await page.locator(".field--error").get_by_label("Perintah").fill("Selesaikan minggu ini.")
        await page.get_by_role("button", name="Beri perintah").first.click()
        await expect(page.get_by_text("Sudah tercatat: Beri perintah")).to_be_visible()
        assert urlsplit(page.url).path == "/eskalasi"
        await supervisor.look("eskalasi-perintah")
        await supervisor.go("/eskalasi?level=3&unit=dpupr")
        await supervisor.look("eskalasi-saring")
        await supervisor.go("/eskalasi?unit=setwan")
        await expect(page.get_by_text("Tidak ada yang terlambat.")).to_be_visible()
        await supervisor.look("eskalasi-kosong")


async def test_the_list_tells_of_changes_and_stays_where_it_is(
    chromium: Browser, site: Site, late: list[Filed]
) -> None:
    async with window(chromium, site, "bupati") as supervisor:
        page = supervisor.page
        await page.clock.install()
        await supervisor.go("/eskalasi")
        rows = await page.locator("li.row .ticket").all_inner_texts()
        first = page.locator("li.row").first
        top = await first.evaluate(TOP)
        async with site.at_the_desk("koordinator") as coordinator:
            await coordinator.act(late[0].ticket, "note", text="Sudah ditelepon")
        async with page.expect_response("**/eskalasi/kabar?**"):
            await page.clock.run_for(61_000)
        await expect(page.get_by_text("Berubah")).to_be_visible()
        assert await page.locator("li.row .ticket").all_inner_texts() == rows
        assert await first.evaluate(TOP) == top
        await supervisor.look("eskalasi-berubah")
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        await page.evaluate("Object.defineProperty(document, 'hidden', {get: () => true})")
        await page.clock.run_for(200_000)
        assert not asked, "nobody looks at it"
        await page.get_by_role("link", name="muat ulang").click()
        await expect(page.get_by_text("Diperbarui")).to_be_visible()


@pytest.mark.parametrize("scripted", [True, False], ids=["js", "nojs"])
async def test_an_auditor_reads_and_verifies(
    chromium: Browser,
    site: Site,
    late: list[Filed],
    scripted: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(audit_progress, "AT_ONCE", 3)
    async with window(chromium, site, "inspektorat", scripted=scripted) as auditor:
        page = auditor.page
        await auditor.go("/audit")
        await auditor.look("audit")
        await page.get_by_label("Nomor aduan").fill(late[0].ticket.lower())
        await page.get_by_role("button", name="Cari").click()
        await auditor.look("audit-satu-aduan")
        await page.get_by_role("link", name="Laporan diterima").click()
        await auditor.look("riwayat")
        await page.get_by_role("link", name="Periksa keutuhan").click()
        await expect(page.get_by_text("Rantai utuh")).to_be_visible()
        if scripted:
            await expect(page.locator("#pemeriksaan .alert")).to_be_focused()
        await page.get_by_text("Bukti dan perhitungan").first.click()
        await auditor.look("riwayat-diperiksa")
        await auditor.go("/audit")
        await page.get_by_role("link", name="Periksa seluruh catatan").click()
        if not scripted:
            await expect(page.get_by_text("3 dari 10 aduan sudah diperiksa")).to_be_visible()
            await auditor.look("sebagian-catatan")
            for _ in range(3):
                await page.get_by_role("link", name="Lanjutkan").click()
        await expect(page.get_by_text("10 dari 10 aduan sudah diperiksa")).to_be_visible()
        await expect(page.get_by_text("Semuanya utuh.")).to_be_visible()
        await auditor.look("seluruh-catatan")
        await auditor.go("/audit?actor=tidak-ada-orang-ini")
        await expect(page.get_by_text("Tidak ada kejadian yang cocok.")).to_be_visible()
        await auditor.look("audit-kosong")
