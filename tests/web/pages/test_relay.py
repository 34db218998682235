"""The relay desk: what is carried over to portals by hand."""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from record.portals.state import Mode, ensure_portal, set_mode
from tests.domain.cast import COORDINATOR
from tests.web.pages.house import DISPOSAL, Browser, Site
from tests.web.pages.test_typed_reports import typed


@pytest.fixture(autouse=True)
async def relayed(site: Site) -> None:
    for code in ("sp4n", "laporgub"):
        await ensure_portal(site.engine, code, Mode.RELAY, datetime.now(UTC))


async def carry_over(clerk: Browser, page: str, reference: str) -> str:
    found = re.search(r'action="(/relai/[0-9a-f-]{36})"', page)
    assert found, page
    done = await clerk.post(found[1], {"reference": reference})
    return done.text


async def ticket_of(site: Site, number: str) -> str:
    query = """SELECT c.ticket FROM complaints c JOIN origins o ON o.complaint_id = c.id
        WHERE o.external_id = :number"""
    async with site.engine.connect() as connection:
        return str((await connection.execute(text(query), {"number": number})).scalar_one())


async def test_what_waits_is_carried_over_in_order_with_the_portals_number_as_proof(
    site: Site,
) -> None:
    async with site.at_the_desk("koordinator") as clerk:
        await typed(clerk, external_id="3000001")
        ticket = await ticket_of(site, "3000001")
        await clerk.act(ticket, "dispose", **DISPOSAL)
        page = (await clerk.get("/relai")).text
        assert "Meja relai (2)" in page
        assert "Tanda terima: SP4N-LAPOR!" in page
        assert ticket in page
        second = re.search(r"/relai\?kiriman=([0-9a-f-]{36})", page)
        assert second
        early = await clerk.post(f"/relai/{second[1]}", {"reference": "sudah"})
        assert early.status_code == 422
        assert "salin yang itu dulu" in early.text
        page = await carry_over(clerk, page, "")
        assert "Tulis nomor atau tanda yang diberikan portal" in page
        page = await carry_over(clerk, page, "TL-881")
        assert "Sudah dicatat" in page
        assert "Meja relai (1)" in page
        assert "Diteruskan ke unit: SP4N-LAPOR!" in page
        assert "Dinas Pekerjaan Umum" in page
        page = await carry_over(clerk, page, "TL-882")
        assert "Tidak ada yang harus disalin." in page
        again = await clerk.post(f"/relai/{second[1]}", {"reference": "TL-883"})
        assert "sudah dicatat selesai" in again.text
    receipts = """SELECT d.receipt FROM deliveries d JOIN origins o ON o.id = d.origin_id
        WHERE o.external_id = '3000001' AND d.state = 'settled' ORDER BY d.number"""
    async with site.engine.connect() as connection:
        assert list((await connection.execute(text(receipts))).scalars()) == ["TL-881", "TL-882"]


async def test_what_a_portal_is_asked_by_the_house_is_not_for_the_relay_desk(site: Site) -> None:
    async with site.at_the_desk("koordinator") as clerk:
        await typed(clerk, **{"channel": "laporgub", "external_id": "LGWP3000002"})
        page = (await clerk.get("/relai")).text
        assert "LGWP3000002" in page
        found = re.search(r"/relai/([0-9a-f-]{36})", page)
        assert found
        now = datetime.now(UTC)
        await set_mode(site.engine, "laporgub", Mode.API, COORDINATOR, now)
        assert "LGWP3000002" not in (await clerk.get("/relai")).text
        gone = await clerk.post(f"/relai/{found[1]}", {"reference": "x"})
        assert gone.status_code == 404
        await set_mode(site.engine, "laporgub", Mode.RELAY, COORDINATOR, now)
        await carry_over(clerk, (await clerk.get("/relai")).text, "di sana")


async def test_what_may_have_arrived_is_said_to_be_looked_for_first(site: Site) -> None:
    async with site.at_the_desk("koordinator") as clerk:
        await typed(clerk, external_id="3000003")
        assert "Mungkin sudah sampai" not in (await clerk.get("/relai")).text
        async with site.engine.begin() as connection:
            await connection.execute(
                text("""UPDATE deliveries SET unsure = true WHERE state = 'waiting'""")
            )
        page = (await clerk.get("/relai")).text
        assert "Mungkin sudah sampai" in page
        await carry_over(clerk, page, "TL-900")


async def test_only_the_coordinator_carries_over(site: Site) -> None:
    async with site.at_the_desk("dpupr") as clerk:
        assert (await clerk.get("/relai")).status_code == 403
