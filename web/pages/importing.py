"""Impor: a portal's spreadsheet, uploaded, its columns confirmed, looked at, and taken in."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import structlog
from fastapi import APIRouter, Request
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from domain.terms import Channel, Role
from portals.columns import REQUIRED, Column, guess
from portals.sheet_rows import Fault, Row, rows_of
from portals.sheets import LARGEST, NotASheet, Sheet, read
from record.accounts import Account
from record.engine import storable
from record.portals.health import NOTHING_UNDELIVERED, undelivered
from record.portals.imports import (
    Import,
    Standing,
    begin,
    confirm,
    import_of,
    imports_by,
    remembered,
    sheet_digest,
    sheet_of,
    standings,
    upload,
)
from record.portals.state import Mode, portals
from web.house import Home, House
from web.pages.forms import Field, Group, Typed
from web.pages.importing_words import COLUMNS, SHEET, UNREADABLE, fault_words, written
from web.pages.language import N_, _
from web.pages.rendering import page
from web.pages.tags import CHANNELS
from web.problems import Problem, not_found
from web.sessions import only
from web.uploading import FIELD, form_of, uuid_of
from workflows.client import take_in_sheet

router = APIRouter(prefix="/impor")
log = structlog.get_logger("web")

EARLIER = 10
SHOWN = 10
"""Faulty rows on the page; all of them are in the file."""

ONLY_COORDINATOR = N_("Hanya koordinator yang mengimpor berkas portal.")
PORTAL_REQUIRED = N_("Pilih portal asal berkas ini.")
FILE_REQUIRED = N_("Pilih berkas xlsx atau csv.")
COLUMN_REQUIRED = N_("Pilih kolom yang berisi %(column)s.")
COLUMN_TWICE = N_("Kolom ini sudah dipakai untuk %(column)s.")
FORGOTTEN = N_("Isi berkas ini sudah dihapus, seminggu setelah diunggah. Unggah lagi berkasnya.")
BEGUN = N_("Impor ini sudah dimulai; kolomnya tidak dapat diubah lagi.")

_one_at_a_time = asyncio.Semaphore(1)
"""Reading a sheet takes memory, and a second of a core."""


@dataclass(frozen=True)
class Read:
    """A sheet by the columns that were confirmed."""

    sheet: Sheet
    rows: Sequence[Row]
    faults: Sequence[Fault]


Imports = Annotated[Account, only(ONLY_COORDINATOR, Role.COORDINATOR)]
"""Raises Problem 401, 403."""


@router.get("")
async def ask(request: Request, house: Home, account: Imports) -> Response:
    return await start_page(request, house, account)


@router.post("")
async def take_sheet(request: Request, house: Home, account: Imports, typed: Typed) -> Response:
    code, errors = typed.get("portal", ""), {}
    of = {one.code: one.mode for one in await portals(house.engine)}
    if of.get(code, Mode.API) is Mode.API:
        errors["portal"] = _(PORTAL_REQUIRED)
    try:
        sheet = await sheet_in(request)
    except NotASheet as error:
        errors[FIELD] = _(UNREADABLE[error.why])
        sheet = None
    else:
        if sheet is None:
            errors[FIELD] = _(FILE_REQUIRED)
    if errors or sheet is None:
        return await start_page(request, house, account, code, errors)
    id = await upload(
        house.engine,
        house.keyring,
        code,
        account.actor,
        sheet.packed(),
        len(sheet.rows),
        house.now,
    )
    log.info("sheet uploaded", portal=code, rows=len(sheet.rows), by=str(account.id))
    return RedirectResponse(f"/impor/{id}/kolom", 303)


@router.get("/{id}/kolom")
async def ask_columns(request: Request, house: Home, account: Imports, id: str) -> Response:
    one = await _own(house, account, id)
    if one.state not in ("uploaded", "mapped"):
        raise Problem(409, BEGUN)
    sheet = await _sheet(house, one)
    chosen = one.columns or guess(sheet, await remembered(house.engine, one.portal))
    return _columns_page(request, one, sheet, chosen, {})


@router.post("/{id}/kolom")
async def take_columns(
    request: Request, house: Home, account: Imports, typed: Typed, id: str
) -> Response:
    one = await _own(house, account, id)
    if one.state not in ("uploaded", "mapped"):
        raise Problem(409, BEGUN)
    sheet = await _sheet(house, one)
    chosen = {str(c): typed[c] for c in Column if typed.get(c) in sheet.headings}
    if errors := _column_errors(chosen):
        return _columns_page(request, one, sheet, chosen, errors)
    found = await asyncio.to_thread(rows_of, sheet, chosen, one.portal, one.created_at)
    await confirm(house.engine, one, chosen, len(found[1]), account.actor, house.now)
    return RedirectResponse(f"/impor/{one.id}", 303)


@router.get("/{id}")
async def show(request: Request, house: Home, account: Imports, id: str) -> Response:
    """What the sheet would do, how far it is, or what it did. At most four statements."""
    one = await _own(house, account, id)
    if one.state == "uploaded":
        return RedirectResponse(f"/impor/{one.id}/kolom", 303)
    preview: Mapping[str, int] = {}
    faults: Sequence[tuple[str, str]] = ()
    if one.state == "mapped":
        found = await _read(house, one)
        preview = await _preview(house, one, found.rows)
        faults = [
            (_("Baris %(n)s") % {"n": fault.number}, fault_words(fault))
            for fault in found.faults[:SHOWN]
        ]
    context = {
        "one": one,
        "portal": _(CHANNELS[Channel(one.portal)]),
        "preview": preview,
        "faults": faults,
        "good": one.total - one.faulty,
        "now": house.now,
    }
    return page(request, "importing_one.html", context, block="standing")


@router.get("/{id}/salah.xlsx")
async def faulty_rows(house: Home, account: Imports, id: str) -> Response:
    """The rows that cannot be taken in, as they came, each with why: to be mended and uploaded."""
    one = await _own(house, account, id)
    found = await _read(house, one)
    cells = dict(found.sheet.rows)
    rows = [[str(fault.number), fault_words(fault), *cells[fault.number]] for fault in found.faults]
    headings = [_("Baris"), _("Yang salah"), *found.sheet.headings]
    data = await asyncio.to_thread(written, headings, rows)
    return download(data, f"salah-{one.portal}.xlsx")


@router.post("/{id}/ambil")
async def take_in(house: Home, account: Imports, id: str) -> Response:
    one = await _own(house, account, id)
    if one.state == "uploaded":
        return RedirectResponse(f"/impor/{one.id}/kolom", 303)
    # Once more where the engine was away: what was done stays done.
    if one.state in ("mapped", "running"):
        await begin(house.engine, one.id)
        await take_in_sheet(house.client, one.id)
        log.info("sheet taken in", portal=one.portal, by=str(account.id))
    return RedirectResponse(f"/impor/{one.id}", 303)


async def start_page(
    request: Request,
    house: House,
    account: Account,
    code: str = "",
    errors: Mapping[str, str] | None = None,
    returned: object = None,
) -> Response:
    """Three statements. `returned`: what became of the references that were uploaded."""
    found, waiting = await portals(house.engine), await undelivered(house.engine)
    codes = [one.code for one in found if one.mode is not Mode.API]
    options = [(one, _(CHANNELS[Channel(one)])) for one in codes]
    errors = errors or {}
    context = {
        "portal": Field(
            "portal",
            _("Portal asal berkas"),
            "radios",
            required=True,
            value=code or (options[0][0] if len(options) == 1 else ""),
            error=errors.get("portal", ""),
            groups=[Group(None, options)],
        ),
        "possible": bool(options),
        "file_error": errors.get(FIELD, ""),
        "references_error": errors.get("acuan", ""),
        "errors": list(errors.items()),
        "leaving": [
            (
                one.code,
                _(CHANNELS[Channel(one.code)]),
                waiting.get(one.code, NOTHING_UNDELIVERED).waiting,
            )
            for one in found
            if one.mode is Mode.FILE and one.paused_at is None
        ],
        "returned": returned,
        "earlier": [
            (one, _(CHANNELS[Channel(one.portal)]))
            for one in await imports_by(house.engine, account.actor, EARLIER)
        ],
    }
    return page(request, "importing.html", context, status=422 if errors else 200)


async def sheet_in(request: Request, field: str = FIELD) -> Sheet | None:
    """The sheet of a form; None where none was chosen. Raises NotASheet, Problem 413."""
    sent = (await form_of(request)).get(field)
    if not isinstance(sent, UploadFile) or not sent.filename:
        return None
    if (sent.size or 0) > LARGEST:
        raise NotASheet("too_large")
    async with _one_at_a_time:
        return await asyncio.to_thread(read, await sent.read())


def download(data: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type=SHEET, headers=headers)


async def _own(house: House, account: Account, id: str) -> Import:
    """A sheet tells who reported: it is there for whoever uploaded it. Raises Problem 404."""
    named = uuid_of(id)
    one = await import_of(house.engine, named) if named else None
    if one is None or one.actor != account.actor.id:
        raise not_found()
    return one


async def _sheet(house: House, one: Import) -> Sheet:
    """Raises Problem 410."""
    packed = await sheet_of(house.engine, house.keyring, one.id)
    if packed is None:
        raise Problem(410, FORGOTTEN)
    return await asyncio.to_thread(Sheet.unpacked, packed)


async def _read(house: House, one: Import) -> Read:
    sheet = await _sheet(house, one)
    columns = one.columns or {}
    return Read(
        sheet, *await asyncio.to_thread(rows_of, sheet, columns, one.portal, one.created_at)
    )


async def _preview(house: House, one: Import, rows: Sequence[Row]) -> Mapping[str, int]:
    """How many are new, changed and known. One statement."""
    digests = {storable(row.report.id): sheet_digest(house.secret, row.said) for row in rows}
    found = Counter((await standings(house.engine, one.portal, digests)).values())
    return {str(standing): found[standing] for standing in Standing}


def _column_errors(chosen: Mapping[str, str]) -> dict[str, str]:
    errors = {
        str(column): _(COLUMN_REQUIRED) % {"column": _(COLUMNS[column])}
        for column in REQUIRED
        if column not in chosen
    }
    taken: dict[str, str] = {}
    for name, heading in chosen.items():
        if heading in taken:
            errors[name] = _(COLUMN_TWICE) % {"column": _(COLUMNS[Column(taken[heading])])}
        taken.setdefault(heading, name)
    return errors


def _columns_page(
    request: Request,
    one: Import,
    sheet: Sheet,
    chosen: Mapping[str, str],
    errors: Mapping[str, str],
) -> Response:
    options = [Group(None, [(heading, heading) for heading in sheet.headings])]
    context = {
        "one": one,
        "portal": _(CHANNELS[Channel(one.portal)]),
        "fields": [
            Field(
                str(column),
                _(words),
                "select",
                required=column in REQUIRED,
                value=chosen.get(column, ""),
                error=errors.get(column, ""),
                groups=options,
                empty=_("Tidak ada dalam berkas ini"),
            )
            for column, words in COLUMNS.items()
        ],
        "errors": list(errors.items()),
    }
    return page(request, "importing_columns.html", context, status=422 if errors else 200)
