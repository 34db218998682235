"""What comes to the practice SP4N, and how it says times and cursors."""

import base64
import binascii
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request

WIB = ZoneInfo("Asia/Jakarta")
MOST_TEXT, MOST_FILE = 10_000, 10_000_000
"""Characters, bytes."""


class Wrong(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def basic(request: Request) -> tuple[str, str]:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    try:
        name, _, secret = base64.b64decode(given).decode().partition(":")
    except ValueError:
        return "", ""
    return (name, secret) if scheme.lower() == "basic" else ("", "")


def sealed(change: int) -> str:
    return base64.urlsafe_b64encode(f"c{change}".encode()).decode().rstrip("=")


def opened(cursor: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))[1:])
    except ValueError:
        raise Wrong(400, "cursor", "cursor tidak dikenal") from None


def whole(text: str, name: str) -> int:
    if not text.isdecimal():
        raise Wrong(422, name, f"{name} harus angka")
    return int(text)


def worded(body: dict[str, Any], name: str, *, required: bool = False) -> str:
    value = body.get(name) or ""
    if not isinstance(value, str) or len(value) > MOST_TEXT:
        raise Wrong(422, name, f"{name} harus teks, paling panjang {MOST_TEXT} huruf")
    if required and not value.strip():
        raise Wrong(422, name, f"{name} wajib diisi")
    return value


def time(body: dict[str, Any]) -> None:
    try:
        at = datetime.fromisoformat(str(body.get("pada")))
    except ValueError:
        raise Wrong(422, "pada", "pada harus waktu ISO 8601") from None
    if at.tzinfo is None:
        raise Wrong(422, "pada", "pada harus memuat zona waktu")


def sent_file(one: Any) -> tuple[str, str, bytes]:
    try:
        data = base64.b64decode(one["data"], validate=True)
        name, media_type = str(one["nama"]), str(one["tipe"])
    except (binascii.Error, KeyError, TypeError, ValueError):
        raise Wrong(422, "lampiran", "lampiran harus memuat nama, tipe, dan data") from None
    if not 0 < len(data) <= MOST_FILE:
        raise Wrong(422, "lampiran", "Berkas kosong atau lebih dari 10 MB")
    return name, media_type, data


def said(at: datetime) -> str:
    return at.astimezone(WIB).isoformat()
