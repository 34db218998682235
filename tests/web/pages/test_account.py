"""Akun: what one may know and change about one's own account."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from domain.actors import Grant
from domain.terms import Role
from record.accounts import Account, add_account
from tests.web.pages.house import Browser, Site, code_shown, hidden

PASSWORD = "kata sandi panjang"
NEW = "kata sandi yang lain"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
CHROME = (
    "Mozilla/5.0 (Linux; Android 11) AppleWebKit/537.36 Chrome/90.0.4430.91 Mobile Safari/537.36"
)


async def somebody(
    site: Site, username: str, role: Role = Role.UNIT_ADMIN, unit: str | None = "kab/dpupr"
) -> Account:
    held = [Grant(role=role, unit=unit)]
    return await add_account(site.engine, username, f"Nama {username}", PASSWORD, held)


@asynccontextmanager
async def logged_in(
    site: Site, username: str, password: str = PASSWORD, agent: str = FIREFOX
) -> AsyncIterator[Browser]:
    async with site.browser(**{"User-Agent": agent}) as browser:
        answer = await browser.post("/masuk", {"username": username, "password": password})
        assert answer.status_code == 200, answer.text
        yield browser


async def is_in(browser: Browser) -> bool:
    return (await browser.get("/akun")).url.path == "/akun"


async def test_one_sees_who_one_is(site: Site) -> None:
    await somebody(site, "tono")
    async with logged_in(site, "tono") as tono:
        page = (await tono.get("/akun")).text
        assert "Nama tono" in page
        assert "Admin unit, Dinas Pekerjaan Umum dan Penataan Ruang" in page


async def test_a_new_password_ends_the_other_sessions(site: Site) -> None:
    await somebody(site, "wati")
    async with logged_in(site, "wati") as here, logged_in(site, "wati") as there:
        sent = {"old": PASSWORD, "new": NEW, "again": NEW}
        for field, wrong, why in (
            ("old", "bukan itu", "Kata sandi Anda yang sekarang salah."),
            ("new", "pendek", "paling sedikit 12 karakter"),
            ("new", PASSWORD, "harus lain dari yang lama"),
            ("again", "yang lain lagi", "tidak sama"),
        ):
            refused = await here.post("/akun/kata-sandi", sent | {field: wrong})
            assert refused.status_code == 422
            assert why in refused.text
            assert f'id="{field}-error"' in refused.text
            assert PASSWORD not in refused.text
        assert await is_in(there)
        done = await here.post("/akun/kata-sandi", sent)
        assert "Kata sandi sudah diganti." in done.text
        assert "sudah diganti" not in (await here.get("/akun")).text
        assert await is_in(here)
        assert not await is_in(there)
    async with logged_in(site, "wati", NEW) as again:
        assert await is_in(again)
    async with site.browser() as browser:
        old = await browser.post("/masuk", {"username": "wati", "password": PASSWORD})
        assert old.status_code == 422


async def test_a_borrowed_session_is_no_place_to_guess_the_password(site: Site) -> None:
    await somebody(site, "yanti")
    async with logged_in(site, "yanti") as thief:
        sent = {"new": NEW, "again": NEW}
        statuses = [
            (await thief.post("/akun/kata-sandi", sent | {"old": f"salah {n}"})).status_code
            for n in range(7)
        ]
        assert statuses == [422] * 6 + [429]
        refused = await thief.post("/akun/kata-sandi", sent | {"old": PASSWORD})
        assert refused.status_code == 429
        assert "Coba lagi dalam 1 menit." in refused.text
        shown = await thief.get("/akun/faktor-kedua")
        fields = hidden(shown.text, "sealed") | {"code": code_shown(shown.text)}
        tried = await thief.post("/akun/faktor-kedua", fields | {"password": PASSWORD})
        assert tried.status_code == 429


async def test_sessions_are_seen_and_ended(site: Site) -> None:
    await somebody(site, "rudi")
    async with (
        logged_in(site, "rudi") as desk,
        logged_in(site, "rudi", agent=CHROME) as phone,
        logged_in(site, "rudi", agent="curl/8") as other,
    ):
        page = (await desk.get("/akun")).text
        assert re.findall(r"<p><strong>([^<]+)</strong>", page).count("Firefox") == 1
        for browser in ("Chrome", "Peramban lain"):
            assert f"<strong>{browser}</strong>" in page
        assert page.count(">sesi ini<") == 1
        assert "Android" not in page
        refs = re.findall(r'name="session" value="([0-9a-f]+)"', page)
        assert len(refs) == 2
        assert await is_in(phone)  # the last used comes first
        page = (await desk.get("/akun")).text
        ended = await desk.post("/akun/sesi/akhiri", {"session": refs[0]})
        assert "Sesi sudah diakhiri." in ended.text
        assert [await is_in(phone), await is_in(other)].count(True) == 1
        await desk.post("/akun/sesi/akhiri-lain", {})
        assert not await is_in(phone)
        assert not await is_in(other)
        assert await is_in(desk)


async def test_nobody_ends_the_sessions_of_others(site: Site) -> None:
    await somebody(site, "joko")
    await somebody(site, "maling")
    async with logged_in(site, "joko") as joko, logged_in(site, "joko") as second:
        page = (await joko.get("/akun")).text
        ref = re.findall(r'name="session" value="([0-9a-f]+)"', page)[0]
        async with logged_in(site, "maling") as thief:
            for named in (ref, "", "zz", "00"):
                await thief.post("/akun/sesi/akhiri", {"session": named})
        assert await is_in(second)


async def test_shortcuts_are_switched(site: Site) -> None:
    await somebody(site, "sari")
    async with logged_in(site, "sari") as sari:
        assert 'data-shortcuts="on"' in (await sari.get("/akun")).text
        assert (
            'data-shortcuts="off"' in (await sari.post("/akun/pintasan", {"shortcuts": "off"})).text
        )
        assert 'data-shortcuts="off"' in (await sari.get("/tugas")).text
        assert (
            'data-shortcuts="on"' in (await sari.post("/akun/pintasan", {"shortcuts": "on"})).text
        )


async def enrol(browser: Browser, password: str = PASSWORD, code: str = "") -> httpx.Response:
    shown = (await browser.get("/akun/faktor-kedua")).text
    fields = hidden(shown, "sealed") | {"code": code or code_shown(shown), "password": password}
    return await browser.post("/akun/faktor-kedua", fields)


async def test_a_second_factor_is_set_up_renewed_and_taken_off(site: Site) -> None:
    await somebody(site, "dewi")
    async with logged_in(site, "dewi") as dewi:
        assert "Belum terpasang." in (await dewi.get("/akun")).text
        assert (await enrol(dewi, password="salah")).status_code == 422
        assert (await enrol(dewi, code="12345")).status_code == 422
        done = await enrol(dewi)
        first = re.findall(r"<li><code>([a-z0-9-]+)</code>", done.text)
        assert len(first) == 10
        assert "Kode pemulihan tersisa 10." in (await dewi.get("/akun")).text
        await enrol(dewi)
        async with site.browser() as elsewhere:
            asked = await elsewhere.post("/masuk", {"username": "dewi", "password": PASSWORD})
            assert "Ketik kode autentikator" in asked.text
            old = await elsewhere.post("/masuk/kode", {"recovery": first[0]})
            assert old.status_code == 422, "the renewed one took its place"
        wrong = await dewi.post("/akun/faktor-kedua/lepas", {"password": "salah"})
        assert wrong.status_code == 422
        assert 'id="password-lepas-error"' in wrong.text
        off = await dewi.post("/akun/faktor-kedua/lepas", {"password": PASSWORD})
        assert "Faktor kedua sudah dilepas." in off.text
    async with logged_in(site, "dewi") as dewi:
        assert await is_in(dewi)


async def test_who_must_have_one_cannot_take_it_off(site: Site) -> None:
    async with site.at_the_desk("sekda") as sekda:
        page = await sekda.get("/akun/faktor-kedua")
        assert "Lepas faktor kedua" not in page.text
        sent = {"password": "latihan-matur-bupati"}
        assert (await sekda.post("/akun/faktor-kedua/lepas", sent)).status_code == 403
