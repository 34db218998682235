"""Clients that others wrote, as they are, over real HTTP: they list, read and file."""

import asyncio
from typing import Any

import pytest
from civicbot.http import HttpError, HttpTransport, RateLimiter
from civicbot.open311 import Open311Client
from civicbot.registry import Endpoint
from georeport import GeoReport

from tests.web.open311.conftest import DISPOSE, City

ANSWER = {"action": "answer", "text": "Tali jembatan sudah kami kencangkan."}


@pytest.fixture(scope="module")
async def ticket(city: City) -> str:
    """Of a complaint that the public may read."""
    filed = await city.report(("koordinator", DISPOSE), ("dpupr", ANSWER))
    await city.report(("koordinator", DISPOSE), title="Lampu mati")
    return filed.ticket


def civicbot(city: City) -> Open311Client:
    endpoint = Endpoint(id="purbalingga", name="Purbalingga", base_url=city.address, write=True)
    transport = HttpTransport(rate_limiter=RateLimiter(min_interval=0))
    return Open311Client(endpoint, transport, jurisdiction_id="purbalinggakab.go.id")


@pytest.mark.parametrize("written", ["json", "xml"])
@pytest.mark.parametrize("jurisdiction", [None, "purbalinggakab.go.id"])
async def test_georeport_lists_and_reads(
    city: City, ticket: str, written: str, jurisdiction: str | None
) -> None:
    client = GeoReport(city.address, jurisdiction=jurisdiction, output_format=written)
    services = await asyncio.to_thread(client.get_service_list)
    assert [one["service_code"] for one in services][:2] == ["infrastruktur", "kesehatan"]
    defined = await asyncio.to_thread(client.get_service_definition, "infrastruktur")
    attributes: Any = defined["attributes"]
    listed = attributes["attribute"] if written == "xml" else attributes
    assert [one["code"] for one in listed] == [
        "tanggal_kejadian", "kecamatan", "identitas", "rahasia",
    ]  # fmt: skip
    found = await asyncio.to_thread(client.get_service_requests, status="open")
    assert ticket in [one["service_request_id"] for one in found]
    one = await asyncio.to_thread(client.get_service_request, ticket)
    assert (one["service_request_id"], one["status"]) == (ticket, "open")
    assert one["status_notes"] == "Sudah dijawab: Tali jembatan sudah kami kencangkan."
    assert one["description"].startswith("Jembatan gantung Penambongan miring\n\nTali")
    assert one["address"] == "Kecamatan Bobotsari, Kabupaten Purbalingga"


async def test_georeport_says_what_is_not_there(city: City) -> None:
    client = GeoReport(city.address)
    with pytest.raises(Exception, match="404 Client Error"):
        await asyncio.to_thread(client.get_service_request, "MB-2026-999999")


async def test_civicbot_lists_and_reads(city: City, ticket: str) -> None:
    client = civicbot(city)
    services = await asyncio.to_thread(client.list_services)
    assert len(services) == 15
    assert all(one["metadata"] is True for one in services)
    found = await asyncio.to_thread(lambda: client.list_requests(status="open", page_size=1))
    assert len(found) == 1
    found = await asyncio.to_thread(lambda: client.list_requests(service_request_ids=[ticket]))
    assert [one["service_request_id"] for one in found] == [ticket]
    one = await asyncio.to_thread(client.get_request, ticket)
    assert one is not None
    assert one["agency_responsible"].startswith("Dinas Pekerjaan Umum")


async def test_civicbot_files(city: City) -> None:
    client = civicbot(city)
    sent = await asyncio.to_thread(
        lambda: client.create_request(
            "lingkungan",
            dry_run=False,
            confirm="SEND",
            api_key=city.key,
            validate_remote=True,
            lat=-7.39,
            lng=109.36,
            description="Sampah menumpuk di bantaran Klawing.",
            first_name="Siti",
            attributes={"kecamatan": "33.03.05", "rahasia": "tidak"},
        )
    )
    [told] = sent.response
    ticket = told["service_request_id"]
    assert await asyncio.to_thread(client.get_token, told["token"]) == [
        {"service_request_id": ticket, "token": told["token"]}
    ]
    with pytest.raises(HttpError, match="tidak dibuka untuk umum"):
        await asyncio.to_thread(client.get_request, ticket)
    await city.act(ticket, ("koordinator", DISPOSE | {"category": "lingkungan"}))
    one = await asyncio.to_thread(client.get_request, ticket)
    assert one is not None
    assert (one["service_name"], one["status"]) == ("Lingkungan", "open")
    assert one["description"].startswith("Sampah menumpuk di bantaran Klawing.\n")


async def test_civicbot_is_told_why_it_may_not_file(city: City) -> None:
    client = civicbot(city)
    with pytest.raises(HttpError, match="api_key tidak ada") as refused:
        await asyncio.to_thread(
            lambda: client.create_request(
                "lingkungan",
                dry_run=False,
                confirm="SEND",
                api_key="salah",
                address_string="Alun-alun",
                description="Sampah.",
            )
        )
    assert refused.value.status == 403
