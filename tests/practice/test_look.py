"""No barrier on the practice portals' pages, and nothing wider than a narrow phone."""

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Browser

from tests.practice.conftest import APPS, Start
from tests.web.pages.test_journey import TOO_WIDE, chromium, pytestmark

__all__ = ["chromium", "pytestmark"]


@pytest.mark.parametrize("code", APPS)
async def test_pages_have_no_barrier_and_fit(code: str, start: Start, chromium: Browser) -> None:
    async with start(code) as running:
        report = running.file("Lubang " + "x" * 60, title="Jalan " + "y" * 60, name="Budi")
        running.portal.reply(report, "Masih berlubang")
        running.portal.answer(report, "Sedang ditambal", status=running.portal.kind.first_status)
        context = await chromium.new_context(viewport={"width": 320, "height": 700})
        try:
            page = await context.new_page()
            for path in ("/", "/lapor", f"/laporan/{report.id}", "/latihan", "/laporan?nomor=0"):
                await page.goto(running.address + path)
                assert "Portal latihan. Bukan" in await page.inner_text("body"), path
                found = await Axe().run(page)
                assert found.violations_count == 0, found.generate_report()
                assert not await page.evaluate(TOO_WIDE), path
            await page.goto(f"{running.address}/lapor")
            await page.get_by_role("button", name="Kirim laporan").click()
            await page.get_by_role("alert").wait_for()
            found = await Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
        finally:
            await context.close()
