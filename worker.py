"""Runs workflows and activities, and answers for its own health."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Self

import structlog
import uvicorn
import uvloop
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.applications import Starlette
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

import health
from activities.attachments import AttachmentActivities
from activities.calls import turn
from activities.cases import CaseActivities
from activities.delivery import SETTLES, DeliveryActivities
from activities.imports import ImportActivities
from activities.intake import IntakeActivities
from activities.record import RecordActivities
from activities.suggestions import SuggestionActivities
from activities.waking import WakingActivities
from portals import registry
from portals.mapping import PortalMapping
from portals.protocol import Connector
from record import engine as database
from record.access import forget_sessions
from record.brake import forget_guesses
from record.files.store import Store
from record.files.sweeping import remove_forgotten, remove_loose
from record.identity import Keyring
from record.portals.calls import forget_calls
from record.portals.imports import forget_sheets
from record.portals.state import Mode, ensure_portal
from settings import Settings, get_settings, secrets_directory
from workflows import client as temporal
from workflows.complaint import ComplaintWorkflow
from workflows.housekeeping import AnnounceRulesWorkflow, SweepWorkflow
from workflows.importing import ImportWorkflow
from workflows.messages import INTAKE_QUEUE, TASK_QUEUE, portal_queue
from workflows.portals import (
    DeliverWorkflow,
    FetchWorkflow,
    PollWorkflow,
    TakeAllInAgainWorkflow,
    TakeInAgainWorkflow,
)
from workflows.training import LearnWorkflow

log = structlog.get_logger("worker")

LOOK_EVERY = 60.0
"""Seconds between looks whether the sweeper is scheduled."""
FORGET_EVERY = 600.0
"""Seconds between removals of what is kept no longer: guesses, drafts, files without a complaint,
and the bytes of files that are gone."""
GRACE = timedelta(seconds=5)
AT_ONCE, A_SECOND = 8, 20.0
"""Of a portal's deliveries and attachments: under way in one worker, begun in all of them."""


def make_worker(client: Client, engine: AsyncEngine, task_queue: str = TASK_QUEUE) -> Worker:
    system = temporal.SystemClient(client)
    record, cases = RecordActivities(engine, system), CaseActivities(engine, system)
    return Worker(
        client,
        task_queue=task_queue,
        workflows=[
            ComplaintWorkflow,
            SweepWorkflow,
            AnnounceRulesWorkflow,
            LearnWorkflow,
            PollWorkflow,
            DeliverWorkflow,
            FetchWorkflow,
            TakeInAgainWorkflow,
            TakeAllInAgainWorkflow,
            ImportWorkflow,
        ],
        activities=[
            record.append_events,
            record.load_events,
            cases.ask_case,
            cases.start_stranded,
            cases.announce_rules,
            WakingActivities(engine, system).wake_idle,
            SuggestionActivities(engine).learn,
        ],
        workflow_runner=UnsandboxedWorkflowRunner(),  # decision 0003
        graceful_shutdown_timeout=GRACE,
    )


@dataclass(frozen=True)
class Outside:
    """What those who deal with portals work with."""

    engine: AsyncEngine
    store: Store
    secret: bytes
    keyring: Keyring
    portals: Mapping[str, PortalMapping]
    """Those that have an address."""

    @classmethod
    def of(cls, settings: Settings, engine: AsyncEngine) -> Self:
        """Raises MappingError."""
        mappings = registry.load(settings.portals, secrets_directory())
        return cls(
            engine,
            Store(settings.files),
            settings.secret_bytes,
            Keyring(settings.keyring),
            {code: mapping for code, mapping in mappings.items() if mapping.address},
        )

    @asynccontextmanager
    async def connected(self, *, first: bool = False) -> AsyncIterator[Mapping[str, Connector]]:
        """A connector for each portal; `first`: whose calls go before the others'."""
        connectors = {
            code: registry.connect(
                mapping, turn(self.engine, code, mapping.per_minute, first=first)
            )
            for code, mapping in self.portals.items()
        }
        try:
            yield connectors
        finally:
            for connector in connectors.values():
                await connector.close()


def make_intake_worker(
    client: Client, outside: Outside, connectors: Mapping[str, Connector]
) -> Worker:
    intake = IntakeActivities(
        outside.engine,
        temporal.SystemClient(client),
        connectors,
        outside.secret,
        outside.keyring,
    )
    sheets = ImportActivities(
        outside.engine, temporal.SystemClient(client), outside.secret, outside.keyring
    )
    return Worker(
        client,
        task_queue=INTAKE_QUEUE,
        activities=[
            intake.pull_page,
            intake.take_in_again,
            intake.list_quarantined,
            sheets.apply_import,
        ],
        graceful_shutdown_timeout=GRACE,
    )


def make_portal_worker(
    client: Client,
    outside: Outside,
    code: str,
    connectors: Mapping[str, Connector],
    settles: timedelta = SETTLES,
) -> Worker:
    """Tells one portal and fetches from it; a slow one keeps nobody but itself waiting."""
    system = temporal.SystemClient(client)
    telling = DeliveryActivities(outside.engine, outside.store, connectors, settles)
    fetching = AttachmentActivities(
        outside.engine,
        outside.store,
        connectors,
        system,
        CaseActivities(outside.engine, system).load,
    )
    return Worker(
        client,
        task_queue=portal_queue(code),
        activities=[telling.deliver_next, fetching.fetch_next],
        max_concurrent_activities=AT_ONCE,
        max_task_queue_activities_per_second=A_SECOND,
        graceful_shutdown_timeout=GRACE,
    )


async def run(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT, whatever comes and goes meanwhile."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    engine = database.create_engine(settings.database, application_name="matur worker")
    lazy = await temporal.connect(lazy=True)
    checks = {"database": partial(database.ping, engine), "engine": partial(temporal.ping, lazy)}
    server = _health_server(settings, checks)
    serving = asyncio.create_task(server.serve())
    try:
        if client := await _connected(stop):
            await _work(client, Outside.of(settings, engine), stop)
    finally:
        server.should_exit = True
        await serving
        await engine.dispose()


async def _connected(stop: asyncio.Event) -> Client | None:
    """A client once the engine is there; None if told to stop before."""
    while not stop.is_set():
        try:
            return await temporal.connect()
        except (RuntimeError, RPCError) as error:
            log.warning("waiting for the engine", why=type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), 1)
    return None


async def _work(client: Client, outside: Outside, stop: asyncio.Event) -> None:
    """Raises what ends the worker before it was told to stop."""
    async with outside.connected(first=True) as pulling, outside.connected() as telling:
        workers = [
            make_worker(client, outside.engine),
            make_intake_worker(client, outside, pulling),
            *(
                make_portal_worker(
                    client, outside, code, telling, timedelta(seconds=mapping.settle_s)
                )
                for code, mapping in outside.portals.items()
            ),
        ]
        health.spare_collector()
        beside = [
            asyncio.create_task(_keep_sweeping(client)),
            asyncio.create_task(_keep_polling(client, outside)),
            asyncio.create_task(_keep_forgetting(outside.engine, outside.store)),
        ]
        working = [asyncio.create_task(worker.run()) for worker in workers]
        stopping = asyncio.create_task(stop.wait())
        log.info("working", task_queues=[worker.task_queue for worker in workers])
        await asyncio.wait([*working, stopping], return_when=asyncio.FIRST_COMPLETED)
        for task in (stopping, *beside):
            task.cancel()
        await asyncio.gather(*(worker.shutdown() for worker in workers))
        await asyncio.gather(*working)


async def _keep_sweeping(client: Client) -> None:
    """Without end: an engine that lost everything has lost the sweeper's schedule too."""
    while True:
        with suppress(temporal.EngineAway):
            await temporal.keep_sweeping(client)
            await temporal.keep_learning(client)
        await asyncio.sleep(LOOK_EVERY)


async def _keep_polling(client: Client, outside: Outside) -> None:
    """Without end, as the sweeper. Every portal we know stands in the record, polled or not."""
    while True:
        with suppress(temporal.EngineAway, SQLAlchemyError):
            for code in registry.KNOWN:
                mode = Mode.API if code in outside.portals else Mode.RELAY
                await ensure_portal(outside.engine, code, mode, datetime.now(UTC))
            for code, mapping in outside.portals.items():
                every = timedelta(seconds=mapping.poll_every_s)
                await temporal.keep_polling(client, code, every)
        await asyncio.sleep(LOOK_EVERY)


async def _keep_forgetting(engine: AsyncEngine, store: Store) -> None:
    """Without end; what the database, or the disk, could not do now it does the next time."""
    while True:
        with suppress(SQLAlchemyError, OSError):
            for forget in (
                forget_guesses,
                forget_sessions,
                forget_calls,
                forget_sheets,
                remove_forgotten,
            ):
                await forget(engine, datetime.now(UTC))
            await remove_loose(engine, store)
        await asyncio.sleep(FORGET_EVERY)


def _health_server(settings: Settings, checks: Mapping[str, health.Check]) -> uvicorn.Server:
    server = uvicorn.Server(
        uvicorn.Config(
            Starlette(routes=health.routes(checks)),
            host=settings.host,
            port=settings.worker_port,
            log_config=None,
            access_log=False,
        )
    )
    # The worker's own handlers stop it, and it stops the server.
    server.capture_signals = nullcontext  # type: ignore[method-assign, assignment]
    return server


def main() -> None:
    settings = get_settings()
    health.configure_logs(settings.log_level)
    code = 0
    try:
        uvloop.run(run(settings))
    except Exception:
        log.exception("the worker ended")
        code = 1
    logging.shutdown()
    sys.stdout.flush()
    # The engine's SDK aborts at interpreter exit now and then (temporalio/sdk-python issue 300).
    os._exit(code)


if __name__ == "__main__":
    main()
