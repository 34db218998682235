"""Keyboard shortcuts in a real browser: they move, they open, and they keep out of the way."""

import shutil
from collections.abc import AsyncIterator

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Browser, Page, async_playwright, expect

from record.seed import PRACTICE_PASSWORD
from tests.web.pages.house import Site
from tests.web.pages.test_journey import FLAGS

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


@pytest.fixture
async def desk(chromium: Browser, site: Site) -> AsyncIterator[Page]:
    """The coordinator at their inbox, with three tasks."""
    for number in range(3):
        await site.report(title=f"Tugas {number}")
    context = await chromium.new_context(locale="id-ID", base_url=site.address)
    context.set_default_timeout(20_000)
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console", lambda message: faults.append(message.text) if message.type == "error" else None
    )
    await page.goto("/masuk")
    await page.get_by_label("Nama akun").fill("koordinator")
    await page.get_by_label("Kata sandi").fill(PRACTICE_PASSWORD)
    await page.locator("main").get_by_role("button", name="Masuk").click()
    await page.wait_for_url("**/tugas")
    yield page
    await context.close()
    assert not faults


async def focused(page: Page) -> int:
    """Which of the rows has the focus; -1 for none."""
    rows = "[...document.querySelectorAll('.row-link')].indexOf(document.activeElement)"
    return int(await page.evaluate(rows))


async def test_j_and_k_move_and_enter_opens(desk: Page) -> None:
    keyboard = desk.keyboard
    where = []
    for key in ("j", "j", "k", "k", "j"):
        await keyboard.press(key)
        where.append(await focused(desk))
    assert where == [0, 1, 0, 0, 1]
    href = await desk.locator(".row-link").nth(1).get_attribute("href")
    await keyboard.press("Enter")
    await desk.wait_for_url(f"**{href}")


async def test_g_goes_and_a_slash_searches(desk: Page) -> None:
    keyboard = desk.keyboard
    await keyboard.press("a")
    assert desk.url.endswith("/tugas"), "only after g"
    await keyboard.press("g")
    await keyboard.press("a")
    await desk.wait_for_url("**/aduan")
    await keyboard.press("/")
    await expect(desk.locator("#q")).to_be_focused()
    await expect(desk.locator("#q")).to_have_value("")
    # From here on somebody types: the keys are letters.
    await keyboard.type("gt jk/?")
    await expect(desk.locator("#q")).to_have_value("gt jk/?")
    await expect(desk.locator("#pintasan")).to_be_hidden()
    assert desk.url.endswith("/aduan")
    await desk.locator("h1").click()
    await keyboard.press("g")
    await keyboard.press("t")
    await desk.wait_for_url("**/tugas")


async def test_modifier_keys_are_left_alone(desk: Page) -> None:
    for key in ("Control+j", "Alt+j", "Meta+j"):
        await desk.keyboard.press(key)
        assert await focused(desk) == -1


async def test_a_question_mark_lists_them_all(desk: Page) -> None:
    dialog = desk.get_by_role("dialog", name="Pintasan papan ketik")
    await desk.keyboard.press("?")
    await expect(dialog).to_be_visible()
    found = await Axe().run(desk)
    assert not found.violations_count, found.generate_report()
    await desk.keyboard.press("j")
    assert await focused(desk) == -1, "an open list keeps the keys"
    await desk.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await desk.keyboard.press("?")
    await dialog.get_by_role("button", name="Tutup").click()
    await expect(dialog).to_be_hidden()


async def test_they_can_be_turned_off(desk: Page) -> None:
    await desk.keyboard.press("?")
    await desk.get_by_role("dialog").get_by_role("link", name="Matikan pintasan").click()
    await desk.wait_for_url("**/akun")
    await desk.get_by_role("button", name="Matikan pintasan").click()
    await expect(desk.get_by_text("Pintasan papan ketik sedang mati.")).to_be_visible()
    await desk.goto("/tugas")
    await expect(desk.locator("#pintasan")).to_have_count(0)
    await desk.keyboard.press("j")
    assert await focused(desk) == -1
    await desk.goto("/akun")
    await desk.get_by_role("button", name="Nyalakan pintasan").click()
    await desk.goto("/tugas")
    await desk.keyboard.press("j")
    assert await focused(desk) == 0


async def test_new_work_is_told_and_the_list_stays_where_it_is(desk: Page, site: Site) -> None:
    poll = desk.locator(".fresh")
    place = "document.querySelector('.row').getBoundingClientRect().top"
    before = await desk.evaluate(place)
    await site.report(title="Baru datang")
    await desk.evaluate(
        "htmx.ajax('GET', document.querySelector('.fresh').getAttribute('hx-get'), '.fresh')"
    )
    await expect(poll.get_by_role("link", name="1 tugas baru")).to_be_visible()
    assert await desk.evaluate(place) == before
    await expect(desk.get_by_text("Baru datang")).to_have_count(0)
    await poll.get_by_role("link").click()
    await expect(desk.get_by_text("Baru datang")).to_be_visible()


async def test_what_sounds_alike_shows_while_somebody_types(desk: Page, site: Site) -> None:
    known = await site.report(title="Saluran irigasi Kalikajar jebol")
    await desk.goto("/catat")
    await desk.get_by_label("Judul").press_sequentially("Irigasi Kalikajar jebol", delay=20)
    hint = desk.locator("[hx-post='/catat/mirip']")
    await expect(hint.get_by_text(known.ticket)).to_be_visible()
    await expect(desk.get_by_label("Judul")).to_be_focused()
    assert "Kalikajar" not in desk.url
