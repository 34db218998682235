"""Audit: the full history of a case, whether it holds, and whether the whole record does."""

import csv
import json
from io import StringIO
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from domain.visibility import SEES_ALL
from record.accounts import Account
from record.cases import CaseFile
from record.events import load_events
from record.verify import verify_case
from web.house import Home, House
from web.pages.audit import let_in
from web.pages.audit_progress import Progress, go_on, opened, sealed
from web.pages.casefile import seen
from web.pages.history import history_of
from web.pages.language import N_, _
from web.pages.rendering import page
from web.pages.trail import why_words
from web.problems import Problem
from web.sessions import Staff

router = APIRouter(prefix="/audit")

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula at the start of a cell."""


@router.get("/periksa")
async def verify_all(request: Request, house: Home, account: Staff) -> Response:
    """Some more of the record; the page asks for the rest by itself, or by a button."""
    let_in(account)
    if not any(map(account.actor.holds, SEES_ALL)):  # faults name cases that others may not see
        raise Problem(403, N_("Hanya auditor dan pengawas yang dapat memeriksa seluruh catatan."))
    so_far = opened(request.query_params.get("lanjut", ""), house.secret)
    progress = await go_on(house, so_far or Progress(started_at=house.now))
    token = sealed(progress, house.secret)
    context = {
        "progress": progress,
        "faults": [(ticket, seq, why_words(why)) for ticket, seq, why in progress.faults],
        "further": "" if progress.done else f"/audit/periksa?{urlencode({'lanjut': token})}",
        "now": house.now,
    }
    return page(request, "audit_record.html", context, block="kemajuan")


@router.get("/{ticket}")
async def show(request: Request, house: Home, account: Staff, ticket: str) -> Response:
    return await _case(request, house, account, ticket)


@router.get("/{ticket}/periksa")
async def verify(request: Request, house: Home, account: Staff, ticket: str) -> Response:
    return await _case(request, house, account, ticket, verified=True)


@router.get("/{ticket}/kejadian.jsonl")
async def json_lines(house: Home, account: Staff, ticket: str) -> Response:
    """The events as they are recorded, with all that is needed to follow the chain."""
    let_in(account)
    file = await seen(house, account, ticket)
    lines = [
        json.dumps({"complaint": str(file.complaint_id), **one.model_dump()}, ensure_ascii=False)
        for one in await load_events(house.engine, file.complaint_id)
    ]
    return _download(file, "jsonl", "application/jsonl", "\n".join([*lines, ""]))


@router.get("/{ticket}/kejadian.csv")
async def table(house: Home, account: Staff, ticket: str) -> Response:
    """The events in words, for a spreadsheet."""
    let_in(account)
    file = await seen(house, account, ticket)
    history = await history_of(house, file)
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(
        [_("Nomor"), _("Waktu (UTC)"), _("Jenis"), _("Kejadian"), _("Pelaku"), _("Peran saat ini"),
         _("Atas nama"), _("Perubahan"), _("Tenggat"), _("Hash sebelumnya"), _("Hash")]
    )  # fmt: skip
    for one in history.steps:
        changes = "; ".join(f"{c.label}: {c.before} → {c.after}" for c in one.differences)
        clocks = "; ".join(
            " ".join(part for part in (c.clock, c.change, c.due, c.arithmetic) if part)
            for c in one.reckonings
        )
        cells = (one.happening.at, one.type, one.happening.title, one.happening.who, one.role,
                 one.behalf, changes, clocks, one.prev, one.hash)  # fmt: skip
        writer.writerow([one.happening.seq, *map(plain, cells)])
    return _download(file, "csv", "text/csv; charset=utf-8", "\ufeff" + out.getvalue())


def plain(cell: str) -> str:
    """A cell that no spreadsheet reckons with."""
    return f"'{cell}" if cell.startswith(DANGEROUS) else cell


def _download(file: CaseFile, ending: str, media_type: str, text: str) -> Response:
    name = f"{file.ticket}-kejadian.{ending}"
    return Response(
        text,
        media_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _case(
    request: Request, house: House, account: Account, ticket: str, verified: bool = False
) -> Response:
    let_in(account)
    file = await seen(house, account, ticket)
    history = await history_of(house, file)
    fault = await verify_case(house.engine, file.complaint_id) if verified else None
    context = {
        "file": file,
        "history": history,
        "verified": verified,
        "fault": fault,
        "why": why_words(fault.why) if fault else "",
        "now": house.now,
    }
    return page(request, "audit_case.html", context, block="pemeriksaan")
