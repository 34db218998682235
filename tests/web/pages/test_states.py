"""Pages when something is wrong: each says what happened, what became of it, and a way on."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest
from playwright.async_api import Browser, FilePayload, expect
from pydantic import SecretStr

from cli.parts import TemporalServer, free_port
from tests.web.pages.conftest import serving, settings_for
from tests.web.pages.house import SAME_ORIGIN, Site, hidden
from tests.web.pages.test_journey import CHROMIUM, TOO_WIDE, chromium, windows
from web.problems import TITLES

__all__ = ["chromium"]  # a fixture

browsing = pytest.mark.skipif(CHROMIUM is None, reason="needs the package chromium")


@pytest.fixture(scope="module")
async def recordless(site: Site, temporal: TemporalServer) -> AsyncIterator[Site]:
    """A web whose record is away."""
    settings = settings_for(site.database)
    away = SecretStr(f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/nothing")
    settings = settings.model_copy(update={"database_url": away})
    async with serving(settings, temporal.address) as address:
        yield Site(address, site.engine, site.database, site.secret)


@pytest.fixture(scope="module")
async def practice(site: Site, temporal: TemporalServer) -> AsyncIterator[Site]:
    """The same record behind a web in practice mode."""
    settings = settings_for(site.database).model_copy(update={"practice": True})
    async with serving(settings, temporal.address) as address:
        yield Site(address, site.engine, site.database, site.secret)


@dataclass
class Line:
    """A line to the engine, which is cut until it is mended."""

    engine: str
    port: int = field(default_factory=free_port)
    calls: int = 0

    @asynccontextmanager
    async def mended(self) -> AsyncIterator[None]:
        server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
        async with server:
            yield

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.calls += 1
        host, port = self.engine.split(":")
        to_engine = await asyncio.open_connection(host, int(port))
        await asyncio.wait(
            [
                asyncio.create_task(_pour(reader, to_engine[1])),
                asyncio.create_task(_pour(to_engine[0], writer)),
            ],
            return_when=asyncio.FIRST_COMPLETED,
        )


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


# The record is away ------------------------------------------------------------------------------


async def test_a_page_that_cannot_be_read_now_offers_to_try_again(recordless: Site) -> None:
    async with recordless.browser() as citizen:
        answer = await citizen.get("/publik?q=jalan")
    assert answer.status_code == 503
    assert "sedang tidak dapat dihubungi" in answer.text
    assert "Yang sudah tercatat tetap aman." in answer.text
    assert 'href="/publik?q=jalan"' in answer.text
    assert answer.headers["cache-control"] == "no-store"


async def test_a_form_that_found_no_record_is_given_back_to_be_sent_again(
    recordless: Site, site: Site
) -> None:
    filed = await site.report()
    async with recordless.browser() as citizen:
        sent = filed.opens | {"text": "Lubangnya masih ada <b>di sana</b>", "key": "k" * 22}
        away = await citizen.post("/lacak/tindakan/reporter_reply", sent)
    assert away.status_code == 503
    assert "Tulisan Anda masih ada di halaman ini." in away.text
    assert "Lubangnya masih ada &lt;b&gt;di sana&lt;/b&gt;</p>" in away.text
    assert ">Kirim lagi</button>" in re.sub(r"<svg.*?</svg> ", "", away.text, flags=re.DOTALL)
    assert hidden(away.text, *sent) == sent


async def test_a_password_is_never_given_back(recordless: Site) -> None:
    async with recordless.browser() as browser:
        away = await browser.post("/masuk", {"username": "koordinator", "password": "rahasia 1"})
    assert away.status_code == 503
    assert "rahasia" not in away.text
    assert "Kirim lagi" not in away.text
    assert "Kiriman ini belum kami terima." in away.text


# The engine is away ------------------------------------------------------------------------------


async def test_without_javascript_the_form_comes_back_to_be_sent_again(
    engineless: Site, site: Site
) -> None:
    filed = await site.report()
    async with engineless.at_the_desk("koordinator") as coordinator:
        away = await coordinator.act(filed.ticket, "note", text="Masih di sini")
        assert away.status_code == 503
        assert "Masih di sini</textarea>" in away.text
        assert ">Kirim lagi</button>" in away.text
        key = hidden(away.text, "key", "seq")
    async with site.at_the_desk("koordinator") as coordinator:
        path = f"/aduan/{filed.ticket}/tindakan/note"
        for _time in range(2):
            noted = await coordinator.post(path, key | {"text": "Masih di sini"})
            assert noted.text.count("Masih di sini") == 1


@browsing
@pytest.mark.timeout(120)
async def test_what_the_engine_missed_is_sent_again_by_itself_and_done_once(
    chromium: Browser, site: Site, temporal: TemporalServer
) -> None:
    filed = await site.report()
    line = Line(temporal.address)
    settings = settings_for(site.database)
    async with serving(settings, f"127.0.0.1:{line.port}") as address:
        behind = Site(address, site.engine, site.database, site.secret)
        async with windows(chromium, behind) as open_for:
            coordinator = await open_for("koordinator")
            page = coordinator.page
            await coordinator.go(f"/aduan/{filed.ticket}/tindakan/note")
            await page.get_by_role("textbox", name="Catatan internal").fill("Tunggu mesinnya")
            before = await site.count("events")
            await coordinator.press("Tambah catatan internal")
            told = page.locator("#galat .alert")
            await expect(told).to_be_focused()
            await expect(told).to_contain_text("Sistem sedang tidak dapat dihubungi")
            await expect(page.get_by_role("textbox", name="Catatan internal")).to_have_value(
                "Tunggu mesinnya"
            )
            await coordinator.look("mesin-jauh")
            await expect(page.locator("[data-tries]")).to_have_text("2", timeout=20_000)
            assert await site.count("events") == before
            async with line.mended():
                noted = page.locator(".typed", has_text="Tunggu mesinnya")
                await expect(noted).to_have_count(1, timeout=40_000)
                await expect(told).to_have_count(0)
                await page.wait_for_timeout(6_000)  # longer than the pause: nothing more is sent
    assert line.calls
    assert await site.count("events") == before + 1


@browsing
async def test_sending_again_can_be_stopped_and_changed_words_wait_for_a_press(
    chromium: Browser, engineless: Site, site: Site
) -> None:
    filed = await site.report()
    async with windows(chromium, engineless) as open_for:
        coordinator = await open_for("koordinator")
        page = coordinator.page
        posts: list[str] = []
        page.on("request", lambda one: posts.append(one.url) if one.method == "POST" else None)
        await coordinator.go(f"/aduan/{filed.ticket}/tindakan/note")
        words = page.get_by_role("textbox", name="Catatan internal")
        await words.fill("Pertama")
        await coordinator.press("Tambah catatan internal")
        await page.get_by_role("button", name="Kirim lagi sekarang").click()
        await expect(page.locator("[data-tries]")).to_have_text("2")
        await page.get_by_role("button", name="Jangan kirim lagi").click()
        await expect(page.locator("[data-again]")).to_have_count(0)
        await expect(page.locator("#galat")).to_contain_text("Belum terkirim")
        await coordinator.press("Tambah catatan internal")
        await expect(page.locator("[data-again]")).to_be_visible()
        await words.fill("Kedua")
        await expect(page.locator("[data-again]")).to_have_count(0)
        sent = len(posts)
        await page.wait_for_timeout(6_000)
        assert len(posts) == sent == 3
        await expect(words).to_have_value("Kedua")


@browsing
async def test_offline_is_said_and_the_form_goes_as_soon_as_there_is_a_network(
    chromium: Browser, site: Site
) -> None:
    filed = await site.report()
    async with windows(chromium, site) as open_for:
        coordinator = await open_for("koordinator")
        page = coordinator.page
        await coordinator.go(f"/aduan/{filed.ticket}/tindakan/note")
        await page.get_by_role("textbox", name="Catatan internal").fill("Di jalan")
        await page.context.set_offline(True)
        await coordinator.press("Tambah catatan internal")
        await expect(page.locator("#galat")).to_contain_text("tidak tersambung ke internet")
        await page.context.set_offline(False)
        await expect(page.locator(".typed", has_text="Di jalan")).to_have_count(1)
        await expect(page.locator("#galat .alert")).to_have_count(0)


@browsing
async def test_a_photo_is_given_the_time_that_a_slow_line_takes(
    chromium: Browser, engineless: Site, site: Site
) -> None:
    filed = await site.report()
    async with windows(chromium, engineless) as open_for:
        coordinator = await open_for("koordinator")
        page = coordinator.page
        await coordinator.go(f"/aduan/{filed.ticket}/tindakan/note")
        await page.get_by_role("textbox", name="Catatan internal").fill("Dengan foto")
        await page.evaluate(
            """() => {
                window.waits = [];
                const seen = (event) => window.waits.push(event.detail.xhr.timeout);
                addEventListener("htmx:beforeSend", seen);
            }"""
        )
        await coordinator.press("Tambah catatan internal")
        await page.get_by_role("button", name="Jangan kirim lagi").click()
        photo = FilePayload(name="foto.txt", mimeType="text/plain", buffer=b"x")
        await page.locator('input[type="file"]').first.set_input_files(files=[photo])
        await coordinator.press("Tambah catatan internal")
        await expect(page.locator(".alert--error").first).to_be_visible()
        assert await page.evaluate("window.waits") == [20_000, 0]


# Everything else ---------------------------------------------------------------------------------


@pytest.mark.parametrize("status", sorted(TITLES.keys() - {401}))
async def test_every_problem_says_what_happened_and_a_way_on(practice: Site, status: int) -> None:
    async with practice.browser() as citizen:
        answer = await citizen.get(f"/gaya/galat/{status}")
        assert answer.status_code == status
        assert f"<h1>{TITLES[status]}</h1>" in answer.text
        said = answer.text.partition("</h1>")[2].partition("<ul")[0]
        assert re.search(r"tercatat|berubah|belum kami terima|dari menu", said)
        assert 'class="icon-link" href="/"' in answer.text
    async with practice.at_the_desk("koordinator") as coordinator:
        assert (
            'class="icon-link" href="/tugas"'
            in (await coordinator.get(f"/gaya/galat/{status}")).text
        )


async def test_a_page_that_is_not_there_and_one_that_is_not_theirs(site: Site) -> None:
    async with site.browser() as citizen:
        missing = await citizen.get("/tidak/ada")
        assert missing.status_code == 404
        assert "Tidak ditemukan" in missing.text
        assert "<html" in missing.text
        foreign = await citizen.post("/bahasa", {"bahasa": "en"}, {"Sec-Fetch-Site": "cross-site"})
        assert foreign.status_code == 403
        assert "Tidak ada yang berubah." in foreign.text


async def test_what_is_too_large_is_refused_with_the_way_back(site: Site) -> None:
    async with site.browser() as citizen:
        headers = SAME_ORIGIN | {"Referer": f"{site.address}/lacak?a=1"}
        big = await citizen.post("/bahasa", {"bahasa": "x" * 30_000_000}, headers)
        assert big.status_code == 413
        assert "Kiriman ini belum kami terima." in big.text
        assert 'href="/lacak?a=1"' in big.text
        elsewhere = SAME_ORIGIN | {"Referer": "https://jahat.example/lacak"}
        lost = await citizen.post("/bahasa", {"bahasa": "x" * 30_000_000}, elsewhere)
        assert "jahat.example" not in lost.text
        sly = SAME_ORIGIN | {"Referer": f"{site.address}//jahat.example/lacak"}
        lost = await citizen.post("/bahasa", {"bahasa": "x" * 30_000_000}, sly)
        assert 'href="//' not in lost.text


async def test_htmx_is_told_where_to_show_it(site: Site) -> None:
    async with site.browser() as citizen:
        answer = await citizen.get("/aduan", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["hx-retarget"] == "#galat"
    assert "<html" not in answer.text
    assert 'href="/masuk?lanjut=/aduan"' in answer.text


async def test_the_style_page_is_for_practice_alone(site: Site, practice: Site) -> None:
    async with httpx.AsyncClient() as client:
        for path in ("/gaya", "/gaya/galat/404"):
            assert (await client.get(site.address + path)).status_code == 404
        assert (await client.get(f"{practice.address}/gaya")).status_code == 200
        assert (await client.get(f"{practice.address}/gaya/galat/418")).status_code == 404


@browsing
async def test_the_style_page_has_no_barrier(chromium: Browser, practice: Site) -> None:
    async with windows(chromium, practice) as open_for:
        anybody = await open_for("")
        await anybody.go("/gaya")
        await anybody.look("gaya")
        await anybody.page.set_viewport_size({"width": 320, "height": 640})
        await anybody.page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert await anybody.page.evaluate(TOO_WIDE) <= 0
        await anybody.page.reload()
        menu = anybody.page.get_by_text("Menu", exact=True)
        await expect(anybody.page.get_by_role("link", name="Lacak")).to_have_count(0)
        await menu.click()
        await anybody.look("gaya-menu")
        await anybody.page.get_by_role("link", name="Lacak").click()
        await expect(anybody.page.get_by_role("heading", name="Lacak laporan")).to_be_visible()
        for status in sorted(TITLES.keys() - {401}):
            await anybody.go(f"/gaya/galat/{status}")
            await anybody.look(f"galat-{status}")
