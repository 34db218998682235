"""What a citizen sees of a practice portal: filing, following, replying, closing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from practice.portal import Closed, Portal
from practice.store import Filing, Report

WIB = ZoneInfo("Asia/Jakarta")
MOST_PHOTO, MOST_TEXT = 8_000_000, 5_000
SHOWN = 40
"""Reports on the first page."""

MONTHS = ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"]

STATUS_WORDS = {
    "menunggu": "Menunggu", "bukan_wewenang": "Bukan wewenang", "open": "Terbuka",
    "closed": "Selesai", "investigating": "Diperiksa", "in_progress": "Dikerjakan",
    "action_scheduled": "Dijadwalkan", "fixed": "Selesai", "duplicate": "Laporan ganda",
    "no_further_action": "Tidak dilanjutkan", "internal_referral": "Diteruskan",
    "not_councils_responsibility": "Bukan wewenang", "progres": "Dalam proses",
}  # fmt: skip
DONE = {
    "selesai", "closed", "fixed", "diarsipkan", "tidak layak", "no_further_action",
    "bukan_wewenang", "bukan wewenang", "not_councils_responsibility", "duplicate",
}  # fmt: skip


def status_words(status: str) -> str:
    return STATUS_WORDS.get(status, status.replace("_", " ").capitalize())


def moment(at: datetime) -> str:
    here = at.astimezone(WIB)
    return f"{here.day} {MONTHS[here.month - 1]} {here.year}, {here:%H.%M} WIB"


TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.filters |= {"moment": moment, "status_words": status_words}
TEMPLATES.globals["DONE"] = DONE


BLANK = dict.fromkeys(
    ("title", "text", "category", "address", "happened_on", "name", "phone", "anonymous", "secret"),
    "",
)


@dataclass(frozen=True)
class Photo:
    name: str
    media_type: str
    data: bytes


def page(portal: Portal, template: str, status: int = 200, **facts: Any) -> Response:
    text = TEMPLATES.get_template(template).render(portal=portal, kind=portal.kind, **facts)
    return HTMLResponse(text, status)


def routes(portal: Portal) -> list[Route]:
    pages = _Pages(portal)
    return [
        Route("/", pages.home),
        Route("/gaya.css", pages.style),
        Route("/lapor", pages.blank, methods=["GET"]),
        Route("/lapor", pages.file, methods=["POST"]),
        Route("/laporan", pages.find),
        Route("/laporan/{id}", pages.report),
        Route("/laporan/{id}/tanggapan", pages.reply, methods=["POST"]),
        Route("/laporan/{id}/tutup", pages.close, methods=["POST"]),
        Route("/berkas/{id}/{name}", pages.attachment),
    ]


class _Pages:
    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    async def home(self, request: Request) -> Response:
        return page(self._portal, "home.html", reports=self._portal.store.newest(SHOWN), missing="")

    async def style(self, request: Request) -> Response:
        css = Path(__file__).with_name("templates") / "style.css"
        return Response(css.read_bytes(), media_type="text/css")

    async def find(self, request: Request) -> Response:
        asked = request.query_params.get("nomor", "").strip().upper()
        if self._portal.store.report(asked):
            return RedirectResponse(f"/laporan/{asked}", 303)
        newest = self._portal.store.newest(SHOWN)
        return page(self._portal, "home.html", 404, reports=newest, missing=asked)

    async def blank(self, request: Request) -> Response:
        return page(self._portal, "file.html", typed=BLANK, errors={})

    async def file(self, request: Request) -> Response:
        async with request.form() as form:
            typed = {name: one for name, one in form.items() if isinstance(one, str)}
            photo, errors = await _photo(form)
        typed = BLANK | typed
        errors |= self._faults(typed)
        if errors:
            return page(self._portal, "file.html", 422, typed=typed, errors=errors)
        filing = Filing(
            text=typed["text"].replace("\r\n", "\n").strip(),
            title=typed["title"].strip(),
            category=typed["category"],
            address=typed["address"].strip(),
            happened_on=typed["happened_on"] or None,
            name=typed["name"].strip(),
            phone=typed["phone"].strip(),
            anonymous=bool(typed["anonymous"]),
            secret=bool(typed["secret"]),
            files=self._kept(photo),
            via="website",
        )
        report = self._portal.file(filing)
        return RedirectResponse(f"/laporan/{report.id}?baru=1", 303)

    async def report(self, request: Request) -> Response:
        report = self._portal.store.report(request.path_params["id"])
        if report is None:
            return page(self._portal, "gone.html", 404)
        fresh = request.query_params.get("baru") == "1"
        return self._shown(report, fresh=fresh)

    async def reply(self, request: Request) -> Response:
        report = self._portal.store.report(request.path_params["id"])
        if report is None:
            return page(self._portal, "gone.html", 404)
        async with request.form() as form:
            text = str(form.get("text", "")).replace("\r\n", "\n").strip()
            photo, errors = await _photo(form)
        if not text or len(text) > MOST_TEXT:
            errors["text"] = f"Tulis tanggapan Anda, paling panjang {MOST_TEXT} huruf."
        if errors:
            return self._shown(report, 422, typed=text, errors=errors)
        try:
            self._portal.reply(report, text, self._kept(photo))
        except Closed:
            errors = {"text": "Laporan ini sudah ditutup."}
            return self._shown(self._portal.store.need(report.id), 422, typed=text, errors=errors)
        return RedirectResponse(f"/laporan/{report.id}", 303)

    async def close(self, request: Request) -> Response:
        report = self._portal.store.report(request.path_params["id"])
        if report is None:
            return page(self._portal, "gone.html", 404)
        # Pressed twice, it is closed as it was.
        if not report.closed:
            self._portal.close(report)
        return RedirectResponse(f"/laporan/{report.id}", 303)

    async def attachment(self, request: Request) -> Response:
        file = self._portal.store.kept_file(request.path_params["id"])
        if file is None:
            return page(self._portal, "gone.html", 404)
        headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
        return Response(file.data, media_type=file.media_type, headers=headers)

    def _shown(
        self,
        report: Report,
        status: int = 200,
        *,
        fresh: bool = False,
        typed: str = "",
        errors: Mapping[str, str] | None = None,
    ) -> Response:
        entries = [
            (entry, self._portal.files(entry.files))
            for entry in self._portal.store.entries(report.id)
        ]
        return page(
            self._portal, "report.html", status, report=report, fresh=fresh, entries=entries,
            files=self._portal.files(report.filing.files), typed=typed, errors=errors or {},
        )  # fmt: skip

    def _kept(self, photo: Photo | None) -> tuple[str, ...]:
        if photo is None:
            return ()
        return (self._portal.keep(photo.name, photo.media_type, photo.data),)

    def _faults(self, typed: Mapping[str, str]) -> dict[str, str]:
        errors = {}
        if not 10 <= len(typed["text"].strip()) <= MOST_TEXT:
            errors["text"] = f"Tulis laporan Anda, 10 sampai {MOST_TEXT} huruf."
        if typed["category"] not in self._portal.kind.categories:
            errors["category"] = "Pilih satu kategori."
        if not typed["address"].strip():
            errors["address"] = "Tulis tempatnya: jalan, desa atau kelurahan, kecamatan."
        if not typed["anonymous"] and not typed["name"].strip():
            or_not = ", atau pilih anonim" if self._portal.kind.private else ""
            errors["name"] = f"Tulis nama Anda{or_not}."
        if self._portal.kind.titled and not typed["title"].strip():
            errors["title"] = "Tulis judul singkat."
        return errors


async def _photo(form: FormData) -> tuple[Photo | None, dict[str, str]]:
    upload = form.get("photo")
    if not isinstance(upload, UploadFile) or not upload.filename:
        return None, {}
    data, media_type = await upload.read(), upload.content_type or ""
    if not media_type.startswith("image/") or not 0 < len(data) <= MOST_PHOTO:
        return None, {"photo": "Pilih satu foto, paling besar 8 MB."}
    return Photo(Path(upload.filename).name, media_type, data), {}
