"""Pengaturan: the accounts of others as an administrator looks after them."""

import json
import re

import httpx
import pytest

from record.accounts import Account, id_of
from record.units import unit_by_code
from tests.web.pages.house import Browser, Site, hidden
from tests.web.pages.test_account import PASSWORD, enrol, is_in, logged_in, somebody


@pytest.mark.parametrize(
    "username", ["koordinator", "dpupr", "kepala.dpupr", "sekda", "inspektorat"]
)
async def test_only_administrators(site: Site, username: str) -> None:
    one = await somebody(site, f"korban.{username}")
    async with site.at_the_desk(username) as other:
        for path in (
            "",
            f"/akun/{one.id}",
            f"/akun/{one.id}/nonaktifkan",
            f"/akun/{one.id}/ubah",
            "/akun-baru",
        ):
            assert (await other.get(f"/pengaturan{path}")).status_code == 403
        for path in (
            f"/akun/{one.id}/nonaktifkan",
            f"/akun/{one.id}/sandi-baru",
            f"/akun/{one.id}/ubah/simpan",
            "/akun-baru",
            "/akun-baru/buat",
        ):
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
    async with site.at_the_desk("admin") as admin:
        own = await id_of(site.engine, "admin")
        assert "Nonaktifkan" not in (await admin.get(f"/pengaturan/akun/{own}")).text
        for what in ("nonaktifkan", "sandi-baru"):
            assert (await admin.post(f"/pengaturan/akun/{own}/{what}", {})).status_code == 409
        for path in (f"/akun/{own}/hapus", "/akun/00000000-0000-0000-0000-000000000000"):
            assert (await admin.get(f"/pengaturan{path}")).status_code == 404
        sent = {"name": "Administrator", "role": "auditor"}
        for path in ("ubah", "ubah/simpan"):
            refused = await admin.post(f"/pengaturan/akun/{own}/{path}", sent)
            assert refused.status_code == 422
            assert "hanya dapat dicabut administrator lain" in refused.text
            assert 'value="auditor" checked' in refused.text, "nothing chosen is lost"
        assert (await admin.get("/pengaturan")).status_code == 200


async def test_a_forgotten_password_is_made_anew(site: Site) -> None:
    one = await somebody(site, "lupa.sandi")
    async with site.at_the_desk("admin") as admin, logged_in(site, "lupa.sandi") as browser:
        done = await change(admin, one, "sandi-baru")
        password = re.search(r'<p class="code">([a-z0-9-]{17})</p>', done.text)
        assert password
        assert not await is_in(browser)
    async with site.browser() as again:
        refused = await again.post("/masuk", {"username": "lupa.sandi", "password": PASSWORD})
        assert refused.status_code == 422
    async with logged_in(site, "lupa.sandi", password[1]) as back:
        assert await is_in(back)


async def _bancar(site: Site) -> str:
    found = await unit_by_code(site.engine, BANCAR)
    assert found
    return found.path


DPUPR, BANCAR = "tetap:unit_admin:kab/dpupr", "kel.bancar"


async def test_roles_and_name_are_changed_after_they_were_read_back(site: Site) -> None:
    one = await somebody(site, "mutasi")
    path = f"/pengaturan/akun/{one.id}/ubah"
    async with site.at_the_desk("admin") as admin, logged_in(site, "mutasi") as moved:
        form = await admin.get(path)
        assert f'name="{DPUPR}" value="1" id="tetap" checked' in form.text
        sent = {"name": "Siti Mutasi", "role": "unit_head", "unit": BANCAR}
        checked = await admin.post(path, sent)
        assert "sebelumnya: Nama mutasi" in checked.text
        for label, role in (
            ("Peran dicabut", "Admin unit, Dinas Pekerjaan Umum dan Penataan Ruang"),
            ("Peran ditambah", "Kepala unit, Kelurahan Bancar"),
            ("Peran sesudahnya", "Kepala unit, Kelurahan Bancar"),
        ):
            assert f"<dt>{label}</dt><dd>{role}</dd>" in checked.text
        assert await is_in(moved), "nothing happens before it is read"
        for _ in range(2):
            done = await admin.post(f"{path}/simpan", hidden(checked.text, *sent))
            assert "Perubahan akun sudah disimpan." in done.text
            assert "Peran</dt><dd>Kepala unit, Kelurahan Bancar</dd>" in done.text
        assert not await is_in(moved)
        async with logged_in(site, "mutasi") as back:
            page = (await back.get("/akun")).text
            assert "Siti Mutasi" in page
            assert "Kepala unit, Kelurahan Bancar" in page
            kept = {"name": "Siti", "role": "", "tetap:unit_head:" + await _bancar(site): "1"}
            checked = await admin.post(path, kept)
            assert "Peran dicabut" not in checked.text
            await admin.post(f"{path}/simpan", kept)
            assert await is_in(back), "a name alone logs nobody out"


async def test_several_roles_are_held_at_once(site: Site) -> None:
    one = await somebody(site, "rangkap")
    path = f"/pengaturan/akun/{one.id}/ubah"
    sent = {"name": "Nama rangkap", DPUPR: "1", "role": "supervisor", "unit": "kab"}
    async with site.at_the_desk("admin") as admin:
        checked = await admin.post(path, sent)
        await admin.post(f"{path}/simpan", hidden(checked.text, *sent))
        page = (await admin.get(f"/pengaturan/akun/{one.id}")).text
        assert "Admin unit, Dinas Pekerjaan Umum dan Penataan Ruang" in page
        assert "Pengawas, " in page
        again = await admin.post(path, sent)
        assert "Peran ditambah" in again.text
    async with site.browser() as browser:
        asked = await browser.post("/masuk", {"username": "rangkap", "password": PASSWORD})
        assert 'name="sealed"' in asked.text, "a supervisor needs a second factor"


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("name", " ", "Isi nama lengkap"),
        ("role", "raja", "Pilih peran."),
        ("unit", "tidak-ada", "Pilih unit untuk peran ini."),
    ],
)
async def test_what_changes_no_account(site: Site, field: str, value: str, why: str) -> None:
    account = await id_of(site.engine, "dpupr")
    sent = {"name": "Admin DPUPR", DPUPR: "1", "role": "unit_head", "unit": BANCAR, field: value}
    async with site.at_the_desk("admin") as admin:
        for path in ("ubah", "ubah/simpan"):
            refused = await admin.post(f"/pengaturan/akun/{account}/{path}", sent)
            assert refused.status_code == 422
            assert why in refused.text
            assert f'id="{field}-error"' in refused.text
            assert f'name="{DPUPR}" value="1" id="tetap" checked' in refused.text


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
        "web.pages.administering.log.info", lambda event, **kept: told.append(kept), raising=False
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
