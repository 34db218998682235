"""What a client hears while a part of the house is away."""

from dataclasses import replace

import httpx
import pytest
from defusedxml.ElementTree import fromstring

from cli.parts import TemporalServer, free_port
from tests.web.open311.conftest import City
from tests.web.pages import conftest as pages
from tests.web.pages.house import Site

engineless = pages.engineless
FORM = {"service_code": "infrastruktur", "address_string": "Pasar", "description": "Bau."}


async def test_without_the_engine_it_is_filed_all_the_same(city: City, engineless: Site) -> None:
    async with httpx.AsyncClient(base_url=engineless.address, timeout=30) as http:
        # The same record; but each house of these tests has a secret of its own.
        elsewhere = City(engineless, "", {})
        key = await elsewhere.new_key()
        filed = await http.post("/open311/v2/requests.json", data={**FORM, "api_key": key})
    assert filed.status_code == 201, filed.text
    assert filed.json()[0]["service_request_id"].startswith("MB-")


@pytest.mark.parametrize("written", ["json", "xml"])
async def test_without_the_record_it_says_so_in_the_standards_form(
    city: City, temporal: TemporalServer, written: str
) -> None:
    nowhere = f"postgresql+psycopg://matur@127.0.0.1:{free_port()}/matur"
    settings = pages.settings_for(replace(city.site.database, application_url=nowhere))
    async with (
        pages.serving(settings, temporal.address) as address,
        httpx.AsyncClient(base_url=f"{address}/open311/v2", timeout=30) as http,
    ):
        read = await http.get(f"/requests.{written}")
        sent = await http.post(f"/requests.{written}", data={**FORM, "api_key": city.key})
    for answer in (read, sent):
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "5"
        assert answer.headers["cache-control"] == "no-store"
        code = (
            answer.json()[0]["code"]
            if written == "json"
            else int(fromstring(answer.content).findtext("error/code") or 0)
        )
        assert code == 503
