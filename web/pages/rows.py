"""One case of a list, as its row shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.case import DeskKind
from domain.policy import Rules
from domain.terms import ClockName, Stage
from domain.words import CLOCK
from record.cases import CaseRow
from web.house import Directory
from web.pages.dates import Urgency, standing, urgency
from web.pages.language import N_, _
from web.pages.saying import desk_words
from web.pages.tags import Tag, stage_tag, upper

STEPS = {
    Stage.RECEIVED: N_("Verifikasi"),
    Stage.WAITING_REPORTER: N_("Tunggu balasan pelapor"),
    Stage.DISPOSED: N_("Terima tugas"),
    Stage.IN_PROGRESS: N_("Jawab"),
    Stage.IN_REVIEW: N_("Putuskan jawaban"),
    Stage.ANSWERED: N_("Tunggu tanggapan pelapor"),
}
"""What the desk of a case does next."""


@dataclass(frozen=True)
class Row:
    """`action` is what the case waits for, `note` the first line of its latest internal remark."""

    url: str
    ticket: str
    action: str
    title: str
    tag: Tag
    owner: str
    place: str
    clock: str
    due_at: datetime | None
    standing: str
    late: bool
    urgency: Urgency
    note: str


def rows_of(
    found: Sequence[CaseRow],
    units: Directory,
    rules: Rules,
    now: datetime,
    notes: Mapping[UUID, str] | None = None,
) -> list[Row]:
    notes = notes or {}
    return [_row(one, units, rules, now, notes.get(one.complaint_id, "")) for one in found]


def very_late_after(rules: Rules) -> int:
    """Working days after which a late case has climbed to somebody higher up."""
    rungs = rules.policy.ladder.rungs
    return rungs[1].after if rungs[1:] else 1


def _row(row: CaseRow, units: Directory, rules: Rules, now: datetime, note: str) -> Row:
    stage = Stage(row.stage)
    district = units.by_code.get(row.kecamatan or "")
    due_at = row.due_at if row.open else None
    return Row(
        url=f"/aduan/{row.ticket}",
        ticket=row.ticket,
        action=_(STEPS[stage]) if stage in STEPS else "",
        title=row.title or _("Teks laporan ini sudah dihapus"),
        tag=stage_tag(stage),
        owner="" if row.desk == DeskKind.NONE else desk_words(row.desk, row.desk_unit, units),
        place=district.name if district else "",
        clock=upper(_(CLOCK[ClockName(row.due_clock)])) if row.due_clock and row.open else "",
        due_at=due_at,
        standing=standing(due_at, now, rules.calendar) if due_at else "",
        late=row.late,
        urgency=urgency(row.due_at, now, rules.calendar, very_late_after(rules)),
        note=note,
    )
