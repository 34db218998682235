"""A coordinator's way in a real browser: verification with each of its outcomes, on a phone and on
a desktop."""

import pytest
from playwright.async_api import Browser, Page, expect

from tests.web.pages.house import Site
from tests.web.pages.test_journey import chromium, pytestmark
from tests.web.pages.test_journey_citizen import DESK, PHONE, Hands
from tests.web.pages.test_journey_unit import at_desk

__all__ = ["chromium", "pytestmark"]

SIZES = {"phone": PHONE, "desk": DESK}
DPUPR = "Dinas Pekerjaan Umum dan Penataan Ruang"


async def begin(hands: Hands, ticket: str, outcome: str) -> Page:
    """From the case to the first question's answer."""
    page = hands.page
    await hands.window.go(f"/aduan/{ticket}")
    button = page.locator("main").get_by_role("link", name="Verifikasi", exact=True)
    await expect(button).to_be_in_viewport(ratio=1)
    await hands.press("Verifikasi", "link")
    await hands.pick(outcome)
    await hands.press("Lanjut")
    return page


async def send(hands: Hands, what: str, told: str) -> None:
    """Check, and send."""
    page = hands.page
    await expect(page.get_by_role("heading", name="Periksa jawaban Anda")).to_be_visible()
    await hands.look(f"periksa-{what}")
    await hands.press("Kirim")
    await expect(page.locator(".alert--done")).to_be_focused()
    await expect(page.locator(".alert--done")).to_contain_text(told)
    await hands.look(f"kasus-{what}")


@pytest.mark.parametrize("size", SIZES)
async def test_accepting(chromium: Browser, site: Site, size: str) -> None:
    filed = await site.report()
    async with at_desk(chromium, site, "koordinator", size=SIZES[size]) as hands:
        page = hands.page
        await hands.window.go(f"/aduan/{filed.ticket}")
        await hands.look("kasus-verifikasi")
        await hands.press("Verifikasi", "link")
        await hands.press("Lanjut")
        await expect(page.locator(".alert--error")).to_be_focused()
        await hands.look("verifikasi-galat")
        page = await begin(hands, filed.ticket, "Terima dan disposisikan")
        await hands.look("klasifikasi")
        await hands.pick("Pengaduan tidak berkadar pengawasan")
        await hands.press("Lanjut")
        await hands.choose("Kategori", "Infrastruktur")
        await hands.look("kategori")
        await hands.press("Lanjut")
        await hands.look("unit")
        await hands.choose("Unit tujuan", DPUPR)
        await hands.write("Catatan untuk unit", "Mohon dicek segera.")
        await hands.press("Kembali")
        await expect(page.get_by_role("heading", name="Apa kategori laporan ini?")).to_be_visible()
        await hands.press("Lanjut")
        await expect(page.get_by_role("heading", name="Siapa yang boleh melihat?")).to_be_visible()
        await page.go_back()
        await page.go_back()
        await expect(page.get_by_label("Catatan untuk unit")).to_have_value("Mohon dicek segera.")
        await hands.press("Lanjut")
        await hands.look("keterbukaan")
        await hands.press("Lanjut")
        await page.locator(".answers-change a[href$='/verifikasi/unit']").first.click()
        await hands.choose("Unit tujuan", "Dinas Perhubungan")
        await hands.press("Lanjut")
        await expect(page.locator("dd", has_text="Dinas Perhubungan")).to_be_visible()
        await send(hands, "diterima", "Terima dan disposisikan")
        await expect(page.get_by_text("harus menerima tugas ini")).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
async def test_a_duplicate(chromium: Browser, site: Site, size: str) -> None:
    lead, same = await site.disposed(), await site.report()
    async with at_desk(chromium, site, "koordinator", size=SIZES[size]) as hands:
        page = await begin(hands, same.ticket, "Duplikat dari aduan lain")
        await hands.look("induk")
        await page.locator(f"input[name=lead][value='{lead.ticket}']").check()
        await hands.press("Lanjut")
        await hands.write("Alasan", "Lubang yang sama.")
        await hands.press("Lanjut")
        await send(hands, "duplikat", "Tautkan sebagai duplikat")
        await page.get_by_role("link", name=f"Induk: {lead.ticket}").click()
        await expect(page.locator(".bar .ticket")).to_have_text(lead.ticket)
        await hands.look("kasus-induk")
        await page.get_by_role("link", name=same.ticket).click()
        await page.locator("#bersama ~ p a", has_text="Lepaskan").click()
        await hands.write("Alasan", "Ternyata lubang lain.")
        await hands.press("Lepaskan dari aduan induk")
        await expect(page.get_by_text("Sudah tercatat: Lepaskan")).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
async def test_refusing_both_ways(chromium: Browser, site: Site, size: str) -> None:
    archived, elsewhere = await site.report(), await site.report()
    async with at_desk(chromium, site, "koordinator", size=SIZES[size]) as hands:
        await begin(hands, archived.ticket, "Tolak")
        await hands.look("tolak")
        await hands.pick("Laporan berulang")
        await hands.press("Lanjut")
        await hands.press("Lanjut")
        await expect(hands.page.locator(".alert--error")).to_be_focused()
        await hands.look("penjelasan-galat")
        await hands.write("Penjelasan kepada pelapor", "Sudah ditangani.")
        await hands.press("Lanjut")
        await send(hands, "diarsipkan", "Arsipkan")
        await begin(hands, elsewhere.ticket, "Tolak")
        await hands.pick("Bukan wewenang kabupaten")
        await hands.press("Lanjut")
        await hands.look("wewenang")
        await hands.write("Instansi yang berwenang", "PLN")
        await hands.write("Alasan", "Tiang milik PLN.")
        await hands.write("Ke mana pelapor dapat melanjutkan", "Telepon 123.")
        await hands.press("Lanjut")
        await send(hands, "dikembalikan", "Kembalikan, bukan wewenang")


@pytest.mark.parametrize("size", SIZES)
async def test_asking(chromium: Browser, site: Site, size: str) -> None:
    filed = await site.report()
    async with at_desk(chromium, site, "koordinator", size=SIZES[size]) as hands:
        await begin(hands, filed.ticket, "Minta keterangan pelapor")
        await hands.write("Pertanyaan kepada pelapor", "Di RT berapa?")
        await hands.look("pertanyaan")
        await hands.press("Lanjut")
        await send(hands, "ditanya", "Minta keterangan pelapor")
        await expect(
            hands.page.get_by_text("Pelapor diminta memberi keterangan paling")
        ).to_be_visible()
