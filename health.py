"""How a process says how it is, web and worker alike: /healthz, /readyz, /metrics; and its logs."""

import asyncio
import gc
import logging
import sys
import traceback
from collections.abc import Awaitable, Callable, Mapping

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

Check = Callable[[], Awaitable[str]]
"""Answers with a version, or raises."""

CHECK_WITHIN = 4.0
"""Seconds."""

TOLD = (RuntimeError, LookupError, TimeoutError, ImportError)
DEEPEST = 12
"""Frames of each exception."""


def routes(checks: Mapping[str, Check]) -> list[Route]:
    """`/healthz` the process lives, `/readyz` every part it needs answers, `/metrics`."""

    async def healthz(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_: Request) -> Response:
        answers = await asyncio.gather(*(_ask(check) for check in checks.values()))
        parts = dict(zip(checks, answers, strict=True))
        ready = all(part["ok"] for part in parts.values())
        return JSONResponse(
            {"ready": ready, "parts": parts}, 200 if ready else 503, {"Cache-Control": "no-store"}
        )

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]


async def _ask(check: Check) -> dict[str, object]:
    try:
        async with asyncio.timeout(CHECK_WITHIN):
            return {"ok": True, "version": await check()}
    except Exception as error:
        return {"ok": False, "why": type(error).__name__}


def where_from(error: BaseException) -> list[str]:
    """What went wrong and where, the cause last, without the messages of exceptions: those may
    repeat what somebody typed. Only what the surroundings say is told in their words."""
    lines: list[str] = []
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        frames = traceback.extract_tb(cause.__traceback__)[-DEEPEST:]
        lines += [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        told = f": {cause}" if type(cause) in TOLD or isinstance(cause, OSError) else ""
        lines.append(f"{type(cause).__module__}.{type(cause).__qualname__}{told}")
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return lines


def _exception(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        event["exception"] = where_from(error)
    return event


def spare_collector() -> None:
    """What a process loaded at its start stays for good; looking through it again for garbage at
    every few hundred objects costs each request a share. Call once everything is imported."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


SHARED: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _exception,
]
OWN = [*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter]
"""One list for all: a logger keeps the one it was first used with, also where logs are configured
once more."""


def configure_logs(level: str) -> None:
    """One JSON object a line on standard error; never what anyone typed or who they are."""
    numeric = logging.getLevelNamesMapping()[level.upper()]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=SHARED,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(),
        ],
    )
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    logging.basicConfig(level=numeric, handlers=[handler], force=True)
    logging.getLogger("uvicorn.access").setLevel(logging.WARNING)
    structlog.configure(
        processors=OWN,
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
