"""The practice city speaks GeoReport v2 and FixMyStreet's updates, in JSON and XML."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring

from practice.config import Names
from tests.practice.conftest import Running, Start

ROOT = "/open311/v2"
UPDATE = {
    "api_key": "kunci-latihan",
    "update_id": "u1",
    "status": "in_progress",
    "updated_datetime": "2026-11-24T13:00:00Z",
    "description": "Sedang ditambal",
    "last_name": "DPUPR",
}


async def listed(city: Running, path: str, **asked: Any) -> list[dict[str, str | None]]:
    """The same list in both formats, which must be alike."""
    answer = await city.http.get(f"{ROOT}/{path}.json", params=asked)
    assert answer.status_code == 200, answer.text
    in_xml = await city.http.get(f"{ROOT}/{path}.xml", params=asked)
    assert in_xml.text.startswith("<?xml version='1.0' encoding='UTF-8'?>")
    assert in_xml.headers["content-type"] == "text/xml; charset=utf-8"
    items = [{field.tag: field.text for field in one} for one in fromstring(in_xml.text)]
    plain = [{name: _text(value) for name, value in one.items()} for one in answer.json()]
    assert items == plain
    return items


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    return None if value in ("", None) else str(value)


async def test_the_services_and_what_they_ask_for(start: Start) -> None:
    async with start("open311") as city:
        services = await listed(city, "services")
        assert {"service_code", "service_name", "metadata", "type"} <= services[0].keys()
        definition = await city.http.get(f"{ROOT}/services/jalan.json")
        assert definition.json() == {"service_code": "jalan", "attributes": []}
        assert (await city.http.get(f"{ROOT}/services/lain.json")).status_code == 404
        found = (await city.http.get("/open311/discovery.json")).json()
        assert found["endpoints"][0]["url"] == f"{city.address}{ROOT}"


async def test_requests_are_found_by_id_time_status_and_page(start: Start) -> None:
    async with start("open311") as city:
        reports = [city.file(f"Laporan {n}", lat=-7.3, lng=109.3) for n in range(5)]
        old = city.portal.file(
            reports[0].filing, id="9", at=datetime.now(UTC) - timedelta(days=100)
        )
        city.portal.answer(reports[2], "Beres", status="closed")

        pages = [await listed(city, "requests", page=n, page_size=2) for n in (1, 2, 3)]
        ids = [one["service_request_id"] for page in pages for one in page]
        assert ids == [one.id for one in reports[::-1]]
        # Older than 90 days, it is found by its id alone.
        assert [one["service_request_id"] for one in await listed(city, f"requests/{old.id}")] == [
            old.id
        ]
        both = await listed(city, "requests", service_request_id=f"{old.id},{reports[0].id}")
        assert len(both) == 2
        [closed] = await listed(city, "requests", status="closed")
        assert closed["service_request_id"] == reports[2].id
        later = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
        assert await listed(city, "requests", start_date=later, end_date=later) == []


async def test_a_report_is_filed_and_found(start: Start) -> None:
    async with start("open311") as city:
        body = {
            "api_key": "kunci-latihan",
            "service_code": "lampu",
            "lat": "-7.39",
            "long": "109.36",
            "description": "Lampu padam",
            "first_name": "Mega",
        }
        answer = await city.http.post(f"{ROOT}/requests.json", data=body)
        assert answer.status_code == 201
        [found] = await listed(city, f"requests/{answer.json()[0]['service_request_id']}")
        assert (found["service_code"], found["description"]) == ("lampu", "Lampu padam")
        # v2 has no field for a name: whoever reads is told none.
        assert "Mega" not in str(found)


async def test_updates_go_both_ways(start: Start) -> None:
    async with start("open311") as city:
        report = city.file()
        city.portal.reply(report, "Masih berlubang")
        answer = await city.http.post(
            f"{ROOT}/servicerequestupdates.json", data=UPDATE | {"service_request_id": report.id},
            files=[("media", ("foto.txt", b"hallo", "text/plain"))],
        )  # fmt: skip
        assert answer.status_code == 200

        updates = await listed(city, "servicerequestupdates")

        assert [(one["author"], one["description"]) for one in updates] == [
            ("reporter", "Masih berlubang"),
            ("agency", "Sedang ditambal"),
        ]
        assert updates[1]["update_id"] == answer.json()[0]["update_id"]
        assert updates[1]["status"] == "in_progress"
        assert (await city.http.get(updates[1]["media_url"] or "")).content == b"hallo"
        assert city.portal.store.need(report.id).status == "in_progress"


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"api_key": "lain"}, 403),
        ({"service_request_id": "404"}, 404),
        ({"status": "beres"}, 400),
        ({"description": " "}, 400),
        ({"updated_datetime": "kemarin"}, 400),
    ],
)
async def test_a_wrong_update_is_refused_in_both_forms(
    changed: dict[str, str], status: int, start: Start
) -> None:
    async with start("open311") as city:
        report = city.file()
        body = UPDATE | {"service_request_id": report.id} | changed

        in_json = await city.http.post(f"{ROOT}/servicerequestupdates.json", data=body)
        in_xml = await city.http.post(f"{ROOT}/servicerequestupdates.xml", data=body)

        assert (in_json.status_code, in_xml.status_code) == (status, status)
        [error] = in_json.json()
        assert error["code"] == str(status)
        assert fromstring(in_xml.text).findtext("error/description") == error["description"]
        assert not list(city.portal.store.entries(report.id))


async def test_a_secret_report_is_not_known(start: Start) -> None:
    async with start("open311") as city:
        report = city.file(secret=True)
        assert await listed(city, "requests") == []
        assert (await city.http.get(f"{ROOT}/requests/{report.id}.json")).status_code == 404


async def test_other_names_are_used_for_paths_fields_and_words(start: Start) -> None:
    names = Names(
        paths={"updates": "/open311/v2/updates.{format}"},
        fields={"description": "body"},
        words={"in_progress": "working"},
    )
    async with start("open311", names=names) as city:
        report = city.file("Lubang")
        body = {name: value for name, value in UPDATE.items() if name != "description"}
        answer = await city.http.post(
            f"{ROOT}/updates.xml",
            data=body | {"service_request_id": report.id, "status": "working", "body": "Ya"},
        )
        assert answer.status_code == 200

        [found] = await listed(city, f"requests/{report.id}")

        assert (found["body"], found["status"]) == ("Lubang", "working")
