"""Reports of a portal that the house does not ask by itself, typed in by hand."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from record.portals.state import Mode, ensure_portal
from tests.web.pages.house import Browser, Site, hidden

READ = {
    "channel": "sp4n",
    "title": "Lampu jalan padam di Kalikabong",
    "body": "Sudah sepekan padam dari pertigaan sampai jembatan.",
    "village_code": "33.03.06.2007",
    "identity": "dirahasiakan",
}


@pytest.fixture(scope="module", autouse=True)
async def relayed(site: Site) -> None:
    for code, mode in (("sp4n", Mode.RELAY), ("laporgub", Mode.RELAY), ("open311", Mode.API)):
        await ensure_portal(site.engine, code, mode, datetime.now(UTC))


async def typed(clerk: Browser, **fields: str) -> str:
    key = hidden((await clerk.get("/catat")).text, "key")
    page = await clerk.post("/catat", READ | key | fields)
    assert page.status_code == 200, page.text
    return page.text


async def scalar(site: Site, query: str) -> object:
    async with site.engine.connect() as connection:
        return (await connection.execute(text(query))).scalar_one()


async def test_only_portals_that_are_not_asked_are_offered(site: Site) -> None:
    async with site.at_the_desk("koordinator") as clerk:
        page = (await clerk.get("/catat")).text
    assert 'value="sp4n"' in page
    assert 'value="laporgub"' in page
    assert 'value="open311"' not in page
    assert "Nomor laporan di portal" in page


async def test_a_report_is_typed_in_once_and_the_next_of_its_portal_follows(site: Site) -> None:
    async with site.at_the_desk("koordinator") as clerk:
        page = await typed(clerk, external_id="1916449")
        assert "Tercatat sebagai aduan baru." in page
        assert 'value="sp4n" id="channel" checked' in page or 'value="sp4n" checked' in page
        assert READ["title"] not in page, "the form is blank again"
        again = await typed(clerk, external_id=" 1916449 ")
        assert "Nomor portal ini sudah tercatat" in again
    assert await scalar(site, "SELECT count(*) FROM origins WHERE external_id = '1916449'") == 1
    channel = """SELECT c.channel FROM complaints c JOIN origins o ON o.complaint_id = c.id
        WHERE o.external_id = '1916449' AND NOT o.joined"""
    assert await scalar(site, channel) == "sp4n"
    told = """SELECT d.kind || ' ' || d.state FROM deliveries d JOIN origins o ON o.id = d.origin_id
        WHERE o.external_id = '1916449'"""
    assert await scalar(site, told) == "received waiting"


@pytest.mark.parametrize("first", ["sp4n", "laporgub"])
async def test_two_portals_reports_of_one_complaint_are_one_case(site: Site, first: str) -> None:
    number = {"sp4n": "2000001", "laporgub": "2000002"}[first]
    of_sp4n = {"channel": "sp4n", "external_id": number}
    of_laporgub = {
        "channel": "laporgub", "external_id": f"LGWP{number}", "sp4n_id": number
    }  # fmt: skip
    sent = [of_sp4n, of_laporgub] if first == "sp4n" else [of_laporgub, of_sp4n]
    async with site.at_the_desk("koordinator") as clerk:
        assert "Tercatat sebagai aduan baru." in await typed(clerk, **sent[0])
        assert "keduanya kini satu aduan" in await typed(clerk, **sent[1])
    ours = f"external_id IN ('{number}', 'LGWP{number}')"
    cases = f"SELECT count(DISTINCT complaint_id) FROM origins WHERE {ours}"  # noqa: S608
    assert await scalar(site, cases) == 1
    told = f"""SELECT count(*) FROM events e JOIN origins o ON o.complaint_id = e.complaint_id
        WHERE o.joined AND o.{ours} AND e.type = 'origin_joined'"""  # noqa: S608
    assert await scalar(site, told) == 1


async def test_what_is_missing_is_said_beside_its_field(site: Site) -> None:
    async with site.at_the_desk("koordinator") as clerk:
        key = hidden((await clerk.get("/catat")).text, "key")
        missing = await clerk.post("/catat", READ | key)
        assert missing.status_code == 422
        assert "Tulis nomor laporan ini di portal." in missing.text
        assert READ["body"] in missing.text, "what was typed stays"
        too_long = await clerk.post("/catat", READ | key | {"external_id": "9" * 61})
        assert "Paling banyak 60 huruf." in too_long.text
        not_offered = await clerk.post("/catat", READ | key | {"channel": "open311"})
        assert "Pilih lewat mana aduan ini disampaikan." in not_offered.text
