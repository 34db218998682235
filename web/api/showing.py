"""From a case to what the API answers about it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from domain.actions import ActionBase
from domain.actors import REPORTER, Actor
from domain.calendar import Calendar, local_date
from domain.case import Case
from domain.chain import Recorded
from domain.clocks import Clock, Day, Segment, ledger
from domain.explain import explain
from domain.forms import FieldKind, FormField, form_fields
from domain.permissions import available
from domain.policy import Measure, Policy
from domain.terms import ClockName
from domain.units import code_of
from domain.visibility import reporter_deadline, reporter_stage
from record.cases import CaseRow
from web.acting import LONGEST_TEXT
from web.api import shapes
from web.viewing import Entry, Viewed, reporter_entries

EXPECTS = {
    FieldKind.TEXT: f"teks, paling banyak {LONGEST_TEXT} huruf",
    FieldKind.CHOICE: "salah satu `value` dari `choices`",
    FieldKind.FLAG: "true atau false",
    FieldKind.NUMBER: "bilangan bulat",
    FieldKind.UNIT: "kode unit, misalnya dpupr",
    FieldKind.COMPLAINT: "nomor aduan, misalnya MB-2026-000123",
}
ASKED = "menunggu jawaban pelapor"
"""The only reason for which a clock pauses."""


def case_shape(
    viewed: Viewed, actor: Actor, now: datetime, calendars: Mapping[int, Calendar]
) -> shapes.CaseShape:
    """The whole case for a member of staff; `calendars` are those its deadlines name."""
    file, case = viewed.file, viewed.case
    return shapes.CaseShape(
        ticket=file.ticket,
        channel=case.channel,
        title=file.title,
        body=file.body,
        occurred_on=file.occurred_on,
        location=shapes.Place(
            kecamatan=file.kecamatan,
            village_code=file.village_code,
            address=file.address,
            lat=file.lat,
            lng=file.lng,
        ),
        stage=case.stage,
        unit=_code(case.unit),
        delegate=_code(case.delegate),
        desk=case.desk.kind,
        desk_unit=_code(case.desk.unit),
        lead=file.lead_ticket,
        classification=case.classification,
        category=case.category,
        anonymous=case.anonymous,
        secret=case.secret,
        reported_unit=_code(case.reported_unit),
        identified=case.identified,
        received_at=case.received_at,
        answered_at=case.answered_at,
        ended_at=case.ended_at,
        rating=case.rating,
        late=file.late,
        level=case.level,
        seq=case.seq,
        deadlines=[
            *(_deadline(case, c, calendars[c.deadline.calendar], now) for c in _clocks(case)),
            _citizen(case),
        ],
        available=_offers(viewed, actor, now),
        timeline=[_happened(recorded, viewed) for recorded in viewed.recorded],
    )


def calendar_versions(case: Case) -> set[int]:
    """The versions of the calendar that the case's deadlines were counted under."""
    return {clock.deadline.calendar for clock in case.clocks.values()}


def tracked_shape(viewed: Viewed, relayed: Iterable[Entry], now: datetime) -> shapes.Tracked:
    """What the reporter may see of their own complaint."""
    case, deadline = viewed.case, reporter_deadline(viewed.case)
    told = sorted([*reporter_entries(viewed), *relayed], key=lambda entry: entry.at)
    return shapes.Tracked(
        ticket=viewed.file.ticket,
        title=viewed.file.title,
        body=viewed.file.body,
        stage=reporter_stage(case),
        unit=_code(case.unit),
        anonymous=case.anonymous,
        secret=case.secret,
        received_at=case.received_at,
        next=shapes.Next(clock=deadline.name, due=deadline.due_at) if deadline else None,
        timeline=[shapes.Told.model_validate(vars(entry)) for entry in told],
        available=_offers(viewed, REPORTER, now),
    )


def row_shape(row: CaseRow) -> shapes.Row:
    return shapes.Row(
        ticket=row.ticket,
        title=row.title,
        stage=row.stage,
        unit=_code(row.unit),
        delegate=_code(row.delegate),
        desk=row.desk,
        desk_unit=_code(row.desk_unit),
        channel=row.channel,
        kecamatan=row.kecamatan,
        classification=row.classification,
        category=row.category,
        due=row.due_at,
        due_clock=row.due_clock,
        late=row.late,
        level=row.level,
        received_at=row.received_at,
        updated_at=row.updated_at,
    )


def _code(path: str | None) -> str | None:
    return code_of(path) if path else None


def _clocks(case: Case) -> Sequence[Clock]:
    """Those that go on first, each group by its due time."""
    return sorted(case.clocks.values(), key=lambda c: (c.stopped_at is not None, c.due_at))


def _deadline(case: Case, clock: Clock, calendar: Calendar, now: datetime) -> shapes.Deadline:
    state = _state(case, clock)
    return shapes.Deadline(
        clock=clock.name,
        state=state,
        started_at=clock.started_at,
        stopped_at=clock.stopped_at,
        paused_since=clock.pauses[-1].since if state == "paused" else None,
        due=clock.due_at,
        late=_is_late(clock, state, now),
        level=clock.level,
        policy_version=clock.deadline.policy,
        calendar_version=clock.deadline.calendar,
        arithmetic=explain(clock.deadline, clock.started_at),
        ledger=_ledger(clock, calendar),
    )


def _state(case: Case, clock: Clock) -> str:
    if clock.stopped_at:
        return "stopped"
    if case.lead:
        return "held"
    return "paused" if clock.paused else "running"


def _is_late(clock: Clock, state: str, now: datetime) -> bool:
    """Whether it had run out when it stopped, or paused, or by now."""
    if state == "held" or clock.name is ClockName.REOPEN_WINDOW:
        return False
    paused_since = clock.pauses[-1].since if clock.paused else None
    return clock.due_at < (clock.stopped_at or paused_since or now)


def _ledger(clock: Clock, calendar: Calendar) -> tuple[shapes.Run, ...]:
    if clock.deadline.limit.measure is Measure.HOURS:
        first, last = local_date(clock.started_at), local_date(clock.due_at)
        hours = clock.deadline.limit.n
        return (shapes.Run(first=first, last=last, kind=Day.COUNTED, hours=hours),)
    return tuple(_run(segment) for segment in ledger(clock, calendar))


def _run(segment: Segment) -> shapes.Run:
    paused = segment.kind is Day.PAUSED
    return shapes.Run(
        first=segment.first,
        last=segment.last,
        kind=segment.kind,
        days=segment.days,
        name=None if paused else segment.name,
        by=segment.name if paused else None,
        why=ASKED if paused else None,
    )


def _citizen(case: Case) -> shapes.Deadline:
    """The citizen's clock: no limit, no pause, stopped once by the first answer."""
    return shapes.Deadline(
        clock="citizen",
        state="stopped" if case.answered_at else "running",
        started_at=case.received_at,
        stopped_at=case.answered_at,
        due=None,
    )


def _offers(viewed: Viewed, actor: Actor, now: datetime) -> list[shapes.Offered]:
    kinds = available(viewed.case, actor, now, viewed.rules)
    return [_offered(kind, viewed.rules.policy) for kind in kinds]


def _offered(kind: type[ActionBase], policy: Policy) -> shapes.Offered:
    fields = tuple(_field(kind, field) for field in form_fields(kind, policy))
    return shapes.Offered(action=kind.name(), label=kind.LABEL, fields=fields)


def _field(kind: type[ActionBase], field: FormField) -> shapes.Field:
    expects = EXPECTS[field.kind]
    if field.kind is FieldKind.NUMBER:
        least, most = limits(kind, field.name)
        expects = f"{expects} {least} sampai {most}"
    return shapes.Field(
        name=field.name,
        label=field.label,
        kind=field.kind,
        required=field.required,
        expects=expects,
        choices=field.choices,
    )


def limits(kind: type[ActionBase], name: str) -> tuple[int, int]:
    """The least and the greatest number that a field takes."""
    known = kind.model_fields[name].metadata
    [least] = [one.ge for one in known if hasattr(one, "ge")]
    [most] = [one.le for one in known if hasattr(one, "le")]
    return least, most


def _happened(recorded: Recorded, viewed: Viewed) -> shapes.Happened:
    typed = None
    if entry := recorded.data.get("entry"):
        typed = viewed.typed.get(UUID(entry["id"]))
    return shapes.Happened(
        seq=recorded.seq,
        type=recorded.type,
        at=recorded.at,
        actor=recorded.actor,
        texts=typed.texts if typed else {},
    )
