"""The practice LaporGub keeps the contract that the project assumes of the real one."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from practice.config import Names
from tests.practice.conftest import Running, Start

KEY = {"X-Api-Key": "kunci-latihan"}
WIB = ZoneInfo("Asia/Jakarta")


def minute(ago: timedelta) -> str:
    return f"{datetime.now(WIB) - ago:%d-%m-%Y %H:%M}"


async def page(gub: Running, number: int = 1, since: str = "") -> dict[str, Any]:
    asked = {"kota": "3303", "halaman": str(number)} | ({"sejak": since} if since else {})
    answer = await gub.http.get("/api/aduan", params=asked, headers=KEY)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_pages_are_newest_first_and_shift_when_one_arrives(start: Start) -> None:
    async with start("laporgub", page_size=2) as gub:
        filed = [gub.file(f"Aduan {n}").id for n in range(4)]
        first = await page(gub, 1)
        assert first["total_halaman"] == 2
        assert [one["tiket"] for one in first["aduan"]] == [filed[3], filed[2]]

        gub.file("Menyela")
        second = await page(gub, 2)

        assert [one["tiket"] for one in second["aduan"]] == [filed[2], filed[1]]
        assert second["total_halaman"] == 3
        gub.fail(repeat=1)
        repeated = await page(gub, 2)
        assert [one["tiket"] for one in repeated["aduan"]] == [filed[3], filed[2], filed[1]]


async def test_since_finds_what_is_new_or_changed_by_the_minute(start: Start) -> None:
    async with start("laporgub") as gub:
        long_ago = datetime.now(WIB) - timedelta(hours=3)
        old, older = (
            gub.portal.file(gub.file().filing, id=id_, at=long_ago) for id_ in ("LGWP1", "LGWP2")
        )
        since = minute(timedelta(minutes=5))
        before = [one["tiket"] for one in (await page(gub, since=since))["aduan"]]
        assert {old.id, older.id}.isdisjoint(before)

        gub.portal.reply(old, "Masih rusak")

        found = (await page(gub, since=since))["aduan"]
        assert old.id in [one["tiket"] for one in found]
        assert older.id not in [one["tiket"] for one in found]


async def test_a_report_is_html_with_local_times_and_its_timeline(start: Start) -> None:
    async with start("laporgub") as gub:
        report = gub.file(
            "Harga < HET & mahal\n\nTolong", same_as="1916449", secret=True, name="Mistam",
            phone="081200000202",
        )  # fmt: skip
        gub.portal.reply(report, "Sudah dua minggu")

        found = (await gub.http.get(f"/api/aduan/{report.id}", headers=KEY)).json()

        assert found["isi"] == "<p>Harga &lt; HET &amp; mahal</p><p>Tolong</p>"
        assert found["tanggal"] == f"{report.filed_at.astimezone(WIB):%d-%m-%Y %H:%M} WIB"
        assert (found["jenis"], found["sp4n_id"], found["pelapor"]) == (0, "1916449", "Mistam")
        [entry] = found["linimasa"]
        assert (entry["oleh"], entry["keterangan"]) == ("Pelapor", "Sudah dua minggu")
        other = gub.file()
        plain = (await gub.http.get(f"/api/aduan/{other.id}", headers=KEY)).json()
        assert "sp4n_id" not in plain


async def test_what_is_sent_twice_stands_there_twice(start: Start) -> None:
    async with start("laporgub") as gub:
        report = gub.file()
        body = {"judul": "Jawaban", "keterangan": "Beres", "status": "progres"}
        files = [("lampiran[]", ("foto.txt", b"hallo", "text/plain"))]
        path = f"/api/aduan/{report.id}/linimasa"

        for _ in range(2):
            answer = await gub.http.post(path, data=body, files=files, headers=KEY)
            assert answer.status_code == 201
            assert answer.json()["id"]

        entries = list(gub.portal.store.entries(report.id))
        assert [one.text for one in entries] == ["Beres", "Beres"]
        assert [one.data for one in gub.portal.files(entries[0].files)] == [b"hallo"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"judul": "", "keterangan": "x", "status": "progres"}, "wajib diisi"),
        ({"judul": "x", "keterangan": "x", "status": "beres"}, "status beres tidak dikenal"),
    ],
)
async def test_a_wrong_entry_is_refused_with_words(
    body: dict[str, str], words: str, start: Start
) -> None:
    async with start("laporgub") as gub:
        report = gub.file()
        path = f"/api/aduan/{report.id}/linimasa"

        answer = await gub.http.post(path, data=body, headers=KEY)

        assert answer.status_code == 422
        assert words in answer.json()["pesan"]
        assert not list(gub.portal.store.entries(report.id))


async def test_only_who_has_the_key_is_answered(start: Start) -> None:
    async with start("laporgub") as gub:
        assert (await gub.http.get("/api/get-city")).status_code == 401
        cities = (await gub.http.get("/api/get-city", headers=KEY)).json()
        assert {"id": "3303", "name": "Kabupaten Purbalingga"} in cities
        gub.fail(revoke=1)
        assert (await gub.http.get("/api/get-city", headers=KEY)).status_code == 401


async def test_other_names_are_used_for_headers_fields_and_words(start: Start) -> None:
    names = Names(
        paths={"report": "/v2/tiket/{id}"},
        fields={"X-Api-Key": "X-Kunci", "tiket": "nomor", "linimasa": "riwayat"},
        words={"belum dijawab": "antre", "Pelapor": "Warga"},
    )
    async with start("laporgub", names=names) as gub:
        report = gub.file()
        gub.portal.reply(report, "Halo")
        key = {"X-Kunci": "kunci-latihan"}

        found = (await gub.http.get(f"/v2/tiket/{report.id}", headers=key)).json()

        assert (found["nomor"], found["status"]) == (report.id, "antre")
        assert found["riwayat"][0]["oleh"] == "Warga"
