"""Learning from what was decided, away from the worker's own process."""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity

from activities.messages import Learnt, Name
from record.models import Decided, add_model, basis_of, decisions, version_of_basis

log = structlog.get_logger("learning")

BEAT = 5.0
"""Seconds between signs of life."""
NICE = 10


class LearningFailedError(Exception):
    """The process that learns ended otherwise than it should; its last line says why."""


@dataclass(frozen=True)
class SuggestionActivities:
    engine: AsyncEngine

    @activity.defn(name=Name.LEARN)
    async def learn(self) -> Learnt:
        """Learn from all decisions. Idempotent: the same decisions are not learnt twice."""
        return Learnt(version=await learn(self.engine, activity.heartbeat))


async def learn(engine: AsyncEngine, beat: Callable[[], None] = lambda: None) -> int | None:
    """The version of the model of the decisions there are; None where they are too few.

    Raises LearningFailedError.
    """
    found = await decisions(engine)
    basis = basis_of(found)
    if known := await version_of_basis(engine, basis):
        return known
    figures, data = await _learn_apart(found, beat)
    if figures is None:
        return None
    version = await add_model(engine, len(found), basis, figures, data, datetime.now(UTC))
    log.info("learnt", version=version, rows=len(found))
    return version


async def _learn_apart(
    found: Sequence[Decided], beat: Callable[[], None]
) -> tuple[dict[str, dict[str, Any]] | None, bytes]:
    """In a process of its own, which may take a minute and much memory, and comes last."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "suggest",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        preexec_fn=lambda: os.nice(NICE),
    )
    rows = json.dumps([astuple(one) for one in found]).encode()
    talking = asyncio.create_task(process.communicate(rows))
    try:
        while not (await asyncio.wait([talking], timeout=BEAT))[0]:
            beat()
        out, err = talking.result()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        talking.cancel()
    if process.returncode:
        last = err.decode(errors="replace").strip().rpartition("\n")[2]
        raise LearningFailedError(last or f"exit code {process.returncode}")
    line, _, data = out.partition(b"\n")
    return json.loads(line), data
