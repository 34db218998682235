"""The mapping alone changed, the connector follows: portals with other paths, fields and words."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from portals.protocol import Receipt, Refused, Report, Sent, Told, Unreadable
from practice.config import Config, Names
from practice.store import Filing
from tests.portals.conftest import MANY, Meet, a_push, ids

FILED = Filing(
    title="Jalan berlubang",
    text="Jalan di depan SD berlubang.",
    category="Penerangan jalan umum",
    address="Desa Bojongsari",
    lat=-7.33,
    lng=109.35,
    name="Siti",
    phone="0812",
)


@dataclass(frozen=True)
class Other:
    """A portal with other names, and the overlay that says so."""

    names: Names
    overlay: str
    status: str
    """The usual word for what we tell as `asked`, by this overlay."""


SP4N = Other(
    Names(
        paths={
            "token": "/auth/masuk",
            "reports": "/v2/aduan",
            "report": "/v2/aduan/{id}",
            "messages": "/v2/aduan/{id}/obrolan",
            "status": "/v2/aduan/{id}/keadaan",
            "answer": "/v2/aduan/{id}/jawaban",
        },
        fields={
            "tracking_id": "nomor", "isi": "uraian", "judul": "perihal", "data": "hasil",
            "next_cursor": "lanjut", "has_more": "masih_ada", "lokasi": "tempat",
            "pelapor": "warga", "dibuat_pada": "masuk", "diperbarui_pada": "berubah",
            "instansi": "pemda", "limit": "banyak", "status": "keadaan", "catatan": "keterangan",
            "oleh": "penulis", "pada": "waktu", "id": "kode", "message": "pesan", "error": "galat",
            "lampiran": "berkas", "setelah": "sesudah", "cursor": "posisi", "nama": "sebutan",
        },
        words={"ditunda": "menunggu", "menunggu": "baru", "pelapor": "masyarakat",
               "selesai": "tuntas"},
    ),
    """
    [paths]
    token = "/auth/masuk"
    reports = "/v2/aduan"
    report = "/v2/aduan/{id}"
    messages = "/v2/aduan/{id}/obrolan"
    status = "/v2/aduan/{id}/keadaan"
    answer = "/v2/aduan/{id}/jawaban"
    [parameters]
    agency = "pemda"
    cursor = "posisi"
    limit = "banyak"
    after = "sesudah"
    [page]
    items = "hasil"
    cursor = "lanjut"
    more = "masih_ada"
    [report]
    id = "nomor"
    title = "perihal"
    body = "uraian"
    address = "tempat.alamat"
    lat = "tempat.lat"
    lng = "tempat.lng"
    region_code = "tempat.kode_wilayah"
    reporter = "warga"
    attachments = "berkas"
    status = "keadaan"
    filed_at = "masuk"
    changed_at = "berubah"
    [person]
    name = "sebutan"
    [attachment]
    name = "sebutan"
    [messages]
    items = "hasil"
    [message]
    id = "kode"
    author = "penulis"
    text = "uraian"
    attachments = "berkas"
    at = "waktu"
    [status_body]
    status = "keadaan"
    text = "keterangan"
    at = "waktu"
    [answer_body]
    text = "uraian"
    at = "waktu"
    files = "berkas"
    [sent_file]
    name = "sebutan"
    data = "hasil"
    [receipt]
    id = "kode"
    at = "waktu"
    [error]
    message = "galat.pesan"
    [words]
    reporter = ["masyarakat"]
    closed = ["tuntas"]
    [status]
    asked = "menunggu"
    closed = "tuntas"
    """,
    "ditunda",
)  # fmt: skip
LAPORGUB = Other(
    Names(
        paths={
            "reports": "/v3/laporan",
            "report": "/v3/laporan/{id}",
            "entries": "/v3/laporan/{id}/riwayat",
        },
        fields={
            "tiket": "nomor", "isi": "uraian", "aduan": "daftar", "halaman": "lembar",
            "total_halaman": "jumlah_lembar", "kota": "wilayah", "sejak": "mulai",
            "tanggal": "waktu", "linimasa": "riwayat", "oleh": "penulis", "keterangan": "teks",
            "judul": "kepala", "status": "keadaan", "pelapor": "nama", "lokasi": "tempat",
            "id": "kode", "pesan": "alasan", "X-Api-Key": "X-Kunci", "sp4n_id": "nomor_sp4n",
        },
        words={"dikembalikan": "menunggu warga", "Pelapor": "Warga", "selesai": "tuntas"},
    ),
    """
    [paths]
    reports = "/v3/laporan"
    report = "/v3/laporan/{id}"
    entries = "/v3/laporan/{id}/riwayat"
    [parameters]
    city = "wilayah"
    since = "mulai"
    page = "lembar"
    [page]
    items = "daftar"
    page = "lembar"
    pages = "jumlah_lembar"
    [headers]
    api_key = "X-Kunci"
    [report]
    id = "nomor"
    body = "uraian"
    address = "tempat"
    reporter = "nama"
    same_as = "nomor_sp4n"
    filed_at = "waktu"
    status = "keadaan"
    timeline = "riwayat"
    [entry]
    title = "kepala"
    at = "waktu"
    author = "penulis"
    text = "teks"
    [entry_body]
    title = "kepala"
    text = "teks"
    status = "keadaan"
    [receipt]
    id = "kode"
    [error]
    message = "alasan"
    [words]
    reporter = ["Warga"]
    closed = ["tuntas"]
    [status]
    asked = "menunggu warga"
    closed = "tuntas"
    """,
    "dikembalikan",
)  # fmt: skip
OPEN311 = Other(
    Names(
        paths={
            "requests": "/open311/v2/aduan.{format}",
            "request": "/open311/v2/aduan/{id}.{format}",
            "updates": "/open311/v2/kabar.{format}",
        },
        fields={
            "service_request_id": "nomor", "description": "uraian", "requested_datetime": "masuk",
            "updated_datetime": "berubah", "update_id": "kode", "author": "penulis",
            "status": "keadaan", "api_key": "kunci", "start_date": "dari", "page": "lembar",
            "page_size": "panjang", "service_name": "layanan",
        },
        words={"open": "terbuka", "reporter": "warga", "closed": "tuntas"},
    ),
    """
    [paths]
    requests = "/aduan.{format}"
    request = "/aduan/{id}.{format}"
    updates = "/kabar.{format}"
    [parameters]
    since = "dari"
    page = "lembar"
    page_size = "panjang"
    ids = "nomor"
    [report]
    id = "nomor"
    category = "layanan"
    body = "uraian"
    status = "keadaan"
    filed_at = "masuk"
    changed_at = "berubah"
    [update]
    id = "kode"
    report = "nomor"
    author = "penulis"
    text = "uraian"
    at = "berubah"
    [update_body]
    api_key = "kunci"
    id = "kode"
    report = "nomor"
    status = "keadaan"
    text = "uraian"
    at = "berubah"
    [error]
    message = "uraian"
    [words]
    reporter = ["warga"]
    closed = ["tuntas"]
    [status]
    asked = "terbuka"
    closed = "tuntas"
    """,
    "open",
)  # fmt: skip
EVERY = pytest.mark.parametrize(
    ("code", "other"), [("sp4n", SP4N), ("laporgub", LAPORGUB), ("open311", OPEN311)]
)


def given(other: Other) -> Config:
    return Config(
        client_secret="s", webhook_secret="w", api_key="k", per_minute=MANY, names=other.names
    )


@EVERY
async def test_the_connector_follows_its_mapping(code: str, other: Other, meet: Meet) -> None:
    async with meet(code, given(other), other.overlay) as pair:
        filed = pair.portal.file(FILED)
        pair.portal.reply(filed, "Masih berlubang")

        reports, cursor = await pair.all()
        asked = await pair.connector.push(filed.id, a_push(Told.ASKED, "Di mana?"), again=True)
        photo = Sent(name="a.jpg", media_type="image/jpeg", data=b"\xff")
        await pair.connector.push(filed.id, a_push(Told.ANSWERED, "Ya.", photo, n=8), again=True)
        await pair.connector.push(filed.id, a_push(Told.CLOSED, "Selesai.", n=9), again=True)
        again = await pair.connector.report(filed.id)

        report = reports[-1]
        assert isinstance(report, Report)
        assert (report.id, report.body) == (filed.id, FILED.text)
        assert report.address == FILED.address
        assert abs(report.filed_at - filed.filed_at) < timedelta(minutes=1)
        if code != "open311":
            assert report.reporter
            assert report.reporter.name == "Siti"
        talk = report.messages or await pair.connector.messages(filed.id, None)
        assert [one.text for one in talk if one.by_reporter] == ["Masih berlubang"]
        assert isinstance(asked, Receipt)
        _, first, second, third = pair.portal.store.entries(filed.id)
        assert first.status == other.status
        assert second.text.startswith("Ya.")
        assert [file.data for file in pair.portal.files(second.files)] == [b"\xff"]
        assert third.status == pair.portal.kind.closed_status
        assert isinstance(again, Report)
        assert (again.status, again.closed) == ("tuntas", True)
        assert set(ids((await pair.all(cursor))[0])) <= {filed.id}


@EVERY
async def test_a_refusal_is_read_by_the_mapping(code: str, other: Other, meet: Meet) -> None:
    async with meet(code, given(other), other.overlay) as pair:
        filed = pair.portal.file(FILED)
        pair.portal.close(filed)
        with pytest.raises(Refused) as caught:
            await pair.connector.push(filed.id, a_push(Told.ASKED), again=False)

    assert "sudah ditutup" in caught.value.words


@EVERY
async def test_what_is_shipped_does_not_fit_it(code: str, other: Other, meet: Meet) -> None:
    async with meet(code, given(other)) as pair:
        pair.portal.file(FILED)
        with pytest.raises((Refused, Unreadable)):
            await pair.connector.pull(None)
