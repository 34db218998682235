"""Random lives: whatever people do and whenever, what every case must keep to is kept to.

A life is driven as the workflow drives it. conftest.py says how to live many more.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain import actions as a
from domain import events as e
from domain.actors import REPORTER, SYSTEM, Actor
from domain.alarms import SILENCE, Alarm, next_alarm, rung_at
from domain.calendar import local_date
from domain.case import Case, DeskKind
from domain.chain import GENESIS, Recorded, link_hash
from domain.clocks import Day, counted_days, ledger
from domain.decide import decide
from domain.evolve import evolve, fold
from domain.notices import notices
from domain.permissions import PERMISSIONS, Refused, available
from domain.policy import Measure
from domain.projection import project
from domain.terms import Channel, Classification, ClockName, Stage
from domain.units import covers, is_below
from domain.visibility import OF_A_UNIT, SEES_ALL, can_see, reporter_sees
from tests.domain.asking import OTHERS, Pick, drawn, turn, valid
from tests.domain.cast import STAFF
from tests.domain.life import Life, moments
from tests.domain.wordless import NEW_DAY_OFF, assert_wordless

PEOPLE = (*STAFF, REPORTER)
PEOPLES_ACTIONS = tuple(kind for kind in PERMISSIONS if kind in a.PersonAction.__args__)
TALK = (a.AskReporter, a.ReporterReply, a.ReportProgress, a.RequestExtension, a.GrantExtension)
ONWARD = (
    a.Dispose,
    a.Accept,
    a.Delegate,
    a.Return,
    a.Answer,
    a.ApproveAnswer,
    a.SendBackAnswer,
    a.Rate,
    a.Reopen,
    a.UnlinkDuplicate,
)
OF_A_PORTAL = (a.JoinOrigin, a.ChangeOrigin, a.CloseOrigin, a.AddFiles)
STARTS_ANSWER = (e.Disposed, e.Reopened)

RUNS = {
    Stage.WAITING_REPORTER: {ClockName.REPORTER_INFO},
    Stage.DISPOSED: {ClockName.FOLLOW_UP, ClockName.ANSWER},
    Stage.IN_PROGRESS: {ClockName.ANSWER},
    Stage.IN_REVIEW: {ClockName.REVIEW, ClockName.ANSWER},
    Stage.ANSWERED: {ClockName.REPORTER_SAY},
    Stage.CLOSED: {ClockName.REOPEN_WINDOW},
    Stage.ARCHIVED: {ClockName.REOPEN_WINDOW},
    Stage.HANDED_BACK: {ClockName.REOPEN_WINDOW},
}
"""The clocks that run at each stage; `received` has its own words below."""

spans = st.one_of(st.integers(0, 600), st.integers(1, 8).map(lambda days: days * 1440))
"""Minutes between one thing and the next."""


class Lives(RuleBasedStateMachine):
    life: Life

    @initialize(
        start=moments("2024-01-01", "2027-06-30"),
        channel=st.sampled_from(Channel),
        anonymous=st.booleans(),
        secret=st.booleans(),
        identified=st.booleans(),
        steps=st.lists(st.integers(0, 99), max_size=5),
    )
    def receive(
        self,
        start: datetime,
        channel: Channel,
        anonymous: bool,
        secret: bool,
        identified: bool,
        steps: list[int],
    ) -> None:
        """A case, already some way along its usual course."""
        self.life = Life(
            now=start, channel=channel, anonymous=anonymous, secret=secret, identified=identified
        )
        self.rung: set[tuple[ClockName, str, datetime]] = set()
        """What has rung since the clock was last moved: a due time may come back."""
        for number in steps:
            self.go_on(number, turn(number), ONWARD, (a.Redispose,))

    # What happens

    @rule(minutes=spans, who=st.integers(0, 99), data=st.data())
    def work(self, minutes: int, who: int, data: st.DataObject) -> None:
        """After some time, somebody takes the case further."""
        self.time_passes(minutes)
        self.go_on(who, drawn(data), ONWARD, (a.Redispose, a.ReporterReply))

    @rule(minutes=spans, who=st.integers(0, 99), data=st.data())
    def talk(self, minutes: int, who: int, data: st.DataObject) -> None:
        """After some time, the reporter is asked or says something, or the unit reports."""
        self.time_passes(minutes)
        self.go_on(who, drawn(data), TALK)

    @rule(minutes=spans, who=st.integers(0, 99), data=st.data())
    def act(self, minutes: int, who: int, data: st.DataObject) -> None:
        """After some time, somebody does anything that they can."""
        self.time_passes(minutes)
        self.go_on(who, drawn(data), PEOPLES_ACTIONS)

    @rule(actor=st.sampled_from(PEOPLE), number=st.integers(0, 60))
    def press_everything(self, actor: Actor, number: int) -> None:
        """Nothing offered is refused, nothing else is done; no press is for good."""
        life, offered = self.life, self.offered(actor)
        for kind in PEOPLES_ACTIONS:
            action = valid(kind, life.case, actor, life.rules.policy, turn(number))
            outcome = decide(life.case, action, actor, life.now, life.rules)
            refused = isinstance(outcome, Refused)
            assert refused is (kind not in offered), (actor, action, outcome)
            if isinstance(outcome, Refused):
                assert outcome.why[0].isupper(), "a refusal is a sentence"
                assert outcome.why.endswith("."), "a refusal is a sentence"
        for system in a.SystemAction.__args__:
            action = valid(system, life.case, actor, life.rules.policy, turn(number))
            assert isinstance(decide(life.case, action, actor, life.now, life.rules), Refused)

    @precondition(lambda self: self.alarm() is not None)
    @rule(early=st.integers(1, 3600))
    def the_next_alarm_rings(self, early: int) -> None:
        """At its instant, and not a second before."""
        alarm = self.alarm()
        assert alarm is not None
        before = alarm.at - timedelta(seconds=early)
        if before >= self.life.now:
            outcome = decide(self.life.case, alarm.action, SYSTEM, before, self.life.rules)
            assert isinstance(outcome, Refused)
        self.life.now = max(self.life.now, alarm.at)
        self.ring(alarm)

    @rule(days=st.integers(1, 12))
    def the_engine_is_away(self, days: int) -> None:
        """What was due meanwhile rings when it is back, in the order in which it was due."""
        self.life.now += timedelta(days=days)
        last = None
        while (alarm := self.alarm()) and alarm.at <= self.life.now:
            assert last is None or last <= alarm.at
            last = alarm.at
            self.ring(alarm)

    @rule(day=st.integers(-20, 60))
    def a_decree_changes_a_day(self, day: int) -> None:
        life = self.life
        changed: date = local_date(life.now) + timedelta(days=day)
        days_off = dict(life.rules.calendar.days_off)
        if days_off.pop(changed, None) is None:
            days_off[changed] = NEW_DAY_OFF
        newer = {"version": life.rules.calendar.version + 1, "days_off": days_off}
        calendar = life.rules.calendar.model_copy(update=newer)
        life.rules = life.rules.model_copy(update={"calendar": calendar})
        self.do(SYSTEM, a.Replan())

    @rule(
        classification=st.sampled_from(Classification),
        days=st.integers(3, 60),
        reviewed=st.booleans(),
    )
    def a_decree_changes_a_limit(
        self, classification: Classification, days: int, reviewed: bool
    ) -> None:
        life = self.life
        policy = life.rules.policy
        newer = {
            "version": policy.version + 1,
            "answer_days": policy.answer_days | {classification: days},
            "reviewed_units": ("kab",) if reviewed else (),
        }
        life.rules = life.rules.model_copy(update={"policy": policy.model_copy(update=newer)})
        self.do(SYSTEM, a.Replan())

    @precondition(lambda self: self.life.case.open)
    @rule(other=st.sampled_from(OTHERS), joins=st.booleans())
    def a_duplicate_comes_or_goes(self, other: UUID, joins: bool) -> None:
        """Or the lead of this one, where it has one, ends."""
        if self.life.case.lead:
            self.do(SYSTEM, a.Close())
        elif joins:
            self.do(SYSTEM, a.JoinDuplicate(duplicate=other))
        else:
            self.do(SYSTEM, a.LeaveDuplicate(duplicate=other))

    @rule(number=st.integers(0, 60))
    def a_portal_says_something(self, number: int) -> None:
        """At any stage, and it moves neither desk nor clock."""
        before = self.life.case
        for kind in OF_A_PORTAL:
            self.do(SYSTEM, valid(kind, before, SYSTEM, self.life.rules.policy, turn(number)))
        after = self.life.case
        assert (after.stage, after.desk, after.clocks) == (before.stage, before.desk, before.clocks)
        assert len(after.origins) == len(set(after.origins)), "joined once"

    # What always holds

    @invariant()
    def one_desk_is_accountable(self) -> None:
        case = self.life.case
        desk = case.desk
        assert (desk.kind is DeskKind.NONE) is (not case.open)
        assert (desk.kind is DeskKind.LEAD) is (case.lead is not None)
        assert (desk.unit is not None) is (desk.kind in (DeskKind.UNIT, DeskKind.HEAD))
        if case.delegate:
            assert case.unit is not None
            assert is_below(case.delegate, case.unit)

    @invariant()
    def the_clocks_are_those_of_the_stage(self) -> None:
        """As the life table has them; a link to a lead leaves them as they are."""
        case = self.life.case
        clocks = [c for c in case.clocks.values() if c.stopped_at is None]
        running = {c.name for c in clocks if c.running}
        if case.own_stage is Stage.RECEIVED:
            assert running - {ClockName.FIRST_RESPONSE} == (
                {ClockName.ANSWER} if case.returned else {ClockName.VERIFICATION}
            )
        else:
            delegated = {ClockName.DELEGATION} if case.delegate else set()
            in_progress = case.own_stage is Stage.IN_PROGRESS
            assert running == RUNS[case.own_stage] | (delegated if in_progress else set())
        if case.own_stage is not Stage.WAITING_REPORTER:
            assert len(running) == len(clocks), "nothing is paused but while the reporter is asked"

    @invariant()
    def one_deadline_is_next_with_a_rung_above(self) -> None:
        case, alarm = self.life.case, self.alarm()
        if not case.open or case.lead:
            assert case.next_deadline is None
            assert alarm is None
            return
        assert case.next_deadline is not None
        assert case.next_deadline.running
        assert alarm is not None
        name = _clock_of(alarm)
        assert name in SILENCE or rung_at(case, name, self.life.rules)
        climbs = [c for c in case.ticking if c.name is not ClockName.DELEGATION]
        assert any(c.name in SILENCE or rung_at(case, c.name, self.life.rules) for c in climbs)
        assert all(alarm.at >= clock.started_at for clock in case.ticking if clock.name is name)

    @invariant()
    def the_reported_unit_sees_nothing(self) -> None:
        case = self.life.case
        if case.reported_unit is None:
            return
        assert case.desk.unit is None or not covers(case.reported_unit, case.desk.unit)
        for person in STAFF:
            sits_there = any(
                covers(case.reported_unit, unit)
                for role in OF_A_UNIT
                for unit in person.units_as(role)
            )
            if sits_there and not any(person.holds(role) for role in SEES_ALL):
                assert not can_see(case, person)
                assert not self.offered(person)

    @invariant()
    def folding_what_was_recorded_gives_the_state(self) -> None:
        assert fold(self.life.case.id, self.life.recorded) == self.life.case

    @invariant()
    def ledgers_add_up(self) -> None:
        for clock in self.life.case.clocks.values():
            limit, added = clock.deadline.limit, clock.deadline.added
            if clock.stopped_at or limit.measure is Measure.HOURS:
                continue
            segments = ledger(clock, self.life.rules.calendar)
            start, due = local_date(clock.started_at), local_date(clock.due_at)
            assert segments[0].first == start + timedelta(1)
            assert segments[-1].last == due
            assert sum(segment.days for segment in segments) == (due - start).days
            counted = sum(s.days for s in segments if s.kind in (Day.COUNTED, Day.ADDED))
            assert counted == limit.n + added

    @invariant()
    def a_delegation_ends_before_the_answer(self) -> None:
        case, rules = self.life.case, self.life.rules
        delegation, answer = case.clock(ClockName.DELEGATION), case.clock(ClockName.ANSWER)
        working = case.own_stage in (Stage.IN_PROGRESS, Stage.WAITING_REPORTER)
        assert (delegation is not None) is (case.delegate is not None and working)
        if delegation and delegation.deadline.limit.n > 1:
            assert answer is not None
            due = local_date(delegation.due_at)
            between = sum(day > due for day in counted_days(answer, rules.calendar))
            assert between == rules.policy.delegation_margin_days

    def teardown(self) -> None:
        if not hasattr(self, "life"):
            return
        previous = GENESIS
        for number, recorded in enumerate(self.life.recorded, start=1):
            assert (recorded.seq, recorded.prev) == (number, previous)
            assert recorded.hash == link_hash(self.life.case.id, recorded.model_dump())
            assert_wordless(recorded.data)
            previous = recorded.hash
        assert self.life.case.head == previous

    # How it is driven

    def go_on(self, who: int, pick: Pick, *wishes: Collection[type[a.ActionBase]]) -> None:
        """The first in line who can do one of the first wish does it, else of the next."""
        for kinds in wishes:
            for k in range(len(PEOPLE)):
                actor = PEOPLE[(who + k) % len(PEOPLE)]
                if offered := [kind for kind in self.offered(actor) if kind in kinds]:
                    policy = self.life.rules.policy
                    action = valid(pick(offered), self.life.case, actor, policy, pick)
                    return self.do(actor, action)
        return None

    def time_passes(self, minutes: int) -> None:
        """Alarms ring on the way, each at its instant."""
        until = self.life.now + timedelta(minutes=minutes)
        last = self.life.now
        while (alarm := self.alarm()) and alarm.at <= until:
            # What lay in the past (an unlinked duplicate, a shorter limit) rings at once.
            self.life.now = max(self.life.now, alarm.at)
            assert last <= self.life.now
            last = self.life.now
            self.ring(alarm)
        self.life.now = until

    def offered(self, actor: Actor) -> tuple[type[a.ActionBase], ...]:
        return available(self.life.case, actor, self.life.now, self.life.rules)

    def alarm(self) -> Alarm | None:
        return next_alarm(self.life.case, self.life.now, self.life.rules)

    def ring(self, alarm: Alarm) -> None:
        """An alarm that is due is never refused, and rings once."""
        clock = self.life.case.clock(_clock_of(alarm))
        assert clock is not None
        assert clock.running, "a clock that was stopped or paused is silent"
        key = (clock.name, alarm.action.action, alarm.at)
        assert key not in self.rung
        self.rung.add(key)
        self.do(SYSTEM, alarm.action)

    def do(self, actor: Actor, action: a.Action) -> None:
        life = self.life
        before, known = life.case, len(life.recorded)
        life.do(actor, action)
        case = before
        for recorded in life.recorded[known:]:
            earlier, case = case, evolve(case, recorded)
            self.check(earlier, case, recorded)
        assert case == life.case
        project(case, life.rules)

    def check(self, before: Case, case: Case, recorded: Recorded) -> None:
        """What holds for each single event."""
        event = recorded.event()
        moved = {change.clock for change in event.clocks}
        self.rung = {key for key in self.rung if key[0] not in moved}
        old, new = (c.clocks.get(ClockName.ANSWER) for c in (before, case))
        if old and new and old.started_at != new.started_at:
            assert isinstance(event, STARTS_ANSWER)
        if isinstance(event, e.ExtensionGranted | e.ExtensionRefused):
            assert before.extension is not None
            assert before.extension.by != event.actor
        if isinstance(event, e.Answered) and before.draft:
            assert before.draft.by != event.actor
        if isinstance(event, e.Answered):
            reviewed = case.classification is Classification.BERKADAR
            assert before.draft or not reviewed
        told = reporter_sees(event) and not isinstance(event, e.Linked | e.Replied)
        if event.actor.startswith("account:") and told:
            assert case.clock(ClockName.FIRST_RESPONSE) is None
        stopped = {c.clock for c in event.clocks if c.change is e.Change.STOPPED}
        assert (
            not stopped & {clock.name for clock in case.ticking} or before.stage is not case.stage
        )
        for notice in notices(case, recorded, self.life.rules):
            opening = self.life.rules.calendar.next_opening(event.at)
            assert notice.not_before == (opening if event.actor == SYSTEM.id else event.at)
            unit = notice.audience.partition(":")[2]
            if notice.audience.startswith("unit:") and case.reported_unit:
                assert not covers(case.reported_unit, unit)


def _clock_of(alarm: Alarm) -> ClockName:
    if isinstance(alarm.action, a.Remind | a.Breach | a.Escalate):
        return alarm.action.clock
    return next(name for name, action in SILENCE.items() if action == alarm.action)


THOROUGH = settings.get_current_profile_name() == "thorough"

TestLives = pytest.mark.timeout(0 if THOROUGH else 600)(Lives.TestCase)
TestLives.settings = settings(
    max_examples=20_000 if THOROUGH else 1_000,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=set(Phase) - {Phase.explain},
)
