"""What citizens and those who practise do on a practice portal's pages."""

import re
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from tests.practice.conftest import APPS, Running, Start

PORTALS = pytest.mark.parametrize("code", APPS)


def png() -> bytes:
    out = BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "PNG")
    return out.getvalue()


def typed(running: Running, **changed: Any) -> dict[str, str]:
    kind = running.portal.kind
    title = {"title": "Jembatan putus"} if kind.titled else {}
    facts = {
        "text": "Jembatan bambu ke sawah putus semalam.",
        "category": kind.categories[0],
        "address": "Desa Onje, Mrebet",
        "name": "Budi",
    }
    return facts | title | changed


@PORTALS
async def test_a_citizen_files_with_a_photo_and_reads_it(code: str, start: Start) -> None:
    async with start(code) as running:
        blank = await running.http.get("/lapor")
        asked = set(re.findall(r'<(?:input|textarea|select)[^>]* name="(\w+)"', blank.text))
        assert set(typed(running)) < asked

        files = {"photo": ("foto.png", png(), "image/png")}
        sent = await running.http.post("/lapor", data=typed(running), files=files)
        assert sent.status_code == 303
        [report] = running.portal.store.newest(1)
        page = await running.http.get(sent.headers["location"])
        assert f"terkirim dengan nomor <b>{report.id}</b>" in page.text
        picture = re.search(r'src="(/berkas/[^"]+)"', page.text)
        assert picture
        assert (await running.http.get(picture[1])).content == png()
        found = await running.http.get("/laporan", params={"nomor": f" {report.id.lower()} "})
        assert found.headers["location"] == f"/laporan/{report.id}"
        assert report.id in (await running.http.get("/")).text


@PORTALS
async def test_what_is_missing_is_said_and_what_was_typed_is_kept(code: str, start: Start) -> None:
    async with start(code) as running:
        wrong = typed(running, text="pendek", address="", category="lain", name="<Budi>")
        page = await running.http.post("/lapor", data=wrong)
        assert page.status_code == 422
        for name in ("text", "address", "category"):
            assert f'<a href="#{name}">' in page.text
            assert f'aria-describedby="{name}-salah"' in page.text
        assert 'value="&lt;Budi&gt;"' in page.text
        upload = {"photo": ("x.exe", b"MZ", "application/octet-stream")}
        refused = await running.http.post("/lapor", data=typed(running), files=upload)
        assert (refused.status_code, "Pilih satu foto" in refused.text) == (422, True)
        assert running.portal.store.count() == 0


@PORTALS
async def test_an_answer_is_read_and_replied_to_until_it_is_closed(code: str, start: Start) -> None:
    async with start(code) as running:
        report = running.file()
        photo = running.portal.keep("bukti.png", "image/png", png())
        status = running.portal.kind.closed_status
        running.portal.answer(report, "Sudah <diganti>", status=status, files=[photo])
        path = f"/laporan/{report.id}"

        page = (await running.http.get(path)).text
        assert "Sudah &lt;diganti&gt;" in page
        assert f"<b>{running.portal.kind.agency}</b>" in page
        assert 'alt="Foto: bukti.png"' in page
        assert ">Selesai</b>" in page

        empty = await running.http.post(f"{path}/tanggapan", data={"text": " "})
        assert (empty.status_code, "Tulis tanggapan Anda" in empty.text) == (422, True)
        reply = await running.http.post(f"{path}/tanggapan", data={"text": "Terima kasih"})
        assert reply.status_code == 303
        for _ in range(2):
            assert (await running.http.post(f"{path}/tutup")).status_code == 303
        authors = [one.author for one in running.portal.store.entries(report.id)]
        assert authors == ["agency", "reporter", "portal"]

        late = await running.http.post(f"{path}/tanggapan", data={"text": "Masih rusak"})
        assert (late.status_code, "sudah ditutup" in late.text) == (422, True)


async def test_a_secret_report_is_not_read_on_the_first_page(start: Start) -> None:
    async with start("sp4n") as sp4n:
        sp4n.file("Oknum memungut", title="Pungutan", secret=True)
        sp4n.file("Jalan rusak", title="Jalan", name="Budi", anonymous=True)
        home = (await sp4n.http.get("/")).text
        assert "Laporan rahasia" in home
        assert "Pungutan" not in home
        shown = await sp4n.http.get(f"/laporan/{sp4n.portal.store.newest(1)[0].id}")
        assert "Budi" not in shown.text


@PORTALS
async def test_what_is_not_there_is_said(code: str, start: Start) -> None:
    async with start(code) as running:
        assert (await running.http.get("/laporan/0")).status_code == 404
        assert (await running.http.get("/berkas/0/x.png")).status_code == 404
        assert (await running.http.post("/laporan/0/tutup")).status_code == 404
        missed = await running.http.get("/laporan?nomor=<b>")
        assert (missed.status_code, "nomor &lt;B&gt;" in missed.text) == (404, True)


async def test_faults_are_set_and_ended_on_a_page(start: Start) -> None:
    async with start("open311") as city:
        shown = (await city.http.get("/latihan")).text
        names = re.findall(r'<input id="(\w+)"', shown)
        assert set(names) == set(city.portal.gate.faults.shown())

        await city.http.post("/latihan/gangguan", data={"error": "12,5", "slow_s": "0.5"})
        assert (city.portal.gate.faults.error, city.portal.gate.faults.slow_s) == (0.125, 0.5)
        assert 'value="12.5"' in (await city.http.get("/latihan")).text
        wrong = await city.http.post("/latihan/gangguan", data={"error": "banyak"})
        assert (wrong.status_code, 'value="banyak"' in wrong.text) == (422, True)

        await city.http.post("/latihan/gangguan", data=dict.fromkeys(names, "0"))
        assert not any(city.portal.gate.faults.shown().values())
        await city.http.get("/open311/v2/services.json")
        assert "<td>200</td><td>1</td>" in (await city.http.get("/latihan")).text
