"""docs/walkthrough.md is true: each of its lines is done here, in the order written, on a phone."""

import os
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from cli.parts import TemporalServer
from record.seed import PRACTICE_PASSWORD
from tests.web.pages.house import Site
from tests.web.pages.test_entrance import another_process
from tests.web.pages.test_journey import chromium, pytestmark

__all__ = ["chromium", "pytestmark"]

DOCS = Path(__file__).parents[3] / "docs"
WALK = DOCS / "walkthrough.md"
PICTURES = os.environ.get("MATUR_WALKTHROUGH")
"""A directory for the pictures: `docs` renews those that the page shows."""

PHONE = {"width": 393, "height": 727}
LINES = {
    "go": r"Buka `(/\S*)`\.",
    "log_in": r"Masuk sebagai `(\S+)`\.",
    "log_out": r"Keluar\.",
    "press": r"Tekan \*\*(.+)\*\*\.",
    "unfold": r"Buka \*\*(.+)\*\*\.",
    "pick": r"Pilih \*\*(.+)\*\*\.",
    "choose": r"Pada \*\*(.+)\*\* pilih “(.+)”\.",
    "write": r"Isi \*\*(.+)\*\* dengan “(.+)”\.",
    "write_ticket": r"Isi \*\*(.+)\*\* dengan nomor yang dicatat\.",
    "write_receipt": r"Isi \*\*(.+)\*\* dengan kode yang dicatat\.",
    "remember": r"Catat nomor aduan dan kode tanda terima\.",
    "open_trail": r"Buka jejak aduan yang dicatat\.",
    "see": r"Terlihat “(.+)”\.",
    "picture": r"!\[.+\]\((walkthrough/\d+\.png)\)",
}
"""How docs/walkthrough.md says each thing that a reader does."""


def steps(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What each list item and picture asks for.

    AssertionError for a line that is worded otherwise.
    """
    for line in re.findall(r"^(?:- )(.+)$|^(!\[.+)$", text, re.MULTILINE):
        said = line[0] or line[1]
        found = [(do, match) for do, form in LINES.items() if (match := re.fullmatch(form, said))]
        assert len(found) == 1, f"walkthrough.md says something else: {said}"
        yield found[0][0], found[0][1].groups()


class Reader:
    """Does what a line says, as somebody with a phone would."""

    def __init__(self, page: Page, site: Site) -> None:
        self.page = page
        self.site = site
        self.ticket = self.receipt = ""

    async def go(self, path: str) -> None:
        await self.page.goto(self.site.address + path)

    async def log_in(self, username: str) -> None:
        await self.log_out()
        await self.go("/masuk")
        await self.write("Nama akun", username)
        await self.write("Kata sandi", PRACTICE_PASSWORD)
        await self.press("Masuk")

    async def log_out(self) -> None:
        await self.page.context.clear_cookies()

    async def press(self, words: str) -> None:
        main = self.page.locator("main")
        found = main.get_by_role("button", name=words, exact=True)
        await found.or_(main.get_by_role("link", name=words, exact=True)).click()

    async def unfold(self, words: str) -> None:
        await self.page.locator("main summary", has_text=words).click()

    async def pick(self, words: str) -> None:
        await self.page.locator("main").get_by_role("radio", name=words).check()

    async def choose(self, label: str, option: str) -> None:
        await self.page.locator("main").get_by_label(label).select_option(label=option)

    async def write(self, label: str, text: str) -> None:
        await self.page.locator("main").get_by_label(label).locator("visible=true").fill(text)

    async def write_ticket(self, label: str) -> None:
        await self.write(label, self.ticket)

    async def write_receipt(self, label: str) -> None:
        await self.write(label, self.receipt)

    async def remember(self) -> None:
        codes = self.page.locator("dd.code")
        await expect(codes).to_have_count(2)
        self.ticket, self.receipt = await codes.all_text_contents()

    async def open_trail(self) -> None:
        await self.go(f"/audit/{self.ticket}")

    async def see(self, words: str) -> None:
        await expect(self.page.locator("main").get_by_text(words).first).to_be_visible()

    async def picture(self, path: str) -> None:
        assert (DOCS / path).is_file(), f"{path} is missing: renew the pictures"
        if PICTURES:
            # `initial`: hiding the caret would need an inline style, which the policy refuses.
            await self.page.screenshot(path=Path(PICTURES) / path, caret="initial")


@pytest.fixture
async def training(site: Site, temporal: TemporalServer) -> AsyncIterator[Site]:
    """The house in practice mode, as `make run` starts it."""
    async with another_process(site, temporal, practice=True) as training:
        yield training


def test_there_are_ten_steps() -> None:
    numbers = re.findall(r"^## (\d+)\. ", WALK.read_text(), re.MULTILINE)
    assert numbers == [str(number) for number in range(1, 11)]


async def test_a_newcomer_gets_from_a_report_to_a_closed_case(
    chromium: Browser,
    training: Site,
) -> None:
    context = await chromium.new_context(locale="id-ID", viewport=PHONE)  # type: ignore[arg-type]
    context.set_default_timeout(20_000)
    reader = Reader(await context.new_page(), training)
    for do, words in steps(WALK.read_text()):
        await getattr(reader, do)(*words)
    await context.close()


def test_a_line_that_nobody_can_do_is_noticed() -> None:
    with pytest.raises(AssertionError, match="something else: Lakukan"):
        list(steps("- Lakukan sesuatu.\n"))
