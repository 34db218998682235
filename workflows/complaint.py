"""One complaint: it folds its recorded events, waits, asks the domain, and appends.

Single writer: `_lock` is held from the decision until the events are recorded, so that the state
in memory never runs ahead of the record. Where the two differ all the same (a restored backup),
the record is right and the workflow starts anew from it.
"""

import asyncio
from datetime import timedelta
from uuid import UUID

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, FailureError

with workflow.unsafe.imports_passed_through():
    from activities.messages import DIVERGED, Append, AskCase, History, Name, Reply
    from domain import actions as a
    from domain.actors import SYSTEM, Actor
    from domain.alarms import Alarm, next_alarm
    from domain.case import Case
    from domain.chain import seal
    from domain.deadlines import is_outdated
    from domain.decide import decide
    from domain.decisions.linking import LEAD_REFUSES
    from domain.evolve import evolve, fold
    from domain.notices import Notice, notices
    from domain.permissions import Refused
    from domain.policy import Rules
    from domain.projection import project
    from domain.sentences import Said
    from domain.terms import ClockName
    from workflows.messages import REFUSED, RETRY, Ask, CaseStart, Done, workflow_id

QUICK = timedelta(seconds=3)
"""How long an append is tried as a local activity, which costs the engine no round trip."""
PATIENT = RetryPolicy(maximum_interval=timedelta(seconds=15))


@workflow.defn(name="Complaint")
class ComplaintWorkflow:
    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        self.rules = start.rules
        self.case = fold(start.complaint, start.events)
        self._lock = asyncio.Lock()
        self._ended_leads = list(start.ended_leads)
        self._rules_changed = start.rules_changed or is_outdated(self.case, start.rules)
        self._leads_to_leave: list[UUID] = []
        self._diverged = False

    @workflow.run
    async def run(self, start: CaseStart) -> None:
        while not self.case.is_final(workflow.now()):
            if self._leads_to_leave:
                await self._leave_lead()
            elif self._diverged or workflow.info().is_continue_as_new_suggested():
                await self._begin_anew()
            elif self._lead_has_ended:
                await self._do(a.Close())
            elif self._rules_changed:
                self._rules_changed = False
                await self._do(a.Replan())
            else:
                await self._sleep_until_something_is_due()
        await workflow.wait_condition(workflow.all_handlers_finished)

    @workflow.update
    async def act(self, ask: Ask) -> Done:
        """Do what is asked, once. Returns when it is recorded.

        Raises ApplicationError of type `Refused` (with the domain's sentence) or `Retry`.
        """
        action = ask.action
        if isinstance(action, a.LinkDuplicate) and not self._is_done(ask):
            await self._ask_lead_to_take_in(action, ask.request)
        async with self._lock:
            if not self._is_done(ask):
                lead = self.case.lead
                refused = await self._decide_and_append(action, ask.actor, ask.request)
                if refused:
                    if isinstance(action, a.LinkDuplicate):
                        self._leads_to_leave.append(action.lead)
                    raise _error(refused)
                if isinstance(action, a.UnlinkDuplicate) and lead:
                    self._leads_to_leave.append(lead)
        return Done(seq=self.case.requests.get(ask.request, self.case.seq), stage=self.case.stage)

    @act.validator
    def _may(self, ask: Ask) -> None:
        """Refuses before anything is written, by the function that also drew the buttons."""
        if not self._is_done(ask):
            outcome = decide(self.case, ask.action, ask.actor, workflow.now(), self.rules)
            if isinstance(outcome, Refused):
                raise _error(outcome)

    @workflow.query
    def state(self) -> Case:
        """For comparing engine and record; pages read the record."""
        return self.case

    @workflow.signal
    def lead_ended(self, lead: UUID) -> None:
        """That lead was closed, archived or handed back; it may come before the link to it."""
        self._ended_leads.append(lead)

    @workflow.update
    def rules_changed(self, rules: Rules) -> None:
        """A new version of policy or calendar is in force; re-planned right after.

        An Update, since a signal does not wake a case that was only filed.
        """
        self.rules = rules
        self._rules_changed = True

    def _is_done(self, ask: Ask) -> bool:
        return ask.request in self.case.requests

    @property
    def _lead_has_ended(self) -> bool:
        return self.case.lead in self._ended_leads

    @property
    def _called(self) -> bool:
        return bool(
            self._lead_has_ended or self._rules_changed or self._leads_to_leave or self._diverged
        )

    @property
    def _next(self) -> Alarm | None:
        return next_alarm(self.case, workflow.now(), self.rules)

    async def _sleep_until_something_is_due(self) -> None:
        """The timer stays while what happens leaves the next alarm as it was."""
        alarm, window = self._next, self.case.clock(ClockName.REOPEN_WINDOW)
        wake_at = alarm.at if alarm else window.due_at if window else None
        seen = self.case.seq

        def moved() -> bool:
            nonlocal seen
            if self.case.seq == seen:
                return False
            seen = self.case.seq
            return self._next != alarm or self.case.clock(ClockName.REOPEN_WINDOW) != window

        try:
            await workflow.wait_condition(
                lambda: moved() or self._called,
                timeout=max(wake_at - workflow.now(), timedelta()) if wake_at else None,
            )
        except TimeoutError:
            if alarm:
                await self._do(alarm.action)

    async def _do(self, action: a.Action) -> None:
        """What the system itself asks; a refusal means that somebody was quicker."""
        try:
            async with self._lock:
                await self._decide_and_append(action, SYSTEM, None)
        except ApplicationError as error:
            if error.type != RETRY:
                raise

    async def _decide_and_append(
        self, action: a.Action, actor: Actor, request: str | None
    ) -> Refused | None:
        """Decide, record, and only then believe it. The caller holds the lock."""
        was_open, case = self.case.open, self.case
        outcome = decide(case, action, actor, workflow.now(), self.rules, request)
        if isinstance(outcome, Refused):
            return outcome
        told: list[Notice] = []
        sealed = seal(case.id, case.seq, case.head, outcome)
        for recorded in sealed:
            case = evolve(case, recorded)
            told += notices(case, recorded, self.rules)
        if sealed:
            await self._append(
                Append(
                    complaint=case.id,
                    events=sealed,
                    projection=project(case, self.rules),
                    notices=tuple(told),
                )
            )
        self.case = case
        if was_open and not case.open:
            await self._tell_duplicates()
        return None

    async def _append(self, append: Append) -> None:
        """At once where the database is there; else as long as it takes."""
        try:
            await workflow.execute_local_activity(
                Name.APPEND_EVENTS,
                append,
                schedule_to_close_timeout=QUICK,
                retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=200)),
            )
        except FailureError as error:
            if _is_diverged(error):
                raise self._divergence() from error
            await self._append_patiently(append)

    async def _append_patiently(self, append: Append) -> None:
        try:
            await workflow.execute_activity(
                Name.APPEND_EVENTS,
                append,
                start_to_close_timeout=timedelta(seconds=15),
                retry_policy=PATIENT,
                summary="database is away",
            )
        except ActivityError as error:
            if _is_diverged(error):
                raise self._divergence() from error
            raise

    def _divergence(self) -> ApplicationError:
        self._diverged = True
        return ApplicationError("the case is rebuilt from the record", type=RETRY)

    async def _begin_anew(self) -> None:
        await workflow.wait_condition(workflow.all_handlers_finished)
        history = await workflow.execute_activity(
            Name.LOAD_EVENTS,
            self.case.id,
            result_type=History,
            start_to_close_timeout=timedelta(seconds=15),
            retry_policy=PATIENT,
        )
        workflow.continue_as_new(
            CaseStart(
                complaint=self.case.id,
                rules=self.rules,
                events=history.events,
                ended_leads=tuple(self._ended_leads),
                rules_changed=self._rules_changed,
            )
        )

    async def _ask_lead_to_take_in(self, action: a.LinkDuplicate, request: str) -> None:
        """Before the lock is taken: two cases may ask each other at the same time.

        A lead that takes in is open: what it said of an end before that is past.
        """
        self._ended_leads = [lead for lead in self._ended_leads if lead != action.lead]
        ask = AskCase(
            complaint=action.lead,
            action=a.JoinDuplicate(duplicate=self.case.id),
            request=f"{request}:join",
        )
        try:
            reply: Reply = await workflow.execute_activity(
                Name.ASK_CASE,
                ask,
                result_type=Reply,
                start_to_close_timeout=timedelta(seconds=10),
                schedule_to_close_timeout=timedelta(seconds=20),
            )
        except ActivityError as error:
            raise ApplicationError("the lead case does not answer", type=RETRY) from error
        if reply.refused:
            raise _error(Refused("field", Said(LEAD_REFUSES, why=reply.refused)))

    async def _leave_lead(self) -> None:
        lead = self._leads_to_leave.pop(0)
        ask = AskCase(
            complaint=lead,
            action=a.LeaveDuplicate(duplicate=self.case.id),
            request=str(workflow.uuid4()),
        )
        await workflow.execute_activity(
            Name.ASK_CASE,
            ask,
            result_type=Reply,
            start_to_close_timeout=timedelta(seconds=10),
            retry_policy=PATIENT,
        )

    async def _tell_duplicates(self) -> None:
        for duplicate in self.case.duplicates:
            handle = workflow.get_external_workflow_handle(workflow_id(duplicate))
            try:
                await handle.signal(ComplaintWorkflow.lead_ended, self.case.id)
            except FailureError:
                workflow.logger.warning("a duplicate is no longer running")


def _error(refused: Refused) -> ApplicationError:
    why = refused.why
    parts = (why.source, dict(why.values)) if isinstance(why, Said) else ()
    return ApplicationError(str(why), refused.kind, *parts, type=REFUSED, non_retryable=True)


def _is_diverged(error: FailureError) -> bool:
    """An activity's own error is the cause of ActivityError; a local one's comes as it is."""
    own = error.cause if isinstance(error, ActivityError) else error
    return isinstance(own, ApplicationError) and own.type == DIVERGED
