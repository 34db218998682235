"""What the server shows of complaints, and what never."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from domain.calendar import WIB
from tests.web.open311.conftest import DISPOSE, City
from tests.web.pages.house import Reported

NEVER = (
    "Sukirman", "1111", "0812", "sukirman@", "Dukuh Krajan", "7.30112", "109.35223",
)  # fmt: skip
"""Who reported, and where exactly."""


@pytest.fixture(scope="module")
async def filed(city: City) -> Reported:
    return await city.report(("koordinator", DISPOSE))


async def shown(city: City, **query: str) -> list[str]:
    answer = await city.get("/requests.json", **query)
    assert answer.status_code == 200, answer.text
    return [one["service_request_id"] for one in answer.json()]


async def test_secret_and_unverified_complaints_are_not_there(city: City, filed: Reported) -> None:
    hidden = [
        await city.report(("koordinator", DISPOSE), secret=True),
        await city.report(("koordinator", DISPOSE | {"secret": True})),
        await city.report(),
        await city.report(
            ("koordinator", {"action": "archive", "reason": "abusive", "text": "Kasar."})
        ),
    ]
    tickets = [one.ticket for one in hidden]
    assert filed.ticket in await shown(city)
    assert not set(tickets) & set(await shown(city))
    named = await shown(city, service_request_id=",".join([*tickets, filed.ticket]))
    assert named == [filed.ticket]
    for ticket in tickets:
        for ending in ("json", "xml"):
            answer = await city.get(f"/requests/{ticket}.{ending}")
            assert answer.status_code == 404
            assert answer.text == (await city.get(f"/requests/MB-2026-999999.{ending}")).text


async def test_nothing_tells_who_reported_or_where_they_live(city: City, filed: Reported) -> None:
    for path in (f"/requests/{filed.ticket}.json", "/requests.json", "/requests.xml"):
        text = (await city.get(path)).text
        assert "Tali sebelah kiri kendor" in text
        assert "[disembunyikan]" in text
        assert not [word for word in NEVER if word in text]
        assert filed.receipt not in text


async def test_of_each_moment_the_day_is_told(city: City, filed: Reported) -> None:
    [one] = (await city.get(f"/requests/{filed.ticket}.json")).json()
    today = f"{datetime.now(WIB):%Y-%m-%d}T00:00:00+07:00"
    assert (one["requested_datetime"], one["updated_datetime"]) == (today, today)
    now = datetime.now(UTC)
    w3c = "%Y-%m-%dT%H:%M:%SZ"
    # Who asks for what came since they last asked finds all of that day.
    since = (now + timedelta(seconds=30)).strftime(w3c)
    assert filed.ticket in await shown(city, start_date=since)
    assert filed.ticket not in await shown(city, start_date=f"{now + timedelta(days=2):%Y-%m-%d}")
    until = (now - timedelta(days=1)).strftime(w3c)
    assert filed.ticket not in await shown(city, end_date=until)
    assert filed.ticket in await shown(city, end_date=f"{today}")


async def test_filters_and_a_closed_request(city: City) -> None:
    filed = await city.report(
        ("koordinator", DISPOSE | {"category": "bencana"}),
        ("dpupr", {"action": "answer", "text": "Pohon sudah dipindahkan. Telepon 0281 891 0000."}),
    )
    assert await shown(city, service_code="bencana") == [filed.ticket]
    assert await shown(city, service_code="bencana,kesehatan", status="open") == [filed.ticket]
    await city.close(filed)
    [one] = (await city.get("/requests.json", status="closed")).json()
    assert (one["service_request_id"], one["status"]) == (filed.ticket, "closed")
    assert one["status_notes"] == "Selesai: Pohon sudah dipindahkan. Telepon [disembunyikan]."
    assert await shown(city, service_code="bencana", status="open") == []
    assert await shown(city, service_code="bencana", status="open,closed") == [filed.ticket]


async def test_a_list_goes_on_by_its_link(city: City, filed: Reported) -> None:
    await city.report(("koordinator", DISPOSE))
    await city.report(("koordinator", DISPOSE))
    whole = await shown(city)
    seen = []
    path: str | None = "/requests.json?page_size=2&status=open,closed"
    while path:
        answer = await city.get(path)
        seen += [one["service_request_id"] for one in answer.json()]
        link = answer.links.get("next", {}).get("url")
        path = link and link.removeprefix("/open311/v2")
    assert seen == whole
    assert len(seen) >= 3


async def test_pages_elsewhere_may_read_and_keep_it_a_minute(city: City, filed: Reported) -> None:
    for path in (f"/requests/{filed.ticket}.json", "/services.xml", "/requests/MB-0.json"):
        answer = await city.get(path)
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert "access-control-allow-credentials" not in answer.headers
        kept = "public, max-age=60" if answer.status_code == 200 else "no-store"
        assert answer.headers["cache-control"] == kept
        assert "set-cookie" not in answer.headers


async def test_it_is_counted_by_route_and_not_by_ticket(city: City, filed: Reported) -> None:
    await city.get(f"/requests/{filed.ticket}.json")
    async with httpx.AsyncClient() as http:
        counted = (await http.get(f"{city.site.address}/metrics")).text
    assert 'route="/open311/v2/requests/{ticket}.{format}"' in counted
    assert filed.ticket not in counted
