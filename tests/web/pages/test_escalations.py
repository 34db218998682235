"""Eskalasi: what is late, by how much, and an order straight from its row."""

import gzip
import re
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from cli.parts import Postgres
from cli.parts.postgres import SUPERUSER
from domain.actions import RequestExtension
from domain.case import Case
from record.filing import Filed
from record.oversight import LateFilters, late_cases
from tests.record.office import COORDINATOR, DISPOSE, DPUPR, SEKDA, Office, a_filing, statements
from tests.web.pages.house import SAME_ORIGIN, Site, hidden

HTMX = SAME_ORIGIN | {"HX-Request": "true"}
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
async def office(site: Site) -> Office:
    return await Office.opened(site.engine)


async def neglected(office: Office, days: int, **changes: object) -> tuple[Filed, Case]:
    """Disposed to DPUPR so many days ago, and nobody did anything since, the engine least of all:
    its unit should have taken it up within five working days."""
    at = NOW - timedelta(days=days)
    filed, case = await office.file(a_filing(received_at=at, **changes))
    return filed, await office.act(case, DISPOSE, COORDINATOR, at + timedelta(hours=1))


@pytest.fixture(scope="module")
async def late(office: Office) -> list[Filed]:
    """Long late, somewhat late, and not late at all."""
    return [
        (await neglected(office, days, title=title, village_code=village))[0]
        for days, title, village in (
            (60, "Jembatan retak", "33.03.05.1005"),
            (10, "Lampu jalan padam", "33.03.09.2001"),
            (0, "Selokan mampet", "33.03.09.2001"),
        )
    ]


async def test_late_cases_as_the_record_lists_them(
    site: Site, office: Office, late: list[Filed]
) -> None:
    found = await late_cases(site.engine, SEKDA, LateFilters(), datetime.now(UTC), office.rules)
    listed = [row.case.ticket for row in found.rows]
    assert set(listed) == {late[0].ticket, late[1].ticket}, "the third is not late"
    async with site.at_the_desk("sekda") as supervisor:
        page = (await supervisor.get("/eskalasi")).text
        assert re.findall(r'<span class="ticket">(MB-[\d-]+)</span>', page) == listed
        for level in (1, 2, 3):
            narrowed = (await supervisor.get(f"/eskalasi?level={level}")).text
            for row in found.rows:
                assert (row.case.ticket in narrowed) is (row.level == level), level
    assert re.search(r"Terlambat \d\d hari kerja", page)
    assert page.index("Tingkat 3: Bupati <span") < page.index(late[0].ticket)
    assert re.search(r'<p>Diperbarui <time datetime="[^"]+">\d\d\.\d\d</time></p>', page)
    assert "Terlambat menurut unit" in page
    assert re.search(
        r'<th scope="row">Dinas Pekerjaan Umum dan Penataan Ruang</th><td>.*?'
        r'<span class="bars-value">2</span>',
        page,
    )


async def test_filters_are_in_the_address_and_can_be_taken_away(
    site: Site, late: list[Filed]
) -> None:
    long, little, _ = (one.ticket for one in late)
    async with site.at_the_desk("bupati") as supervisor:
        page = (await supervisor.get("/eskalasi?kecamatan=kec.purbalingga&unit=dpupr")).text
        assert long in page
        assert little not in page
        assert 'href="/eskalasi?unit=dpupr"' in page
        assert 'href="/eskalasi?kecamatan=kec.purbalingga"' in page
        empty = (await supervisor.get("/eskalasi?unit=setda")).text
        assert "Tidak ada yang terlambat." in empty
        assert "Dicek" in empty
        stale = await supervisor.get("/eskalasi?level=99&unit=x&kecamatan=y&setelah=z~z~z")
        assert stale.status_code == 200
        assert long in stale.text


async def test_who_may_look(site: Site, late: list[Filed]) -> None:
    long = late[0].ticket
    for username, status in (
        ("sekda", 200),
        ("koordinator", 200),
        ("kepala.dpupr", 200),
        ("dpupr", 403),
        ("inspektorat", 403),
        ("admin", 403),
    ):
        async with site.at_the_desk(username) as browser:
            page = await browser.get("/eskalasi")
            assert page.status_code == status, username
            assert (long in page.text) is (status == 200)
    async with site.browser() as nobody:
        assert (await nobody.get("/eskalasi")).url.path == "/masuk"


async def test_a_row_offers_what_the_domain_allows(
    site: Site, office: Office, late: list[Filed]
) -> None:
    filed, case = await neglected(office, 30, title="Talud ambrol")
    await office.act(case, RequestExtension(days=3), DPUPR, NOW - timedelta(hours=1))
    offers = {}
    for username in ("sekda", "koordinator", "kepala.dpupr"):
        async with site.at_the_desk(username) as browser:
            page = (await browser.get("/eskalasi")).text
            assert "Perpanjangan 3 hari kerja diminta" in page
            offers[username] = {
                name
                for name in ("grant_extension", "refuse_extension", "redispose", "dispose")
                if f"/aduan/{filed.ticket}/tindakan/{name}" in page
            } | ({"instruct"} if f"/eskalasi/{filed.ticket}/perintah" in page else set())
    decides = {"grant_extension", "refuse_extension", "redispose"}
    assert offers == {
        "sekda": decides | {"instruct"},
        "koordinator": decides,
        "kepala.dpupr": {"instruct"},
    }


async def test_an_order_from_a_row(site: Site, late: list[Filed]) -> None:
    ticket = late[0].ticket
    path = f"/eskalasi/{ticket}/perintah"
    async with site.at_the_desk("sekda") as supervisor:
        page = (await supervisor.get("/eskalasi?level=3")).text
        form = page[page.index(f'action="{path}"') :]
        sent = hidden(form, "key", "seq", "lanjut")
        assert sent["lanjut"] == "/eskalasi?level=3"
        empty = await supervisor.post(path, sent | {"text": " "})
        assert empty.status_code == 422
        assert f'<a href="#{ticket}-text">' in empty.text
        block = await supervisor.post(path, sent | {"text": ""}, HTMX)
        assert block.status_code == 422
        assert block.text.lstrip().startswith('<form class="order"')
        done = await supervisor.post(path, sent | {"text": "Selesaikan minggu ini"})
        assert (done.url.path, done.url.query) == ("/eskalasi", b"level=3")
        assert "Sudah tercatat: Beri perintah" in done.text
        assert "Ada perintah yang belum ditindaklanjuti" in done.text
        again = await supervisor.post(path, sent | {"text": "Selesaikan minggu ini"}, HTMX)
        assert "Sudah tercatat: Beri perintah" in again.text
        assert "<html" not in again.text
        trail = (await supervisor.get(f"/aduan/{ticket}/jejak")).text
        assert trail.count("Selesaikan minggu ini") == 1
        away = await supervisor.post(path, sent | {"text": "x", "lanjut": "//evil.example"}, HTMX)
        assert "evil.example" not in away.text


async def test_an_order_is_kept_while_the_engine_is_away(
    engineless: Site, late: list[Filed]
) -> None:
    path = f"/eskalasi/{late[1].ticket}/perintah"
    async with engineless.at_the_desk("sekda") as supervisor:
        sent = hidden((await supervisor.get(path)).text, "key", "seq") | {"text": "Jangan hilang"}
        whole = await supervisor.post(path, sent)
        assert whole.status_code == 503
        assert "Jangan hilang</textarea>" in whole.text
        assert hidden(whole.text, "key") == {"key": sent["key"]}


async def test_only_who_may_instruct(site: Site, late: list[Filed]) -> None:
    path = f"/eskalasi/{late[1].ticket}/perintah"
    for username, status in (("koordinator", 403), ("dpupr", 403), ("kec.bobotsari", 403)):
        async with site.at_the_desk(username) as browser:
            answer = await browser.post(path, {"text": "Segera"})
            assert answer.status_code == status, username


async def test_news_come_without_moving_the_list(
    site: Site, office: Office, late: list[Filed]
) -> None:
    async with site.at_the_desk("sekda") as supervisor:
        page = (await supervisor.get("/eskalasi?level=3")).text
        match = re.search(r'hx-get="(/eskalasi/kabar[^"]+)"', page)
        assert match
        poll = match[1].replace("&amp;", "&")
        same = await supervisor.get(poll, headers=HTMX)
        assert "Diperbarui" in same.text
        assert "muat ulang" not in same.text
        await neglected(office, 70)
        news = await supervisor.get(poll, headers=HTMX)
        assert 'href="/eskalasi?level=3"' in news.text
        assert "Berubah" in news.text
        assert "<ul" not in news.text
        assert (await supervisor.get(poll)).url.path == "/eskalasi"
        await supervisor.post("/keluar", {})
        assert (await supervisor.get(poll, headers=HTMX)).status_code == 401


async def test_as_many_statements_for_one_case_as_for_many(
    site: Site, office: Office, late: list[Filed]
) -> None:
    async with site.at_the_desk("sekda") as supervisor:
        counted = []
        await supervisor.get("/eskalasi")
        for query in ("level=1", "", ""):
            with statements() as sent:
                await supervisor.get(f"/eskalasi?{query}")
            counted.append(sent["SELECT"])
            for _ in range(3):
                await neglected(office, 60)
    assert max(counted) <= 6
    assert counted[1] == counted[2]


async def test_pages_go_on(site: Site, office: Office, late: list[Filed]) -> None:
    for k in range(26):
        await neglected(office, 90 + k)
    async with site.at_the_desk("sekda") as supervisor:
        seen, path = [], "/eskalasi"
        while path:
            page = (await supervisor.get(path)).text
            assert len(gzip.compress(page.encode())) <= 20_000
            seen += re.findall(r'<span class="ticket">(MB-[\d-]+)</span>', page)
            match = re.search(r'href="(/eskalasi\?[^"]*setelah=[^"]+)"', page)
            path = match[1].replace("&amp;", "&") if match else ""
    assert len(seen) == len(set(seen)) > 26
    assert late[0].ticket in seen


async def test_one_case_tampered_with_hides_no_other(
    site: Site, office: Office, postgres: Postgres
) -> None:
    filed, case = await neglected(office, 200, title="Diubah diam-diam")
    url = postgres.url(SUPERUSER, site.database.name).replace("+psycopg", "")
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as superuser:
        await superuser.execute("ALTER TABLE events DISABLE TRIGGER append_only")
        await superuser.execute(
            "UPDATE events SET type = 'menghilang' WHERE seq = 2 AND complaint_id = %s", [case.id]
        )
        await superuser.execute("ALTER TABLE events ENABLE ALWAYS TRIGGER append_only")
    async with site.at_the_desk("sekda") as supervisor:
        page = await supervisor.get("/eskalasi")
    assert page.status_code == 200
    assert filed.ticket in page.text
    assert f"/eskalasi/{filed.ticket}/perintah" not in page.text
    assert len(re.findall(r'<span class="ticket">', page.text)) > 1
