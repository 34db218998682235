"""SP4N-LAPOR! as far as it can be guessed: OAuth 2.0, an opaque cursor, keys, signed hints."""

import hashlib
import hmac
import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from practice.config import Config
from practice.portal import Closed, Kind, Portal
from practice.site import application
from practice.sp4n_forms import (
    WIB,
    Wrong,
    basic,
    opened,
    said,
    sealed,
    sent_file,
    time,
    whole,
    worded,
)
from practice.store import Entry, File, Report

AGENCY = "3303"

PATHS = {
    "token": "/oauth/token",
    "reports": "/v1/laporan",
    "report": "/v1/laporan/{id}",
    "messages": "/v1/laporan/{id}/percakapan",
    "status": "/v1/laporan/{id}/status",
    "answer": "/v1/laporan/{id}/tindak-lanjut",
    "file": "/v1/lampiran/{id}",
}
STATUSES = ("diverifikasi", "ditunda", "bukan_wewenang", "diarsipkan", "diproses", "selesai")
AUTHORS = {"reporter": "pelapor", "agency": "instansi", "portal": "admin"}

KIND = Kind(
    code="sp4n",
    label="SP4N-LAPOR!",
    agency="Pemerintah Kabupaten Purbalingga",
    first_status="menunggu",
    closed_status="selesai",
    id_of=lambda number: str(1_920_000 + number * 7),
    categories=(
        "Infrastruktur jalan", "Penerangan jalan umum", "Kesehatan", "Pendidikan",
        "Bantuan sosial", "Administrasi kependudukan", "Lingkungan hidup", "Ketertiban umum",
        "Pelayanan publik", "Lainnya",
    ),
    titled=True,
)  # fmt: skip


def create_app(config: Config) -> Starlette:
    portal = Portal(KIND, config)
    api = _Api(portal)
    handlers = {
        "token": ("POST", api.token),
        "reports": ("GET", api.reports),
        "report": ("GET", api.report),
        "messages": ("GET", api.messages),
        "status": ("POST", api.status),
        "answer": ("POST", api.answer),
        "file": ("GET", api.attachment),
    }
    routes = [
        Route(
            config.names.paths.get(name, PATHS[name]),
            portal.gate.over(api.safely(handler), api.wrong),
            methods=[method],
        )
        for name, (method, handler) in handlers.items()
    ]
    return application(portal, routes)


class _Api:
    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._names = portal.names

    def wrong(self, status: int, code: str, message: str) -> Response:
        body = self._names.out({"error": {"code": code, "message": message}})
        return JSONResponse(body, status)

    def safely(self, handler: Any) -> Any:
        """`handler`, told who calls, with what it refuses in the portal's form."""

        async def safe(request: Request) -> Response:
            try:
                if handler != self.token:
                    self._require_token(request)
                return await handler(request)  # type: ignore[no-any-return]
            except Wrong as wrong:
                return self.wrong(wrong.status, wrong.code, wrong.message)

        return safe

    def _require_token(self, request: Request) -> None:
        if self._portal.gate.falls(self._portal.gate.faults.revoke):
            self._portal.store.revoke_tokens()
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not self._portal.store.holds(token, _now()):
            raise Wrong(401, "token_tidak_berlaku", "Token tidak berlaku")

    async def token(self, request: Request) -> Response:
        form = await request.form()
        config = self._portal.config
        given = (str(form.get("client_id", "")), str(form.get("client_secret", "")))
        if not given[0]:
            given = basic(request)
        if form.get("grant_type") != "client_credentials":
            raise Wrong(400, "unsupported_grant_type", "grant_type harus client_credentials")
        known = f"{config.client_id}:{config.client_secret}"
        if not hmac.compare_digest(":".join(given).encode(), known.encode()):
            raise Wrong(401, "invalid_client", "Klien tidak dikenal")
        token = secrets.token_urlsafe(24)
        self._portal.store.keep_token(token, _now() + timedelta(seconds=config.token_s))
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": config.token_s}
        return JSONResponse(self._names.out(answer))

    async def reports(self, request: Request) -> Response:
        asked = self._names.usual(dict(request.query_params))
        if asked.get("instansi") != AGENCY:
            raise Wrong(403, "instansi", "Instansi ini bukan milik klien")
        limit = whole(asked.get("limit", str(self._portal.config.page_size)), "limit")
        if not 1 <= limit <= 100:
            raise Wrong(422, "limit", "limit harus 1 sampai 100")
        store, gate = self._portal.store, self._portal.gate
        change = opened(asked["cursor"]) if asked.get("cursor") else 0
        found = store.after_change(change, limit + 1)
        page, more = found[:limit], len(found) > limit
        cursor = page[-1].change if page else change
        if gate.falls(gate.faults.repeat):
            page = store.before_change(change, limit // 2) + page
        answer = {
            "data": [self._report(request, one) for one in page],
            "next_cursor": sealed(cursor),
            "has_more": more,
        }
        return JSONResponse(self._names.out(answer))

    async def report(self, request: Request) -> Response:
        return JSONResponse(self._names.out(self._report(request, self._asked(request))))

    async def messages(self, request: Request) -> Response:
        report = self._asked(request)
        asked = self._names.usual(dict(request.query_params))
        after = whole(asked.get("setelah") or "0", "setelah")
        # A status without words is no part of the talk.
        talk = [one for one in self._portal.store.entries(report.id, after) if one.text]
        answer = {"data": [self._message(request, one) for one in talk]}
        return JSONResponse(self._names.out(answer))

    async def status(self, request: Request) -> Response:
        async def act(report: Report, body: dict[str, Any], key: str) -> Entry:
            status = self._names.usual_word(worded(body, "status", required=True))
            if status not in STATUSES:
                raise Wrong(422, "status", f"Status {status} tidak dikenal")
            text = worded(body, "catatan")
            return self._portal.answer(report, text, status=status, key=key)

        return await self._once(request, act)

    async def answer(self, request: Request) -> Response:
        async def act(report: Report, body: dict[str, Any], key: str) -> Entry:
            text = worded(body, "isi", required=True)
            unit = worded(body, "unit") or "Instansi"
            sent = [sent_file(one) for one in body.get("lampiran") or []]
            files = [self._portal.keep(*one) for one in sent]
            return self._portal.answer(report, text, title=unit, files=files, key=key)

        return await self._once(request, act)

    async def _once(self, request: Request, act: Any) -> Response:
        """What `act` answers, once for each Idempotency-Key."""
        key = request.headers.get("idempotency-key", "")
        if not key:
            raise Wrong(400, "idempotency_key", "Idempotency-Key wajib diisi")
        report = self._asked(request)
        raw = await request.body()
        digest = hashlib.sha256(request.url.path.encode() + b"\n" + raw).hexdigest()
        if before := self._portal.store.answered(key):
            if before[0] != digest:
                raise Wrong(409, "idempotency_key", "Kunci ini sudah dipakai untuk isi lain")
            return Response(before[1], media_type="application/json")
        try:
            body = self._names.usual(json.loads(raw))
        except ValueError:
            raise Wrong(400, "json", "Isi permintaan bukan JSON") from None
        if not isinstance(body, dict):
            raise Wrong(400, "json", "Isi permintaan bukan objek JSON")
        time(body)
        try:
            entry = await act(report, body, key)
        except Closed:
            message = f"Laporan {report.id} sudah ditutup pelapor dan tidak dapat ditindaklanjuti"
            raise Wrong(422, "laporan_ditutup", message) from None
        answer = self._names.out({"id": str(entry.number), "pada": said(entry.at)})
        self._portal.store.keep_answer(key, digest, json.dumps(answer))
        return JSONResponse(answer)

    async def attachment(self, request: Request) -> Response:
        id_, until = request.path_params["id"], request.query_params.get("sampai", "0")
        given = request.query_params.get("tanda", "")
        if not hmac.compare_digest(self._seal(id_, until).encode(), given.encode()):
            raise Wrong(403, "tautan", "Tautan tidak sah")
        if float(until) < _now().timestamp():
            raise Wrong(410, "tautan", "Tautan sudah kedaluwarsa")
        file = self._portal.store.kept_file(id_)
        if file is None:
            raise Wrong(404, "lampiran", "Lampiran tidak ada")
        return Response(file.data, media_type=file.media_type)

    def _asked(self, request: Request) -> Report:
        report = self._portal.store.report(request.path_params["id"])
        if report is None:
            raise Wrong(404, "tidak_ada", "Laporan tidak ditemukan")
        return report

    def _report(self, request: Request, report: Report) -> dict[str, Any]:
        filing = report.filing
        who = {"nama": filing.name, "telepon": filing.phone or None, "email": filing.email or None}
        return {
            "tracking_id": report.id,
            "judul": filing.title,
            "isi": filing.text,
            "klasifikasi": filing.classification,
            "kategori": filing.category,
            "tanggal_kejadian": filing.happened_on
            or report.filed_at.astimezone(WIB).date().isoformat(),
            "lokasi": {
                "alamat": filing.address,
                "lat": filing.lat,
                "lng": filing.lng,
                "kode_wilayah": filing.region,
            },
            "anonim": filing.anonymous,
            "rahasia": filing.secret,
            # Who is anonymous is so to the agency too.
            "pelapor": None if filing.anonymous or not filing.name else who,
            "lampiran": self._files(request, filing.files),
            "instansi_tujuan": KIND.agency,
            "status": self._names.word(report.status),
            "dibuat_pada": said(report.filed_at),
            "diperbarui_pada": said(report.changed_at),
        }

    def _message(self, request: Request, entry: Entry) -> dict[str, Any]:
        return {
            "id": str(entry.number),
            "oleh": self._names.word(AUTHORS[entry.author]),
            "isi": entry.text,
            "lampiran": self._files(request, entry.files),
            "pada": said(entry.at),
        }

    def _files(self, request: Request, ids: tuple[str, ...]) -> list[dict[str, Any]]:
        return [
            {
                "url": self._address(request, file),
                "nama": file.name,
                "tipe": file.media_type,
                "ukuran": len(file.data),
            }
            for file in self._portal.files(ids)
        ]

    def _address(self, request: Request, file: File) -> str:
        until = f"{_now().timestamp() + self._portal.config.attachment_s:.1f}"
        path = self._names.paths.get("file", PATHS["file"]).replace("{id}", file.id)
        query = urlencode({"sampai": until, "tanda": self._seal(file.id, until)})
        return f"{str(request.base_url).rstrip('/')}{path}?{query}"

    def _seal(self, id_: str, until: str) -> str:
        return hmac.new(
            self._portal.config.client_secret.encode(), f"{id_}.{until}".encode(), hashlib.sha256
        ).hexdigest()[:32]


def _now() -> datetime:
    return datetime.now(UTC)
