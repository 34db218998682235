"""A city that speaks Open311 GeoReport v2 and FixMyStreet's `servicerequestupdates`."""

import hmac
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from practice.config import Config
from practice.open311_forms import Wrong, at, between, coordinate, listed, single, time, whole
from practice.portal import Closed, Kind, Portal
from practice.site import application
from practice.store import Entry, Filing, Report

MOST = 1000
"""Requests in an answer."""

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
                return listed(request, self._names, "errors", "error", error, status)

            async def safe(request: Request) -> Response:
                try:
                    if request.path_params["format"] not in ("json", "xml"):
                        raise Wrong(404, "Format tidak dikenal")
                    return await handler(request)
                except Wrong as refused:
                    return wrong(refused.status, "", refused.message)

            return await self._portal.gate.over(safe, wrong)(request)

        return gated

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
        return single(request, self._names, "discovery", found)

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
        return listed(request, self._names, "services", "service", found)

    async def service(self, request: Request) -> Response:
        code = request.path_params["id"]
        if code not in SERVICES:
            raise Wrong(404, "service_code tidak dikenal")
        found = {"service_code": code, "attributes": list[str]()}
        return single(request, self._names, "service_definition", found)

    async def requests(self, request: Request) -> Response:
        """Newest first; a search without ids goes back 90 days at most."""
        asked = self._names.usual(dict(request.query_params))
        gate, store = self._portal.gate, self._portal.store
        if ids := asked.get("service_request_id"):
            found = [one for id_ in ids.split(",") if (one := store.report(id_))]
            return self._reports(request, found)
        start, end = between(asked)
        size = min(whole(asked.get("page_size") or str(self._portal.config.page_size)), MOST)
        skipped, taken = (whole(asked.get("page") or "1") - 1) * size, size
        if skipped and gate.falls(gate.faults.repeat):
            skipped, taken = skipped - size // 2, taken + size // 2
        found = store.filed_between(start, end, taken, skipped)
        return self._reports(request, [one for one in found if _fits(one, asked)])

    async def request(self, request: Request) -> Response:
        return self._reports(request, [self._asked(request.path_params["id"])])

    async def token(self, request: Request) -> Response:
        report = self._asked(request.path_params["id"])
        found = [{"service_request_id": report.id, "token": report.id}]
        return listed(request, self._names, "service_requests", "request", found)

    async def file(self, request: Request) -> Response:
        async with request.form() as form:
            body = self._body(form)
        self._require_key(body)
        if body.get("service_code") not in SERVICES:
            raise Wrong(400, "service_code wajib diisi dengan kode yang dikenal")
        if not (body.get("address_string") or (body.get("lat") and body.get("long"))):
            raise Wrong(400, "lat dan long, atau address_string, wajib diisi")
        filing = Filing(
            text=body.get("description", ""),
            category=SERVICES[body["service_code"]][0],
            address=body.get("address_string", ""),
            lat=coordinate(body.get("lat")),
            lng=coordinate(body.get("long")),
            name=f"{body.get('first_name', '')} {body.get('last_name', '')}".strip(),
            phone=body.get("phone", ""),
            email=body.get("email", ""),
        )
        report = self._portal.file(filing)
        found = [{"service_request_id": report.id, "service_notice": "", "account_id": ""}]
        return listed(request, self._names, "service_requests", "request", found, 201)

    async def updates(self, request: Request) -> Response:
        asked = self._names.usual(dict(request.query_params))
        gate = self._portal.gate
        found = list(self._portal.store.entries_between(*between(asked)))
        if asked.get("service_request_id"):
            found = [one for one in found if one.report == asked["service_request_id"]]
        if gate.falls(gate.faults.repeat):
            found = found[: len(found) // 2] + found
        said = [self._update(request, one) for one in found[:MOST]]
        return listed(request, self._names, "service_request_updates", "request_update", said)

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
            raise Wrong(400, f"status {status} tidak dikenal")
        for name in ("update_id", "updated_datetime", "description"):
            if not body.get(name, "").strip():
                raise Wrong(400, f"{name} wajib diisi")
        time(body["updated_datetime"])
        try:
            entry = self._portal.answer(
                report, body["description"], title=body.get("last_name", ""), status=status,
                files=[self._portal.keep(*one) for one in sent], key=body["update_id"],
            )  # fmt: skip
        except Closed:
            raise Wrong(409, f"Laporan {report.id} sudah ditutup pelapor") from None
        found = [{"update_id": str(entry.number)}]
        return listed(request, self._names, "service_request_updates", "request_update", found)

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
        known = hmac.compare_digest(
            body.get("api_key", "").encode(), self._portal.config.api_key.encode()
        )
        if not known or gate.falls(gate.faults.revoke):
            raise Wrong(403, "api_key tidak dikenal")

    def _asked(self, id_: str) -> Report:
        report = self._portal.store.report(id_)
        # A secret report is none that an open interface knows.
        if report is None or report.filing.secret:
            raise Wrong(404, "service_request_id tidak ditemukan")
        return report

    def _reports(self, request: Request, reports: Sequence[Report]) -> Response:
        found = [self._report(request, one) for one in reports if not one.filing.secret]
        return listed(request, self._names, "service_requests", "request", found)

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
            "requested_datetime": at(report.filed_at),
            "updated_datetime": at(report.changed_at),
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
            "updated_datetime": at(entry.at),
            "description": entry.text,
            "author": self._names.word(entry.author),
            "media_url": self._media(request, entry.files),
        }

    def _media(self, request: Request, ids: tuple[str, ...]) -> str:
        files = self._portal.files(ids)
        return f"{request.base_url}media/{files[0].id}/{files[0].name}" if files else ""


def _fits(report: Report, asked: dict[str, str]) -> bool:
    statuses, codes = asked.get("status", ""), asked.get("service_code", "")
    right_status = not statuses or report.status in statuses.split(",")
    return right_status and (not codes or CODES.get(report.filing.category) in codes.split(","))
