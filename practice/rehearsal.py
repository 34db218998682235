"""What a real portal does not have: faults on demand, filing by the hundred, a look behind it."""

from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from practice.portal import Portal
from practice.store import Filing, Report


def routes(portal: Portal) -> list[Route]:
    """`/latihan/gangguan` (JSON, see `Faults`), `/latihan/laporan` (JSON, see `Filing`)."""

    async def change_faults(request: Request) -> Response:
        try:
            portal.gate.faults = portal.gate.faults.changed(await request.json())
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 422)
        return JSONResponse(portal.gate.faults.shown())

    async def file(request: Request) -> Response:
        body = await request.json()
        many = body if isinstance(body, list) else [body]
        filed = [portal.file(Filing(**{"text": ""} | one)).id for one in many]
        return JSONResponse({"ids": filed}, 201)

    async def reports(request: Request) -> Response:
        every = portal.store.newest(100_000)[::-1]
        return JSONResponse({"reports": [_shown(portal, one) for one in every]})

    return [
        Route("/latihan/gangguan", change_faults, methods=["POST"]),
        Route("/latihan/laporan", file, methods=["POST"]),
        Route("/latihan/laporan", reports, methods=["GET"]),
    ]


def _shown(portal: Portal, report: Report) -> dict[str, Any]:
    entries = [
        asdict(entry) | {"at": entry.at.isoformat()} for entry in portal.store.entries(report.id)
    ]
    return {
        "id": report.id,
        "status": report.status,
        "closed": report.closed,
        "filing": asdict(report.filing),
        "filed_at": report.filed_at.isoformat(),
        "changed_at": report.changed_at.isoformat(),
        "entries": entries,
    }
