import asyncio
import re
from collections.abc import AsyncIterator
from io import BytesIO

import httpx
import pytest
from PIL import Image
from sqlalchemy import text

from cli.parts import free_port
from tests.conftest import Database
from tests.web.pages.conftest import settings_for
from tests.web.pages.house import REPORT, SAME_ORIGIN, Browser, Reported, Site, reported
from web.app import create_app
from web.limits import Often
from web.problems import Problem


def photo(colour: str = "red") -> bytes:
    written = BytesIO()
    Image.new("RGB", (1200, 900), colour).save(written, "JPEG")
    return written.getvalue()


@pytest.fixture
async def citizen(site: Site) -> AsyncIterator[Browser]:
    async with site.browser() as browser:
        yield browser


async def test_one_thing_a_page_and_each_leads_to_the_next(citizen: Browser) -> None:
    assert "Apa yang terjadi?" in (await citizen.get("/lapor")).text
    where = await citizen.post("/lapor/isi", REPORT)
    assert where.url.path == "/lapor/lokasi"
    assert where.text.count('<option value="33.03.') == 18
    place = await citizen.post("/lapor/lokasi", {"kecamatan_code": "33.03.05"})
    assert place.url.path == "/lapor/alamat"
    assert place.text.count('<option value="33.03.05.') == 13
    assert "33.03.09" not in place.text
    assert "geolocation=(self)" in place.headers["permissions-policy"]
    photos = await citizen.post("/lapor/alamat", {"village_code": "33.03.05.1005"})
    assert photos.url.path == "/lapor/foto"
    assert "geolocation=()" in photos.headers["permissions-policy"]
    contact = await citizen.upload("/lapor/foto")
    assert contact.url.path == "/lapor/kontak"
    assert contact.text.count("Akibatnya:") == 3
    name = await citizen.post("/lapor/kontak", {"identity": "terbuka"})
    assert name.url.path == "/lapor/nama"
    check = await citizen.post("/lapor/nama", {"name": "Budi", "phone": "0812 3456 7890"})
    assert check.url.path == "/lapor/periksa"
    for answer in (REPORT["title"], "Kelurahan Bancar", "Terbuka bagi petugas", "Budi"):
        assert answer in check.text
    assert (await citizen.get("/lapor")).text.count("Lanjutkan laporan Anda?") == 2


async def test_an_anonymous_reporter_is_not_asked_who_they_are(citizen: Browser) -> None:
    check = await citizen.tell(identity="terbuka", name="Budi Santoso")
    assert "Budi Santoso" in check.text
    changed = await citizen.post("/lapor/kontak", {"identity": "anonim", "ubah": "1"})
    assert changed.url.path == "/lapor/periksa"
    assert "Budi Santoso" not in changed.text
    again = await citizen.post("/lapor/kontak", {"identity": "terbuka", "ubah": "1"})
    assert again.url.path == "/lapor/nama"
    assert "Budi Santoso" not in again.text


async def test_a_change_returns_to_the_answers(citizen: Browser) -> None:
    check = await citizen.tell()
    changes = re.findall(r'href="(/lapor/[a-z]+\?ubah=1)"', check.text)
    assert {url.split("?")[0] for url in changes} == {
        f"/lapor/{step}" for step in ("isi", "lokasi", "alamat", "foto", "kontak", "nama")
    }
    page = await citizen.get("/lapor/isi?ubah=1")
    assert REPORT["title"] in page.text
    assert '<input type="hidden" name="ubah" value="1">' in page.text
    back = await citizen.post("/lapor/isi", {**REPORT, "title": "Lampu mati", "ubah": "1"})
    assert back.url.path == "/lapor/periksa"
    assert "Lampu mati" in back.text
    # Another kecamatan has other villages.
    elsewhere = await citizen.post("/lapor/lokasi", {"kecamatan_code": "33.03.09", "ubah": "1"})
    assert elsewhere.url.path == "/lapor/alamat"
    assert "selected" not in elsewhere.text
    end = await citizen.post("/lapor/alamat", {"address": "Pasar", "ubah": "1"})
    assert end.url.path == "/lapor/periksa"
    assert "Kecamatan Bobotsari" in end.text
    assert "Kelurahan Bancar" not in end.text


async def test_a_later_page_waits_for_the_earlier_ones(citizen: Browser) -> None:
    await citizen.post("/lapor/isi", REPORT)
    for later in ("alamat", "foto", "kontak", "nama", "periksa"):
        assert (await citizen.get(f"/lapor/{later}")).url.path == "/lapor/lokasi"
    assert (await citizen.post("/lapor/kirim", {})).url.path == "/lapor/lokasi"
    assert (await citizen.get("/lapor/tidak-ada")).status_code == 404


async def test_without_a_draft_a_page_says_what_may_be_wrong(citizen: Browser) -> None:
    for path in ("lokasi", "foto", "periksa"):
        answer = await citizen.get(f"/lapor/{path}")
        assert answer.status_code == 404
        assert "menolak cookie" in answer.text
    answer = await citizen.post("/lapor/nama", {"name": "Budi"})
    assert "menolak cookie" in answer.text


async def test_what_is_missing_is_said_above_and_beside_and_nothing_typed_is_lost(
    citizen: Browser,
) -> None:
    answer = await citizen.post("/lapor/isi", {"body": "Sampah <menumpuk>", "occurred_on": "x"})
    assert answer.status_code == 422
    assert "<title>Galat: " in answer.text
    assert answer.text.count("Tulis judul laporan.") == 2
    assert '<a href="#title">' in answer.text
    assert 'aria-describedby="title-hint title-error" aria-invalid="true"' in answer.text
    assert "Sampah &lt;menumpuk&gt;</textarea>" in answer.text
    assert "Tulis tanggal seperti" in answer.text


@pytest.mark.parametrize(
    ("step", "field", "value", "says"),
    [
        ("isi", "title", "x" * 151, "Paling banyak 150 huruf."),
        ("isi", "title", " ", "Tulis judul laporan."),
        ("isi", "body", "x" * 10_001, "Paling banyak 10000 huruf."),
        ("isi", "occurred_on", "2999-01-01", "tidak boleh di masa depan"),
        ("isi", "occurred_on", "kemarin", "Tulis tanggal seperti"),
        ("isi", "website", "http://spam.example", "Kosongkan isian ini."),
        ("lokasi", "kecamatan_code", "33.03.99", "Kecamatan ini tidak ada di Purbalingga."),
        ("alamat", "village_code", "33.03.05.9999", "tidak ada di Purbalingga"),
        ("alamat", "village_code", "33.03.09.2001", "tidak di kecamatan itu"),
        ("alamat", "lat", "91", "Paling besar 90"),
        ("kontak", "identity", "", "Pilih bagaimana identitas Anda"),
        ("kontak", "identity", "siapa", "Pilih bagaimana identitas Anda"),
        ("nama", "name", "", "Tulis nama Anda, atau kembali"),
        ("nama", "phone", "12", "Tulis nomor telepon seperti"),
        ("nama", "email", "bukan surel", "Isian ini tidak sesuai."),
    ],
)
async def test_a_wrong_field_is_named(
    citizen: Browser, step: str, field: str, value: str, says: str
) -> None:
    await citizen.tell()
    answer = await citizen.post(f"/lapor/{step}", REPORT | {field: value})
    assert answer.status_code == 422
    assert says in answer.text
    assert (await citizen.get("/lapor/periksa")).text.count(REPORT["title"]) == 1


async def test_a_draft_survives_and_is_this_browsers_alone(site: Site, citizen: Browser) -> None:
    await citizen.tell(photo(), title="Selokan mampet")
    [cookie] = [one for one in citizen.http.cookies.jar if one.name == "lapor"]
    assert cookie.expires is not None
    assert cookie.has_nonstandard_attr("HttpOnly")
    async with site.browser() as later:
        later.http.cookies.set("lapor", cookie.value or "")
        assert "Selokan mampet" in (await later.get("/lapor")).text
        page = await later.get("/lapor/periksa")
        [preview] = re.findall(r'src="(/lapor/foto/[^"]+)"', page.text)
        assert (await later.get(preview)).headers["content-type"] == "image/jpeg"
    async with site.browser() as other:
        assert "Selokan mampet" not in (await other.get("/lapor")).text
        assert (await other.get(preview)).status_code == 404
    async with site.engine.connect() as connection:
        rows = (await connection.execute(text("SELECT drafts::text FROM drafts"))).all()
    assert not [row for row in rows if (cookie.value or "") in row[0] or "Selokan" in row[0]]


async def test_starting_over_forgets_the_draft_and_its_photos(site: Site, citizen: Browser) -> None:
    drafts, files = await site.count("drafts"), await site.count("files")
    await citizen.tell(photo())
    assert await site.count("files") == files + 1
    assert "tidak dapat dikembalikan" in (await citizen.get("/lapor/ulang")).text
    begun = await citizen.post("/lapor/ulang", {})
    assert "Apa yang terjadi?" in begun.text
    assert REPORT["body"].splitlines()[0] not in begun.text
    assert (await site.count("drafts"), await site.count("files")) == (drafts, files)


async def test_photos_can_be_seen_taken_away_and_added(site: Site, citizen: Browser) -> None:
    await citizen.post("/lapor/isi", REPORT)
    await citizen.post("/lapor/lokasi", {})
    await citizen.post("/lapor/alamat", {})
    page = await citizen.upload("/lapor/foto", photo("red"), photo("blue"), unggah="1")
    assert page.url.path == "/lapor/foto"
    ids = re.findall(r'name="id" value="([^"]+)"', page.text)
    assert len(ids) == 2
    left = await citizen.post("/lapor/foto/hapus", {"id": ids[0]})
    assert ids[0] not in left.text
    assert (await citizen.get(f"/lapor/foto/{ids[0]}")).status_code == 404
    none = await citizen.upload("/lapor/foto", unggah="1")
    assert none.status_code == 422
    assert "Pilih foto dulu" in none.text
    many = await citizen.upload("/lapor/foto", *[photo()] * 5)
    assert many.status_code == 422
    assert "Paling banyak 5 berkas." in many.text
    mixed = await citizen.upload("/lapor/foto", photo(), ("catatan.txt", b"halo"))
    assert mixed.status_code == 422
    assert "catatan.txt: Jenis berkas ini tidak dapat diterima." in mixed.text
    assert mixed.text.count('name="id" value=') == 2
    assert (await citizen.upload("/lapor/foto")).url.path == "/lapor/kontak"


async def test_photos_come_to_staff_and_reporter_and_nobody_else(site: Site) -> None:
    filed = await site.report(photo(), photo("blue"), identity="anonim")
    async with site.at_the_desk("koordinator") as coordinator:
        ids = await site.files_of(filed.ticket)
        assert len(ids) == 2
        whole = await coordinator.get(f"/berkas/{ids[0]}")
        small = await coordinator.get(f"/berkas/{ids[0]}/kecil")
        trail = await coordinator.get(f"/aduan/{filed.ticket}/jejak")
    for answer in (whole, small):
        assert answer.status_code == 200
        assert Image.open(BytesIO(answer.content)).format == "JPEG"
        assert "sandbox" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "no-store" in answer.headers["cache-control"]
    assert whole.headers["content-disposition"] == "inline; filename*=UTF-8''IMG_0001.jpg"
    assert len(small.content) < len(whole.content)
    assert "Rantai utuh" in trail.text
    async with site.at_the_desk("dpupr") as unit:
        assert (await unit.get(f"/berkas/{ids[0]}")).status_code == 404
        assert (await unit.get(f"/berkas/{ids[0]}/kecil")).status_code == 404
    other = await site.report()
    async with site.browser() as citizen:
        assert (await citizen.get(f"/berkas/{ids[0]}")).url.path == "/masuk"
        path = f"/lacak/berkas/{ids[0]}"
        assert (await citizen.post(path, filed.opens)).content == whole.content
        assert (await citizen.post(path, filed.opens | {"kecil": "1"})).content == small.content
        assert (await citizen.post(path, other.opens)).status_code == 404
        assert (await citizen.post(path, {})).status_code == 404


async def test_a_second_submit_is_the_same_complaint(site: Site, citizen: Browser) -> None:
    before = await site.count("complaints")
    await citizen.tell(photo())
    answers = await asyncio.gather(*(citizen.post("/lapor/kirim", {}) for _ in range(20)))
    shown = {reported(answer.text) for answer in answers}
    assert len(shown) == 1
    assert await site.count("complaints") == before + 1
    digits = shown.pop().receipt.replace(" ", "")
    assert len(digits) == 16
    for answer in answers:
        assert digits not in str(answer.url)
        assert answer.headers["cache-control"] == "no-store"


async def test_the_confirmation_survives_a_reload_until_it_was_noted(
    site: Site, citizen: Browser
) -> None:
    await citizen.tell()
    sent = await citizen.post("/lapor/kirim", {})
    assert sent.url.path == "/lapor/terkirim"
    again = await citizen.get("/lapor/terkirim")
    assert reported(again.text) == reported(sent.text)
    assert "WIB" in again.text
    # Back in the browser's history, and anew from the start page.
    assert (await citizen.get("/lapor/periksa")).url.path == "/lapor/terkirim"
    assert "sudah terkirim" in (await citizen.get("/lapor")).text
    async with site.browser() as other:
        assert (await other.get("/lapor/terkirim")).url.path == "/lacak"
    await citizen.post("/lapor/selesai", {})
    assert (await citizen.get("/lapor/terkirim")).url.path == "/lacak"
    assert "Apa yang terjadi?" in (await citizen.get("/lapor")).text


async def test_another_text_under_a_key_already_used_is_asked_about(
    site: Site, citizen: Browser
) -> None:
    """As where the answer was lost after storing, and the reporter changed something."""
    await citizen.tell()
    draft = citizen.http.cookies["lapor"]
    async with site.engine.connect() as connection:
        kept = (await connection.execute(text("SELECT * FROM drafts"))).mappings().all()
    first = reported((await citizen.post("/lapor/kirim", {})).text)
    async with site.engine.connect() as connection:
        for row in kept:
            await connection.execute(
                text(
                    "INSERT INTO drafts VALUES (:hash, :key_id, :nonce, :sealed, :expires_at)"
                    " ON CONFLICT (hash) DO UPDATE SET nonce = excluded.nonce,"
                    " sealed = excluded.sealed"
                ),
                dict(row),
            )
    citizen.http.cookies.set("lapor", draft)
    await citizen.post("/lapor/isi", {**REPORT, "title": "Lampu mati", "ubah": "1"})
    asked = await citizen.post("/lapor/kirim", {})
    assert asked.status_code == 422
    assert "sudah pernah dikirim dengan isi lain" in asked.text
    second = reported((await citizen.post("/lapor/kirim", {})).text)
    assert first != second


@pytest.mark.parametrize(
    ("identity", "kept", "staff_read"),
    [("terbuka", 1, "Identitas tersegel"), ("dirahasiakan", 1, "Anonim"), ("anonim", 0, "Anonim")],
)
async def test_each_identity_keeps_what_it_says(
    site: Site, identity: str, kept: int, staff_read: str
) -> None:
    before = await site.count("identities")
    filed = await site.report(identity=identity)
    assert await site.count("identities") == before + kept
    async with site.at_the_desk("koordinator") as coordinator:
        page = (await coordinator.get(f"/aduan/{filed.ticket}")).text
    assert staff_read in page
    assert "Budi" not in page


async def test_a_place_may_be_a_kecamatan_alone_or_a_point(site: Site) -> None:
    filed: Reported = await site.report(
        kecamatan_code="33.03.09", village_code="", address="", lat="-7.30", lng="109.36"
    )
    async with site.engine.connect() as connection:
        query = text("SELECT kecamatan, village_code, lat FROM complaints WHERE ticket = :ticket")
        row = (await connection.execute(query, {"ticket": filed.ticket})).one()
    assert tuple(row) == ("kec.bobotsari", None, -7.3)


async def test_a_photo_that_is_gone_is_told_and_the_rest_can_be_sent(
    site: Site, citizen: Browser
) -> None:
    await citizen.tell(photo(), photo("blue"))
    async with site.engine.connect() as connection:
        await connection.execute(
            text("DELETE FROM files WHERE id = (SELECT max(id::text)::uuid FROM files)")
        )
    told = await citizen.post("/lapor/kirim", {})
    assert told.status_code == 422
    assert "sudah tidak tersimpan" in told.text
    filed = reported((await citizen.post("/lapor/kirim", {})).text)
    assert len(await site.files_of(filed.ticket)) == 1


async def test_too_many_from_one_network_are_told_and_the_draft_stays(
    site: Site, citizen: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await citizen.tell()
    monkeypatch.setattr(Often, "check", _refuse)
    refused = await citizen.post("/lapor/kirim", {})
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "60"
    assert "masih tersimpan sebagai draf" in refused.text
    monkeypatch.undo()
    assert reported((await citizen.post("/lapor/kirim", {})).text)


def _refuse(self: Often, _recent: object, _address: str) -> None:
    raise Problem(429, self.why, headers={"Retry-After": "60"})


async def test_what_was_typed_stays_while_the_record_is_away() -> None:
    app = create_app(settings_for(Database("x", f"postgresql://x@127.0.0.1:{free_port()}/x", "")))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://matur.test", headers=SAME_ORIGIN
        ) as http,
    ):
        assert (await http.get("/lapor")).status_code == 200
        answer = await http.post("/lapor/isi", data=REPORT)
    assert answer.status_code == 503
    assert "Tulisan Anda masih ada di bawah ini" in answer.text
    assert f'value="{REPORT["title"]}"' in answer.text
    assert f"{REPORT['body']}</textarea>" in answer.text


async def test_filing_succeeds_while_the_engine_is_away(engineless: Site) -> None:
    filed = await engineless.report(photo())
    assert filed.ticket.startswith("MB-")
