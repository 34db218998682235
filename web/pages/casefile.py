"""A case as its page shows it: facts, deadlines, what this user may do, what happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain import actions as a
from domain.actors import Actor
from domain.calendar import local_date
from domain.case import Case, DeskKind
from domain.clocks import Clock
from domain.forms import category_label, form_fields
from domain.permissions import available
from domain.terms import Role
from domain.units import is_below
from domain.words import CLASSIFICATION, CLOCK
from record.accounts import Account, names_of
from record.cases import CaseFile, get_case
from record.files.rows import FileRow
from web.house import Directory, House
from web.pages import saying
from web.pages.case_portals import Changed, changed
from web.pages.dates import day, moment, standing
from web.pages.forms import KEY, SEQ, new_key, staff_label
from web.pages.language import N_, _, ngettext
from web.pages.reckoning import reckoning
from web.pages.saying import Happening
from web.pages.tags import CHANNELS, Tag, stage_tag, upper
from web.problems import not_found
from web.viewing import Viewed


@dataclass(frozen=True)
class Offer:
    """An action this user may take; one that needs no fields is a button of its own, `apart` one
    with pages of its own."""

    kind: type[a.ActionBase]
    label: str
    url: str
    hidden: Mapping[str, str] | None = None
    apart: bool = False


@dataclass(frozen=True)
class Deadline:
    """`due_at` is None for the citizen's clock, which has no limit."""

    name: str
    due_at: datetime | None
    standing: str
    arithmetic: str
    late: bool = False


@dataclass(frozen=True)
class CasePage:
    ticket: str
    url: str
    title: str
    body: str | None
    changed: Changed | None
    tag: Tag
    owner: str
    duty: str
    due: Deadline | None
    open: bool
    instructed: bool
    primary: Offer | None
    others: Sequence[Offer]
    talk: Sequence[Offer]
    """Those of them that tell the reporter something, or ask."""
    groups: Sequence[tuple[str, Sequence[Offer]]]
    """The others under headings."""
    facts: Sequence[tuple[str, str]]
    deadlines: Sequence[Deadline]
    seq: int

    def ways(self, here: str) -> Sequence[tuple[str, str, bool]]:
        """The pages of a case: words, address, and whether it is this one."""
        return [(_(words), self.url + path, path == here) for path, words in PARTS]


PARTS = (
    ("", N_("Ringkasan")),
    ("/riwayat", N_("Riwayat")),
    ("/berkas", N_("Berkas")),
    ("/pesan", N_("Pesan dengan pelapor")),
    ("/jejak", N_("Jejak audit")),
)


async def seen(house: House, account: Account, ticket: str) -> CaseFile:
    """Raises Problem 404 also for what is not theirs to know."""
    file = await get_case(house.engine, account.actor, ticket.upper(), house.now)
    if file is None:
        raise not_found()
    return file


async def shown(house: House, account: Account, viewed: Viewed) -> CasePage:
    file, case, now = viewed.file, viewed.case, house.now
    units = await house.directory()
    kinds = [
        kind
        for kind in available(case, account.actor, now, viewed.rules)
        if kind is not a.Delegate or _has_below(case, units)
    ]
    primary, others = _offers(viewed, account.actor, kinds)
    deadline = case.next_deadline
    url = f"/aduan/{file.ticket}"
    return CasePage(
        ticket=file.ticket,
        url=url,
        title=file.title or _("Teks laporan ini sudah dihapus"),
        body=file.body,
        changed=changed(viewed),
        tag=stage_tag(case.stage),
        owner=saying.desk_name(case, units),
        duty=saying.duty(case, units),
        due=_deadline(deadline, viewed, now) if deadline else None,
        open=case.open,
        instructed=case.instructions > 0,
        primary=primary,
        others=others,
        talk=[_offer(kind, viewed) for kind in TALK if kind in kinds],
        groups=_grouped(others),
        facts=_facts(viewed, units),
        deadlines=_deadlines(viewed, now),
        seq=case.seq,
    )


async def happenings(
    house: House, viewed: Viewed, after: int = 0, files: Sequence[FileRow] = ()
) -> list[Happening]:
    """All that happened later than event number `after`, newest first."""
    units = await house.directory()
    events = [one for one in reversed(viewed.recorded) if one.seq > after]
    name = await namer(house, [one.actor for one in events])
    return [saying.happening(one, viewed, units, name, files) for one in events]


async def namer(house: House, actors: Sequence[str]) -> saying.Name:
    """Who those actors are, for people."""
    ids = {found for actor in actors if (found := saying.actor_id(actor))}
    known: Mapping[UUID, str] = await names_of(house.engine, ids) if ids else {}

    def name(actor: str) -> str:
        account = saying.actor_id(actor)
        if account is None:
            return _("Pelapor") if actor == "reporter" else _("Sistem")
        return known.get(account, _("Akun yang tidak dikenal"))

    return name


NEXT = (a.GrantExtension, a.Dispose, a.Redispose, a.Accept, a.ApproveAnswer, a.Answer)
"""What a case waits for; the first of these that is open to the desk is its next step."""
TALK = (a.Answer, a.ReportProgress, a.AskReporter, a.ReporterReply)


def _offers(
    viewed: Viewed, actor: Actor, kinds: Sequence[type[a.ActionBase]]
) -> tuple[Offer | None, list[Offer]]:
    case = viewed.case
    expected = [
        kind
        for kind in NEXT
        if kind in kinds and (kind is a.GrantExtension or is_at_desk(case, actor))
    ]
    first = expected[0] if expected else None
    if first is a.Dispose:  # asked question by question; the form in one piece stays beside it
        url = f"/aduan/{viewed.file.ticket}/verifikasi"
        return Offer(first, _("Verifikasi"), url, apart=True), [
            _offer(kind, viewed) for kind in kinds
        ]
    others = [_offer(kind, viewed) for kind in kinds if kind is not first]
    return (_offer(first, viewed, direct=True) if first else None), others


def _offer(kind: type[a.ActionBase], viewed: Viewed, *, direct: bool = False) -> Offer:
    hidden = None
    if direct and not form_fields(kind, viewed.rules.policy):
        hidden = {KEY: new_key(), SEQ: str(viewed.case.seq)}
    url = f"/aduan/{viewed.file.ticket}/tindakan/{kind.name()}"
    return Offer(kind, staff_label(kind), url, hidden)


TO_REPORTER = (*TALK, a.Archive, a.HandBack)
ABOUT = (a.Note, a.Reclassify, a.SetVisibility, a.OpenIdentity, a.LinkDuplicate, a.UnlinkDuplicate)


def _grouped(offers: Sequence[Offer]) -> list[tuple[str, list[Offer]]]:
    groups = [
        (_("Penanganan"), [one for one in offers if one.kind not in (*TO_REPORTER, *ABOUT)]),
        (_("Kepada pelapor"), [one for one in offers if one.kind in TO_REPORTER]),
        (_("Tentang aduan ini"), [one for one in offers if one.kind in ABOUT]),
    ]
    return [(title, found) for title, found in groups if found]


def _has_below(case: Case, units: Directory) -> bool:
    return any(case.unit and is_below(path, case.unit) for path in units.by_path)


def is_at_desk(case: Case, actor: Actor) -> bool:
    """Whether the case waits at this person's own desk."""
    match case.desk.kind:
        case DeskKind.COORDINATOR:
            return actor.holds(Role.COORDINATOR)
        case DeskKind.UNIT:
            return case.desk.unit in actor.units_as(Role.UNIT_ADMIN)
        case DeskKind.HEAD:
            return case.desk.unit in actor.units_as(Role.UNIT_HEAD)
        case _:
            return False


def _facts(viewed: Viewed, units: Directory) -> list[tuple[str, str]]:
    """What is known, label and value; what has no value is left out."""
    file, case = viewed.file, viewed.case
    classification = case.classification
    facts = (
        (N_("Diterima"), moment(case.received_at)),
        (N_("Lewat"), _(CHANNELS[case.channel])),
        (N_("Waktu kejadian"), day(file.occurred_on) if file.occurred_on else None),
        (N_("Lokasi"), place(file, units)),
        (N_("Pelapor"), _reporter(case)),
        (N_("Keterbukaan"), _("Rahasia") if case.secret else _("Terbuka untuk umum")),
        (N_("Klasifikasi"), classification and upper(_(CLASSIFICATION[classification]))),
        (N_("Kategori"), case.category and _(category_label(case.category))),
        (N_("Unit"), None if case.desk.unit == case.unit else units.name(case.unit)),
        (N_("Didelegasikan kepada"), units.name(case.delegate)),
        (N_("Unit yang dilaporkan"), units.name(case.reported_unit)),
        (N_("Nilai dari pelapor"), f"{case.rating}/5" if case.rating else None),
    )
    return [(_(label), value) for label, value in facts if value]


def place(file: CaseFile, units: Directory) -> str:
    """Address, village, kecamatan: as much as is known."""
    village = units.by_region.get(file.village_code or "")
    district = units.by_code.get(file.kecamatan or "")
    return ", ".join(
        part
        for part in (file.address, village and village.name, district and district.name)
        if part
    )


def _reporter(case: Case) -> str:
    if case.anonymous:
        return _("Anonim")
    return _("Identitas tersegel") if case.identified else _("Tidak meninggalkan identitas")


def _deadlines(viewed: Viewed, now: datetime) -> list[Deadline]:
    """The clocks that have not been stopped, soonest first, and the citizen's own."""
    waiting = [clock for clock in viewed.case.clocks.values() if clock.stopped_at is None]
    waiting.sort(key=lambda clock: clock.due_at)
    return [*(_deadline(clock, viewed, now) for clock in waiting), _citizen(viewed.case, now)]


def _deadline(clock: Clock, viewed: Viewed, now: datetime) -> Deadline:
    follows = viewed.case.lead is not None
    late = viewed.case.open and not (clock.paused or follows) and now >= clock.due_at
    how = standing(clock.due_at, now, viewed.rules.calendar)
    if follows:  # its clocks ring no more, and go on where it is unlinked
        how = _("tidak ditagih selama mengikuti aduan induk")
    return Deadline(
        name=upper(_(CLOCK[clock.name])),
        due_at=clock.due_at,
        standing=_("dijeda, menunggu pelapor") if clock.paused else how,
        arithmetic=reckoning(clock),
        late=late,
    )


def _citizen(case: Case, now: datetime) -> Deadline:
    until = case.answered_at or now
    days = (local_date(until) - local_date(case.received_at)).days
    if days == 0:
        waited = _("dijawab hari itu juga") if case.answered_at else _("menunggu sejak hari ini")
    elif case.answered_at:
        waited = ngettext("dijawab setelah %(n)s hari", "dijawab setelah %(n)s hari", days)
    else:
        waited = ngettext("menunggu %(n)s hari", "menunggu %(n)s hari", days)
    return Deadline(
        name=_("Jam pelapor"),
        due_at=None,
        standing=waited % {"n": days},
        arithmetic=_("Dihitung sejak laporan diterima; tidak pernah dijeda."),
    )
