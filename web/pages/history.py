"""The full history of a case for an auditor: each event with who, what it changed and by what
reckoning, as far as it can be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from pydantic import ValidationError

from domain.case import Case
from domain.chain import Recorded
from domain.clocks import Clock
from domain.events import Change, Event
from domain.evolve import evolve, fold
from domain.forms import category_label
from domain.policy import Rules
from domain.words import CLASSIFICATION, CLOCK, STAGE
from record.cases import CaseFile
from record.entries import Typed, entries_of
from record.events import load_events
from web.house import Directory, House
from web.pages.cast import Cast, cast_of
from web.pages.dates import moment, working_days
from web.pages.language import N_, _
from web.pages.reckoning import reckoning
from web.pages.saying import Happening, Kind, desk_name, happening
from web.pages.tags import upper
from web.viewing import Viewed

UNREADABLE = N_("Kejadian yang tidak dapat dibaca")
NOTHING = "-"
TAMPERED = (ValueError, KeyError, AssertionError, AttributeError)
"""What folding raises for events that no version of this house wrote; ValidationError is one."""


@dataclass(frozen=True)
class Difference:
    """What an event changed: what it was before, and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Reckoning:
    """What an event did to a clock, and the arithmetic of the deadline it set."""

    clock: str
    change: str
    due: str
    arithmetic: str


@dataclass(frozen=True)
class Step:
    """One event. `behalf` is for whom it was done; `erased`: its text was taken away."""

    happening: Happening
    type: str
    role: str
    behalf: str
    erased: bool
    differences: Sequence[Difference]
    reckonings: Sequence[Reckoning]
    request: str
    prev: str
    hash: str


@dataclass(frozen=True)
class History:
    """Oldest first. `openings`: who looked at the reporter's identity."""

    steps: Sequence[Step]
    openings: Sequence[Step]


async def history_of(house: House, file: CaseFile) -> History:
    """Three statements, whatever happened. An event that somebody tampered with is shown as far as
    it can be read, and so are those before and after it."""
    recorded = await load_events(house.engine, file.complaint_id)
    typed = await entries_of(house.engine, file.complaint_id)
    states = _states(file.complaint_id, recorded)
    cast = await cast_of(house, ((one.actor, one.data) for one in recorded))
    story = _Story(file, recorded, typed, cast, await house.directory(), await house.rules())
    steps = [story.step(one, *states[k]) for k, one in enumerate(recorded)]
    opened = [one for one in steps if one.type == "identity_opened"]
    return History(steps, opened)


State = Case | None


def _states(complaint: UUID, recorded: Sequence[Recorded]) -> list[tuple[State, State]]:
    """The case before and after each event; None where that cannot be told."""
    found: list[tuple[State, State]] = []
    before: State = None
    for number, one in enumerate(recorded):
        after: State = None
        try:
            if number == 0:
                after = fold(complaint, [one])
            elif before is not None:
                after = evolve(before, one)
        except TAMPERED:
            after = None
        found.append((before, after))
        before = after
    return found


def read(recorded: Recorded) -> Event | None:
    """The event, None where it says what no version of this house wrote."""
    try:
        return recorded.event()
    except ValidationError:
        return None


@dataclass(frozen=True)
class _Story:
    file: CaseFile
    recorded: Sequence[Recorded]
    typed: dict[UUID, Typed]
    cast: Cast
    units: Directory
    rules: Rules

    def step(self, one: Recorded, before: State, after: State) -> Step:
        event = read(one)
        return Step(
            happening=self._happening(one, after) if event and after else self._unreadable(one),
            type=one.type,
            role=self.cast.role(one.actor),
            behalf=self.cast.behalf(one.data),
            erased=event is not None and self._erased(event),
            differences=self._differences(before, after) if after else (),
            reckonings=self._reckonings(event, before, after) if event and after else (),
            request=str(one.data.get("request", "")),
            prev=one.prev,
            hash=one.hash,
        )

    def _happening(self, one: Recorded, case: Case) -> Happening:
        viewed = Viewed(self.file, case, tuple(self.recorded), self.typed, self.rules)
        return happening(one, viewed, self.units, self.cast.name)

    def _unreadable(self, one: Recorded) -> Happening:
        return Happening(one.seq, Kind.SYSTEM, _(UNREADABLE), one.at, self.cast.name(one.actor), ())

    def _erased(self, event: Event) -> bool:
        if event.entry is None:
            return False
        if event.entry.id == self.file.complaint_id:
            return self.file.title is None
        kept = self.typed.get(event.entry.id)
        return kept is not None and kept.texts is None

    def _differences(self, before: State, after: Case) -> list[Difference]:
        was = self._facts(before) if before else {}
        return [
            Difference(_(label), was.get(label, NOTHING), now)
            for label, now in self._facts(after).items()
            if was.get(label, NOTHING) != now
        ]

    def _facts(self, case: Case) -> dict[str, str]:
        deadline = case.next_deadline
        found = {
            N_("Status"): upper(_(STAGE[case.stage])),
            N_("Penanggung jawab"): desk_name(case, self.units),
            N_("Unit"): self.units.name(case.unit),
            N_("Didelegasikan kepada"): self.units.name(case.delegate),
            N_("Klasifikasi"): case.classification
            and upper(_(CLASSIFICATION[case.classification])),
            N_("Kategori"): case.category and _(category_label(case.category)),
            N_("Anonim"): _("Ya") if case.anonymous else _("Tidak"),
            N_("Rahasia"): _("Ya") if case.secret else _("Tidak"),
            N_("Unit yang dilaporkan"): self.units.name(case.reported_unit),
            N_("Tenggat berikutnya"): deadline
            and f"{upper(_(CLOCK[deadline.name]))}, {moment(deadline.due_at)}",
            N_("Tingkat eskalasi"): str(case.level) if case.level else None,
            N_("Perintah yang menunggu"): str(case.instructions) if case.instructions else None,
            N_("Perpanjangan yang diminta"): case.extension and working_days(case.extension.days),
            N_("Kali dikembalikan unit"): str(case.returns) if case.returns else None,
            N_("Laporan tertaut"): str(len(case.duplicates)) if case.duplicates else None,
            N_("Laporan dari portal lain"): str(len(case.origins)) if case.origins else None,
            N_("Nilai dari pelapor"): f"{case.rating}/5" if case.rating else None,
        }
        return {label: value or NOTHING for label, value in found.items()}

    def _reckonings(self, event: Event, before: State, after: Case) -> list[Reckoning]:
        found = []
        for change in event.clocks:
            clock = after.clocks[change.clock]
            earlier = before.clocks.get(change.clock) if before else None
            found.append(
                Reckoning(
                    clock=upper(_(CLOCK[clock.name])),
                    change=_(CHANGES[change.change]),
                    due=_due(change.change, clock, earlier),
                    arithmetic=reckoning(clock) if change.deadline else "",
                )
            )
        return found


CHANGES = {
    Change.STARTED: N_("mulai dihitung"),
    Change.STOPPED: N_("berhenti"),
    Change.PAUSED: N_("dijeda"),
    Change.RESUMED: N_("dilanjutkan"),
    Change.MOVED: N_("dihitung ulang"),
}


def _due(change: Change, clock: Clock, earlier: Clock | None) -> str:
    if change in (Change.STOPPED, Change.PAUSED):
        return ""
    now = moment(clock.due_at)
    if change is Change.STARTED or earlier is None or earlier.due_at == clock.due_at:
        return now
    return f"{moment(earlier.due_at)} → {now}"
