"""The practice SP4N keeps the contract that the project assumes of the real one."""

from typing import Any

import httpx

from practice.config import Names
from tests.practice.conftest import Running, Start

AT = "2026-11-24T20:00:00+07:00"


async def token(sp4n: Running, *, right: bool = True) -> httpx.Response:
    form = {
        "grant_type": "client_credentials",
        "client_id": "matur",
        "client_secret": "rahasia-latihan" if right else "salah",
    }
    return await sp4n.http.post("/oauth/token", data=form)


async def enter(sp4n: Running) -> None:
    given = (await token(sp4n)).json()["access_token"]
    sp4n.http.headers["Authorization"] = f"Bearer {given}"


async def page(sp4n: Running, cursor: str = "", limit: int = 2) -> dict[str, Any]:
    asked = {"instansi": "3303", "cursor": cursor, "limit": str(limit)}
    answer = await sp4n.http.get("/v1/laporan", params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def push(sp4n: Running, path: str, key: str, **body: Any) -> httpx.Response:
    return await sp4n.http.post(
        f"/v1/laporan/{path}", json={"pada": AT} | body, headers={"Idempotency-Key": key}
    )


async def test_only_who_has_a_token_is_answered(start: Start) -> None:
    async with start("sp4n") as sp4n:
        sp4n.file()
        assert (await sp4n.http.get("/v1/laporan?instansi=3303")).status_code == 401
        assert (await token(sp4n, right=False)).json()["error"]["code"] == "invalid_client"
        await enter(sp4n)
        assert len((await page(sp4n))["data"]) == 1
        other = await sp4n.http.get("/v1/laporan?instansi=3304")
        assert other.status_code == 403

        sp4n.fail(revoke=1)
        assert (await sp4n.http.get("/v1/laporan?instansi=3303")).status_code == 401
        sp4n.fail(revoke=0)
        # It is void from then on, not for that call alone.
        assert (await sp4n.http.get("/v1/laporan?instansi=3303")).status_code == 401


async def test_a_cursor_goes_through_all_and_meets_what_changed_again(start: Start) -> None:
    async with start("sp4n") as sp4n:
        filed = [sp4n.file(f"Laporan {n}").id for n in range(5)]
        await enter(sp4n)
        seen, cursor, more = [], "", True
        while more:
            found = await page(sp4n, cursor)
            seen += [one["tracking_id"] for one in found["data"]]
            cursor, more = found["next_cursor"], found["has_more"]
        assert seen == filed
        assert (await page(sp4n, cursor))["data"] == []

        sp4n.portal.reply(sp4n.portal.store.need(filed[1]), "Masih rusak")
        [again] = (await page(sp4n, cursor))["data"]
        assert again["tracking_id"] == filed[1]
        assert again["diperbarui_pada"] > again["dibuat_pada"]

        sp4n.fail(repeat=1)
        repeated = await page(sp4n, cursor)
        assert [one["tracking_id"] for one in repeated["data"]] == [filed[4], filed[1]]


async def test_an_answer_is_kept_once_for_each_key(start: Start) -> None:
    async with start("sp4n") as sp4n:
        report = sp4n.file()
        await enter(sp4n)
        file = {"nama": "foto.txt", "tipe": "text/plain", "data": "aGFsbw=="}
        body = {"isi": "Sudah ditambal", "unit": "DPUPR", "lampiran": [file]}

        first = await push(sp4n, f"{report.id}/tindak-lanjut", "k1", **body)
        again = await push(sp4n, f"{report.id}/tindak-lanjut", "k1", **body)
        assert (first.status_code, again.json()) == (200, first.json())
        other = await push(sp4n, f"{report.id}/tindak-lanjut", "k1", **body | {"isi": "Lain"})
        assert other.status_code == 409
        status = await push(sp4n, f"{report.id}/status", "k2", status="selesai", catatan="Beres")
        assert status.status_code == 200

        talk = (await sp4n.http.get(f"/v1/laporan/{report.id}/percakapan")).json()["data"]
        assert [(one["oleh"], one["isi"]) for one in talk] == [
            ("instansi", "Sudah ditambal"),
            ("instansi", "Beres"),
        ]
        [sent] = talk[0]["lampiran"]
        assert (await sp4n.http.get(sent["url"])).content == b"halo"
        after = f"/v1/laporan/{report.id}/percakapan?setelah={talk[0]['id']}"
        assert (await sp4n.http.get(after)).json()["data"] == talk[1:]
        assert sp4n.portal.store.need(report.id).status == "selesai"


async def test_what_cannot_be_is_refused_with_words(start: Start) -> None:
    async with start("sp4n") as sp4n:
        report = sp4n.file()
        await enter(sp4n)
        wrong = [
            await push(sp4n, f"{report.id}/status", "a", status="beres"),
            await push(sp4n, f"{report.id}/status", "b", status="diproses", pada="kemarin"),
            await push(sp4n, f"{report.id}/tindak-lanjut", "c", isi=" "),
            await push(sp4n, f"{report.id}/tindak-lanjut", "d", isi="x", lampiran=[{"nama": "y"}]),
            await sp4n.http.get("/v1/laporan?instansi=3303&limit=101"),
        ]
        assert [one.status_code for one in wrong] == [422] * 5
        assert (await push(sp4n, f"{report.id}/status", "", status="diproses")).status_code == 400
        assert (await push(sp4n, "404/status", "e", status="diproses")).status_code == 404

        sp4n.portal.close(report)
        closed = await push(sp4n, f"{report.id}/status", "f", status="diproses")
        assert closed.status_code == 422
        assert "sudah ditutup pelapor" in closed.json()["error"]["message"]
        assert list(sp4n.portal.store.entries(report.id))[-1].author == "portal"


async def test_an_attachment_needs_its_token_and_expires(start: Start) -> None:
    async with start("sp4n", attachment_s=-1) as sp4n:
        photo = sp4n.portal.keep("a.png", "image/png", b"png")
        report = sp4n.file(files=(photo,))
        await enter(sp4n)

        [one] = (await sp4n.http.get(f"/v1/laporan/{report.id}")).json()["lampiran"]
        assert (await sp4n.http.get(one["url"])).status_code == 410
        assert (await sp4n.http.get(one["url"][:-1])).status_code == 403
        async with httpx.AsyncClient(trust_env=False) as stranger:
            assert (await stranger.get(one["url"])).status_code == 401


async def test_other_names_are_used_for_paths_fields_and_words(start: Start) -> None:
    names = Names(
        paths={"reports": "/api/laporan", "status": "/api/laporan/{id}/keadaan"},
        fields={"tracking_id": "nomor", "lokasi": "tempat", "alamat": "jalan", "catatan": "ket"},
        words={"menunggu": "baru", "selesai": "tuntas"},
    )
    async with start("sp4n", names=names) as sp4n:
        report = sp4n.file(address="Jalan Onje")
        await enter(sp4n)
        assert (await sp4n.http.get("/v1/laporan?instansi=3303")).status_code == 404

        [found] = (await sp4n.http.get("/api/laporan?instansi=3303")).json()["data"]
        assert (found["nomor"], found["tempat"]["jalan"]) == (report.id, "Jalan Onje")
        assert found["status"] == "baru"
        answer = await sp4n.http.post(
            f"/api/laporan/{report.id}/keadaan",
            json={"status": "tuntas", "ket": "Beres", "pada": AT},
            headers={"Idempotency-Key": "k"},
        )
        assert answer.status_code == 200
        [entry] = sp4n.portal.store.entries(report.id)
        assert (entry.status, entry.text) == ("selesai", "Beres")


async def test_who_is_anonymous_is_so_to_the_agency(start: Start) -> None:
    async with start("sp4n") as sp4n:
        report = sp4n.file(name="Budi", phone="081200000000", anonymous=True)
        await enter(sp4n)

        found = await sp4n.http.get(f"/v1/laporan/{report.id}")

        assert found.json()["pelapor"] is None
        assert "Budi" not in found.text
