"""Runs workflows and activities, and answers for its own health."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import nullcontext, suppress
from datetime import UTC, datetime, timedelta
from functools import partial

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
from activities.cases import CaseActivities
from activities.record import RecordActivities
from activities.suggestions import SuggestionActivities
from record import engine as database
from record.brake import forget_old
from record.files.store import Store
from record.files.sweeping import remove_forgotten, remove_loose
from settings import Settings, get_settings
from workflows import client as temporal
from workflows.complaint import ComplaintWorkflow
from workflows.housekeeping import AnnounceRulesWorkflow, SweepWorkflow
from workflows.messages import TASK_QUEUE
from workflows.training import LearnWorkflow

log = structlog.get_logger("worker")

LOOK_EVERY = 60.0
"""Seconds between looks whether the sweeper is scheduled."""
FORGET_EVERY = 600.0
"""Seconds between removals of what is kept no longer: guesses, drafts, files without a complaint,
and the bytes of files that are gone."""
GRACE = timedelta(seconds=5)


def make_worker(client: Client, engine: AsyncEngine, task_queue: str = TASK_QUEUE) -> Worker:
    record, cases = RecordActivities(engine), CaseActivities(engine, temporal.SystemClient(client))
    return Worker(
        client,
        task_queue=task_queue,
        workflows=[ComplaintWorkflow, SweepWorkflow, AnnounceRulesWorkflow, LearnWorkflow],
        activities=[
            record.append_events,
            record.load_events,
            cases.ask_case,
            cases.start_stranded,
            cases.announce_rules,
            SuggestionActivities(engine).learn,
        ],
        workflow_runner=UnsandboxedWorkflowRunner(),  # decision 0003
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
            await _work(client, engine, Store(settings.files), stop)
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


async def _work(client: Client, engine: AsyncEngine, store: Store, stop: asyncio.Event) -> None:
    """Raises what ends the worker before it was told to stop."""
    worker = make_worker(client, engine)
    health.spare_collector()
    sweeping = asyncio.create_task(_keep_sweeping(client))
    forgetting = asyncio.create_task(_keep_forgetting(engine, store))
    working = asyncio.create_task(worker.run())
    stopping = asyncio.create_task(stop.wait())
    log.info("working", task_queue=worker.task_queue)
    await asyncio.wait([working, stopping], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    sweeping.cancel()
    forgetting.cancel()
    await worker.shutdown()
    await working


async def _keep_sweeping(client: Client) -> None:
    """Without end: an engine that lost everything has lost the sweeper's schedule too."""
    while True:
        with suppress(temporal.EngineAway):
            await temporal.keep_sweeping(client)
            await temporal.keep_learning(client)
        await asyncio.sleep(LOOK_EVERY)


async def _keep_forgetting(engine: AsyncEngine, store: Store) -> None:
    """Without end; what the database, or the disk, could not do now it does the next time."""
    while True:
        with suppress(SQLAlchemyError, OSError):
            await forget_old(engine, datetime.now(UTC))
            await remove_forgotten(engine, datetime.now(UTC))
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
