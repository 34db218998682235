"""A unit admin's way in a real browser: inbox, acceptance, progress, an answer from a template with
a picture, looked at before it is sent, closed after the rating. With a pointer on a phone and on a
desktop, by keyboard alone, and without JavaScript."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, expect

from tests.web.pages.house import Reported, Site
from tests.web.pages.test_case_answer import picture
from tests.web.pages.test_journey import chromium, pytestmark, windows
from tests.web.pages.test_journey_citizen import DESK, PHONE, WAYS, Hands

__all__ = ["chromium", "pytestmark"]

LONG = "Lubang besar di jalan " + "penghubung antardesa yang ramai dilalui truk " * 3


@asynccontextmanager
async def at_desk(
    chromium: Browser,
    site: Site,
    username: str,
    *,
    scripted: bool = True,
    keyboard: bool = False,
    size: tuple[int, int] = PHONE,
) -> AsyncIterator[Hands]:
    async with windows(chromium, site, scripted=scripted) as open_for:
        window = await open_for(username)
        how = "tombol" if keyboard else "meja" if size == DESK else "ponsel"
        window.name = f"{window.name}-perjalanan-{how}"
        hands = Hands(window, keyboard, size)
        await hands.resize()
        yield hands


@pytest.mark.parametrize("way", WAYS)
async def test_from_the_inbox_to_a_closed_case(
    chromium: Browser,
    site: Site,
    way: str,
) -> None:
    filed = await site.disposed(title=LONG[:150].strip(), body="Sudah ada yang jatuh.\n" * 12)
    async with at_desk(chromium, site, "dpupr", **WAYS[way]) as hands:  # type: ignore[arg-type]
        await _keep_a_template(hands, f"Ditambal {way}")
        await _accept(hands, filed)
        await _report_progress(hands)
        await _answer(hands, filed, f"Ditambal {way}")
        async with site.browser() as citizen:
            rated = {**filed.opens, "score": "5"}
            await citizen.post("/lacak/tindakan/rate", rated)
        await _read_what_became_of_it(hands, filed)


async def _keep_a_template(hands: Hands, name: str) -> None:
    await hands.window.go("/templat")
    await hands.look("templat-kosong")
    await hands.press("Tambah templat", "link")
    await hands.press("Simpan templat")
    await expect(hands.page.locator(".alert--error")).to_be_focused()
    await hands.look("templat-galat")
    await hands.choose("Untuk unit", "Dinas Pekerjaan Umum dan Penataan Ruang")
    await hands.write("Nama", name)
    await hands.write("Isi", "Aduan {tiket} sudah selesai. Salam, {unit}.")
    await hands.press("Simpan templat")
    await expect(hands.page.locator(".alert--done")).to_be_focused()
    await hands.look("templat")


async def _accept(hands: Hands, filed: Reported) -> None:
    page = hands.page
    await hands.window.go("/tugas")
    await hands.look("tugas")
    row = page.locator(f"a[href='/aduan/{filed.ticket}']")
    await hands._use(row, "Enter")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Lubang besar")
    button = page.get_by_role("button", name="Terima tugas")
    await expect(button).to_be_in_viewport(ratio=1)
    await hands.look("kasus-baru")
    await hands.press("Terima tugas")
    await expect(page.get_by_text("Sudah tercatat: Terima tugas")).to_be_visible()


async def _report_progress(hands: Hands) -> None:
    page = hands.page
    await hands.unfold("Tindakan lain")
    await hands.look("tindakan-lain")
    await hands.press("Laporkan kemajuan", "link")
    await hands.press("Laporkan kemajuan")
    await expect(page.locator(".alert--error")).to_be_focused()
    await hands.look("kemajuan-galat")
    await hands.write("Kemajuan", "Tim sudah di lokasi.")
    await hands.press("Laporkan kemajuan")
    await expect(page.get_by_text("Sudah tercatat: Laporkan kemajuan")).to_be_visible()


async def _answer(hands: Hands, filed: Reported, template: str) -> None:
    page = hands.page
    await hands.press("Jawab", "link")
    text = page.get_by_label("Jawaban kepada pelapor")
    await hands.write("Jawaban kepada pelapor", "Terima kasih atas laporannya.")
    await hands.choose("Mulai dari templat", template)
    await hands.press("Pakai templat")
    await expect(page.get_by_text("tulisan Anda tidak diubah")).to_be_focused()
    begun = f"Terima kasih atas laporannya.\n\nAduan {filed.ticket} sudah selesai."
    unit = "Dinas Pekerjaan Umum dan Penataan Ruang"
    await expect(text).to_have_value(f"{begun} Salam, {unit}.")
    picked = {"name": "sesudah.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    await page.locator("input[type=file]").set_input_files(picked)  # type: ignore[arg-type]
    await hands.look("jawab")
    await hands.press("Lihat sebelum dikirim")
    await expect(page.get_by_role("heading", name="Beginilah pelapor")).to_be_focused()
    await expect(page.get_by_text("sesudah.jpg")).to_be_visible()
    await hands.look("pratinjau")
    await hands.press("Ubah", "link")
    await expect(page.get_by_role("checkbox", name="sesudah.jpg")).to_be_checked()
    await hands.write("Jawaban kepada pelapor", "Lubang sudah ditambal.")
    await hands.look("jawab-ubah")
    await hands.press("Lihat sebelum dikirim")
    await expect(page.locator(".preview .typed")).to_have_text("Lubang sudah ditambal.")
    await page.reload()
    await hands.press("Kirim jawaban")
    await expect(page.get_by_text("Sudah tercatat: Jawab")).to_be_visible()
    await hands.look("kasus-dijawab")


async def _read_what_became_of_it(hands: Hands, filed: Reported) -> None:
    page = hands.page
    await hands.window.go(f"/aduan/{filed.ticket}")
    await expect(page.locator(".bar .tag")).to_have_text("Selesai")
    await hands.look("kasus-selesai")
    for words, what in (
        ("Riwayat", "riwayat"),
        ("Berkas", "berkas"),
        ("Pesan dengan pelapor", "pesan"),
        ("Jejak audit", "jejak"),
    ):
        await hands.press(words, "link")
        await expect(page.locator(".subnav [aria-current]")).to_contain_text(words)
        await expect(page.get_by_role("heading", level=2, name=words)).to_be_visible()
        await hands.look(what)
    await expect(page.get_by_text("Rantai utuh: 7 kejadian.")).to_be_visible()
