"""A citizen's way in a real browser: filing, tracking, reply, rating, reopening, and reading what
the public reads. With a pointer on a phone and on a desktop, by keyboard alone, and without
JavaScript."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.web.pages.house import DISPOSAL, Reported, Site
from tests.web.pages.test_journey import (  # noqa: F401 - a fixture
    Window,
    chromium,
    pytestmark,
    windows,
)
from web.pages import tracking

__all__ = ["pytestmark"]

DESK, PHONE = (1280, 860), (393, 727)
MOST_TABS = 60


@dataclass
class Hands:
    """How somebody uses a page: with a pointer, or by keyboard alone."""

    window: Window
    keyboard: bool
    size: tuple[int, int]

    @property
    def page(self) -> Page:
        return self.window.page

    @property
    def main(self) -> Locator:
        return self.page.locator("main")

    async def press(self, words: str, role: str = "button") -> None:
        found = self.main.get_by_role(role, name=words, exact=True)  # type: ignore[arg-type]
        await self._use(found, "Enter")

    async def unfold(self, words: str) -> None:
        await self._use(self.main.locator("summary", has_text=words), "Enter")

    async def write(self, label: str, text: str) -> None:
        field = self.main.get_by_label(label).locator("visible=true")
        if not self.keyboard:
            await field.fill(text)
            return
        await self._reach(field)
        await self.page.keyboard.press("ControlOrMeta+a")
        await self.page.keyboard.type(text)

    async def pick(self, words: str) -> None:
        """One of several radios."""
        radio = self.main.get_by_role("radio", name=words)
        if not self.keyboard:
            await radio.check()
            return
        name = await radio.get_attribute("name")
        await self._tab_until(f"document.activeElement.name === {name!r}")
        await self.page.keyboard.press("Space")
        for _ in range(10):
            if await radio.is_checked():
                return
            await self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{words} cannot be picked by keyboard")

    async def choose(self, label: str, option: str) -> None:
        """One of a select."""
        field = self.main.get_by_label(label)
        if not self.keyboard:
            await field.select_option(label=option)
            return
        await self._reach(field)
        await self.page.keyboard.type(option)
        await expect(field.locator("option:checked")).to_have_text(option)

    async def look(self, what: str) -> None:
        await self.window.look(what)
        await self.resize()

    async def resize(self) -> None:
        await self.page.set_viewport_size({"width": self.size[0], "height": self.size[1]})

    async def _use(self, found: Locator, key: str) -> None:
        if not self.keyboard:
            await found.click()
            return
        await self._reach(found)
        await self.page.keyboard.press(key)

    async def _reach(self, found: Locator) -> None:
        await expect(found).to_have_count(1)
        await found.evaluate("one => { window.sought = one }")
        await self._tab_until("document.activeElement === window.sought")

    async def _tab_until(self, there: str) -> None:
        for _ in range(MOST_TABS):
            if await self.page.evaluate(there):
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"not reached by {MOST_TABS} tabs: {there}")


@asynccontextmanager
async def citizen(
    chromium: Browser,  # noqa: F811
    site: Site,
    *,
    scripted: bool = True,
    keyboard: bool = False,
    size: tuple[int, int] = PHONE,
) -> AsyncIterator[Hands]:
    async with windows(chromium, site, scripted=scripted) as open_for:
        window = await open_for("")
        how = "tombol" if keyboard else "meja" if size == DESK else "ponsel"
        window.name = f"{window.name}-perjalanan-{how}"
        hands = Hands(window, keyboard, size)
        await hands.resize()
        yield hands


WAYS = {
    "phone": {},
    "desk": {"size": DESK},
    "keyboard": {"keyboard": True, "size": DESK},
    "nojs": {"scripted": False},
}


@pytest.mark.parametrize("way", WAYS)
async def test_from_filing_to_reopening(chromium: Browser, site: Site, way: str) -> None:  # noqa: F811
    async with citizen(chromium, site, **WAYS[way]) as hands:  # type: ignore[arg-type]
        filed = await _file(hands)
        await _asked(site, filed)
        await _reply(hands, filed)
        await _answered(site, filed)
        await _rate(hands, filed)
        await _reopen(hands)
        await _read_in_public(hands, filed)


async def _file(hands: Hands) -> Reported:
    page = hands.page
    await hands.window.go("/")
    await hands.look("awal")
    await hands.press("Lapor sekarang", "link")
    await hands.press("Lanjutkan")
    await expect(page.locator(".alert--error")).to_be_focused()
    await hands.write("Judul", "Jembatan retak di Bancar")
    await hands.write("Cerita lengkapnya", "Retak di tengah, hubungi 081234567890.")
    await hands.press("Lanjutkan")
    await hands.choose("Kecamatan", "Kecamatan Purbalingga")
    await hands.press("Lanjutkan")
    await hands.choose("Desa atau kelurahan", "Kelurahan Bancar")
    await hands.press("Lanjutkan")
    await expect(page.get_by_text("Halaman ini boleh dilewati")).to_be_visible()
    await hands.press("Lanjutkan")
    await hands.pick("Dirahasiakan")
    await hands.press("Lanjutkan")
    await hands.write("Nama", "Budi Santoso")
    await hands.press("Lanjutkan")
    await expect(page.get_by_role("heading", name="Periksa laporan Anda")).to_be_visible()
    await hands.look("periksa")
    await hands.press("Kirim laporan")
    await expect(page.get_by_role("heading", name="Laporan Anda kami terima")).to_be_visible()
    await hands.look("terkirim")
    ticket, receipt = await page.locator("dd.code").all_inner_texts()
    return Reported(ticket, receipt)


async def _asked(site: Site, filed: Reported) -> None:
    async with site.at_the_desk("koordinator") as coordinator:
        await coordinator.act(filed.ticket, "dispose", **DISPOSAL)
        await coordinator.act(filed.ticket, "ask_reporter", text="Sisi utara atau selatan?")


async def _answered(site: Site, filed: Reported) -> None:
    async with site.at_the_desk("dpupr") as unit:
        await unit.act(filed.ticket, "answer", text="Retakan sudah ditutup.\nTerima kasih.")


async def _open(hands: Hands, filed: Reported) -> None:
    await hands.window.go("/")
    await hands.press("Lacak laporan", "link")
    await hands.write("Nomor aduan", filed.ticket.lower().replace("-", " "))
    await hands.write("Kode tanda terima", filed.receipt.replace(" ", "-"))
    await hands.press("Lihat laporan")
    await expect(hands.page.locator("#lacakan h1")).to_be_visible()


async def _reply(hands: Hands, filed: Reported) -> None:
    page = hands.page
    await hands.window.go("/lacak")
    await hands.press("Lihat laporan")
    await expect(page.locator(".alert--error")).to_be_focused()
    await hands.look("lacak-galat")
    await _open(hands, filed)
    await expect(page.get_by_text("Sisi utara atau selatan?").first).to_be_visible()
    await hands.look("lacakan-ditanya")
    await hands.press("Balas")
    await expect(page.locator(".alert--error")).to_be_focused()
    await hands.write("Balasan", "Sisi utara.")
    await hands.press("Balas")
    await expect(page.locator(".alert--done")).to_be_focused()
    await expect(page.get_by_text("Balasan Anda sudah kami terima.")).to_be_visible()
    await hands.look("lacakan-dibalas")


async def _rate(hands: Hands, filed: Reported) -> None:
    page = hands.page
    await _open(hands, filed)
    await hands.look("lacakan-dijawab")
    await hands.pick("4, puas")
    await hands.write("Komentar", "Cepat.")
    await hands.press("Beri nilai")
    await expect(page.get_by_text("Terima kasih atas penilaian Anda.")).to_be_visible()
    await expect(page.locator(".bar-top .tag")).to_have_text("Selesai")
    await hands.look("lacakan-dinilai")
    assert filed.ticket not in page.url


async def _reopen(hands: Hands) -> None:
    page = hands.page
    await hands.unfold("Belum selesai, buka lagi")
    await hands.write("Yang belum selesai", "Retak lagi setelah hujan.")
    await hands.look("lacakan-buka-lagi")
    await hands.press("Belum selesai, buka lagi")
    await expect(page.get_by_text("Laporan Anda dibuka lagi.")).to_be_visible()
    await expect(page.locator(".bar-top .tag")).to_have_text("Ditangani")
    await hands.look("lacakan-dibuka-lagi")


async def _read_in_public(hands: Hands, filed: Reported) -> None:
    page = hands.page
    await hands.window.go("/publik")
    await hands.look("publik")
    await hands.write("Cari nomor atau kata", "jembatan")
    await hands.press("Tampilkan")
    await expect(page.locator(".chip")).to_have_count(1)
    await hands.look("publik-dicari")
    row = page.locator(f"a[href='/publik/{filed.ticket}']")
    await expect(row).to_have_text("Jembatan retak di Bancar")
    await hands._use(row, "Enter")
    await expect(page.get_by_text("Retak di tengah, hubungi [disembunyikan].")).to_be_visible()
    await expect(page.get_by_text("Retakan sudah ditutup.")).to_be_visible()
    await expect(page.get_by_text("Budi")).to_have_count(0)
    await hands.look("publik-laporan")
    await hands.window.go("/publik?q=tidakadasamasekali&status=selesai")
    await hands.look("publik-kosong")
    await hands.window.go("/publik/MB-2026-999999")
    await hands.look("publik-tidak-ada")


async def test_a_page_left_alone_closes_and_gives_back_what_was_begun(
    chromium: Browser,  # noqa: F811
    site: Site,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    filed = await site.disposed()
    monkeypatch.setattr(tracking, "IDLE", tracking.IDLE / 300)  # two seconds
    async with citizen(chromium, site) as hands:
        page = hands.page
        await _open(hands, filed)
        await hands.unfold("Balas")
        for letter in "Masih gelap":
            await page.get_by_label("Balasan").press_sequentially(letter)
            await page.wait_for_timeout(300)
        await expect(page.get_by_label("Balasan")).to_have_value("Masih gelap")
        await expect(page.get_by_text("lama tidak dipakai")).to_be_focused(timeout=10_000)
        assert filed.receipt not in await page.content()
        assert "Jalan berlubang" not in await page.content()
        await hands.look("lacak-ditinggal")
        await hands.write("Kode tanda terima", filed.receipt)
        await hands.press("Lihat laporan")
        await expect(page.get_by_label("Balasan")).to_have_value("Masih gelap")
        assert re.fullmatch(r".*/lacak", page.url)


async def test_a_printable_version_opens_beside_without_the_receipt(
    chromium: Browser,  # noqa: F811
    site: Site,
) -> None:
    filed = await site.disposed()
    async with citizen(chromium, site) as hands:
        await _open(hands, filed)
        async with hands.page.expect_popup() as opened:
            await hands.press("Versi untuk dicetak")
        printed = await opened.value
        await expect(printed.locator("h1")).to_have_text("Jalan berlubang di depan SD 1 Bancar")
        beside = Window(printed, site, "js-warga-cetak", scripted=True)
        await beside.look("cetak")
        await printed.emulate_media(media="print")
        await expect(printed.get_by_text("Cetak atau simpan halaman ini")).to_be_hidden()
        await expect(printed.locator(".top")).to_be_hidden()
        await beside.look("kertas")
        assert filed.receipt not in await printed.content()
        assert not beside.complaints
