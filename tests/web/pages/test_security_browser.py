"""What only a real browser can show: foreign pages, what is left behind, and a whole walk to which
the policy objects nowhere."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, expect

from cli.parts import free_port
from record.seed import PRACTICE_PASSWORD
from tests.web.pages.house import Site, code_shown
from tests.web.pages.test_journey import chromium, pytestmark, windows
from tests.web.pages.watching import watch

__all__ = ["chromium", "pytestmark"]


@asynccontextmanager
async def foreign_server(html: str) -> AsyncIterator[int]:
    """Somebody else's server, which answers everything with one page; its port."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = html.encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n"
        writer.write(f"{head}Connection: close\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()

    port = free_port()
    async with await asyncio.start_server(answer, "127.0.0.1", port):
        yield port


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"], ids=["same-site", "cross-site"])
async def test_a_form_of_a_second_origin_does_nothing(
    chromium: Browser, site: Site, host: str
) -> None:
    filed = await site.report()
    case = f"/aduan/{filed.ticket}"
    targets = {
        f"{case}/tindakan/note": "text",
        "/akun/sesi/akhiri-lain": "x",
        "/akun/pintasan": "shortcuts",
        "/keluar": "x",
        "/masuk": "username",
        "/lacak": "ticket",
    }
    html = "".join(
        f'<form method="post" action="{site.address}{path}">'
        f'<input name="{name}" value="Palsu"><button>{path}</button></form>'
        for path, name in targets.items()
    )
    async with windows(chromium, site) as open_for, foreign_server(html) as port:
        coordinator = await open_for("koordinator")
        page = coordinator.page
        await expect(page.get_by_role("heading", name="Tugas saya")).to_be_visible()
        before = await site.count("events")
        for path in targets:
            await page.goto(f"http://{host}:{port}/")
            async with page.expect_navigation() as sent:
                await page.get_by_role("button", name=path, exact=True).click()
            answer = await sent.value
            assert answer is not None
            assert answer.status == 403, path
            await expect(page.get_by_text("dikirim dari situs lain").first).to_be_visible()
        assert await site.count("events") == before
        await coordinator.go("/akun")
        await expect(page.get_by_role("heading", name="Akun", exact=True)).to_be_visible()
        await expect(page.locator("body")).to_have_attribute("data-shortcuts", "on")
        coordinator.complaints.clear()  # what the foreign page said of itself


async def test_a_script_of_a_second_origin_reads_and_sends_nothing(
    chromium: Browser, site: Site
) -> None:
    filed = await site.report()
    async with windows(chromium, site) as open_for, foreign_server("<h1>Jahat</h1>") as port:
        coordinator = await open_for("koordinator")
        page = coordinator.page
        await expect(page.get_by_role("heading", name="Tugas saya")).to_be_visible()
        before = await site.count("events")
        await page.goto(f"http://127.0.0.1:{port}/")
        read = await page.evaluate(
            """async ([address, ticket]) => {
                const body = new URLSearchParams({text: "Palsu"});
                const asked = {credentials: "include"};
                const sent = {...asked, method: "POST", body, mode: "no-cors"};
                await fetch(`${address}/aduan/${ticket}/tindakan/note`, sent).catch(() => 0);
                return fetch(`${address}/tugas`, asked).then((r) => r.text(), () => "refused");
            }""",
            [site.address, filed.ticket],
        )
        assert read == "refused"
        assert await site.count("events") == before
        coordinator.complaints.clear()


LEFT_BEHIND = """async () => ({
  local: {...localStorage}, session: {...sessionStorage},
  databases: await indexedDB.databases(), caches: await caches.keys(),
  workers: (await navigator.serviceWorker.getRegistrations()).length,
})"""


async def test_nothing_of_a_staff_page_stays_in_the_browser(chromium: Browser, site: Site) -> None:
    filed = await site.report(title="Rahasia tetangga")
    async with windows(chromium, site) as open_for:
        coordinator = await open_for("koordinator")
        page = coordinator.page
        await page.locator(f"a[href='/aduan/{filed.ticket}']").first.click()
        await coordinator.go(f"/aduan/{filed.ticket}/tindakan/note")
        await page.get_by_label("Catatan internal").fill("Hanya untuk petugas")
        await coordinator.press("Tambah catatan internal")
        await expect(page.locator(".typed", has_text="Hanya untuk petugas")).to_be_visible()
        await page.go_back()
        await page.go_forward()
        await coordinator.go("/aduan?q=rahasia")
        await expect(page.get_by_text("Rahasia tetangga")).to_be_visible()
        left = await page.evaluate(LEFT_BEHIND)
        address = left["session"].pop("htmx-current-path-for-history", "")
        assert "rahasia" not in address
        assert left == {"local": {}, "session": {}, "databases": [], "caches": [], "workers": 0}
        await coordinator.go(f"/aduan/{filed.ticket}")
        await coordinator.go("/keluar")
        await page.locator("main").get_by_role("button", name="Keluar").click()
        await expect(page.get_by_role("heading", name="Anda sudah keluar")).to_be_visible()
        for _ in range(3):
            await page.go_back()
            await expect(page.get_by_text("Rahasia tetangga")).to_have_count(0)
        assert not [k for k in await page.context.cookies() if k["name"] == "matur"]


async def test_a_session_that_ends_under_a_form_loses_nothing(
    chromium: Browser, site: Site
) -> None:
    filed = await site.report()
    async with windows(chromium, site) as open_for:
        coordinator = await open_for("koordinator")
        page = coordinator.page
        await coordinator.go(f"/aduan/{filed.ticket}/tindakan/note")
        await page.get_by_label("Catatan internal").fill("Ditulis sebelum istirahat")
        await page.context.clear_cookies(name="matur")
        await coordinator.press("Tambah catatan internal")
        alert = page.locator("main .alert")
        await expect(alert).to_contain_text("tulisan Anda tidak hilang")
        await expect(alert).to_be_focused()
        await coordinator.look("sesi-berakhir")
        await page.get_by_label("Nama akun").fill("koordinator")
        await page.get_by_label("Kata sandi").fill(PRACTICE_PASSWORD)
        await coordinator.press("Masuk")
        await expect(page.get_by_role("heading", name="Kirim yang tadi Anda tulis")).to_be_visible()
        await coordinator.look("kirim-yang-tadi")
        await coordinator.press("Tambah catatan internal")
        await expect(page.locator(".typed", has_text="Ditulis sebelum istirahat")).to_have_count(1)


async def test_a_walk_through_account_and_settings_breaks_no_policy(
    chromium: Browser, site: Site
) -> None:
    async with windows(chromium, site) as open_for:
        await site.forget_second_factor("inspektorat")
        guest = await open_for("")
        page = guest.page
        await guest.go("/masuk")
        await page.get_by_label("Nama akun").fill("inspektorat")
        await page.get_by_label("Kata sandi").fill("salah")
        await guest.press("Masuk")
        await expect(page.locator(".alert--error")).to_be_focused()
        await guest.look("masuk-galat")
        await page.get_by_label("Kata sandi").fill(PRACTICE_PASSWORD)
        await guest.press("Masuk")
        await guest.look("pasang-faktor-kedua")
        await page.get_by_label("Kode 6 angka").fill("000000")
        await guest.press("Pasang")
        await expect(page.locator(".alert--error")).to_be_focused()
        await guest.look("pasang-faktor-kedua-galat")
        await page.get_by_label("Kode 6 angka").fill(code_shown(await page.content()))
        await guest.press("Pasang")
        await expect(page.get_by_role("listitem").locator("code")).to_have_count(10)
        await guest.look("kode-pemulihan")
        await page.get_by_role("link", name="Lanjutkan").click()
        await guest.go("/akun")
        await guest.look("akun")
        await guest.press("Ganti kata sandi")
        await expect(page.locator(".alert--error")).to_be_focused()
        await guest.look("akun-galat")
        await guest.go("/akun/faktor-kedua")
        await guest.look("akun-faktor-kedua")
        await guest.go("/keluar")
        await page.locator("main").get_by_role("button", name="Keluar").click()
        await guest.go("/masuk")
        await page.get_by_label("Nama akun").fill("inspektorat")
        await page.get_by_label("Kata sandi").fill(PRACTICE_PASSWORD)
        await guest.press("Masuk")
        await expect(page.get_by_role("heading", name="Ketik kode autentikator")).to_be_visible()
        await page.get_by_text("Ponsel tidak ada?").click()
        await guest.look("kode")
        admin = await open_for("admin")
        await expect(admin.page.get_by_role("heading", name="Pengaturan")).to_be_visible()
        await admin.look("pengaturan")
        await admin.page.get_by_role("link", name="Admin DPUPR").click()
        await admin.look("pengaturan-akun")
        await admin.page.get_by_role("link", name="Nonaktifkan").click()
        await admin.look("pengaturan-nonaktifkan")
        await admin.page.go_back()
        await admin.page.get_by_role("link", name="Ubah nama atau peran").click()
        await admin.look("pengaturan-ubah")
        await admin.page.get_by_role("radio", name="Kepala unit").check()
        await admin.press("Periksa")
        await expect(admin.page.locator(".alert--error")).to_be_focused()
        await admin.look("pengaturan-ubah-galat")
        await admin.page.locator("#unit").select_option(label="Kelurahan Bancar")
        await admin.press("Periksa")
        await expect(admin.page.get_by_text("Kepala unit, Kelurahan Bancar")).to_have_count(2)
        await admin.look("pengaturan-ubah-periksa")
        await admin.go("/pengaturan/akun-baru")
        await admin.press("Periksa")
        await expect(admin.page.locator(".alert--error")).to_be_focused()
        await admin.look("akun-baru-galat")
        await admin.page.get_by_label("Nama lengkap").fill("Siti Aminah")
        await admin.page.get_by_label("Nama akun").fill("kel.kandanggampang")
        await admin.page.get_by_role("radio", name="Admin unit").check()
        await admin.page.locator("#unit").select_option(label="Kelurahan Bancar")
        await admin.press("Periksa")
        await admin.look("akun-baru-periksa")
        await admin.press("Buat akun")
        await expect(admin.page.get_by_role("heading", name="Akun sudah dibuat")).to_be_visible()
        await admin.look("akun-baru-dibuat")


async def test_the_watch_hears_what_a_policy_refuses(chromium: Browser, site: Site) -> None:
    """Or the walks that are held to nothing would show nothing."""
    context = await chromium.new_context()
    heard = await watch(context)
    page = await context.new_page()
    await page.goto(f"{site.address}/")
    assert heard == []
    await page.evaluate(
        "document.body.append(Object.assign(document.createElement('img'), {src: 'data:,x'}))"
    )
    await page.wait_for_timeout(300)
    assert [told for told in heard if told.startswith("img-src data")]
    await context.close()
