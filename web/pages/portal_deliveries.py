"""What portals have not been told yet: what they refused, why, and what somebody does about it."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from domain.events import Entry
from domain.terms import Role
from record.accounts import Account
from record.cases import CaseFile, get_case
from record.engine import storable
from record.entries import store_entry
from record.portals.content import Content, content_of
from record.portals.deliveries import Delivery, Step, delivery, send_again, settle, steps_of
from record.portals.refused import Line, may_mend, undone_seen
from web.acting import LONGEST_TEXT
from web.house import Home, House
from web.pages.case_portals import KINDS, STATES, portal_name
from web.pages.cast import cast_of
from web.pages.done import forget, remember, remembered_name
from web.pages.forms import Field, Typed
from web.pages.language import N_, _, ngettext
from web.pages.portal_noted import noted
from web.pages.portal_shown import portal_shown, sees_cases
from web.pages.portals import Reader
from web.pages.rendering import page
from web.pages.tags import Tag, Tone
from web.problems import Problem
from web.sessions import Staff
from workflows.client import EngineAway, deliver

router = APIRouter(prefix="/portal")

PAGE = 25
LONGEST_REFERENCE = 200
TONES = {
    "waiting": Tone.WAIT,
    "refused": Tone.LATE,
    "delivered": Tone.DONE,
    "settled": Tone.DONE,
    "skipped": Tone.OFF,
}
ASKED = {"ditolak": "refused", "menunggu": "waiting"}
"""How addresses call the states of a list."""
STEPS = {
    "delivered": N_("Sampai di portal"),
    "refused": N_("Ditolak portal"),
    "edited": N_("Diubah, lalu dikirim lagi"),
    "sent_again": N_("Dikirim lagi"),
    "settled": N_("Diselesaikan petugas"),
    "skipped": N_("Tidak perlu dikirim"),
}
SKIPPED = {
    "no_word": N_("Portal ini tidak diberi tahu tentang hal itu."),
    "erased": N_("Teksnya sudah dihapus."),
    "unlinked": N_("Laporannya sudah dilepaskan dari aduan induk."),
}
DONE = {
    "kirim": N_("Akan dikirim lagi. Bila portal menerimanya, di sini tertulis buktinya."),
    "selesai": N_("Sudah ditandai selesai, dengan nomor rujukan dari portal."),
}
HANDLERS = (Role.UNIT_ADMIN, Role.UNIT_HEAD)
CHANGED = N_("Keadaan kiriman ini sudah berubah. Muat ulang halamannya.")


@dataclass(frozen=True)
class Shown:
    id: UUID
    what: str
    title: str
    portal: str
    external_id: str
    ticket: str
    tag: Tag
    refused: bool
    words: str
    created_at: datetime


@dataclass(frozen=True)
class Mending:
    """The two ways to deal with what was refused."""

    text: Field
    reference: Field

    @property
    def errors(self) -> list[tuple[str, str]]:
        return [(one.name, one.error) for one in (self.text, self.reference) if one.error]


@dataclass(frozen=True)
class Opened:
    """A delivery that this person may see, with the case that it tells of."""

    delivery: Delivery
    file: CaseFile
    content: Content
    mends: bool


@router.get("/kiriman")
async def show_refused(
    request: Request, house: Home, account: Staff, setelah: int | None = None
) -> Response:
    """Of all portals, what was refused of the cases that one sees. One statement."""
    _let_in(account)
    found = await undone_seen(house.engine, account.actor, "refused", None, setelah, PAGE + 1)
    return _list(request, house, found, "/portal/kiriman", {}, setelah, {"one": None})


@router.get("/{code}/kiriman")
async def show_of_portal(
    request: Request,
    house: Home,
    account: Reader,
    code: str,
    keadaan: str = "",
    setelah: int | None = None,
) -> Response:
    """Six statements."""
    if not sees_cases(account):
        raise Problem(403, N_("Kiriman memuat isi aduan, yang tidak dilihat administrator."))
    one = await portal_shown(house, account, code, "kiriman")
    undelivered = one.facts.undelivered
    asked = keadaan if keadaan in ASKED else "ditolak" if undelivered.refused else "menunggu"
    state, url = ASKED[asked], f"{one.url}/kiriman"
    found = await undone_seen(house.engine, account.actor, state, code, setelah, PAGE + 1)
    numbers = {"ditolak": undelivered.refused, "menunggu": undelivered.waiting}
    states = [
        (_(STATES[ASKED[name]][0]), f"{url}?keadaan={name}", name == asked, numbers[name])
        for name in ASKED
    ]
    context = {"one": one, "states": states}
    return _list(request, house, found, url, {"keadaan": asked}, setelah, context)


@router.get("/kiriman/{id}")
async def show(request: Request, house: Home, account: Staff, id: UUID) -> Response:
    return await _one(request, house, account, await _opened(house, account, id), {})


@router.post("/kiriman/{id}/kirim")
async def send(request: Request, house: Home, account: Staff, id: UUID, typed: Typed) -> Response:
    """With the text as it is now in the form; unchanged, nothing new is kept."""
    opened = await _to_mend(house, account, id)
    text = storable(typed.get("text", "")).strip()
    if not text or len(text) > LONGEST_TEXT:
        fault = _("Tulis teks untuk portal, paling banyak %(n)s huruf.") % {"n": LONGEST_TEXT}
        return await _one(request, house, account, opened, typed, {"text": fault})
    entry = await _edited(house, account, opened, text)
    if not await send_again(house.engine, id, account.actor, entry, house.now):
        raise Problem(409, CHANGED)
    return await _back(house, opened.delivery, "kirim")


@router.post("/kiriman/{id}/selesai")
async def settle_by_hand(
    request: Request, house: Home, account: Staff, id: UUID, typed: Typed
) -> Response:
    opened = await _to_mend(house, account, id)
    reference = storable(typed.get("reference", "")).strip()
    if not 0 < len(reference) <= LONGEST_REFERENCE:
        fault = _("Tulis nomor rujukan dari portal, paling banyak %(n)s huruf.")
        faults = {"reference": fault % {"n": LONGEST_REFERENCE}}
        return await _one(request, house, account, opened, typed, faults)
    if not await settle(house.engine, id, account.actor, reference, house.now):
        raise Problem(409, CHANGED)
    return await _back(house, opened.delivery, "selesai")


def _let_in(account: Account) -> None:
    """Raises Problem 403."""
    if not sees_cases(account) and not any(account.actor.holds(role) for role in HANDLERS):
        raise Problem(403, N_("Kiriman memuat isi aduan, yang tidak dilihat administrator."))


async def _opened(house: House, account: Account, id: UUID) -> Opened:
    """Raises Problem 403, 404."""
    _let_in(account)
    unseen = Problem(404, N_("Kiriman ini tidak ada atau bukan kewenangan Anda."))
    if (found := await delivery(house.engine, id)) is None:
        raise unseen
    file = await get_case(house.engine, account.actor, found.ticket, house.now)
    if file is None:
        raise unseen
    mends = found.state == "refused" and may_mend(file, found.kind, account.actor)
    return Opened(found, file, await content_of(house.engine, found), mends)


async def _to_mend(house: House, account: Account, id: UUID) -> Opened:
    """Raises Problem 403, 404, 409."""
    opened = await _opened(house, account, id)
    if not may_mend(opened.file, opened.delivery.kind, account.actor):
        raise Problem(403, N_("Kiriman ini diperbaiki oleh koordinator atau admin unitnya."))
    if not opened.mends:
        raise Problem(409, CHANGED)
    return opened


async def _edited(house: House, account: Account, opened: Opened, text: str) -> Entry | None:
    """What was typed, kept; None where it says what was sent before."""
    if text == opened.content.text.strip():
        return None
    complaint = opened.delivery.complaint_id
    return await store_entry(house.engine, complaint, account.actor.id, {"text": text}, house.now)


async def _back(house: House, found: Delivery, done: str) -> Response:
    with suppress(EngineAway):  # then the sweeper finds what may go now
        await deliver(house.client, found.origin_id, found.portal)
    response = RedirectResponse(f"/portal/kiriman/{found.id}", 303)
    remember(response, done)
    return response


def _list(
    request: Request,
    house: House,
    found: Sequence[Line],
    url: str,
    query: Mapping[str, str],
    after: int | None,
    context: Mapping[str, object],
) -> Response:
    asked = "".join(f"{name}={value}&" for name, value in query.items())
    more = len(found) > PAGE
    return page(
        request,
        "portal_deliveries.html",
        {
            **context,
            "lines": [_line(one) for one in found[:PAGE]],
            "first": f"{url}?{asked}".rstrip("?&") if after else "",
            "further": f"{url}?{asked}setelah={found[PAGE - 1].number}" if more else "",
            "now": house.now,
        },
    )


async def _one(
    request: Request,
    house: House,
    account: Account,
    opened: Opened,
    typed: Mapping[str, str],
    faults: Mapping[str, str] | None = None,
) -> Response:
    found, content = opened.delivery, opened.content
    taken = await steps_of(house.engine, found.id)
    cast = await cast_of(house, [(step.actor, {}) for step in taken])
    mending = _mending(content, typed, faults or {}) if opened.mends else None
    done = DONE.get(remembered_name(request))
    context = {
        "line": _line(found, opened.file.title),
        "back": f"/portal/{found.portal}/kiriman" if sees_cases(account) else "/portal/kiriman",
        "tried": _tried(found.attempts),
        "unsure": found.unsure and found.state in ("waiting", "refused"),
        "receipt": found.receipt,
        "receipt_at": found.receipt_at,
        "text": content.text,
        "files": [file.name for file in content.files],
        "mending": mending,
        "errors": mending.errors if mending else [],
        "steps": [_step(step, cast.name(step.actor)) for step in reversed(taken)],
        "done": _(done) if done else "",
    }
    response = page(request, "portal_delivery.html", context, status=422 if faults else 200)
    return forget(response) if done else response


def _mending(content: Content, typed: Mapping[str, str], faults: Mapping[str, str]) -> Mending:
    return Mending(
        Field(
            "text",
            _("Teks untuk portal"),
            "textarea",
            True,
            typed.get("text", content.text),
            faults.get("text", ""),
        ),
        Field(
            "reference",
            _("Nomor rujukan dari portal"),
            "text",
            True,
            typed.get("reference", ""),
            faults.get("reference", ""),
            _("Nomor atau tanda yang diberikan portal, sebagai bukti."),
        ),
    )


def _line(one: Line | Delivery, title: str | None = None) -> Shown:
    title = one.title if isinstance(one, Line) else title
    return Shown(
        id=one.id,
        what=_(KINDS[one.kind]),
        title=title or _("Teks laporan ini sudah dihapus"),
        portal=portal_name(one.portal),
        external_id=one.external_id,
        ticket=one.ticket,
        tag=Tag(_(STATES[one.state][0]), TONES[one.state]),
        refused=one.state == "refused",
        words=noted(one.words or ""),
        created_at=one.created_at,
    )


def _tried(attempts: int) -> str:
    if not attempts:
        return _("belum")
    return ngettext("%(n)s kali", "%(n)s kali", attempts) % {"n": attempts}


def _step(step: Step, who: str) -> tuple[str, str, str, datetime]:
    detail = step.detail or ""
    if step.what in ("skipped", "refused"):
        detail = noted(SKIPPED.get(detail, detail))
    return _(STEPS[step.what]), detail, who, step.at
