"""SP4N-LAPOR! as far as it can be guessed: OAuth 2.0, an opaque cursor, keys, signed hints."""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from practice.config import Config
from practice.portal import Closed, Kind, Portal
from practice.site import application
from practice.store import Entry, File, Report

AGENCY = "3303"
WIB = ZoneInfo("Asia/Jakarta")
MOST_TEXT, MOST_FILE = 10_000, 10_000_000
"""Characters, bytes."""

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


class _Wrong(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


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
        self._sealing = secrets.token_bytes(32)

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
            except _Wrong as wrong:
                return self.wrong(wrong.status, wrong.code, wrong.message)

        return safe

    def _require_token(self, request: Request) -> None:
        if self._portal.gate.falls(self._portal.gate.faults.revoke):
            self._portal.store.revoke_tokens()
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not self._portal.store.holds(token, _now()):
            raise _Wrong(401, "token_tidak_berlaku", "Token tidak berlaku")

    async def token(self, request: Request) -> Response:
        form = await request.form()
        config = self._portal.config
        given = (str(form.get("client_id", "")), str(form.get("client_secret", "")))
        if not given[0]:
            given = _basic(request)
        if form.get("grant_type") != "client_credentials":
            raise _Wrong(400, "unsupported_grant_type", "grant_type harus client_credentials")
        if not all(map(hmac.compare_digest, given, (config.client_id, config.client_secret))):
            raise _Wrong(401, "invalid_client", "Klien tidak dikenal")
        token = secrets.token_urlsafe(24)
        self._portal.store.keep_token(token, _now() + timedelta(seconds=config.token_s))
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": config.token_s}
        return JSONResponse(self._names.out(answer))

    async def reports(self, request: Request) -> Response:
        asked = self._names.usual(dict(request.query_params))
        if asked.get("instansi") != AGENCY:
            raise _Wrong(403, "instansi", "Instansi ini bukan milik klien")
        limit = _whole(asked.get("limit", str(self._portal.config.page_size)), "limit")
        if not 1 <= limit <= 100:
            raise _Wrong(422, "limit", "limit harus 1 sampai 100")
        store, gate = self._portal.store, self._portal.gate
        change = _opened(asked["cursor"]) if asked.get("cursor") else 0
        found = store.after_change(change, limit + 1)
        page, more = found[:limit], len(found) > limit
        cursor = page[-1].change if page else change
        if gate.falls(gate.faults.repeat):
            page = store.before_change(change, limit // 2) + page
        answer = {
            "data": [self._report(request, one) for one in page],
            "next_cursor": _sealed(cursor),
            "has_more": more,
        }
        return JSONResponse(self._names.out(answer))

    async def report(self, request: Request) -> Response:
        return JSONResponse(self._names.out(self._report(request, self._asked(request))))

    async def messages(self, request: Request) -> Response:
        report = self._asked(request)
        asked = self._names.usual(dict(request.query_params))
        after = _whole(asked.get("setelah") or "0", "setelah")
        # A status without words is no part of the talk.
        talk = [one for one in self._portal.store.entries(report.id, after) if one.text]
        answer = {"data": [self._message(request, one) for one in talk]}
        return JSONResponse(self._names.out(answer))

    async def status(self, request: Request) -> Response:
        async def act(report: Report, body: dict[str, Any], key: str) -> Entry:
            status = self._names.usual_word(_text(body, "status", required=True))
            if status not in STATUSES:
                raise _Wrong(422, "status", f"Status {status} tidak dikenal")
            text = _text(body, "catatan")
            return self._portal.answer(report, text, status=status, key=key)

        return await self._once(request, act)

    async def answer(self, request: Request) -> Response:
        async def act(report: Report, body: dict[str, Any], key: str) -> Entry:
            text = _text(body, "isi", required=True)
            unit = _text(body, "unit") or "Instansi"
            sent = [_sent(one) for one in body.get("lampiran") or []]
            files = [self._portal.keep(*one) for one in sent]
            return self._portal.answer(report, text, title=unit, files=files, key=key)

        return await self._once(request, act)

    async def _once(self, request: Request, act: Any) -> Response:
        """What `act` answers, once for each Idempotency-Key."""
        key = request.headers.get("idempotency-key", "")
        if not key:
            raise _Wrong(400, "idempotency_key", "Idempotency-Key wajib diisi")
        report = self._asked(request)
        raw = await request.body()
        digest = hashlib.sha256(request.url.path.encode() + b"\n" + raw).hexdigest()
        if before := self._portal.store.answered(key):
            if before[0] != digest:
                raise _Wrong(409, "idempotency_key", "Kunci ini sudah dipakai untuk isi lain")
            return Response(before[1], media_type="application/json")
        try:
            body = self._names.usual(json.loads(raw))
        except ValueError:
            raise _Wrong(400, "json", "Isi permintaan bukan JSON") from None
        if not isinstance(body, dict):
            raise _Wrong(400, "json", "Isi permintaan bukan objek JSON")
        _time(body)
        try:
            entry = await act(report, body, key)
        except Closed:
            message = f"Laporan {report.id} sudah ditutup pelapor dan tidak dapat ditindaklanjuti"
            raise _Wrong(422, "laporan_ditutup", message) from None
        answer = self._names.out({"id": str(entry.number), "pada": _said(entry.at)})
        self._portal.store.keep_answer(key, digest, json.dumps(answer))
        return JSONResponse(answer)

    async def attachment(self, request: Request) -> Response:
        id_, until = request.path_params["id"], request.query_params.get("sampai", "0")
        given = request.query_params.get("tanda", "")
        if not hmac.compare_digest(self._seal(id_, until), given):
            raise _Wrong(403, "tautan", "Tautan tidak sah")
        if float(until) < _now().timestamp():
            raise _Wrong(410, "tautan", "Tautan sudah kedaluwarsa")
        file = self._portal.store.kept_file(id_)
        if file is None:
            raise _Wrong(404, "lampiran", "Lampiran tidak ada")
        return Response(file.data, media_type=file.media_type)

    def _asked(self, request: Request) -> Report:
        report = self._portal.store.report(request.path_params["id"])
        if report is None:
            raise _Wrong(404, "tidak_ada", "Laporan tidak ditemukan")
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
            "dibuat_pada": _said(report.filed_at),
            "diperbarui_pada": _said(report.changed_at),
        }

    def _message(self, request: Request, entry: Entry) -> dict[str, Any]:
        return {
            "id": str(entry.number),
            "oleh": self._names.word(AUTHORS[entry.author]),
            "isi": entry.text,
            "lampiran": self._files(request, entry.files),
            "pada": _said(entry.at),
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
        return hmac.new(self._sealing, f"{id_}.{until}".encode(), hashlib.sha256).hexdigest()[:32]


def _basic(request: Request) -> tuple[str, str]:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    try:
        name, _, secret = base64.b64decode(given).decode().partition(":")
    except ValueError:
        return "", ""
    return (name, secret) if scheme.lower() == "basic" else ("", "")


def _sealed(change: int) -> str:
    return base64.urlsafe_b64encode(f"c{change}".encode()).decode().rstrip("=")


def _opened(cursor: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))[1:])
    except ValueError:
        raise _Wrong(400, "cursor", "cursor tidak dikenal") from None


def _whole(text: str, name: str) -> int:
    if not text.isdecimal():
        raise _Wrong(422, name, f"{name} harus angka")
    return int(text)


def _text(body: dict[str, Any], name: str, *, required: bool = False) -> str:
    value = body.get(name) or ""
    if not isinstance(value, str) or len(value) > MOST_TEXT:
        raise _Wrong(422, name, f"{name} harus teks, paling panjang {MOST_TEXT} huruf")
    if required and not value.strip():
        raise _Wrong(422, name, f"{name} wajib diisi")
    return value


def _time(body: dict[str, Any]) -> None:
    try:
        at = datetime.fromisoformat(str(body.get("pada")))
    except ValueError:
        raise _Wrong(422, "pada", "pada harus waktu ISO 8601") from None
    if at.tzinfo is None:
        raise _Wrong(422, "pada", "pada harus memuat zona waktu")


def _sent(one: Any) -> tuple[str, str, bytes]:
    try:
        data = base64.b64decode(one["data"], validate=True)
        name, media_type = str(one["nama"]), str(one["tipe"])
    except (binascii.Error, KeyError, TypeError, ValueError):
        raise _Wrong(422, "lampiran", "lampiran harus memuat nama, tipe, dan data") from None
    if not 0 < len(data) <= MOST_FILE:
        raise _Wrong(422, "lampiran", "Berkas kosong atau lebih dari 10 MB")
    return name, media_type, data


def _said(at: datetime) -> str:
    return at.astimezone(WIB).isoformat()


def _now() -> datetime:
    return datetime.now(UTC)
