"""Errors as people and programs can read them: RFC 9457 problem details, in Indonesian."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from starlette.exceptions import HTTPException

from domain.sentences import Said
from record.errors import is_away, sqlstate
from workflows.client import ActionRefused, EngineAway

log = structlog.get_logger("web")

MEDIA_TYPE = "application/problem+json"

TITLES = {
    400: "Permintaan tidak dapat dipahami",
    401: "Perlu masuk",
    403: "Bukan kewenangan Anda",
    404: "Tidak ditemukan",
    405: "Cara ini tidak dikenal di alamat ini",
    408: "Terlalu lama",
    409: "Tidak dapat dilakukan sekarang",
    413: "Terlalu besar",
    415: "Jenis isi tidak dikenal",
    422: "Ada isian yang harus diperbaiki",
    429: "Terlalu sering",
    500: "Ada kesalahan di sistem kami",
    503: "Sistem sedang tidak dapat dihubungi",
}

FAILED = "Ada kesalahan di sistem kami. Silakan coba lagi."

STATUS_OF_REFUSAL = {"unseen": 404, "who": 403, "state": 409, "field": 409}


@dataclass
class Problem(Exception):
    """`errors` tells a field's name and what is wrong with it."""

    status: int
    detail: str
    errors: Sequence[Mapping[str, str]] = ()
    headers: Mapping[str, str] | None = None


def field_problem(**errors: str) -> Problem:
    """422 for named fields."""
    listed = [{"field": field, "message": message} for field, message in errors.items()]
    return Problem(422, " ".join(errors.values()), listed)


def not_found() -> Problem:
    return Problem(404, "Aduan ini tidak ada atau bukan kewenangan Anda.")


def of_refusal(refused: ActionRefused) -> Problem:
    return Problem(STATUS_OF_REFUSAL[refused.kind], refused.why)


def away(part: str) -> Problem:
    return Problem(
        503,
        f"{part} sedang tidak dapat dihubungi. Tulisan Anda tidak hilang;"
        " kirim lagi sebentar lagi dengan Idempotency-Key yang sama.",
        headers={"Retry-After": "5"},
    )


def validation_errors(error: ValidationError | RequestValidationError) -> list[dict[str, str]]:
    """Each fault with the dotted name of its field and how to mend it."""
    # FastAPI puts the part of the request first: `body`, `query`; a field may be called so too.
    first = 1 if isinstance(error, RequestValidationError) else 0
    return [{"field": _field(fault, first), "message": _message(fault)} for fault in error.errors()]


def _field(fault: Mapping[str, Any], first: int) -> str:
    """Its dotted name; nothing where the request as a whole is meant."""
    if fault["type"] == "json_invalid":
        return ""
    return ".".join(str(step) for step in fault["loc"][first:])


def _message(fault: Mapping[str, Any]) -> str:
    limits = fault.get("ctx", {})
    match fault["type"]:
        case "missing":
            return "Wajib diisi."
        case "extra_forbidden":
            return "Isian ini tidak dikenal."
        case "string_too_short":
            return Said("Paling sedikit %(n)s huruf.", n=limits["min_length"])
        case "string_too_long":
            return Said("Paling banyak %(n)s huruf.", n=limits["max_length"])
        case "enum" | "literal_error":
            expected = tuple(re.split(", | or ", limits["expected"]))
            return Said("Pilih salah satu: %(expected)s.", expected=expected)
        case "greater_than_equal":
            return Said("Paling kecil %(n)s.", n=limits["ge"])
        case "less_than_equal":
            return Said("Paling besar %(n)s.", n=limits["le"])
        case "date_from_datetime_parsing" | "date_parsing" | "date_type":
            return "Tulis tanggal seperti 2026-11-24."
        case "bool_parsing" | "bool_type":
            return "Isi dengan true atau false."
        case "int_parsing" | "int_type" | "int_from_float" | "float_parsing" | "float_type":
            return "Isi dengan angka."
        case "value_error":
            return str(limits["error"])
        case "json_invalid":
            return "Isi permintaan bukan JSON yang benar."
        case "model_attributes_type" | "model_type" | "dict_type":
            return "Kirim objek JSON, dengan `Content-Type: application/json`."
        case _:
            return "Isian ini tidak sesuai."


class ProblemResponse(JSONResponse):
    media_type = MEDIA_TYPE

    def render(self, content: Any) -> bytes:
        # A sentence may repeat what was sent, and that need not be whole characters.
        return json.dumps(content, ensure_ascii=False).encode(errors="replace")


def respond(problem: Problem) -> ProblemResponse:
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": TITLES.get(problem.status, HTTPStatus(problem.status).phrase),
        "status": problem.status,
        "detail": problem.detail,
    }
    if problem.errors:
        body["errors"] = list(problem.errors)
    headers = {"Cache-Control": "no-store", **(problem.headers or {})}
    return ProblemResponse(body, problem.status, headers)


def as_problem(error: Exception) -> Problem:
    """The problem that an exception means to the one who asked."""
    match error:
        case Problem():
            return error
        case ActionRefused():
            return of_refusal(error)
        case EngineAway():
            return away("Mesin alur kerja")
        case SQLAlchemyError() if is_away(error):
            return away("Basis data")
        case SQLAlchemyError():
            # Without its message, which may repeat what somebody typed.
            log.error("the database refused", kind=type(error).__name__, sqlstate=_state(error))
            return Problem(500, FAILED)
        case RequestValidationError():
            errors = validation_errors(error)
            return Problem(422, "Ada isian yang harus diperbaiki.", errors)
        case HTTPException():
            detail = TITLES.get(error.status_code, error.detail)
            return Problem(error.status_code, detail, headers=error.headers)
        case _:
            return Problem(500, FAILED)


def _state(error: SQLAlchemyError) -> str | None:
    return sqlstate(error) if isinstance(error, DBAPIError) else None


async def api_error(_: Request, error: Exception) -> ProblemResponse:
    return respond(as_problem(error))
