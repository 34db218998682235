"""Meja relai: what has to be carried over to portals by hand, the oldest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from domain.terms import Channel, Role
from record.accounts import Account
from record.engine import storable
from record.files.rows import FileRow
from record.portals.content import content_of
from record.portals.deliveries import Delivery, delivery, next_of, settle, undone
from record.portals.health import NOTHING_UNDELIVERED, undelivered
from record.portals.state import Mode, portals
from web.house import Home, House
from web.pages.case_portals import KINDS
from web.pages.forms import Field, Typed
from web.pages.language import N_, _
from web.pages.rendering import page
from web.pages.tags import CHANNELS
from web.problems import not_found
from web.sessions import only
from web.uploading import uuid_of

router = APIRouter(prefix="/relai")

SHOWN = 25
"""Of those that wait: the oldest."""
LONGEST_REFERENCE = 200

ONLY_COORDINATOR = N_("Hanya koordinator yang menyalin ke portal lain.")
REFERENCE_REQUIRED = N_("Tulis nomor atau tanda yang diberikan portal, sebagai bukti.")
REFERENCE_TOO_LONG = N_("Paling banyak %(most)s huruf.")
DONE_BEFORE = N_("Kiriman ini sudah dicatat selesai. Yang berikutnya ada di bawah.")
EARLIER_FIRST = N_("Ada kiriman yang lebih dulu untuk laporan yang sama; salin yang itu dulu.")


@dataclass(frozen=True)
class Carried:
    """One that waits."""

    id: UUID
    portal: str
    external_id: str
    ticket: str
    kind: str
    since: datetime
    url: str


@dataclass(frozen=True)
class Open:
    """The one that is to be carried over now, whole."""

    row: Carried
    text: str
    erased: bool
    unsure: bool
    """It may be there already, told without an answer."""
    unit: str
    files: Sequence[FileRow]
    reference: Field


Relays = Annotated[Account, only(ONLY_COORDINATOR, Role.COORDINATOR)]


@router.get("")
async def desk(request: Request, house: Home, account: Relays) -> Response:
    return await _desk(request, house, picked=uuid_of(request.query_params.get("kiriman", "")))


@router.post("/{id}")
async def carried_over(
    request: Request, house: Home, account: Relays, typed: Typed, id: str
) -> Response:
    """The portal has it: its number is the proof."""
    found = await _waiting(house, uuid_of(id))
    if found is None:
        return await _desk(request, house, said=_(DONE_BEFORE))
    reference = storable(typed.get("reference", "")).strip()
    if why := await _fault(house, found, reference):
        return await _desk(request, house, picked=found.id, reference=reference, why=why)
    if not await settle(house.engine, found.id, account.actor, reference, house.now):
        return await _desk(request, house, said=_(DONE_BEFORE))
    return RedirectResponse("/relai?selesai=1", 303)


async def _fault(house: House, found: Delivery, reference: str) -> str:
    if not reference:
        return _(REFERENCE_REQUIRED)
    if len(reference) > LONGEST_REFERENCE:
        return _(REFERENCE_TOO_LONG) % {"most": LONGEST_REFERENCE}
    first = await next_of(house.engine, found.origin_id)
    return _(EARLIER_FIRST) if first and first.id != found.id else ""


async def _waiting(house: House, id: UUID | None) -> Delivery | None:
    """Raises Problem 404 for none that is for the relay desk."""
    found = await delivery(house.engine, id) if id else None
    if found is None or found.portal not in await _relayed(house):
        raise not_found()
    return found if found.state == "waiting" else None


async def _relayed(house: House) -> Sequence[str]:
    found = await portals(house.engine)
    return [one.code for one in found if one.mode is Mode.RELAY and one.paused_at is None]


async def _desk(
    request: Request,
    house: House,
    *,
    picked: UUID | None = None,
    reference: str = "",
    why: str = "",
    said: str = "",
) -> Response:
    """As many statements whatever waits: the portals, what each is to be told, how many there are,
    and the text and files of one."""
    codes = await _relayed(house)
    rows: list[Delivery] = []
    for code in codes:
        rows += await undone(house.engine, "waiting", portal=code, limit=SHOWN)
    rows = sorted(rows, key=lambda row: row.number)[:SHOWN]
    waiting = await undelivered(house.engine)
    first = next((row for row in rows if row.id == picked), rows[0] if rows else None)
    if not said and "selesai" in request.query_params:
        said = _("Sudah dicatat: kiriman ini sudah disalin ke portal.")
    context = {
        "count": sum(waiting.get(code, NOTHING_UNDELIVERED).waiting for code in codes),
        "relayed": [_(CHANNELS[Channel(code)]) for code in codes],
        "open": await _open(house, first, reference, why) if first else None,
        "further": [_row(row) for row in rows if first is None or row.id != first.id],
        "said": said,
        "errors": [("reference", why)] if why else [],
        "now": house.now,
    }
    return page(request, "relay.html", context, status=422 if why else 200)


async def _open(house: House, found: Delivery, reference: str, why: str) -> Open:
    content = await content_of(house.engine, found)
    field = Field(
        "reference",
        _("Nomor atau tanda dari portal"),
        "text",
        required=True,
        value=reference,
        error=why,
        hint=_("Nomor tanggapan, tautan, atau tanggal dan jam yang tertera di sana."),
    )
    return Open(
        _row(found), content.text, content.erased, found.unsure, content.unit, content.files, field
    )


def _row(found: Delivery) -> Carried:
    return Carried(
        id=found.id,
        portal=_(CHANNELS[Channel(found.portal)]),
        external_id=found.external_id,
        ticket=found.reported_ticket,
        kind=_(KINDS[found.kind]),
        since=found.created_at,
        url=f"/relai?kiriman={found.id}",
    )
