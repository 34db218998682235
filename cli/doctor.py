"""`matur doctor`: how each part is, and what to do where it is not well."""

import asyncio
import os
from dataclasses import dataclass

import httpx
from pydantic import ValidationError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.envconfig import ClientConfigProfile
from temporalio.service import RPCError

from cli.accounts import record
from cli.local import port, temporal_environment
from record.engine import ping
from record.migrations import pending
from record.rules import current_rules
from settings import Settings, get_settings
from workflows import client as engine
from workflows.messages import TASK_QUEUE

WITHIN = 6.0
"""Seconds that one examination may take."""


@dataclass(frozen=True)
class Finding:
    """How one part is; `advice` where it is not well."""

    part: str
    well: bool
    what: str
    advice: str = ""

    def line(self) -> str:
        if self.well:
            return f"baik   {self.part:<11} {self.what}"
        return f"SALAH  {self.part:<11} {self.what}\n       -> {self.advice}"


async def examine() -> list[Finding]:
    """One finding a part, in the order in which they depend on each other."""
    try:
        settings = get_settings()
    except ValidationError as error:
        wrong = "; ".join(
            f"MATUR_{e['loc'][0]!s}".upper() + f": {e['msg']}" for e in error.errors()
        )
        advice = "jalankan `make run`, atau atur lewat lingkungan (docs/operations.md)"
        return [Finding("pengaturan", False, wrong, advice)]
    keys = f"kunci identitas {next(iter(settings.keyring))} dari {len(settings.keyring)}"
    practice = ", mode latihan" if settings.practice else ""
    return [
        Finding("pengaturan", True, keys + practice),
        *await asyncio.gather(
            _database(settings),
            _temporal(),
            _served("worker", port("MATUR_WORKER_PORT"), "MATUR_WORKER_PORT"),
            _served("web", port("MATUR_PORT"), "MATUR_PORT"),
        ),
    ]


async def _database(settings: Settings) -> Finding:
    url = make_url(settings.database)
    where = f"{url.host}:{url.port or 5432}/{url.database} sebagai {url.username}"
    try:
        async with asyncio.timeout(WITHIN), record() as database:
            version = await ping(database)
            if await pending(database):
                return Finding(
                    "PostgreSQL", False, f"{version} di {where}: skemanya lama", "matur migrate"
                )
            rules = await current_rules(database)
    except LookupError:
        return Finding("PostgreSQL", False, f"{version} di {where}: kosong", "matur seed")
    except (SQLAlchemyError, TimeoutError) as error:
        return Finding(
            "PostgreSQL",
            False,
            f"tidak terjangkau di {where}: {_first_line(error)}",
            "jalankan `make run`, atau periksa MATUR_DATABASE_URL",
        )
    versions = f"kebijakan versi {rules.policy.version}, kalender versi {rules.calendar.version}"
    return Finding("PostgreSQL", True, f"{version} di {where}; {versions}")


async def _temporal() -> Finding:
    os.environ.update(temporal_environment())
    try:
        async with asyncio.timeout(WITHIN):
            client = await engine.connect()
            version = await engine.ping(client)
            retention = await _retention(client)
            workers = await _workers(client)
    except RPCError as error:
        return Finding("Temporal", False, str(error), "periksa TEMPORAL_NAMESPACE")
    except (RuntimeError, TimeoutError, engine.EngineAway) as error:
        return Finding(
            "Temporal",
            False,
            f"tidak terjangkau di {_address()}: {_first_line(error)}",
            "jalankan `make run`, atau periksa TEMPORAL_ADDRESS",
        )
    where = f"{version} di {_address()}, namespace {client.namespace}, riwayat {retention} hari"
    if not workers:
        return Finding("Temporal", False, f"{where}; tidak ada worker", "jalankan `matur worker`")
    return Finding("Temporal", True, f"{where}; {workers} worker")


async def _retention(client: Client) -> int:
    """Days for which a closed history is kept."""
    described = await client.workflow_service.describe_namespace(
        DescribeNamespaceRequest(namespace=client.namespace)
    )
    return described.config.workflow_execution_retention_ttl.ToTimedelta().days


async def _workers(client: Client) -> int:
    """Processes that asked for work in the last minutes."""
    described = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=client.namespace,
            task_queue=TaskQueue(name=TASK_QUEUE),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
    )
    return len({poller.identity for poller in described.pollers})


async def _served(part: str, number: int, variable: str) -> Finding:
    """What /readyz of a process on this machine says."""
    where = f"http://127.0.0.1:{number}/readyz"
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=WITHIN) as client:
            response = await client.get(where)
            parts = response.json()["parts"]
    except (httpx.HTTPError, ValueError, KeyError) as error:
        advice = f"jalankan `make run` atau `matur {part}`; port lain: {variable}"
        return Finding(part, False, f"tidak menjawab di {where} ({type(error).__name__})", advice)
    wrong = [f"{name}: {answer['why']}" for name, answer in parts.items() if not answer["ok"]]
    if wrong:
        return Finding(part, False, f"belum siap; {', '.join(wrong)}", "lihat bagian itu di atas")
    return Finding(part, True, f"siap di {where.removesuffix('/readyz')}")


def _address() -> str:
    return ClientConfigProfile.load().address or "127.0.0.1:7233"


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
