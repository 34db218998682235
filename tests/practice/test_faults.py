"""Practice portals fail on demand, throttle, and keep what they were told."""

import asyncio
from pathlib import Path
from time import monotonic

import httpx
import pytest

from tests.practice.conftest import Start

CALLS = {
    "sp4n": ("POST", "/oauth/token"),
    "laporgub": ("GET", "/api/get-city"),
    "open311": ("GET", "/open311/v2/services.json"),
}
PORTALS = pytest.mark.parametrize("code", CALLS)
KEY = {"X-Api-Key": "kunci-latihan"}
TOKEN = {
    "grant_type": "client_credentials",
    "client_id": "matur",
    "client_secret": "rahasia-latihan",
}


async def call(code: str, http: httpx.AsyncClient) -> httpx.Response:
    method, path = CALLS[code]
    return await http.request(method, path, headers=KEY, data=TOKEN if code == "sp4n" else None)


@PORTALS
async def test_each_fault_shows_as_a_client_meets_it(code: str, start: Start) -> None:
    async with start(code) as running:

        async def meet(**faults: float) -> httpx.Response:
            none = dict.fromkeys(running.portal.gate.faults.shown(), 0) | {"slow_s": 0.2}
            asked = await running.http.post("/latihan/gangguan", json=none | faults)
            assert asked.status_code == 200
            return await call(code, running.http)

        assert (await meet()).status_code == 200
        assert (await meet(error=1)).status_code in (500, 502)
        throttled = await meet(throttle=1)
        assert (throttled.status_code, throttled.headers["retry-after"]) == (429, "1")
        shut = await meet(maintenance=1)
        assert (shut.status_code, shut.headers["content-type"]) == (200, "text/html; charset=utf-8")
        began = monotonic()
        assert (await meet(slow=1)).status_code == 200
        assert monotonic() - began >= 0.2
        with pytest.raises(httpx.RemoteProtocolError):
            await meet(lost=1)
        # Citizens and those who practise are not disturbed.
        await running.http.post("/latihan/gangguan", json={"error": 1})
        assert (await running.http.get("/")).status_code == 200


async def test_work_is_done_before_its_answer_is_lost(start: Start) -> None:
    async with start("laporgub", seed=7) as gub:
        report = gub.file()
        path = f"/api/aduan/{report.id}/linimasa"
        body = {"judul": "Jawaban", "keterangan": "Beres", "status": "progres"}
        gub.fail(lost=1)

        with pytest.raises(httpx.RemoteProtocolError):
            await gub.http.post(path, data=body, headers=KEY)

        assert [one.text for one in gub.portal.store.entries(report.id)] == ["Beres"]
        gub.fail(lost=0, error=1)
        assert (await gub.http.post(path, data=body, headers=KEY)).status_code >= 500
        assert len(list(gub.portal.store.entries(report.id))) == 1


@PORTALS
async def test_a_client_has_so_many_calls_a_minute(code: str, start: Start) -> None:
    async with start(code, per_minute=3) as running:
        answers = [await call(code, running.http) for _ in range(4)]

        assert [one.status_code for one in answers] == [200, 200, 200, 429]
        assert 58 <= int(answers[3].headers["retry-after"]) <= 61
        assert (await running.http.get("/")).status_code == 200


async def test_a_share_of_calls_fails(start: Start) -> None:
    async with start("open311") as city:
        city.fail(error=0.1)
        answers = [await call("open311", city.http) for _ in range(300)]
        failed = sum(one.status_code >= 500 for one in answers)
        assert 15 <= failed <= 50


@pytest.mark.parametrize(
    "faults", [{"error": 2}, {"errors": 0.1}, {"slow_s": 61}, {"error": "0.1"}, {"error": True}]
)
async def test_faults_that_cannot_be_are_refused(faults: dict[str, object], start: Start) -> None:
    async with start("sp4n") as sp4n:
        answer = await sp4n.http.post("/latihan/gangguan", json=faults)

        assert answer.status_code == 422
        assert next(iter(faults)) in answer.json()["error"]
        assert not any(v for k, v in sp4n.portal.gate.faults.shown().items() if k != "slow_s")


@PORTALS
async def test_a_restarted_portal_has_all_it_had(code: str, start: Start, tmp_path: Path) -> None:
    async with start(code, directory=tmp_path) as running:
        photo = running.portal.keep("a.png", "image/png", b"png")
        report = running.file(files=(photo,))
        running.portal.reply(report, "Halo")
        running.portal.close(report)
        shown = (await running.http.get("/latihan/laporan")).json()

    async with start(code, directory=tmp_path) as running:
        assert (await running.http.get("/latihan/laporan")).json() == shown
        [file] = running.portal.files(report.filing.files)
        assert file.data == b"png"
        assert running.file().id != report.id


async def test_many_can_be_filed_at_once(start: Start) -> None:
    async with start("sp4n") as sp4n:
        many = [{"text": f"Laporan {n}", "title": f"L{n}"} for n in range(200)]
        filed, more = await asyncio.gather(
            *(sp4n.http.post("/latihan/laporan", json=many) for _ in range(2))
        )
        assert len({*filed.json()["ids"], *more.json()["ids"]}) == 400
        assert sp4n.portal.store.count() == 400
