"""A city that speaks Open311 GeoReport v2 and FixMyStreet's `servicerequestupdates`."""

import hmac
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from starlette.applications import Starlette
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from practice.config import Config
from practice.portal import Closed, Kind, Portal
from practice.site import application
from practice.store import Entry, Filing, Report

MOST, MOST_DAYS = 1000, 90
"""Requests in an answer; days between the ends of a search, as the standard says."""

PATHS = {
    "discovery": "/open311/discovery.{format}",
    "services": "/open311/v2/services.{format}",
    "service": "/open311/v2/services/{id}.{format}",
    "requests": "/open311/v2/requests.{format}",
    "request": "/open311/v2/requests/{id}.{format}",
    "token": "/open311/v2/tokens/{id}.{format}",
    "updates": "/open311/v2/servicerequestupdates.{format}",
}
STATUSES = (
    "open", "closed", "investigating", "action_scheduled", "in_progress", "fixed",
    "no_further_action", "not_councils_responsibility", "duplicate", "internal_referral",
)  # fmt: skip
SERVICES = {
    "jalan": ("Jalan rusak", "Jalan dan jembatan"),
    "lampu": ("Lampu jalan padam", "Jalan dan jembatan"),
    "saluran": ("Saluran tersumbat", "Lingkungan"),
    "sampah": ("Sampah menumpuk", "Lingkungan"),
    "pohon": ("Pohon tumbang atau rawan", "Lingkungan"),
    "trotoar": ("Trotoar dan fasilitas pejalan kaki", "Fasilitas umum"),
    "taman": ("Taman dan fasilitas umum", "Fasilitas umum"),
}
CODES = {name: code for code, (name, _) in SERVICES.items()}

KIND = Kind(
    code="open311",
    label="Kota Terbuka 311",
    agency="Kabupaten Purbalingga",
    first_status="open",
    closed_status="closed",
    id_of=lambda number: str(10_200 + number),
    categories=tuple(CODES),
    private=False,
)

Handler = Callable[[Request], Awaitable[Response]]


class _Wrong(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


def create_app(config: Config) -> Starlette:
    portal = Portal(KIND, config)
    api = _Api(portal)
    handlers = [
        ("discovery", "GET", api.discovery),
        ("services", "GET", api.services),
        ("service", "GET", api.service),
        ("requests", "GET", api.requests),
        ("requests", "POST", api.file),
        ("request", "GET", api.request),
        ("token", "GET", api.token),
        ("updates", "GET", api.updates),
        ("updates", "POST", api.update),
    ]
    routes = [
        Route(config.names.paths.get(name, PATHS[name]), api.gated(handler), methods=[method])
        for name, method, handler in handlers
    ]
    return application(portal, [*routes, Route("/media/{id}/{name}", api.media)])


class _Api:
    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._names = portal.names

    def gated(self, handler: Handler) -> Handler:
        async def gated(request: Request) -> Response:
            def wrong(status: int, code: str, message: str) -> Response:
                error = [{"code": str(status), "description": message}]
                return self._said(request, "errors", "error", error, status)

            async def safe(request: Request) -> Response:
                try:
                    if request.path_params["format"] not in ("json", "xml"):
                        raise _Wrong(404, "Format tidak dikenal")
                    return await handler(request)
                except _Wrong as refused:
                    return wrong(refused.status, "", refused.message)

            return await self._portal.gate.over(safe, wrong)(request)

        return gated

    def _said(
        self,
        request: Request,
        root: str,
        item: str,
        items: Sequence[dict[str, Any]],
        status: int = 200,
    ) -> Response:
        """A list in the format that the address asks for."""
        named = [self._names.out(one) for one in items]
        if request.path_params["format"] == "xml":
            top = Element(root)
            for one in named:
                _fill(SubElement(top, item), one)
            return _xml(top, status)
        return JSONResponse(named, status)

    def _object(self, request: Request, root: str, facts: dict[str, Any]) -> Response:
        """As `_said`, of a single thing."""
        named = self._names.out(facts)
        if request.path_params["format"] == "xml":
            top = Element(root)
            _fill(top, named)
            return _xml(top, 200)
        return JSONResponse(named)

    async def discovery(self, request: Request) -> Response:
        base = f"{str(request.base_url).rstrip('/')}/open311/v2"
        found = {
            "changeset": "2026-11-01T00:00:00+07:00",
            "contact": "Tim Kota Terbuka 311 (latihan)",
            "key_service": f"{request.base_url}latihan",
            "endpoints": [
                {
                    "specification": "http://wiki.open311.org/GeoReport_v2",
                    "url": base,
                    "changeset": "2026-11-01T00:00:00+07:00",
                    "type": "test",
                    "formats": ["text/xml", "application/json"],
                }
            ],
        }
        return self._object(request, "discovery", found)

    async def services(self, request: Request) -> Response:
        found = [
            {
                "service_code": code,
                "service_name": name,
                "description": name,
                "metadata": False,
                "type": "realtime",
                "keywords": "",
                "group": group,
            }
            for code, (name, group) in SERVICES.items()
        ]
        return self._said(request, "services", "service", found)

    async def service(self, request: Request) -> Response:
        code = request.path_params["id"]
        if code not in SERVICES:
            raise _Wrong(404, "service_code tidak dikenal")
        found = {"service_code": code, "attributes": list[str]()}
        return self._object(request, "service_definition", found)

    async def requests(self, request: Request) -> Response:
        """Newest first; a search without ids goes back 90 days at most."""
        asked = self._names.usual(dict(request.query_params))
        gate, store = self._portal.gate, self._portal.store
        if ids := asked.get("service_request_id"):
            found = [one for id_ in ids.split(",") if (one := store.report(id_))]
            return self._reports(request, found)
        start, end = _between(asked)
        size = min(_whole(asked.get("page_size") or str(self._portal.config.page_size)), MOST)
        skipped, taken = (_whole(asked.get("page") or "1") - 1) * size, size
        if skipped and gate.falls(gate.faults.repeat):
            skipped, taken = skipped - size // 2, taken + size // 2
        found = store.filed_between(start, end, taken, skipped)
        return self._reports(request, [one for one in found if _fits(one, asked)])

    async def request(self, request: Request) -> Response:
        return self._reports(request, [self._asked(request.path_params["id"])])

    async def token(self, request: Request) -> Response:
        report = self._asked(request.path_params["id"])
        found = [{"service_request_id": report.id, "token": report.id}]
        return self._said(request, "service_requests", "request", found)

    async def file(self, request: Request) -> Response:
        async with request.form() as form:
            body = self._body(form)
        self._require_key(body)
        if body.get("service_code") not in SERVICES:
            raise _Wrong(400, "service_code wajib diisi dengan kode yang dikenal")
        if not (body.get("address_string") or (body.get("lat") and body.get("long"))):
            raise _Wrong(400, "lat dan long, atau address_string, wajib diisi")
        filing = Filing(
            text=body.get("description", ""),
            category=SERVICES[body["service_code"]][0],
            address=body.get("address_string", ""),
            lat=_coordinate(body.get("lat")),
            lng=_coordinate(body.get("long")),
            name=f"{body.get('first_name', '')} {body.get('last_name', '')}".strip(),
            phone=body.get("phone", ""),
            email=body.get("email", ""),
        )
        report = self._portal.file(filing)
        found = [{"service_request_id": report.id, "service_notice": "", "account_id": ""}]
        return self._said(request, "service_requests", "request", found, 201)

    async def updates(self, request: Request) -> Response:
        asked = self._names.usual(dict(request.query_params))
        gate = self._portal.gate
        found = list(self._portal.store.entries_between(*_between(asked)))
        if asked.get("service_request_id"):
            found = [one for one in found if one.report == asked["service_request_id"]]
        if gate.falls(gate.faults.repeat):
            found = found[: len(found) // 2] + found
        said = [self._update(request, one) for one in found[:MOST]]
        return self._said(request, "service_request_updates", "request_update", said)

    async def update(self, request: Request) -> Response:
        async with request.form() as form:
            body = self._body(form)
            uploads = [one for _, one in form.multi_items() if isinstance(one, UploadFile)]
            sent = [
                (one.filename or "berkas", one.content_type or "", await one.read())
                for one in uploads
            ]
        self._require_key(body)
        report = self._asked(body.get("service_request_id", ""))
        status = self._names.usual_word(body.get("status", "").lower())
        if status not in STATUSES:
            raise _Wrong(400, f"status {status} tidak dikenal")
        for name in ("update_id", "updated_datetime", "description"):
            if not body.get(name, "").strip():
                raise _Wrong(400, f"{name} wajib diisi")
        _time(body["updated_datetime"])
        try:
            entry = self._portal.answer(
                report, body["description"], title=body.get("last_name", ""), status=status,
                files=[self._portal.keep(*one) for one in sent], key=body["update_id"],
            )  # fmt: skip
        except Closed:
            raise _Wrong(409, f"Laporan {report.id} sudah ditutup pelapor") from None
        found = [{"update_id": str(entry.number)}]
        return self._said(request, "service_request_updates", "request_update", found)

    async def media(self, request: Request) -> Response:
        file = self._portal.store.kept_file(request.path_params["id"])
        if file is None:
            return Response("Berkas tidak ada", 404, media_type="text/plain")
        return Response(file.data, media_type=file.media_type)

    def _body(self, form: FormData) -> dict[str, str]:
        given = {key: value for key, value in form.multi_items() if isinstance(value, str)}
        body: dict[str, str] = self._names.usual(given)
        return body

    def _require_key(self, body: dict[str, str]) -> None:
        gate = self._portal.gate
        known = hmac.compare_digest(body.get("api_key", ""), self._portal.config.api_key)
        if not known or gate.falls(gate.faults.revoke):
            raise _Wrong(403, "api_key tidak dikenal")

    def _asked(self, id_: str) -> Report:
        report = self._portal.store.report(id_)
        # A secret report is none that an open interface knows.
        if report is None or report.filing.secret:
            raise _Wrong(404, "service_request_id tidak ditemukan")
        return report

    def _reports(self, request: Request, reports: Sequence[Report]) -> Response:
        found = [self._report(request, one) for one in reports if not one.filing.secret]
        return self._said(request, "service_requests", "request", found)

    def _report(self, request: Request, report: Report) -> dict[str, Any]:
        filing = report.filing
        return {
            "service_request_id": report.id,
            "status": self._names.word(report.status),
            "status_notes": "",
            "service_name": filing.category,
            "service_code": CODES.get(filing.category, ""),
            "description": filing.text,
            "agency_responsible": KIND.agency,
            "service_notice": "",
            "requested_datetime": _at(report.filed_at),
            "updated_datetime": _at(report.changed_at),
            "expected_datetime": "",
            "address": filing.address,
            "address_id": "",
            "zipcode": "",
            "lat": filing.lat,
            "long": filing.lng,
            "media_url": self._media(request, filing.files),
        }

    def _update(self, request: Request, entry: Entry) -> dict[str, Any]:
        return {
            "update_id": str(entry.number),
            "service_request_id": entry.report,
            "status": self._names.word(
                entry.status or self._portal.store.need(entry.report).status
            ),
            "updated_datetime": _at(entry.at),
            "description": entry.text,
            "author": self._names.word(entry.author),
            "media_url": self._media(request, entry.files),
        }

    def _media(self, request: Request, ids: tuple[str, ...]) -> str:
        files = self._portal.files(ids)
        return f"{request.base_url}media/{files[0].id}/{files[0].name}" if files else ""


def _xml(top: Element, status: int) -> Response:
    body = tostring(top, encoding="UTF-8", xml_declaration=True)
    return Response(body, status, media_type="text/xml; charset=utf-8")


def _fill(element: Element, facts: dict[str, Any]) -> None:
    for name, value in facts.items():
        if isinstance(value, list):
            around = SubElement(element, name)
            for one in value:
                inner = SubElement(around, name.removesuffix("s"))
                if isinstance(one, dict):
                    _fill(inner, one)
                else:
                    inner.text = str(one)
        else:
            text = str(value).lower() if isinstance(value, bool) else value
            SubElement(element, name).text = None if text is None else str(text)


def _between(asked: dict[str, str]) -> tuple[datetime, datetime]:
    end = _time(asked["end_date"]) if asked.get("end_date") else datetime.now(UTC)
    widest = timedelta(days=MOST_DAYS)
    start = _time(asked["start_date"]) if asked.get("start_date") else end - widest
    return max(start, end - widest), end


def _fits(report: Report, asked: dict[str, str]) -> bool:
    statuses, codes = asked.get("status", ""), asked.get("service_code", "")
    right_status = not statuses or report.status in statuses.split(",")
    return right_status and (not codes or CODES.get(report.filing.category) in codes.split(","))


def _time(text: str) -> datetime:
    try:
        # A plus sign that nobody escaped is a space.
        at = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        raise _Wrong(400, f"{text} bukan waktu W3C") from None
    if at.tzinfo is None:
        raise _Wrong(400, f"{text} tidak memuat zona waktu")
    return at


def _at(at: datetime) -> str:
    """Whole seconds, as the standard's examples have."""
    return at.replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _whole(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise _Wrong(400, "page dan page_size harus angka mulai 1")
    return int(text)


def _coordinate(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        raise _Wrong(400, "lat dan long harus angka") from None
