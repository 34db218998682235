"""How the rest of the house asks the workflows: start a case, ask something of it.

Every call has a time limit, since the engine's own client would wait for it without end.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from temporalio.api.workflowservice.v1 import GetSystemInfoRequest
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleUpdate,
    WithStartWorkflowOperation,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfig
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.types import MethodAsyncSingleParam

from activities.messages import ImportWork, OriginWork, TakeAgain, TakeAllAgain
from domain.actions import Action
from domain.actors import SYSTEM, Actor
from domain.alarms import next_alarm
from domain.chain import Recorded
from domain.deadlines import is_outdated
from domain.evolve import fold
from domain.policy import Rules
from domain.sentences import Said
from workflows.complaint import ComplaintWorkflow
from workflows.housekeeping import AnnounceRulesWorkflow, SweepWorkflow
from workflows.importing import ImportWorkflow
from workflows.messages import (
    REFUSED,
    TASK_QUEUE,
    Ask,
    CaseStart,
    Done,
    poll_id,
    rules_id,
    workflow_id,
)
from workflows.portals import (
    DeliverWorkflow,
    FetchWorkflow,
    PollWorkflow,
    TakeAllInAgainWorkflow,
    TakeInAgainWorkflow,
)
from workflows.training import LearnWorkflow

M = TypeVar("M")
T = TypeVar("T")

START_WITHIN = timedelta(seconds=5)
ACT_WITHIN = timedelta(seconds=10)

LoadStart = Callable[[UUID], Awaitable[CaseStart]]
Start = tuple[Rules, Sequence[Recorded]]


class ActionRefused(Exception):
    """The domain says no: `kind` of `domain.permissions.Refused`, and why, for people."""

    def __init__(self, kind: str, why: str) -> None:
        super().__init__(why)
        self.kind = kind
        self.why = why


class EngineAway(Exception):
    """The engine, or every worker, is out of reach: nothing is lost, ask again with the same id."""


class NotRunning(EngineAway):
    """The engine is there and does not have the workflow: it has ended, or was lost."""


async def connect(*, lazy: bool = False) -> Client:
    """A client by Temporal's own environment configuration; a lazy one connects when first used.

    Raises RuntimeError where a client that is not lazy finds no engine.
    """
    config = ClientConfig.load_client_connect_config()
    config.setdefault("target_host", "127.0.0.1:7233")
    return await Client.connect(**config, data_converter=pydantic_data_converter, lazy=lazy)


async def start_case(client: Client, start: CaseStart) -> None:
    """Start the workflow of a case; a running one goes on undisturbed. Raises EngineAway."""
    id, sleeps = workflow_id(start.complaint), _sleeps_for(start)
    await _begun(client, ComplaintWorkflow.run, id, start, delay=sleeps)


def _sleeps_for(start: CaseStart) -> timedelta | None:
    """A case that was only filed costs the engine nothing until its first alarm or Update.

    Updates end such a sleep, signals do not: docs/decisions/0014-filed-cases-sleep.md.
    """
    now, case = datetime.now(UTC), fold(start.complaint, start.events)
    if case.seq > 1 or is_outdated(case, start.rules):
        return None
    alarm = next_alarm(case, now, start.rules)
    return alarm.at - now if alarm and alarm.at > now else None


async def ask_case(client: Client, complaint: UUID, ask: Ask, load: LoadStart) -> Done:
    """Ask something of a case and wait until it is recorded; the same request is done once.

    A case whose workflow has ended, or was lost with the engine, is started anew from what `load`
    reads of its record. Raises ActionRefused, EngineAway.
    """
    handle = client.get_workflow_handle_for(ComplaintWorkflow.run, workflow_id(complaint))
    with suppress(NotRunning):
        return await _reached(
            handle.execute_update(ComplaintWorkflow.act, ask, id=ask.request), ACT_WITHIN
        )
    revived = WithStartWorkflowOperation(
        ComplaintWorkflow.run,
        await load(complaint),
        id=workflow_id(complaint),
        task_queue=TASK_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )
    return await _reached(
        client.execute_update_with_start_workflow(
            ComplaintWorkflow.act, ask, id=ask.request, start_workflow_operation=revived
        ),
        ACT_WITHIN,
    )


@dataclass(frozen=True)
class SystemClient:
    """What the house's own activities ask of the cases, mostly in the system's name."""

    client: Client

    async def start(self, complaint: UUID, start: Start) -> None:
        """Raises EngineAway."""
        await start_case(self.client, _case_start(complaint, start))

    async def lead_ended(self, complaint: UUID, lead: UUID, start: Start) -> None:
        """Tell a duplicate, running or not, that its lead ended. Raises EngineAway."""
        await _reached(
            self.client.start_workflow(
                ComplaintWorkflow.run,
                _case_start(complaint, start),
                id=workflow_id(complaint),
                task_queue=TASK_QUEUE,
                start_signal="lead_ended",
                start_signal_args=[lead],
                rpc_timeout=START_WITHIN,
            ),
            START_WITHIN,
        )

    async def ask(
        self,
        complaint: UUID,
        action: Action,
        request: str,
        load: Callable[[UUID], Awaitable[Start]],
        actor: Actor = SYSTEM,
    ) -> str | None:
        """Why it was refused, or None. Raises EngineAway."""

        async def revived(complaint: UUID) -> CaseStart:
            return _case_start(complaint, await load(complaint))

        ask = Ask(action=action, actor=actor, request=request)
        try:
            await ask_case(self.client, complaint, ask, revived)
        except ActionRefused as refused:
            return refused.why
        return None

    async def tell(self, complaint: UUID, rules: Rules) -> bool:
        """Tell a case of new rules; one whose workflow does not run learns them when it starts.

        False where it did not answer.
        """
        handle = self.client.get_workflow_handle(workflow_id(complaint))
        telling = handle.execute_update(
            ComplaintWorkflow.rules_changed, rules, id=f"rules-{rules_id(rules)}"
        )
        try:
            await _reached(telling, ACT_WITHIN)
        except NotRunning:
            return True
        except EngineAway:
            return False
        return True

    async def deliver(self, origin: UUID, portal: str, *, anew: bool = True) -> None:
        """Raises EngineAway."""
        await deliver(self.client, origin, portal, anew=anew)

    async def fetch(self, origin: UUID, portal: str, *, anew: bool = True) -> None:
        """Raises EngineAway."""
        await fetch(self.client, origin, portal, anew=anew)


def _case_start(complaint: UUID, start: Start) -> CaseStart:
    rules, events = start
    return CaseStart(complaint=complaint, rules=rules, events=tuple(events))


async def deliver(client: Client, origin: UUID, portal: str, *, anew: bool = True) -> None:
    """Have a report's portal told what it was not told yet; `anew`: where that goes on already,
    look once more. Raises EngineAway."""
    work, signal = OriginWork(origin=origin, portal=portal), "more" if anew else None
    await _begun(client, DeliverWorkflow.run, f"deliver-{origin}", work, signal=signal)


async def fetch(client: Client, origin: UUID, portal: str, *, anew: bool = True) -> None:
    """Have a report's attachments fetched; as `deliver`. Raises EngineAway."""
    work, signal = OriginWork(origin=origin, portal=portal), "more" if anew else None
    await _begun(client, FetchWorkflow.run, f"fetch-{origin}", work, signal=signal)


async def announce_rules(client: Client, rules: Rules) -> None:
    """Have every open case re-plan under these rules. Raises EngineAway."""
    await _begun(client, AnnounceRulesWorkflow.run, f"announce-rules-{rules_id(rules)}", rules)


async def keep_sweeping(client: Client) -> None:
    """Have the sweeper run every minute; safe to repeat. Raises EngineAway."""
    schedule = Schedule(
        action=ScheduleActionStartWorkflow(SweepWorkflow.run, id="sweep", task_queue=TASK_QUEUE),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=timedelta(minutes=1))]),
        policy=SchedulePolicy(
            overlap=ScheduleOverlapPolicy.SKIP, catchup_window=timedelta(minutes=1)
        ),
    )
    with suppress(ScheduleAlreadyRunningError):
        await _reached(
            client.create_schedule("sweep", schedule, trigger_immediately=True), START_WITHIN
        )


async def keep_learning(client: Client) -> None:
    """Have the house learn from its decisions every night; safe to repeat. Raises EngineAway."""
    schedule = Schedule(
        action=ScheduleActionStartWorkflow(LearnWorkflow.run, id="learn", task_queue=TASK_QUEUE),
        spec=ScheduleSpec(
            calendars=[ScheduleCalendarSpec(hour=[ScheduleRange(2)])],
            time_zone_name="Asia/Jakarta",
        ),
        policy=SchedulePolicy(
            overlap=ScheduleOverlapPolicy.SKIP, catchup_window=timedelta(hours=12)
        ),
    )
    with suppress(ScheduleAlreadyRunningError):
        await _reached(
            client.create_schedule("learn", schedule, trigger_immediately=True), START_WITHIN
        )


async def keep_polling(client: Client, portal: str, every: timedelta) -> None:
    """Have what a portal holds pulled so often; safe to repeat, also with another interval.

    Raises EngineAway.
    """
    schedule = Schedule(
        action=ScheduleActionStartWorkflow(
            PollWorkflow.run, portal, id=poll_id(portal), task_queue=TASK_QUEUE
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)]),
        policy=SchedulePolicy(
            overlap=ScheduleOverlapPolicy.SKIP, catchup_window=timedelta(minutes=1)
        ),
    )
    try:
        await _reached(
            client.create_schedule(poll_id(portal), schedule, trigger_immediately=True),
            START_WITHIN,
        )
    except ScheduleAlreadyRunningError:
        handle = client.get_schedule_handle(poll_id(portal))
        described = await _reached(handle.describe(), START_WITHIN)
        if described.schedule.spec.intervals != schedule.spec.intervals:
            await _reached(handle.update(lambda _: ScheduleUpdate(schedule=schedule)), START_WITHIN)


async def poll_now(client: Client, portal: str) -> None:
    """Pull at once, or once more after the pulling that is under way. Raises EngineAway, and
    NotRunning where the portal is not polled."""
    handle = client.get_schedule_handle(poll_id(portal))
    await _reached(handle.trigger(overlap=ScheduleOverlapPolicy.BUFFER_ONE), START_WITHIN)


async def take_in_again(
    client: Client, portal: str, quarantined: UUID, actor: str = SYSTEM.id
) -> bool:
    """Try once more to take in what was kept in the quarantine, as that actor wants; whether it
    went, as far as that is known within some seconds. Raises EngineAway."""
    work = TakeAgain(quarantined=quarantined, portal=portal, actor=actor)
    handle = await _begun(client, TakeInAgainWorkflow.run, f"take-in-again-{quarantined}", work)
    try:
        async with asyncio.timeout(ACT_WITHIN.total_seconds()):
            return await handle.result()
    except (TimeoutError, WorkflowFailureError):
        return False
    except RPCError as error:
        raise EngineAway("the engine is out of reach") from error


async def take_all_in_again(client: Client, portal: str, actor: str) -> None:
    """Begin to take in all that the portal has in the quarantine, where that is not under way.
    Raises EngineAway."""
    work = TakeAllAgain(portal=portal, actor=actor)
    await _begun(client, TakeAllInAgainWorkflow.run, f"take-all-in-again-{portal}", work)


async def take_in_sheet(client: Client, id: UUID) -> None:
    """Have a portal's spreadsheet taken in; safe to repeat. Raises EngineAway."""
    await _begun(client, ImportWorkflow.run, f"import-{id}", ImportWork(id=id))


async def ping(client: Client) -> str:
    """The engine's version. Raises EngineAway."""
    info = await _reached(
        client.workflow_service.get_system_info(
            GetSystemInfoRequest(), timeout=timedelta(seconds=2)
        ),
        timedelta(seconds=3),
    )
    return info.server_version


async def _begun(
    client: Client,
    run: MethodAsyncSingleParam[Any, M, T],
    id: str,
    message: M,
    *,
    delay: timedelta | None = None,
    signal: str | None = None,
) -> WorkflowHandle[Any, T]:
    """A workflow that is started, or goes on undisturbed where it runs. Raises EngineAway."""
    return await _reached(
        client.start_workflow(
            run,
            message,
            id=id,
            task_queue=TASK_QUEUE,
            start_delay=delay,
            start_signal=signal,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            rpc_timeout=START_WITHIN,
        ),
        START_WITHIN,
    )


async def _reached(call: Awaitable[T], within: timedelta) -> T:
    try:
        async with asyncio.timeout(within.total_seconds()):
            return await call
    except WorkflowUpdateFailedError as error:
        cause = error.cause
        if isinstance(cause, ApplicationError) and cause.type == REFUSED:
            kind, *parts = cause.details
            raise ActionRefused(str(kind), _said(cause.message, *parts)) from error
        raise EngineAway("the case could not act") from error
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise NotRunning("the engine knows no such workflow") from error
        raise EngineAway("the engine is out of reach") from error
    except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError, RuntimeError) as error:
        # RuntimeError: what the engine's client raises where its first connection fails.
        raise EngineAway("the engine did not answer in time") from error


def _said(why: str, source: str = "", values: Mapping[str, Any] | None = None) -> str:
    """The sentence with what it was made of, where the workflow tells."""
    return Said(source, **values) if source and values else why
