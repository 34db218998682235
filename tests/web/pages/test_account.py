"""Akun, and the accounts of others as an administrator looks after them."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

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


# An administrator


@pytest.mark.parametrize(
    "username", ["koordinator", "dpupr", "kepala.dpupr", "sekda", "inspektorat"]
)
async def test_only_administrators(site: Site, username: str) -> None:
    one = await somebody(site, f"korban.{username}")
    async with site.at_the_desk(username) as other:
        for path in ("", f"/akun/{one.id}", f"/akun/{one.id}/nonaktifkan", "/akun-baru"):
            assert (await other.get(f"/pengaturan{path}")).status_code == 403
        for path in (f"/akun/{one.id}/nonaktifkan", "/akun-baru", "/akun-baru/buat"):
            assert (await other.post(f"/pengaturan{path}", {})).status_code == 403
    async with logged_in(site, one.username) as still:
        assert await is_in(still)


async def change(admin: Browser, account: Account, what: str) -> httpx.Response:
    """Asks for it, reads what it means, and confirms."""
    path = f"/pengaturan/akun/{account.id}/{what}"
    asked = await admin.get(path)
    assert asked.status_code == 200, asked.text
    assert f'action="{path}"' in asked.text
    return await admin.post(path, {})


async def test_an_account_is_closed_at_once_and_opened_again(site: Site) -> None:
    gone = await somebody(site, "pindah")
    async with site.at_the_desk("admin") as admin, logged_in(site, "pindah") as browser:
        assert f"/pengaturan/akun/{gone.id}" in (await admin.get("/pengaturan")).text
        assert (
            "Sesi yang berjalan</dt><dd>1<" in (await admin.get(f"/pengaturan/akun/{gone.id}")).text
        )
        await admin.get(f"/pengaturan/akun/{gone.id}/nonaktifkan")
        assert await is_in(browser), "asking does nothing yet"
        done = await change(admin, gone, "nonaktifkan")
        assert "Akun sudah dinonaktifkan." in done.text
        assert not await is_in(browser)
        async with site.browser() as again:
            refused = await again.post("/masuk", {"username": "pindah", "password": PASSWORD})
            assert refused.status_code == 422
        again_asked = await admin.post(f"/pengaturan/akun/{gone.id}/nonaktifkan", {})
        assert again_asked.status_code == 409
        await change(admin, gone, "aktifkan")
        assert not await is_in(browser), "its old sessions do not come back"
    async with logged_in(site, "pindah") as back:
        assert await is_in(back)


async def test_somebody_is_logged_out_everywhere(site: Site) -> None:
    one = await somebody(site, "lupa.keluar")
    async with site.at_the_desk("admin") as admin, logged_in(site, "lupa.keluar") as browser:
        await change(admin, one, "keluarkan")
        assert not await is_in(browser)


async def test_a_lost_phone_is_forgotten(site: Site) -> None:
    one = await somebody(site, "ponsel.hilang")
    async with site.at_the_desk("admin") as admin, logged_in(site, "ponsel.hilang") as browser:
        await enrol(browser)
        done = await change(admin, one, "lepas-faktor-kedua")
        assert "Faktor kedua sudah dilepas" in done.text
        assert not await is_in(browser)
    async with logged_in(site, "ponsel.hilang") as browser:
        assert await is_in(browser)


async def test_an_administrator_does_not_lock_themselves_out(site: Site) -> None:
    one = await somebody(site, "admin.dua", Role.ADMINISTRATOR, None)
    async with logged_in(site, "admin.dua") as admin:
        assert "Nonaktifkan" not in (await admin.get(f"/pengaturan/akun/{one.id}")).text
        assert (await admin.post(f"/pengaturan/akun/{one.id}/nonaktifkan", {})).status_code == 409
        for path in (f"/akun/{one.id}/hapus", "/akun/00000000-0000-0000-0000-000000000000"):
            assert (await admin.get(f"/pengaturan{path}")).status_code == 404


VALUES = {
    "name": "Bambang Sutejo",
    "username": "Kec.Kutasari",
    "role": "unit_admin",
    "unit": "kec.kutasari",
}


async def test_a_new_account_is_checked_made_and_used(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, object]] = []
    monkeypatch.setattr(
        "web.pages.administration.log.info", lambda event, **kept: told.append(kept), raising=False
    )
    async with site.at_the_desk("admin") as admin:
        before = await site.count("accounts")
        checked = await admin.post("/pengaturan/akun-baru", VALUES)
        assert "Admin unit, Kecamatan Kutasari" in checked.text
        assert await site.count("accounts") == before
        sent = hidden(checked.text, *VALUES)
        made = await admin.post("/pengaturan/akun-baru/buat", sent)
        assert await site.count("accounts") == before + 1
        password = re.search(r'<p class="code">([a-z0-9-]{17})</p>', made.text)
        assert password
        twice = await admin.post("/pengaturan/akun-baru/buat", sent)
        assert twice.status_code == 422
        assert "Nama akun ini sudah dipakai." in twice.text
    async with logged_in(site, "kec.kutasari", password[1]) as new:
        page = (await new.get("/akun")).text
        assert "Admin unit, Kecamatan Kutasari" in page
    assert [one["what"] for one in told] == ["added"]
    assert "Bambang" not in json.dumps(told)


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("name", " ", "Isi nama lengkap"),
        ("username", "a", "Isi nama akun"),
        ("username", "dengan spasi", "Isi nama akun"),
        ("username", "koordinator", "sudah dipakai"),
        ("role", "raja", "Pilih peran."),
        ("unit", "", "Pilih unit untuk peran ini."),
        ("unit", "tidak-ada", "Pilih unit untuk peran ini."),
    ],
)
async def test_what_makes_no_account(site: Site, field: str, value: str, why: str) -> None:
    sent = VALUES | {"username": "belum.ada", field: value}
    async with site.at_the_desk("admin") as admin:
        before = await site.count("accounts")
        for path in ("/pengaturan/akun-baru", "/pengaturan/akun-baru/buat"):
            refused = await admin.post(path, sent)
            assert refused.status_code == 422
            assert why in refused.text
            assert f'id="{field}-error"' in refused.text
        assert await site.count("accounts") == before


async def test_long_lists_go_on(site: Site) -> None:
    for number in range(45):
        await somebody(site, f"zz.{number:02}")
    async with site.at_the_desk("admin") as admin:
        seen: list[str] = []
        path: str | None = "/pengaturan"
        while path:
            page = (await admin.get(path)).text
            seen += re.findall(r'data-label="Nama akun">([^<]+)<', page)
            onward = re.search(r'href="(/pengaturan\?setelah=[^"]+)"', page)
            path = onward[1] if onward else None
        assert seen == sorted(set(seen))
        assert len(seen) == await site.count("accounts")
