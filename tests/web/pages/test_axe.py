"""No barrier that axe finds on any page: each in both languages, on a phone and on a desktop,
empty, full, and with what is wrong; nothing wider than the narrowest window, nor with letters twice
as large.
"""

import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Browser, Page, expect

from record.identity import Keyring
from record.portals.state import Mode, ensure_portal
from tests.web.pages.house import DISPOSAL, Site, hidden
from tests.web.pages.matrix import NOBODY
from tests.web.pages.test_case_answer import picture
from tests.web.pages.test_importing import chosen, send
from tests.web.pages.test_journey import SCREENSHOTS, TOO_WIDE, chromium, pytestmark
from tests.web.pages.test_portal_deliveries import a_case, refuse
from tests.web.pages.test_portal_quarantine import REPORT
from tests.web.pages.test_portal_quarantine import kept as in_quarantine
from tests.web.pages.watching import watch

__all__ = ["chromium", "pytestmark"]

SIZES = {"phone": (360, 740), "desktop": (1280, 860)}
LANGUAGES = ("id", "en")
NARROWEST, HALF = 320, 640
"""The narrowest window, and the one where letters of twice the size leave as much room."""
WIDEST = """[...document.querySelectorAll("main *")]
  .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth)
  .slice(-1).map((one) => one.outerHTML.slice(0, 120))[0]"""
SENDS = "main form[method=post] button:not([type=button], .button--plain)"
LONG = "Jalan penghubung antardesa berlubang, rusak berat, dan tergenang sejak musim hujan"

FULL: Mapping[str, tuple[str, ...]] = {
    NOBODY: ("/", "/lapor", "/lapor/isi", "/publik", "/publik/{ticket}", "/lacak", "/masuk"),
    "koordinator": (
        "/tugas", "/aduan", "/aduan/telepon", "/disposisi", "/catat", "/relai",
        "/impor", "/impor/{sheet}", "/impor/{sheet}/kolom", "/saran", "/templat",
        "/aduan/{new}", "/aduan/{new}/mirip", "/aduan/{new}/verifikasi", "/audit", "/akun",
        "/portal", "/portal/sp4n", "/portal/sp4n/ubah/jeda", "/portal/kiriman",
        "/portal/sp4n/kiriman", "/portal/kiriman/{refused}", "/portal/laporgub/karantina",
        "/portal/karantina/{kept}", "/portal/karantina/{kept}/singkirkan",
    ),
    "dpupr": (
        "/tugas", "/aduan", "/aduan/{ticket}", "/aduan/{ticket}/riwayat",
        "/aduan/{ticket}/berkas", "/aduan/{ticket}/pesan", "/aduan/{ticket}/jejak",
        "/aduan/{ticket}/tindakan/answer", "/templat/baru",
    ),
    "sekda": ("/eskalasi", "/aduan", "/akun/faktor-kedua"),
    "inspektorat": ("/audit", "/audit/{ticket}", "/audit/periksa"),
    "admin": ("/pengaturan", "/pengaturan/akun-baru"),
}  # fmt: skip
EMPTY: Mapping[str, tuple[str, ...]] = {
    NOBODY: ("/", "/publik", "/lapor/terkirim", "/tidak-ada"),
    "koordinator": (
        "/tugas", "/aduan", "/relai", "/impor", "/disposisi", "/saran", "/templat", "/pengaturan",
        "/portal", "/portal/kiriman",
    ),
    "sekda": ("/eskalasi",),
    "inspektorat": ("/audit",),
}  # fmt: skip
WRONG: Mapping[str, tuple[str, ...]] = {
    NOBODY: ("/lapor/isi", "/lacak", "/masuk"),
    "koordinator": (
        "/catat",
        "/impor",
        "/aduan/telepon",
        "/aduan/{new}/verifikasi",
        "/templat/baru",
    ),
    "dpupr": ("/aduan/{ticket}/tindakan/answer", "/aduan/{ticket}/tindakan/ask_reporter"),
    "admin": ("/pengaturan/akun-baru",),
}
"""Pages with a form that is sent as it stands, with nothing filled in."""


@asynccontextmanager
async def reading(
    chromium: Browser,
    site: Site,
    who: str,
    language: str,
    size: str,
) -> AsyncIterator[Page]:
    """Somebody's page, whose policy must refuse nothing meanwhile."""
    width, height = SIZES[size]
    context = await chromium.new_context(
        locale=language, viewport={"width": width, "height": height}
    )
    context.set_default_timeout(20_000)
    refused = await watch(context)
    if who != NOBODY:
        async with site.at_the_desk(who) as browser:
            await context.add_cookies(
                [
                    {"name": one.name, "value": one.value or "", "url": site.address}
                    for one in browser.http.cookies.jar
                ]
            )
    yield await context.new_page()
    await context.close()
    assert refused == []


async def look(page: Page, what: str, size: str) -> list[str]:
    """What is wrong with the page that is open."""
    found = await Axe().run(page)
    wrong = [f"{what}: {found.generate_report()}"] if found.violations_count else []
    width, height = SIZES[size]
    for narrow, letters in ((NARROWEST, 100), (HALF, 200), (NARROWEST, 200)):
        await page.set_viewport_size({"width": narrow, "height": height})
        await page.evaluate(f"document.documentElement.style.fontSize = '{letters}%'")
        if await page.evaluate(TOO_WIDE) > 0:
            cause = await page.evaluate(WIDEST)
            wrong.append(f"{what} is wider than {narrow} with letters of {letters} %: {cause}")
    await page.evaluate("document.documentElement.style.fontSize = ''")
    await page.set_viewport_size({"width": width, "height": height})
    if SCREENSHOTS:
        name = re.sub(r"\W+", "-", f"semua {what} {size}")
        # `initial`: hiding the caret would need an inline style, which the policy refuses.
        await page.screenshot(
            path=Path(SCREENSHOTS) / f"{name}.png", full_page=True, caret="initial"
        )
    return wrong


EACH = pytest.mark.parametrize(("language", "size"), list(product(LANGUAGES, SIZES)))


@EACH
async def test_pages_of_an_empty_house(
    chromium: Browser,
    site: Site,
    language: str,
    size: str,
) -> None:
    assert await site.count("complaints") == 0
    wrong = []
    for who, paths in EMPTY.items():
        async with reading(chromium, site, who, language, size) as page:
            for path in paths:
                await page.goto(site.address + path)
                wrong += await look(page, f"{language} {who} {path}", size)
    assert not wrong


@pytest.fixture(scope="module")
async def cases(site: Site) -> Mapping[str, str]:
    """A house with more than a page of cases; one is new, one has been answered with a picture."""
    async with site.at_the_desk("koordinator") as coordinator:
        for number in range(27):
            filed = await site.report(title=f"{LONG} nomor {number}")
            await coordinator.act(filed.ticket, "dispose", **DISPOSAL)
    async with site.at_the_desk("dpupr") as unit:
        await unit.act(filed.ticket, "accept")
        path = f"/aduan/{filed.ticket}/tindakan/report_progress"
        key = hidden((await unit.get(path)).text, "key", "seq")
        await unit.upload(path, picture(), text="Sudah dikerjakan. " * 40, **key)
        await unit.act(filed.ticket, "note", text="Tinggal diaspal.")
    new = await site.report(picture(), title=LONG)
    told = await a_case(site)
    await refuse(site, told, "progress_reported")
    await ensure_portal(site.engine, "laporgub", Mode.RELAY, datetime.now(UTC))
    kept = await in_quarantine(site, Keyring({"k1": site.secret}), json.dumps(REPORT).encode())
    async with site.at_the_desk("koordinator") as clerk:
        columns = await send(clerk, b"No Tiket;Uraian\nA1;Got mampet\n;Tanpa nomor\n", "laporgub")
        sheet = columns.url.path.split("/")[2]
        await clerk.post(columns.url.path, chosen(columns.text))
    return {
        "ticket": filed.ticket,
        "new": new.ticket,
        "sheet": sheet,
        "refused": str(told.deliveries["progress_reported"].id),
        "kept": str(kept),
    }


@EACH
async def test_full_pages(
    chromium: Browser,
    site: Site,
    cases: Mapping[str, str],
    language: str,
    size: str,
) -> None:
    wrong = []
    for who, paths in FULL.items():
        async with reading(chromium, site, who, language, size) as page:
            for path in paths:
                answer = await page.goto(site.address + path.format(**cases))
                assert answer
                assert answer.status == 200, path
                wrong += await look(page, f"{language} {who} {path}", size)
    assert not wrong


@EACH
async def test_forms_with_what_is_wrong(
    chromium: Browser,
    site: Site,
    cases: Mapping[str, str],
    language: str,
    size: str,
) -> None:
    wrong = []
    for who, paths in WRONG.items():
        async with reading(chromium, site, who, language, size) as page:
            for path in paths:
                await page.goto(site.address + path.format(**cases))
                await page.locator(SENDS).first.click()
                await expect(page.locator(".alert--error"), path).to_be_visible()
                wrong += await look(page, f"{language} {who} {path}", size)
    assert not wrong
