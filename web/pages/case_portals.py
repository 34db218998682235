"""A case in the portals that it came by: what changed there, what each was told, what has not
come from it yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.actors import Actor
from domain.chain import Recorded
from domain.events import OriginChanged
from domain.terms import Channel, Role
from record.files.rows import FileRow
from record.portals.deliveries import Delivery, deliveries_of
from record.portals.missing import missing_attachments
from record.portals.origins import Origin, origins_of
from record.portals.refused import may_mend
from web.house import House
from web.pages.dates import moment
from web.pages.language import N_, _, ngettext
from web.pages.portal_noted import noted
from web.pages.tags import CHANNELS
from web.viewing import Viewed

KINDS = {
    "received": N_("Tanda terima"),
    "disposed": N_("Diteruskan ke unit"),
    "asked": N_("Pertanyaan kepada pelapor"),
    "progress_reported": N_("Kemajuan"),
    "extension_granted": N_("Perpanjangan waktu"),
    "answered": N_("Jawaban"),
    "closed": N_("Selesai"),
    "archived": N_("Diarsipkan"),
    "handed_back": N_("Bukan wewenang"),
    "linked": N_("Ditangani bersama laporan lain"),
    "reopened": N_("Dibuka lagi"),
}
"""What a portal is told, by the event that calls for it."""

STATES = {
    "waiting": (N_("Menunggu dikirim"), "hourglass"),
    "delivered": (N_("Sudah sampai"), "check"),
    "refused": (N_("Ditolak portal"), "circle-alert"),
    "settled": (N_("Diselesaikan petugas"), "user-check"),
    "skipped": (N_("Tidak perlu dikirim ke portal ini"), "minus"),
}
REASONS = {
    "address": N_("Alamat berkasnya tidak dapat dibuka dengan aman."),
    "too_large": N_("Berkasnya terlalu besar."),
    "expired": N_("Tautan berkasnya sudah tidak berlaku di portal."),
    "erased": N_("Isi aduan ini sudah dihapus."),
    "away": N_("Berkasnya tidak dapat diambil dari portal, sesudah dicoba berkali-kali."),
}
"""Why an attachment could not be had; others are the portal's own words, or those of whoever made
the file anew."""
FIRST = 4
"""Of what a portal was told, so many lie open."""


@dataclass(frozen=True)
class Told:
    """`at`: since when it waits, or when that became of it. `receipt`: the portal's own id for it.
    `words`: the portal's own. `url`: where a refused one is mended, for whom may."""

    what: str
    state: str
    icon: str
    waits: bool
    refused: bool
    at: datetime
    notes: Sequence[str]
    receipt: str
    words: str
    url: str


@dataclass(frozen=True)
class Place:
    """A report in a portal."""

    portal: str
    number: str
    joined: bool
    facts: Sequence[tuple[str, str]]
    told: Sequence[Told]
    """What was refused, then the newest first."""
    first: int = FIRST

    @property
    def refused(self) -> bool:
        return any(one.refused for one in self.told)


@dataclass(frozen=True)
class Changed:
    """What the report says since the reporter changed it."""

    portal: str
    at: str
    title: str
    body: str
    address: str


@dataclass(frozen=True)
class NotHere:
    """An attachment that its portal has and we do not. `why`: the portal's words, or ours."""

    name: str
    portal: str
    refused: bool
    why: str


@dataclass(frozen=True)
class Elsewhere:
    """All that a case's page says of portals."""

    places: Sequence[Place] = ()
    missing: Sequence[NotHere] = ()


async def elsewhere(house: House, actor: Actor, viewed: Viewed) -> Elsewhere:
    """Three statements, none of a case that came by no portal."""
    if not _came_by_a_portal(house, viewed):
        return Elsewhere()
    origins = await origins_of(house.engine, viewed.case.id)
    told = await deliveries_of(house.engine, viewed.case.id)
    return Elsewhere(
        places=[_place(one, told, viewed, actor) for one in origins],
        missing=await missing_of(house, viewed),
    )


async def missing_of(house: House, viewed: Viewed) -> Sequence[NotHere]:
    """One statement, or none."""
    if not _came_by_a_portal(house, viewed):
        return ()
    missing = await missing_attachments(house.engine, viewed.case.id)
    return [
        NotHere(
            name=one.name,
            portal=portal_name(one.portal),
            refused=one.state == "refused",
            why=_(REASONS.get(one.reason, one.reason)) if one.reason else "",
        )
        for one in missing
    ]


def _came_by_a_portal(house: House, viewed: Viewed) -> bool:
    return viewed.case.channel in house.portals or bool(viewed.case.origins)


def portal_name(code: str) -> str:
    return _(CHANNELS[Channel(code)])


def photos_of(viewed: Viewed, files: Sequence[FileRow]) -> list[FileRow]:
    """The files of the report itself, those that its portal had to be asked for too."""
    fetched = [one.event() for one in viewed.recorded if one.type == "files_added"]
    came = {viewed.file.complaint_id, *(event.entry.id for event in fetched if event.entry)}
    return [one for one in files if one.entry_id in came]


def changed(viewed: Viewed) -> Changed | None:
    """The last change; None where there was none, or its words were erased."""
    for recorded in reversed(viewed.recorded):
        event = recorded.event() if recorded.type == "origin_changed" else None
        if isinstance(event, OriginChanged) and event.entry:
            typed = viewed.typed.get(event.entry.id)
            return _as_changed(recorded, event, typed.texts) if typed and typed.texts else None
    return None


def _as_changed(recorded: Recorded, event: OriginChanged, texts: Mapping[str, str]) -> Changed:
    return Changed(
        portal=portal_name(event.portal),
        at=recorded.at,
        title=texts.get("title", ""),
        body=texts.get("body", ""),
        address=texts.get("address", ""),
    )


def _place(origin: Origin, told: Sequence[Delivery], viewed: Viewed, actor: Actor) -> Place:
    here = [one for one in told if one.origin_id == origin.id]
    here.sort(key=lambda one: (one.state != "refused", -one.number))
    return Place(
        portal=portal_name(origin.portal),
        number=origin.external_id,
        joined=origin.joined,
        facts=_facts(origin),
        told=[_told(one, viewed, actor) for one in here],
    )


def _facts(origin: Origin) -> list[tuple[str, str]]:
    changed = origin.changed_at if origin.changed_at != origin.filed_at else None
    facts = (
        (N_("Dibuat di sana"), origin.filed_at and moment(origin.filed_at)),
        (N_("Terakhir berubah di sana"), changed and moment(changed)),
        (N_("Status di sana"), origin.status),
        (N_("Ditutup oleh portal"), origin.closed_at and moment(origin.closed_at)),
    )
    return [(_(label), value) for label, value in facts if value]


def _told(one: Delivery, viewed: Viewed, actor: Actor) -> Told:
    words, icon = STATES[one.state]
    refused, waits = one.state == "refused", one.state == "waiting"
    notes = []
    if waits and one.attempts:
        tried = ngettext("sudah dicoba %(n)s kali", "sudah dicoba %(n)s kali", one.attempts)
        notes.append(tried % {"n": one.attempts})
    if one.entry_id:
        notes.append(_("teksnya diperbaiki"))
    mends = refused and may_mend(viewed.case, one.kind, actor) and _is_shown(one, viewed, actor)
    return Told(
        what=_(KINDS[one.kind]),
        state=_(words),
        icon=icon,
        waits=waits,
        refused=refused,
        at=one.created_at if waits else one.receipt_at or one.touched_at,
        notes=notes,
        receipt=one.receipt or "",
        words=noted(one.words or "") if refused or waits else "",
        url=f"/portal/kiriman/{one.id}" if mends else "",
    )


def _is_shown(one: Delivery, viewed: Viewed, actor: Actor) -> bool:
    """Whether its own page is theirs: it stands by the case whose event it is, here or the lead."""
    return one.complaint_id == viewed.case.id or actor.holds(Role.COORDINATOR)
