"""What a real portal does not have: faults on demand, filing by the hundred, a look behind it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from practice.pages import page
from practice.portal import Portal
from practice.store import Filing, Report

LABELS = {
    "error": "Galat 500 atau 502",
    "slow": "Jawaban lambat",
    "slow_s": "Lamanya jawaban lambat, dalam detik",
    "throttle": "Ditolak karena terlalu sering (429)",
    "maintenance": "Halaman pemeliharaan dengan status 200",
    "revoke": "Token atau kunci tidak diakui",
    "repeat": "Halaman mengulang laporan sebelumnya",
    "lost": "Pekerjaan selesai, jawabannya hilang",
}


def routes(portal: Portal) -> list[Route]:
    """`/latihan/gangguan` takes JSON (see `Faults`) or the form of `/latihan`, in percent;
    `/latihan/laporan` files a report or a list of them (see `Filing`), and shows all."""

    async def faults(request: Request) -> Response:
        return _page(portal, _percents(portal.gate.faults.shown()))

    async def change_faults(request: Request) -> Response:
        if not request.headers.get("content-type", "").startswith("application/json"):
            return await _change_by_form(portal, request)
        try:
            portal.gate.faults = portal.gate.faults.changed(await request.json())
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 422)
        return JSONResponse(portal.gate.faults.shown())

    async def file(request: Request) -> Response:
        body = await request.json()
        many = body if isinstance(body, list) else [body]
        filed = [portal.file(Filing(**one)).id for one in many]
        return JSONResponse({"ids": filed}, 201)

    async def reports(request: Request) -> Response:
        every = portal.store.newest(100_000)[::-1]
        return JSONResponse({"reports": [_shown(portal, one) for one in every]})

    return [
        Route("/latihan", faults),
        Route("/latihan/gangguan", change_faults, methods=["POST"]),
        Route("/latihan/laporan", file, methods=["POST"]),
        Route("/latihan/laporan", reports, methods=["GET"]),
    ]


async def _change_by_form(portal: Portal, request: Request) -> Response:
    form = await request.form()
    typed = _percents(portal.gate.faults.shown()) | {
        name: str(value) for name, value in form.items() if name in LABELS
    }
    try:
        values = {
            name: float(value.replace(",", ".")) / (1 if name == "slow_s" else 100)
            for name, value in typed.items()
        }
        portal.gate.faults = portal.gate.faults.changed(values)
    except ValueError:
        error = "Isi setiap gangguan dengan angka 0 sampai 100; lamanya 0 sampai 60 detik."
        return _page(portal, typed, 422, error)
    return RedirectResponse("/latihan", 303)


def _page(portal: Portal, typed: Mapping[str, str], status: int = 200, error: str = "") -> Response:
    answered = sorted(portal.gate.answered.items())
    return page(
        portal, "faults.html", status, labels=LABELS, typed=typed, error=error, answered=answered
    )


def _percents(faults: Mapping[str, float]) -> dict[str, str]:
    return {
        name: f"{value if name == 'slow_s' else value * 100:g}" for name, value in faults.items()
    }


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
