"""Filing with a key: what becomes of a service request, and what is refused."""

import asyncio
import functools
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any, ClassVar

import httpx
import pytest
from defusedxml.ElementTree import fromstring
from PIL import Image
from sqlalchemy import select

from portals import addresses
from record.cases import case_of_reporter
from record.engine import fetch_one
from record.files.rows import files_of
from record.identity import Keyring, Reporter, open_identity
from record.open311 import add_key, admit, revoke_key
from record.tables import complaints, events
from tests.web.open311.conftest import City

FILED: Mapping[str, Any] = {
    "lat": "-7.3886",
    "long": "109.3639",
    "address_string": "Jalan Jenderal Sudirman, depan Alun-alun",
    "description": "Lampu jalan mati.\nSudah seminggu gelap.",
    "first_name": "Siti",
    "last_name": "Aminah",
    "email": "siti@example.org",
    "phone": "0812 3456 7890",
    "device_id": "gawai-42",
    "attribute[tanggal_kejadian]": "2026-11-20T23:30:00Z",
    "attribute[kecamatan]": "33.03.05",
}


async def case(city: City, answer: httpx.Response) -> tuple[Any, dict[str, Any]]:
    """What was filed, and what its first event says."""
    assert answer.status_code == 201, answer.text
    ticket = answer.json()[0]["service_request_id"]
    row = await fetch_one(
        city.site.engine, select(complaints.c.id).where(complaints.c.ticket == ticket)
    )
    assert row
    file = await case_of_reporter(city.site.engine, row["id"], datetime.now(UTC))
    event = await fetch_one(
        city.site.engine,
        select(events.c.data).where(events.c.complaint_id == row["id"], events.c.seq == 1),
    )
    assert event
    return file, event["data"]


async def reporter(city: City, file: Any) -> Reporter | None:
    # A house of these tests has one key for all.
    keyring = Keyring({"k1": city.site.secret})
    return await open_identity(city.site.engine, keyring, file.complaint_id)


def refused(answer: httpx.Response, status: int, says: str) -> bool:
    assert answer.status_code == status, answer.text
    [told] = answer.json()
    assert told["code"] == status
    assert says in told["description"], told
    return True


async def test_a_request_becomes_a_complaint(city: City) -> None:
    answer = await city.post(**FILED)
    file, received = await case(city, answer)
    assert (file.title, file.body) == (
        "Lampu jalan mati.",
        "Lampu jalan mati.\nSudah seminggu gelap.\n\nLayanan yang dipilih: Infrastruktur",
    )
    assert (file.channel, file.stage, file.kecamatan) == ("open311", "received", "kec.purbalingga")
    assert (file.lat, file.lng, file.address) == (-7.3886, 109.3639, FILED["address_string"])
    assert str(file.occurred_on) == "2026-11-21", "the day in Purbalingga"
    assert (received["channel"], received["anonymous"], received["secret"]) == (
        "open311", True, False,
    )  # fmt: skip
    assert received["identified"]
    notice = answer.json()[0]["service_notice"]
    assert file.ticket in notice
    receipt = notice.partition("tanda terima ")[2][:16]
    async with httpx.AsyncClient(base_url=city.site.address) as http:
        opens = {"ticket": file.ticket, "receipt": receipt}
        tracked = await http.post("/api/v1/track", json=opens)
    assert tracked.json()["ticket"] == file.ticket


async def test_who_reported_is_sealed(city: City) -> None:
    file, _ = await case(city, await city.post(**FILED))
    found = await reporter(city, file)
    assert found == Reporter(name="Siti Aminah", phone="+6281234567890", email="siti@example.org")
    only_phone, _ = await case(
        city, await city.post(address_string="Pasar", description="Bau.", phone="08123456789")
    )
    found = await reporter(city, only_phone)
    assert found is not None
    assert found.name == "Tidak menyebut nama"
    nobody, received = await case(city, await city.post(address_string="Pasar", description="Bau."))
    assert await reporter(city, nobody) is None
    assert not received["identified"]


async def test_attributes_open_the_name_and_hide_the_report(city: City) -> None:
    chosen = {"attribute[identitas]": "terbuka", "attribute[rahasia][]": "ya"}
    _, received = await case(city, await city.post(**{**FILED, **chosen}))
    assert (received["anonymous"], received["secret"]) == (False, True)


async def test_a_long_first_line_becomes_a_short_title(city: City) -> None:
    long = "Jembatan " * 30 + "putus"
    file, _ = await case(city, await city.post(address_string="Kali Klawing", description=long))
    assert file.title == ("Jembatan " * 11).strip()[:99] + "…"
    bare, _ = await case(city, await city.post(address_string="Kali Klawing"))
    assert (bare.title, bare.body) == ("Infrastruktur", "Layanan yang dipilih: Infrastruktur")


@pytest.mark.parametrize(
    ("form", "status", "says"),
    [
        ({"api_key": None}, 403, "api_key"),
        ({"api_key": "o311_salah"}, 403, "api_key"),
        ({"api_key": "x\x00"}, 403, "api_key"),
        ({"jurisdiction_id": "cimahi"}, 404, "jurisdiction_id"),
        ({"service_code": None}, 400, "service_code: Wajib"),
        ({"service_code": "terbang"}, 404, "service_code"),
        ({"address_string": None, "lat": None, "long": None}, 400, "address_string: Kirim lat"),
        ({"long": None}, 400, "lat: Kirim lat bersama long"),
        ({"lat": "91"}, 400, "lat: Paling besar 90"),
        ({"lat": "nan"}, 400, "lat: "),
        ({"long": "timur"}, 400, "long: "),
        ({"address_string": "x" * 301}, 400, "address_string: Paling banyak 300"),
        ({"description": "x" * 4001}, 400, "description: Paling banyak 4000"),
        ({"email": "siti"}, 400, "email: "),
        ({"phone": "0812"}, 400, "phone: Tulis nomor telepon"),
        ({"first_name": "x" * 121}, 400, "first_name, last_name: Paling banyak 120"),
        ({"attribute[warna]": "biru"}, 400, "attribute[warna]: Atribut ini tidak ada"),
        ({"attribute[rahasia]": "mungkin"}, 400, "attribute[rahasia]: Pilih salah satu"),
        ({"attribute[kecamatan]": "33.04.01"}, 400, "attribute[kecamatan]: Pilih salah satu"),
        ({"attribute[tanggal_kejadian]": "kemarin"}, 400, "attribute[tanggal_kejadian]: Tulis"),
        ({"attribute[tanggal_kejadian]": "2099-01-01"}, 400, "attribute[tanggal_kejadian]: "),
        ({"media_url": "http://127.0.0.1/x.jpg"}, 400, "media_url: Alamat ini"),
        ({"media_url": "http://169.254.169.254/latest"}, 400, "media_url: Alamat ini"),
        ({"media_url": "file:///etc/passwd"}, 400, "media_url: Alamat ini"),
    ],
)
async def test_what_will_not_do_is_refused_by_name(
    city: City, form: dict[str, str | None], status: int, says: str
) -> None:
    before = await city.site.count("complaints")
    assert refused(await city.post(**{**FILED, **form}), status, says)
    assert await city.site.count("complaints") == before


async def test_another_kind_of_body_is_refused(city: City) -> None:
    async with httpx.AsyncClient() as http:
        url = f"{city.address}/requests.json"
        form = {"api_key": city.key, **FILED}
        assert refused(await http.post(url, json=form), 415, "form-urlencoded")
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        many = "&".join(f"f{n}=1" for n in range(200))
        assert refused(await http.post(url, content=many, headers=kind), 400, "tidak dapat dibaca")
        torn = await http.post(url, content=b"description=\xff", headers=kind)
        assert refused(torn, 400, "tidak dapat dibaca")


async def test_it_is_filed_once_for_one_idempotency_key(city: City) -> None:
    headers = {"Idempotency-Key": "lampu-2026-11-24"}
    filed = {**FILED, "api_key": city.key}
    first = await city.post(headers=headers, **filed)
    again = await city.post(headers=headers, **filed)
    assert first.json() == again.json()
    other = await city.post(headers=headers, **{**filed, "description": "Lain sama sekali."})
    assert refused(other, 400, "Idempotency-Key")
    theirs = await city.post(headers=headers, **FILED)
    assert theirs.json() != first.json(), "another client's keys are its own"


async def test_a_page_of_another_site_may_file_with_a_key_and_without_a_cookie(city: City) -> None:
    foreign = {"Origin": "https://warga.example", "Sec-Fetch-Site": "cross-site"}
    answer = await city.post(headers=foreign, **FILED)
    assert answer.status_code == 201, answer.text
    assert "access-control-allow-origin" not in answer.headers, "nor may it read the receipt"
    cookie = foreign | {"Cookie": "sesi=siapa"}
    assert refused(await city.post(headers=cookie, **FILED, api_key=None), 403, "api_key")
    async with httpx.AsyncClient() as http:
        page = await http.post(f"{city.site.address}/lapor/isi", data={}, headers=foreign)
    assert page.status_code == 403, "pages still take no foreign form"


async def test_a_key_has_a_rate_of_its_own_and_ends_when_it_is_revoked(city: City) -> None:
    now, engine = datetime.now(UTC), city.site.engine
    busy = await add_key(engine, "sibuk", now, secret=city.site.secret)
    assert busy
    # As if it had filed all that it may for an hour.
    await admit(engine, busy, now + timedelta(hours=1), secret=city.site.secret)
    answer = await city.post("/requests.xml", **FILED, api_key=busy)
    assert answer.status_code == 429
    assert 3000 < int(answer.headers["retry-after"]) <= 3600
    assert fromstring(answer.content).findtext("error/code") == "429"
    assert (await city.post(**FILED)).status_code == 201, "others go on"
    await revoke_key(engine, "sibuk", now)
    assert refused(await city.post(**FILED, api_key=busy), 403, "api_key")


class Pictures(BaseHTTPRequestHandler):
    """Another server, which has a picture."""

    PATHS: ClassVar[dict[str, bytes]] = {}

    def do_GET(self) -> None:
        body = self.PATHS.get(self.path)
        self.send_response(200 if body is not None else 404)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Its address, which for once may be asked though it is this machine's."""
    may = functools.partial(addresses.may_be_asked, allow_private=True)
    monkeypatch.setattr(addresses, "may_be_asked", lambda ip, _: may(ip))
    picture = BytesIO()
    Image.new("RGB", (60, 40), "darkred").save(picture, "PNG")
    Pictures.PATHS = {"/jalan.png": picture.getvalue(), "/naskah.js": b"alert(1)"}
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pictures)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


async def test_a_picture_is_fetched_and_made_anew(city: City, elsewhere: str) -> None:
    answer = await city.post(**FILED, media_url=f"{elsewhere}/jalan.png")
    file, _ = await case(city, answer)
    [kept] = await files_of(city.site.engine, file.complaint_id)
    assert (kept.media_type, kept.name) == ("image/jpeg", "foto.jpg")
    assert "Foto tidak ikut" not in answer.json()[0]["service_notice"]


@pytest.mark.parametrize(
    ("path", "says"), [("/tidak-ada", "tidak menjawab"), ("/naskah.js", "Jenis berkas")]
)
async def test_a_picture_that_cannot_be_had_holds_nothing_up(
    city: City, elsewhere: str, path: str, says: str
) -> None:
    answer = await city.post(**FILED, media_url=elsewhere + path)
    file, _ = await case(city, answer)
    assert await files_of(city.site.engine, file.complaint_id) == []
    notice = answer.json()[0]["service_notice"]
    assert "Foto tidak ikut: " in notice
    assert says in notice


async def test_many_at_once_are_each_filed(city: City) -> None:
    key = await city.new_key()
    answers = await asyncio.gather(*(city.post(**FILED, api_key=key) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()[0]["service_request_id"] for answer in answers}) == 10
