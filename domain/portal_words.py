"""What a portal's reader gets to read of each event, in Indonesian: portals speak nothing else."""

from collections.abc import Mapping

from domain import events as e
from domain.calendar import local_date
from domain.case import Case
from domain.events import Change, EventBase
from domain.explain import long_date
from domain.terms import ClockName
from domain.units import UnitPath
from domain.words import ARCHIVE_REASON

RECEIVED = (
    "Laporan Anda sudah diterima Pemerintah Kabupaten Purbalingga dengan nomor {ticket} dan akan "
    "diperiksa."
)
DISPOSED = "Laporan Anda sudah diperiksa dan diteruskan kepada {unit} untuk ditindaklanjuti."
ASKED = "Kami memerlukan keterangan Anda: {text}"
PROGRESS = "Kemajuan penanganan: {text}"
EXTENDED = "Penanganan laporan Anda memerlukan waktu {days} hari kerja lebih lama."
EXTENDED_UNTIL = (
    "Penanganan laporan Anda memerlukan waktu {days} hari kerja lebih lama, paling lambat sampai "
    "{until}."
)
CLOSED = "Penanganan laporan Anda sudah selesai. Terima kasih."
CLOSED_WITH_LEAD = "Penanganan laporan Anda sudah selesai bersama laporan serupa. Terima kasih."
ARCHIVED = "Laporan Anda diarsipkan: {reason}."
HANDED_BACK = "Laporan Anda bukan wewenang Pemerintah Kabupaten Purbalingga."
IN_CHARGE = "Instansi yang berwenang: {to}."
LINKED = (
    "Laporan Anda ditangani bersama laporan lain tentang hal yang sama. Perkembangan dan "
    "jawabannya juga disampaikan di sini."
)
REOPENED = "Laporan Anda dibuka lagi dan ditangani kembali."

OF_THE_UNIT = (e.ProgressReported, e.Answered)
"""What the unit that has the case says itself; the rest the coordinator says."""
NEEDS_TEXT = (e.Asked, e.ProgressReported, e.Answered)
"""What says nothing without the text that was typed."""


def to_portal(event: EventBase, typed: Mapping[str, str], ticket: str, unit: str) -> str:
    """`typed`: the texts of the event's entry, none where they were erased. `ticket`: the number of
    the report's own case. `unit`: the name of the unit that has the case after the event.

    ValueError for an event of which no reporter is told.
    """
    text = typed.get("text", "").strip()
    match event:
        case e.Received():
            return RECEIVED.format(ticket=ticket)
        case e.Disposed():
            return DISPOSED.format(unit=unit)
        case e.Asked():
            return ASKED.format(text=text)
        case e.ProgressReported():
            return PROGRESS.format(text=text)
        case e.ExtensionGranted():
            return _extended(event)
        case e.Answered():
            return text
        case e.Closed():
            return CLOSED_WITH_LEAD if event.with_lead else CLOSED
        case e.Archived():
            return _joined(ARCHIVED.format(reason=ARCHIVE_REASON[event.reason]), text)
        case e.HandedBack():
            to = typed.get("to", "").strip()
            return _joined(HANDED_BACK, to and IN_CHARGE.format(to=to), text)
        case e.Linked():
            return LINKED
        case e.Reopened():
            return REOPENED
    raise ValueError(f"no reporter is told of {type(event).__name__}")


def speaker(event: EventBase, case: Case, coordinator: UnitPath) -> UnitPath:
    """The unit that speaks; `case` is the case after the event."""
    if isinstance(event, e.Asked):
        return event.desk_unit or coordinator
    if isinstance(event, OF_THE_UNIT):
        return case.unit or coordinator
    return coordinator


def _extended(event: e.ExtensionGranted) -> str:
    for change in event.clocks:
        moved = change.change is not Change.STOPPED and change.deadline
        if change.clock is ClockName.ANSWER and moved:
            until = long_date(local_date(moved.due_at))
            return EXTENDED_UNTIL.format(days=event.days, until=until)
    return EXTENDED.format(days=event.days)


def _joined(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)
