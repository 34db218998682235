"""What the server answers, in JSON or XML: the same data, and its own form of an error."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from json import dumps
from typing import Annotated, Any
from xml.etree.ElementTree import Element, SubElement, tostring

from fastapi import Depends, Request
from starlette.responses import Response

from web.problems import Problem, as_problem

PREFIX = "/open311/v2"
JURISDICTION = "purbalinggakab.go.id"
"""The only one there is; a client need not name it."""

READABLE = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Link",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
"""Anybody's page may read what anybody may know."""
KEPT = READABLE | {"Cache-Control": "public, max-age=60"}

ITEM = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "endpoints": "endpoint",
    "formats": "format",
    "errors": "error",
}
"""What one of a list is called in XML."""
UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, however it is written."""

Record = Mapping[str, Any]
Found = Record | Sequence[Record]


class Format(StrEnum):
    JSON = "json"
    XML = "xml"


MEDIA_TYPE = {Format.JSON: "application/json", Format.XML: "text/xml; charset=utf-8"}


async def _format(format: str) -> Format:
    if format not in list(Format):
        raise Problem(404, "Alamat berakhir dengan .json atau .xml.")
    return Format(format)


async def _jurisdiction(request: Request) -> None:
    check_jurisdiction(request.query_params.get("jurisdiction_id"))


Written = Annotated[Format, Depends(_format)]
Ours = Depends(_jurisdiction)
"""Of a request that reads: it is about this regency."""


def check_jurisdiction(named: str | None) -> None:
    """Raises Problem 404."""
    if named and named != JURISDICTION:
        raise Problem(404, f"jurisdiction_id tidak dikenal; yang ada: {JURISDICTION}.")


def answer(
    written: Format,
    root: str,
    found: Found,
    status: int = 200,
    headers: Mapping[str, str] = KEPT,
) -> Response:
    """`root` is the name of the whole in XML; in JSON it has none."""
    body = (
        dumps(found, ensure_ascii=False).encode() if written is Format.JSON else _xml(root, found)
    )
    return Response(body, status, dict(headers), MEDIA_TYPE[written])


def _xml(root: str, found: Found) -> bytes:
    whole: bytes = tostring(_element(Element(root), found), "utf-8", xml_declaration=True)
    return whole


def _element(element: Element, value: Any) -> Element:
    match value:
        case dict():
            for name, part in value.items():
                _element(SubElement(element, name), part)
        case list() | tuple():
            for part in value:
                _element(SubElement(element, ITEM[element.tag]), part)
        case bool():
            element.text = "true" if value else "false"
        case None:
            pass
        case _:
            element.text = UNWRITABLE.sub("", str(value))
    return element


NAMES = {
    "title": "description",
    "body": "description",
    "occurred_on": "attribute[tanggal_kejadian]",
    "location.kecamatan_code": "attribute[kecamatan]",
    "location.address": "address_string",
    "location.lat": "lat",
    "location.lng": "long",
    "reporter.name": "first_name, last_name",
    "reporter.phone": "phone",
    "reporter.email": "email",
    "berkas": "media_url",
}
"""Our fields as the standard calls them."""


async def open311_error(request: Request, error: Exception) -> Response:
    """The standard's form of an error, in the format that was asked for."""
    problem = as_problem(error)
    status = 400 if problem.status == 422 else problem.status
    named = [f"{NAMES.get(one['field'], one['field'])}: {one['message']}" for one in problem.errors]
    said = [{"code": status, "description": one} for one in named or [str(problem.detail)]]
    written = Format.XML if request.url.path.endswith(".xml") else Format.JSON
    headers = {"Cache-Control": "no-store", **(problem.headers or {})}
    if request.method == "GET":
        headers |= READABLE
    return answer(written, "errors", said, status, headers)
