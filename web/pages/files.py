"""The files of a complaint: for staff who may see its case, and for its reporter.

A file is shown as what it was made into, in a page that may do nothing at all.
"""

from urllib.parse import quote
from uuid import UUID

import structlog
from fastapi import APIRouter, Request
from starlette.responses import Response

from record.accounts import Account
from record.files.cleaning import JPEG
from record.files.rows import FileRow, content, file_of, waiting_files
from record.files.store import DamagedError
from web.api.track import Opened, opened, relayed
from web.house import Home, House
from web.pages.forms import Typed
from web.pages.language import N_
from web.problems import Problem
from web.sessions import Staff
from web.viewing import reporter_entries, view

router = APIRouter()
log = structlog.get_logger("files")

POLICY = "default-src 'none'; img-src 'self'; frame-ancestors 'none'; sandbox"
"""Of a file's own page."""
GONE = N_("Berkas ini tidak ada atau bukan kewenangan Anda.")
LOST = N_("Berkas ini sedang tidak dapat dibaca. Petugas sistem perlu memeriksanya.")


@router.get("/berkas/{file_id}")
async def show(house: Home, account: Staff, file_id: UUID) -> Response:
    return await _sent(house, await _of_staff(house, account, file_id))


@router.get("/berkas/{file_id}/kecil")
async def preview(house: Home, account: Staff, file_id: UUID) -> Response:
    return await _sent(house, await _of_staff(house, account, file_id), preview=True)


async def _of_staff(house: House, account: Account, file_id: UUID) -> FileRow | None:
    """Of a case that they may see, or their own and not sent yet."""
    if found := await file_of(house.engine, file_id, account.actor):
        return found
    waiting = await waiting_files(house.engine, [file_id], account.actor.id)
    return waiting[0] if waiting else None


@router.post("/lacak/berkas/{file_id}")
async def show_reporter(request: Request, house: Home, file_id: UUID, typed: Typed) -> Response:
    """With ticket and receipt, of what the reporter sent or was told."""
    sent = Opened(ticket=typed.get("ticket", "")[:30], receipt=typed.get("receipt", "")[:40])
    viewed = await view(house, await opened(house, request, sent))
    told = [*reporter_entries(viewed), *await relayed(house, viewed)]
    found = await file_of(house.engine, file_id)
    theirs = found and found.entry_id in {entry.entry for entry in told}
    return await _sent(house, found if theirs else None, preview="kecil" in typed)


async def _sent(house: House, file: FileRow | None, *, preview: bool = False) -> Response:
    """Raises Problem 404, and 500 where the store lost it."""
    if file is None:
        raise Problem(404, GONE)
    try:
        data = await content(house.engine, house.files, file.id, preview=preview)
    except (OSError, DamagedError) as error:
        raise lost(file.id, error) from error
    if data is None:
        raise Problem(404, GONE)
    return file_response(data, JPEG if preview else file.media_type, file.name)


def lost(file: UUID, error: Exception) -> Problem:
    """What the store should have and has not, or not as it was."""
    log.error("a file is lost", file=str(file), why=type(error).__name__)
    return Problem(500, LOST)


def file_response(data: bytes, media_type: str, name: str) -> Response:
    """A picture is shown; a document is saved, since no viewer works in such a page."""
    shown = "inline" if media_type == JPEG else "attachment"
    return Response(
        data,
        media_type=media_type,
        headers={
            "Content-Disposition": f"{shown}; filename*=UTF-8''{quote(name, safe='')}",
            "Content-Security-Policy": POLICY,
            "Cache-Control": "private, no-store",
        },
    )
