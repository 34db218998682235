"""GeoReport's two formats, and what comes in its parameters."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from practice.config import Names

MOST_DAYS = 90
"""Between the ends of a search, as the standard says."""


class Wrong(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


def listed(
    request: Request,
    names: Names,
    root: str,
    item: str,
    items: Sequence[dict[str, Any]],
    status: int = 200,
) -> Response:
    """A list in the format that the address asks for."""
    named = [names.out(one) for one in items]
    if request.path_params["format"] == "xml":
        top = Element(root)
        for one in named:
            _fill(SubElement(top, item), one)
        return _xml(top, status)
    return JSONResponse(named, status)


def single(request: Request, names: Names, root: str, facts: dict[str, Any]) -> Response:
    """As `listed`, of a single thing."""
    named = names.out(facts)
    if request.path_params["format"] == "xml":
        top = Element(root)
        _fill(top, named)
        return _xml(top, 200)
    return JSONResponse(named)


def _xml(top: Element, status: int) -> Response:
    body = tostring(top, encoding="UTF-8", xml_declaration=True)
    return Response(body, status, media_type="text/xml; charset=utf-8")


def _fill(element: Element, facts: dict[str, Any]) -> None:
    for name, value in facts.items():
        if isinstance(value, list):
            around = SubElement(element, name)
            for one in value:
                inner = SubElement(around, name.removesuffix("s"))
                if isinstance(one, dict):
                    _fill(inner, one)
                else:
                    inner.text = str(one)
        else:
            text = str(value).lower() if isinstance(value, bool) else value
            SubElement(element, name).text = None if text is None else str(text)


def between(asked: dict[str, str]) -> tuple[datetime, datetime]:
    end = time(asked["end_date"]) if asked.get("end_date") else datetime.now(UTC)
    widest = timedelta(days=MOST_DAYS)
    start = time(asked["start_date"]) if asked.get("start_date") else end - widest
    return max(start, end - widest), end


def time(text: str) -> datetime:
    try:
        # A plus sign that nobody escaped is a space.
        at = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        raise Wrong(400, f"{text} bukan waktu W3C") from None
    if at.tzinfo is None:
        raise Wrong(400, f"{text} tidak memuat zona waktu")
    return at


def at(at: datetime) -> str:
    """Whole seconds, as the standard's examples have."""
    return at.replace(microsecond=0).isoformat().replace("+00:00", "Z")


def whole(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise Wrong(400, "page dan page_size harus angka mulai 1")
    return int(text)


def coordinate(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        raise Wrong(400, "lat dan long harus angka") from None
