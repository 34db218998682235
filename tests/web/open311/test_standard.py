"""Every answer has what GeoReport v2 asks of it, in JSON and in XML.

The fields are those of the standard's own tables, wiki.open311.org/GeoReport_v2, written down here
by the name of their section. The standard allows nearly all of them to be empty, and none is left
out here: `required` names every one.
"""

from typing import Any
from xml.etree.ElementTree import Element

import httpx
import pytest
from defusedxml.ElementTree import fromstring
from jsonschema import Draft202012Validator

from tests.web.open311.conftest import DISPOSE, City

TEXT = {"type": "string", "minLength": 1}
ANY_TEXT = {"type": ["string", "null"]}
MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$"}


def record(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


def listed(one: dict[str, Any], least: int = 1) -> dict[str, Any]:
    return {"type": "array", "minItems": least, "items": one}


DISCOVERY = record(  # Service Discovery, "Response Fields"
    changeset=MOMENT,
    contact=TEXT,
    key_service=TEXT,
    endpoints=listed(
        record(
            specification={"const": "http://wiki.open311.org/GeoReport_v2"},
            url={"type": "string", "pattern": "^http"},
            changeset=MOMENT,
            type={"enum": ["production", "test"]},
            formats=listed({"enum": ["text/xml", "application/json"]}),
        )
    ),
)
SERVICES = listed(  # GET Service List, "Response Fields"
    record(
        service_code=TEXT,
        service_name=TEXT,
        description=TEXT,
        metadata={"type": "boolean"},
        type={"enum": ["realtime", "batch", "blackbox"]},
        keywords=ANY_TEXT,
        group=ANY_TEXT,
    )
)
DEFINITION = record(  # GET Service Definition, "Response Fields"
    service_code=TEXT,
    attributes=listed(
        record(
            variable={"type": "boolean"},
            code=TEXT,
            datatype={
                "enum": [
                    "string", "number", "datetime", "text", "singlevaluelist", "multivaluelist",
                ]
            },
            required={"type": "boolean"},
            datatype_description=ANY_TEXT,
            order={"type": "integer"},
            description=TEXT,
            values=listed(record(key=TEXT, name=TEXT), least=0),
        )
    ),
)  # fmt: skip
CREATED = listed(  # POST Service Request, "Response Fields"
    record(service_request_id=TEXT, token=TEXT, service_notice=ANY_TEXT, account_id=ANY_TEXT)
)
TOKEN = listed(record(service_request_id=TEXT, token=TEXT))  # GET service_request_id from a token
REQUESTS = listed(  # GET Service Requests and GET Service Request, "Response Fields"
    record(
        service_request_id=TEXT,
        status={"enum": ["open", "closed"]},
        status_notes=ANY_TEXT,
        service_name=TEXT,
        service_code=TEXT,
        description=ANY_TEXT,
        agency_responsible=ANY_TEXT,
        service_notice=ANY_TEXT,
        requested_datetime=MOMENT,
        updated_datetime=MOMENT,
        expected_datetime={"type": ["string", "null"]},
        address=TEXT,
        address_id=ANY_TEXT,
        zipcode=ANY_TEXT,
        lat={"type": ["number", "null"]},
        long={"type": ["number", "null"]},
        media_url=ANY_TEXT,
    )
)
ERRORS = listed(record(code={"type": "integer"}, description=TEXT))  # "Errors"


@pytest.fixture(scope="module")
async def ticket(city: City) -> str:
    filed = await city.report(
        ("koordinator", DISPOSE),
        ("dpupr", {"action": "answer", "text": "Sudah <kami> kencangkan & periksa."}),
    )
    return filed.ticket


def holds(answer: httpx.Response, schema: dict[str, Any], status: int = 200) -> bool:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    Draft202012Validator(schema).validate(answer.json())
    return True


def has_all(found: Element, schema: dict[str, Any]) -> bool:
    """Whether the element has a child of each required name, and so have its children."""
    if "items" in schema:
        assert len(found) >= schema["minItems"], found.tag
        return all(has_all(one, schema["items"]) for one in found)
    for name in schema.get("required", ()):
        child = found.find(name)
        assert child is not None, f"{found.tag} has no {name}"
        assert has_all(child, schema["properties"][name])
    return True


READS = [
    ("/discovery", "discovery", DISCOVERY, []),
    ("/services", "services", SERVICES, ["service"]),
    ("/services/infrastruktur", "service_definition", DEFINITION, []),
    ("/requests", "service_requests", REQUESTS, ["request"]),
    ("/requests/{ticket}", "service_requests", REQUESTS, ["request"]),
]


@pytest.mark.parametrize(("path", "root", "schema", "items"), READS, ids=lambda one: str(one)[:20])
async def test_what_is_read_has_every_field(
    city: City, ticket: str, path: str, root: str, schema: dict[str, Any], items: list[str]
) -> None:
    path = path.format(ticket=ticket)
    in_json = await city.get(f"{path}.json")
    assert holds(in_json, schema)
    in_xml = await city.get(f"{path}.xml")
    assert (in_xml.status_code, in_xml.headers["content-type"]) == (200, "text/xml; charset=utf-8")
    whole = fromstring(in_xml.content)
    assert whole.tag == root
    assert has_all(whole, schema)
    assert [one.tag for one in whole][: len(items)] == items
    said = in_json.json()
    if isinstance(said, list):
        assert len(said) == len(whole)
        for in_one, in_other in zip(said, whole, strict=True):
            for name, value in in_one.items():
                shown = str(value).lower() if isinstance(value, bool) else value or ""
                assert in_other.findtext(name) == shown, name


async def test_in_xml_lists_are_named_as_the_standard_names_them(city: City) -> None:
    whole = fromstring((await city.get("/services/infrastruktur.xml")).content)
    keys = [one.text for one in whole.findall("attributes/attribute/values/value/key")]
    assert "33.03.09" in keys
    assert "terbuka" in keys
    whole = fromstring((await city.get("/discovery.xml")).content)
    assert [one.text for one in whole.findall("endpoints/endpoint/formats/format")] == [
        "application/json",
        "text/xml",
    ]


@pytest.mark.parametrize("written", ["json", "xml"])
async def test_what_is_filed_has_every_field(city: City, written: str) -> None:
    filed = await city.post(
        f"/requests.{written}",
        address_string="Alun-alun",
        description="Lampu mati.",
        account_id="7",
    )
    assert filed.status_code == 201, filed.text
    assert filed.headers["cache-control"] == "no-store"
    if written == "json":
        assert holds(filed, CREATED, 201)
        [told] = filed.json()
        assert told["account_id"] == "7"
        assert holds(await city.get(f"/tokens/{told['token']}.json"), TOKEN)
        return
    whole = fromstring(filed.content)
    assert whole.tag == "service_requests"
    assert has_all(whole, CREATED)
    found = await city.get(f"/tokens/{whole.findtext('request/token')}.xml")
    asked = fromstring(found.content)
    assert has_all(asked, TOKEN)
    assert asked.findtext("request/service_request_id") == whole.findtext(
        "request/service_request_id"
    )


FAULTS: list[tuple[str, dict[str, str], int, str]] = [
    ("/services", {"jurisdiction_id": "cimahi"}, 404, "jurisdiction_id"),
    ("/services/terbang", {}, 404, "service_code"),
    ("/requests/MB-2026-999999", {}, 404, "service_request_id"),
    ("/requests", {"status": "pending"}, 400, "status: "),
    ("/requests", {"start_date": "kemarin"}, 400, "start_date: "),
    (
        "/requests",
        {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-04-02T00:00:00Z"},
        400,
        "90 hari",
    ),
    (
        "/requests",
        {"start_date": "2026-02-01T00:00:00Z", "end_date": "2026-01-01T00:00:00Z"},
        400,
        "lebih awal",
    ),
    ("/requests", {"end_date": "0001-01-01T00:00:00Z"}, 400, "end_date: "),
    ("/requests", {"start_date": "9999-12-31"}, 400, "start_date: "),
    ("/requests", {"page": "0"}, 400, "page: "),
    ("/requests", {"page_size": "201"}, 400, "page_size: "),
    ("/requests", {"page": "5000", "page_size": "200"}, 400, "page: "),
    ("/requests", {"service_request_id": ",".join(map(str, range(101)))}, 400, "100"),
    ("/tokens/tidak-ada", {}, 404, "Token"),
    ("/apa", {}, 404, "Tidak ditemukan"),
]


@pytest.mark.parametrize(("path", "query", "status", "says"), FAULTS)
async def test_an_error_has_the_standards_form(
    city: City, path: str, query: dict[str, str], status: int, says: str
) -> None:
    in_json = await city.get(f"{path}.json", **query)
    assert holds(in_json, ERRORS, status)
    [told] = in_json.json()
    assert told["code"] == status
    assert says in told["description"]
    in_xml = await city.get(f"{path}.xml", **query)
    assert in_xml.status_code == status
    whole = fromstring(in_xml.content)
    assert whole.tag == "errors"
    assert whole.findtext("error/code") == str(status)
    assert whole.findtext("error/description") == told["description"]


async def test_another_ending_or_method_is_an_error_too(city: City) -> None:
    assert holds(await city.get("/services.html"), ERRORS, 404)
    assert holds(await city.post("/services.json"), ERRORS, 405)
    large = await city.post("/requests.json", description="x" * 1_100_000)
    assert holds(large, ERRORS, 413)


async def test_what_xml_cannot_hold_is_left_out(city: City) -> None:
    filed = await city.report(
        ("koordinator", DISPOSE), body="Awas \x08 \x1b[31m & <b>sini</b> \ufffe"
    )
    whole = fromstring((await city.get(f"/requests/{filed.ticket}.xml")).content)
    assert "Awas  [31m & <b>sini</b> " in (whole.findtext("request/description") or "")
