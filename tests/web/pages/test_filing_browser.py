"""What the filing pages do better with a script, and that nothing is lost without a network."""

import pytest
from playwright.async_api import Browser, expect

from tests.web.pages.house import Site
from tests.web.pages.test_journey import (  # noqa: F401 - the fixture
    CHROMIUM,
    chromium,
    upload,
    windows,
)

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="needs the package chromium"),
    pytest.mark.timeout(240),
]


async def test_place_size_and_network(chromium: Browser, site: Site) -> None:  # noqa: F811
    async with windows(chromium, site) as open_for:
        window = await open_for("")
        page = window.page
        await page.context.grant_permissions(["geolocation"], origin=site.address)
        await page.context.set_geolocation({"latitude": -7.388123, "longitude": 109.363987})
        await window.go("/lapor")
        await page.get_by_label("Judul").fill("Lampu jalan mati")
        await page.get_by_label("Cerita lengkapnya").fill("Gelap sekali.")
        await page.context.set_offline(True)
        await window.press("Lanjutkan")
        await expect(page.locator("#galat .alert")).to_be_focused()
        await expect(page.get_by_text("sedang tidak tersambung ke internet")).to_be_visible()
        await expect(page.get_by_text("terlalu besar")).to_have_count(0)
        await expect(page.get_by_label("Judul")).to_have_value("Lampu jalan mati")
        await window.look("lapor-terputus")
        await page.context.set_offline(False)
        await window.press("Lanjutkan")
        await window.press("Lanjutkan")
        await window.press("Gunakan lokasi saya")
        await expect(page.get_by_text("-7.38812, 109.36399")).to_be_visible()
        await window.look("lapor-titik")
        await window.press("Lanjutkan")
        large = upload("besar.jpg", bytes(10_500_000))
        await page.get_by_label("Pilih foto").set_input_files(large)
        await window.press("Unggah")
        await expect(page.locator("#galat .alert")).to_be_focused()
        await expect(page.get_by_text("terlalu besar: paling besar 10 MB")).to_be_visible()
        await window.look("lapor-foto-besar")
        await page.get_by_label("Pilih foto").set_input_files([])
        await window.press("Lanjutkan")
        await page.get_by_role("radio", name="Anonim Kami tidak").check()
        await window.press("Lanjutkan")
        await expect(page.get_by_text("-7.38812, 109.36399")).to_be_visible()
        await window.press("Kirim laporan")
        await expect(page.get_by_role("button", name="Cetak tanda terima")).to_be_visible()
        await window.press("Sudah saya catat")
        # Whoever goes back has seen where they are; Chromium refuses while it is on its way there.
        await expect(page.get_by_role("link", name="Lapor sekarang")).to_be_visible()
        await page.go_back()
        await expect(page.get_by_role("heading", name="Lacak laporan")).to_be_visible()
        await expect(page.locator("dd.code")).to_have_count(0)


async def test_a_place_that_is_not_told_is_asked_for_in_words(
    chromium: Browser,  # noqa: F811
    site: Site,
) -> None:
    async with windows(chromium, site) as open_for:
        window = await open_for("")
        page = window.page
        await window.go("/lapor")
        await page.get_by_label("Judul").fill("Lampu jalan mati")
        await page.get_by_label("Cerita lengkapnya").fill("Gelap sekali.")
        await window.press("Lanjutkan")
        await window.press("Lanjutkan")
        await window.press("Gunakan lokasi saya")
        await expect(page.get_by_text("Tulis alamatnya saja.")).to_be_visible()
