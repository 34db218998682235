"""LaporGub as far as it can be guessed: a key, shifting pages, HTML, local times, no repeating."""

import hmac
import html
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from practice.config import Config
from practice.portal import Closed, Kind, Portal
from practice.site import application
from practice.store import Entry, Report

CITY = "3303"
CITIES = {
    "3301": "Kabupaten Cilacap",
    "3302": "Kabupaten Banyumas",
    "3303": "Kabupaten Purbalingga",
    "3304": "Kabupaten Banjarnegara",
    "3305": "Kabupaten Kebumen",
}
WIB = ZoneInfo("Asia/Jakarta")
MOST_FILE = 10_000_000

PATHS = {
    "cities": "/api/get-city",
    "reports": "/api/aduan",
    "report": "/api/aduan/{id}",
    "entries": "/api/aduan/{id}/linimasa",
}
STATUSES = ("verifikasi", "progres", "selesai", "tidak layak", "dikembalikan", "bukan wewenang")
AUTHORS = {"reporter": "Pelapor", "portal": "Admin LaporGub"}

KIND = Kind(
    code="laporgub",
    label="LaporGub",
    agency="Kabupaten Purbalingga",
    first_status="belum dijawab",
    closed_status="selesai",
    id_of=lambda number: f"LGWP{4_360_000 + number * 13:08}",
    categories=(
        "Infrastruktur", "Kesehatan", "Energi", "Pendidikan", "Kepegawaian", "Pertanian",
        "Pembangunan Daerah", "Permades dan Kependudukan", "Keuangan dan Aset", "Bencana",
        "Ekonomi dan Industri", "Sosial Masyarakat", "Lingkungan", "Pariwisata dan Budaya",
        "Lain-lain", "Kabupaten Kota",
    ),
)  # fmt: skip

Handler = Callable[[Request], Awaitable[Response]]


class _Wrong(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


def create_app(config: Config) -> Starlette:
    portal = Portal(KIND, config)
    api = _Api(portal)
    handlers = {
        "cities": ("GET", api.cities),
        "reports": ("GET", api.reports),
        "report": ("GET", api.report),
        "entries": ("POST", api.write),
    }
    routes = [
        Route(
            config.names.paths.get(name, PATHS[name]),
            portal.gate.over(api.safely(handler), api.wrong),
            methods=[method],
        )
        for name, (method, handler) in handlers.items()
    ]
    return application(portal, [*routes, Route("/lampiran/{id}/{name}", api.attachment)])


class _Api:
    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._names = portal.names

    def wrong(self, status: int, code: str, message: str) -> Response:
        return JSONResponse(self._names.out({"pesan": message}), status)

    def safely(self, handler: Handler) -> Handler:
        async def safe(request: Request) -> Response:
            gate, key = self._portal.gate, request.headers.get(self._names.field("X-Api-Key"), "")
            known = hmac.compare_digest(key.encode(), self._portal.config.api_key.encode())
            if not known or gate.falls(gate.faults.revoke):
                return self.wrong(401, "", "Kunci API tidak dikenal")
            try:
                return await handler(request)
            except _Wrong as wrong:
                return self.wrong(wrong.status, "", wrong.message)

        return safe

    async def cities(self, request: Request) -> Response:
        answer = [{"id": id_, "name": name} for id_, name in CITIES.items()]
        return JSONResponse(self._names.out(answer))

    async def reports(self, request: Request) -> Response:
        """Those new or changed since, newest filed first; a page more pushes the others back."""
        asked = self._names.usual(dict(request.query_params))
        if asked.get("kota") != CITY:
            raise _Wrong(403, "Kota ini bukan milik Anda")
        page = asked.get("halaman") or "1"
        if not page.isdecimal() or page == "0":
            raise _Wrong(422, "halaman harus angka mulai 1")
        size, gate = self._portal.config.page_size, self._portal.gate
        skipped, taken = (int(page) - 1) * size, size
        if skipped and gate.falls(gate.faults.repeat):
            skipped, taken = skipped - size // 2, taken + size // 2
        found, total = self._portal.store.changed_since(_since(asked), taken, skipped)
        answer = {
            "halaman": int(page),
            "total_halaman": max(1, -(-total // size)),
            "aduan": [self._report(request, one) for one in found],
        }
        return JSONResponse(self._names.out(answer))

    async def report(self, request: Request) -> Response:
        return JSONResponse(self._names.out(self._report(request, self._asked(request))))

    async def write(self, request: Request) -> Response:
        report = self._asked(request)
        async with request.form() as form:
            given = {key: value for key, value in form.multi_items() if isinstance(value, str)}
            body = self._names.usual(given)
            title, text = body.get("judul", ""), body.get("keterangan", "")
            status = self._names.usual_word(body.get("status", ""))
            if not title.strip() or not text.strip():
                raise _Wrong(422, "judul dan keterangan wajib diisi")
            if status not in STATUSES:
                raise _Wrong(422, f"status {status} tidak dikenal")
            uploads = [one for _, one in form.multi_items() if isinstance(one, UploadFile)]
            sent = [
                (one.filename or "berkas", one.content_type, await one.read()) for one in uploads
            ]
        if any(not 0 < len(data) <= MOST_FILE for _, _, data in sent):
            raise _Wrong(422, "Lampiran kosong atau lebih dari 10 MB")
        files = [
            self._portal.keep(name, media_type or "application/octet-stream", data)
            for name, media_type, data in sent
        ]
        try:
            entry = self._portal.answer(report, text, title=title, status=status, files=files)
        except Closed:
            raise _Wrong(422, f"Aduan {report.id} sudah ditutup oleh pelapor") from None
        return JSONResponse(self._names.out({"id": entry.number}), 201)

    async def attachment(self, request: Request) -> Response:
        file = self._portal.store.kept_file(request.path_params["id"])
        if file is None:
            return self.wrong(404, "", "Lampiran tidak ada")
        return Response(file.data, media_type=file.media_type)

    def _asked(self, request: Request) -> Report:
        report = self._portal.store.report(request.path_params["id"])
        if report is None:
            raise _Wrong(404, "Aduan tidak ditemukan")
        return report

    def _report(self, request: Request, report: Report) -> dict[str, Any]:
        filing = report.filing
        paragraphs = html.escape(filing.text, quote=False).split("\n\n")
        written = "".join(f"<p>{one}</p>" for one in paragraphs).replace("\n", "<br>")
        facts = {
            "tiket": report.id,
            "kategori": filing.category,
            "isi": written,
            "lokasi": filing.address,
            "jenis": 0 if filing.secret else 1,
            "pelapor": "Anonim" if filing.anonymous or not filing.name else filing.name,
            "kontak": "" if filing.anonymous else filing.phone or filing.email,
            "lampiran": self._files(request, filing.files),
            "melalui": filing.via or "website",
            "tanggal": _said(report.filed_at),
            "status": self._names.word(report.status),
            "linimasa": [self._entry(one) for one in self._portal.store.entries(report.id)],
        }
        return facts | ({"sp4n_id": filing.same_as} if filing.same_as else {})

    def _entry(self, entry: Entry) -> dict[str, Any]:
        return {
            "judul": entry.title,
            "tanggal": _said(entry.at),
            "oleh": self._names.word(AUTHORS.get(entry.author, KIND.agency)),
            "keterangan": entry.text,
        }

    def _files(self, request: Request, ids: tuple[str, ...]) -> list[str]:
        base = str(request.base_url)
        return [f"{base}lampiran/{one.id}/{one.name}" for one in self._portal.files(ids)]


def _since(asked: dict[str, str]) -> datetime:
    if not asked.get("sejak"):
        return datetime.fromtimestamp(0, UTC)
    try:
        return datetime.strptime(asked["sejak"], "%d-%m-%Y %H:%M").replace(tzinfo=WIB)
    except ValueError:
        raise _Wrong(422, "sejak harus berupa dd-mm-yyyy HH:MM") from None


def _said(at: datetime) -> str:
    return f"{at.astimezone(WIB):%d-%m-%Y %H:%M} WIB"
