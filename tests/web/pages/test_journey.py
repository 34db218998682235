"""A complaint's life in a real browser, with JavaScript and without."""

import os
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Browser, FilePayload, Page, async_playwright, expect

from record.seed import PRACTICE_PASSWORD
from tests.web.pages.house import Site
from tests.web.pages.test_filing import photo
from tests.web.pages.watching import watch

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SIZES = ((1280, 860), (320, 640), (360, 740))
"""Desk, the narrowest there is, and the phone on which the walk goes on."""
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SCREENSHOTS = os.environ.get("MATUR_SCREENSHOTS")
"""A directory for pictures of what the tests see; hidden from the application like every MATUR_."""

FAULTS = ("Content Security Policy", "htmx:swapError", "htmx:targetError", "htmx:evalDisallowed")

CHROMIUM = shutil.which("chromium")

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="needs the package chromium"),
    pytest.mark.timeout(240),
]


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        await browser.close()


class Window:
    """One person's page, which fails the test for what the policy or a script complains of."""

    def __init__(self, page: Page, site: Site, name: str, scripted: bool) -> None:
        self.page = page
        self.site = site
        self.name = name
        self.scripted = scripted
        self.shots = 0
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self._heard(message.text))

    def _heard(self, text: str) -> None:
        if any(fault in text for fault in FAULTS):
            self.complaints.append(text)

    async def go(self, path: str) -> None:
        await self.page.goto(self.site.address + path)

    async def press(self, words: str) -> None:
        await self.page.locator("main").get_by_role("button", name=words, exact=True).click()

    async def look(self, what: str) -> None:
        """No barrier that axe finds, nothing wider than the window; a picture where asked."""
        self.shots += 1
        if self.scripted:
            found = await Axe().run(self.page)
            assert not found.violations_count, f"{what}: {found.generate_report()}"
        for width, height in SIZES:
            await self.page.set_viewport_size({"width": width, "height": height})
            assert await self.page.evaluate(TOO_WIDE) <= 0, f"{what} is wider than {width}"
        if SCREENSHOTS:
            path = Path(SCREENSHOTS) / f"{self.name}-{self.shots:02}-{what}.png"
            # `initial`: hiding the caret would need an inline style, which the policy refuses.
            await self.page.screenshot(path=path, full_page=True, caret="initial")


Open = Callable[[str], Awaitable[Window]]


@asynccontextmanager
async def windows(chromium: Browser, site: Site, *, scripted: bool = True) -> AsyncIterator[Open]:
    opened: list[Window] = []

    async def open_for(username: str) -> Window:
        context = await chromium.new_context(
            locale="id-ID",
            java_script_enabled=scripted,
            viewport={"width": SIZES[-1][0], "height": SIZES[-1][1]},
        )
        context.set_default_timeout(20_000)
        refused = await watch(context)
        name = f"{'js' if scripted else 'tanpa-js'}-{username or 'warga'}"
        window = Window(await context.new_page(), site, name, scripted)
        window.complaints = refused
        opened.append(window)
        if username:
            await site.forget_second_factor(username)
            await window.go("/masuk")
            await window.look("masuk")
            await window.page.get_by_label("Nama akun").fill(username)
            await window.page.get_by_label("Kata sandi").fill(PRACTICE_PASSWORD)
            await window.press("Masuk")
            if username in site.NEED_A_CODE:
                await site.set_up_a_phone(window.page)
        return window

    yield open_for
    for window in opened:
        if scripted:
            stored = await window.page.evaluate("({...localStorage, ...sessionStorage})")
            # htmx remembers the address, which says nothing about anybody; never a page.
            path = stored.pop("htmx-current-path-for-history", "")
            assert re.fullmatch(r"(/tugas|/aduan/MB-[\w/-]+|/lacak[\w/]*)?", path)
            assert not stored
        await window.page.context.close()
    assert not [complaint for window in opened for complaint in window.complaints]


@pytest.mark.parametrize("scripted", [True, False], ids=["js", "nojs"])
async def test_from_filing_to_closing(chromium: Browser, site: Site, scripted: bool) -> None:
    async with windows(chromium, site, scripted=scripted) as open_for:
        citizen = await open_for("")
        ticket, receipt = await _file(citizen)
        coordinator = await open_for("koordinator")
        await _dispose(coordinator, ticket)
        unit = await open_for("dpupr")
        await _answer(unit, ticket)
        await _rate(citizen, ticket, receipt)
        await coordinator.go(f"/aduan/{ticket}")
        await expect(coordinator.page.locator(".bar .tag")).to_have_text("Selesai")
        await coordinator.look("kasus-selesai")
        await coordinator.go(f"/aduan/{ticket}/jejak")
        await expect(coordinator.page.get_by_text("Rantai utuh: 6 kejadian.")).to_be_visible()
        await coordinator.look("jejak")
        await coordinator.go("/aduan?q=berlubang")
        await coordinator.look("aduan")


async def _file(citizen: Window) -> tuple[str, str]:
    page = citizen.page
    await citizen.go("/")
    await citizen.look("awal")
    await page.get_by_role("link", name="Lapor sekarang").click()
    await citizen.press("Lanjutkan")
    await expect(page.locator(".alert--error")).to_be_focused()
    await citizen.look("lapor-isi-galat")
    await page.get_by_label("Judul").fill("Jalan berlubang di depan SD 1 Bancar")
    await page.get_by_label("Cerita lengkapnya").fill("Lubang besar.\nSudah ada yang jatuh.")
    await citizen.press("Lanjutkan")
    await citizen.look("lapor-lokasi")
    await page.get_by_label("Kecamatan").select_option(label="Kecamatan Purbalingga")
    await citizen.press("Lanjutkan")
    await citizen.look("lapor-alamat")
    await page.get_by_label("Desa atau kelurahan").select_option(label="Kelurahan Bancar")
    await citizen.press("Lanjutkan")
    await citizen.look("lapor-foto")
    await _photos(citizen)
    await citizen.press("Lanjutkan")
    await page.get_by_role("radio", name="Dirahasiakan").check()
    await citizen.look("lapor-kontak")
    await citizen.press("Lanjutkan")
    await page.get_by_label("Nama", exact=True).fill("Budi Santoso")
    await citizen.look("lapor-nama")
    await citizen.press("Lanjutkan")
    await citizen.look("lapor-periksa")
    await page.go_back()
    await expect(page.get_by_label("Nama", exact=True)).to_have_value("Budi Santoso")
    await citizen.press("Lanjutkan")
    await citizen.press("Kirim laporan")
    await expect(page.get_by_role("heading", name="Laporan Anda kami terima")).to_be_visible()
    await citizen.look("terkirim")
    ticket, receipt = await page.locator("dd.code").all_inner_texts()
    await page.reload()
    assert await page.locator("dd.code").all_inner_texts() == [ticket, receipt]
    await _print(citizen, ticket, receipt)
    return ticket, receipt


async def _photos(citizen: Window) -> None:
    """A wrong file, then two that will do, one of which is taken away again."""
    page = citizen.page
    await page.get_by_label("Pilih foto").set_input_files(upload("catatan.txt", b"halo"))
    await citizen.press("Unggah")
    await expect(page.locator(".alert--error")).to_be_focused()
    await citizen.look("lapor-foto-galat")
    photos = [upload(f"IMG_{n}.JPG", photo(colour)) for n, colour in enumerate(("red", "blue"))]
    await page.get_by_label("Pilih foto").set_input_files(photos)
    await citizen.press("Unggah")
    await expect(page.locator(".files img")).to_have_count(2)
    await citizen.look("lapor-foto-terunggah")
    await page.get_by_role("button", name="Hapus IMG_1.jpg").click()
    await expect(page.locator(".files img")).to_have_count(1)


def upload(name: str, data: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


async def _print(citizen: Window, ticket: str, receipt: str) -> None:
    """On paper: ticket, receipt, date, where to follow, and nothing else."""
    page = citizen.page
    await page.emulate_media(media="print")
    text = " ".join((await page.locator("body").inner_text()).split())
    await citizen.look("tanda-terima-cetak")
    await page.emulate_media(media="screen")
    assert re.fullmatch(
        rf"Laporan Anda kami terima Nomor aduan {ticket} Kode tanda terima {receipt}"
        r" Diterima \d+ \w+ \d{4} pukul \d\d\.\d\d WIB Lacak laporan di http://[\d.:]+/lacak",
        text,
    ), text


async def _dispose(coordinator: Window, ticket: str) -> None:
    """By the form in one piece; test_journey_coordinator.py goes question by question."""
    page = coordinator.page
    await expect(page.get_by_role("heading", name="Tugas saya")).to_be_visible()
    await coordinator.look("tugas")
    await page.locator(f"a[href='/aduan/{ticket}']").click()
    await coordinator.look("kasus")
    await page.get_by_text("Tindakan lain").click()
    await page.get_by_role("link", name="Terima dan disposisikan").click()
    await coordinator.press("Terima dan disposisikan")
    await expect(page.locator(".alert--error")).to_be_focused()
    await coordinator.look("disposisi-galat")
    await page.get_by_role("radio", name="Pengaduan tidak berkadar pengawasan").check()
    await page.get_by_label("Kategori").select_option(label="Infrastruktur")
    unit = "Dinas Pekerjaan Umum dan Penataan Ruang"
    await page.get_by_label("Unit tujuan").select_option(label=unit)
    await page.get_by_label("Catatan untuk unit").fill("Mohon dicek segera.")
    await coordinator.press("Terima dan disposisikan")
    await expect(page.get_by_text("Sudah tercatat: Terima dan disposisikan")).to_be_visible()
    assert page.url.endswith(f"/aduan/{ticket}")
    await coordinator.look("kasus-didisposisikan")


async def _answer(unit: Window, ticket: str) -> None:
    page = unit.page
    await unit.look("tugas")
    await page.locator(f"a[href='/aduan/{ticket}']").click()
    await unit.press("Terima tugas")
    await expect(page.get_by_text("Sudah tercatat: Terima tugas")).to_be_visible()
    await page.get_by_text("Tindakan lain").click()
    await unit.look("kasus-tindakan-lain")
    await page.get_by_role("link", name="Jawab", exact=True).click()
    await page.get_by_label("Jawaban kepada pelapor").fill("Lubang sudah ditambal.\nTerima kasih.")
    await unit.look("jawab")
    await unit.press("Lihat sebelum dikirim")
    await expect(page.get_by_role("heading", name="Beginilah pelapor")).to_be_visible()
    await unit.press("Kirim jawaban")
    await expect(page.get_by_text("Sudah tercatat: Jawab")).to_be_visible()
    await unit.look("kasus-dijawab")


async def _rate(citizen: Window, ticket: str, receipt: str) -> None:
    page = citizen.page
    await citizen.go("/lacak")
    await page.get_by_label("Nomor aduan").fill(ticket)
    await page.get_by_label("Kode tanda terima").fill("1234")
    await citizen.press("Lihat laporan")
    await expect(page.locator(".alert--error")).to_be_focused()
    await citizen.look("lacak-galat")
    await page.get_by_label("Kode tanda terima").fill(receipt)
    await citizen.press("Lihat laporan")
    await citizen.look("lacakan")
    await page.get_by_role("radio", name="4, puas").check()
    await citizen.press("Beri nilai")
    await expect(page.get_by_text("Terima kasih atas penilaian Anda.")).to_be_visible()
    await citizen.look("dinilai")
    assert receipt.replace(" ", "") not in page.url
    assert ticket not in page.url


async def test_a_broken_connection_keeps_the_text_which_then_acts_once(
    chromium: Browser, site: Site
) -> None:
    filed = await site.report()
    async with windows(chromium, site) as open_for:
        coordinator = await open_for("koordinator")
        page = coordinator.page
        await coordinator.go(f"/aduan/{filed.ticket}/tindakan/note")
        await page.get_by_role("textbox", name="Catatan internal").fill("Jangan hilang")
        await page.context.set_offline(True)
        await coordinator.press("Tambah catatan internal")
        await expect(page.locator("#galat .alert")).to_be_focused()
        await expect(page.get_by_text("Belum terkirim")).to_be_visible()
        await coordinator.look("terputus")
        await expect(page.get_by_role("textbox", name="Catatan internal")).to_have_value(
            "Jangan hilang"
        )
        await page.context.set_offline(False)  # and it goes by itself
        await expect(page.locator(".typed", has_text="Jangan hilang")).to_have_count(1)
        await expect(page.locator("#galat .alert")).to_have_count(0)


async def test_who_comes_second_in_the_browser_reads_what_happened(
    chromium: Browser, site: Site
) -> None:
    filed = await site.report()
    async with windows(chromium, site) as open_for:
        slow, quick = await open_for("koordinator"), await open_for("koordinator")
        for window in (slow, quick):
            await window.go(f"/aduan/{filed.ticket}/tindakan/archive")
            await window.page.get_by_role("radio", name="Laporan berulang").check()
            await window.page.get_by_label("Penjelasan").fill(f"Ditulis {id(window)}")
        await quick.press("Arsipkan")
        await expect(quick.page.get_by_text("Sudah tercatat: Arsipkan")).to_be_visible()
        await slow.press("Arsipkan")
        conflict = slow.page.locator(".alert--error")
        await expect(conflict).to_be_focused()
        await expect(conflict).to_contain_text("Diarsipkan: laporan berulang, Koordinator")
        await slow.look("konflik")
        await expect(slow.page.get_by_label("Penjelasan")).to_have_value(f"Ditulis {id(slow)}")


async def test_a_real_foreign_page_cannot_act(chromium: Browser, site: Site) -> None:
    filed = await site.report()
    async with windows(chromium, site) as open_for:
        coordinator = await open_for("koordinator")
        page = coordinator.page
        target = f"{site.address}/aduan/{filed.ticket}/tindakan/note"
        form = (
            f'<form method="post" action="{target}"><input name="text" value="Palsu">'
            "<button>Menang!</button></form>"
        )
        # Another port of the same host: the browser sends the cookie, and says where from.
        foreign = "http://127.0.0.1:9/"
        await page.route(foreign, lambda route: route.fulfill(body=form, content_type="text/html"))
        before = await site.count("events")
        await page.goto(foreign)
        async with page.expect_navigation():
            await page.get_by_role("button").click()
        await expect(page.get_by_text("dikirim dari situs lain").first).to_be_visible()
        assert await site.count("events") == before
