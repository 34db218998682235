"""Tugas saya and Semua aduan: groups, filters, views, what is new, and searching by a number."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from sqlalchemy import text

from domain.calendar import Calendar, local_date
from record.seed import first_calendar
from tests.record.office import statements
from tests.web.pages.house import DISPOSAL, Browser, Site
from web.pages.dates import Urgency, urgency, urgency_bounds

HTMX = {"HX-Request": "true"}
NUMBER = "0813 9876 5432"


def tickets(html: str) -> list[str]:
    return re.findall(r'class="row-link" href="/aduan/([^"]+)"', html)


@pytest.mark.parametrize("very_late_after", [1, 2, 5])
def test_bounds_and_urgency_say_the_same(very_late_after: int) -> None:
    calendar: Calendar = first_calendar()
    groups = list(Urgency)
    for day in range(0, 40, 3):
        now = datetime(2026, 3, 9, 3, 30, tzinfo=UTC) + timedelta(days=day)
        bounds = urgency_bounds(now, calendar, very_late_after)
        assert list(bounds) == sorted(bounds)
        for hours in range(-24 * 20, 24 * 20, 5):
            due_at = now + timedelta(hours=hours)
            said = urgency(due_at, now, calendar, very_late_after)
            assert groups[sum(bound <= due_at for bound in bounds)] is said, (now, due_at)


async def test_groups_have_counts_that_add_up(site: Site) -> None:
    for number in range(3):
        await site.report(title=f"Pohon tumbang {number}")
    async with site.at_the_desk("koordinator") as coordinator:
        page = (await coordinator.get("/tugas")).text
    [total] = re.findall(r"<h1>Tugas saya \((\d+)\)</h1>", page)
    counted = re.findall(r'<h2 class="group" id="[^"]+">([^<(]+) \((\d+)\)</h2>', page)
    assert int(total) == sum(int(count) for _group, count in counted) >= 3
    assert {group for group, _count in counted} <= {str(one) for one in Urgency}


async def test_late_tasks_stand_under_their_own_heading(site: Site) -> None:
    filed = await site.report(title="Sangat lama menunggu")
    async with site.engine.begin() as connection:
        await connection.execute(
            text(
                "UPDATE cases SET due_at = now() - interval '30 days' WHERE complaint_id ="
                " (SELECT id FROM complaints WHERE ticket = :ticket)"
            ),
            {"ticket": filed.ticket},
        )
    async with site.at_the_desk("koordinator") as coordinator:
        page = (await coordinator.get("/tugas")).text
        late = (await coordinator.get("/tugas?late=1")).text
    first = page.index("Sangat terlambat (")
    assert first < page.index(filed.ticket) < page.index('class="group"', first + 50)
    assert tickets(late) == [filed.ticket]
    assert re.search(r"terlambat \d+ hari kerja", late)
    assert "Tugas saya (1)" in late


async def test_a_row_shows_the_first_line_of_the_latest_note(site: Site) -> None:
    filed = await site.report(title="Menunggu foto")
    async with site.at_the_desk("koordinator") as coordinator:
        await coordinator.act(filed.ticket, "note", text="Catatan lama")
        await coordinator.act(filed.ticket, "note", text="Sudah ditelepon\nNanti sore lagi")
        page = (await coordinator.get("/tugas")).text
    row = page[page.index(filed.ticket) :].split("</li>")[0]
    assert "Sudah ditelepon" in row
    assert "Nanti sore" not in row
    assert "Catatan lama" not in row


async def test_filters_of_the_inbox_are_in_its_url(site: Site) -> None:
    here = await site.report(title="Di Bancar")
    there = await site.report(title="Di Bobotsari", village_code="33.03.09.2001")
    async with site.at_the_desk("koordinator") as coordinator:
        page = (await coordinator.get("/tugas?kecamatan=kec.bobotsari&stage=received")).text
        assert there.ticket in tickets(page)
        assert here.ticket not in tickets(page)
        assert 'class="chip" href="/tugas?stage=received"' in page
        assert 'class="chip" href="/tugas?kecamatan=kec.bobotsari"' in page
        stale = await coordinator.get("/tugas?kecamatan=dpupr&stage=x&category=x&setelah=x~y")
        assert stale.status_code == 200
        assert 'class="chip"' not in stale.text
        nothing = (await coordinator.get("/tugas?stage=in_review")).text
        assert "Tidak ada tugas yang cocok dengan saringan ini." in nothing
        assert re.search(r"Dicek\s+<time datetime=", nothing)


async def test_an_empty_inbox_says_when_it_was_checked(site: Site) -> None:
    async with site.at_the_desk("kepala.dpupr") as head:
        page = (await head.get("/tugas")).text
    assert "Tidak ada tugas yang menunggu Anda." in page
    assert re.search(r"Dicek\s+<time datetime=", page)
    assert "Tugas saya (0)" in page


async def test_what_was_delegated_is_found_from_both_sides(site: Site) -> None:
    filed = await site.report(title="Untuk kelurahan")
    async with site.at_the_desk("koordinator") as coordinator:
        await coordinator.act(filed.ticket, "dispose", **{**DISPOSAL, "unit": "kec.purbalingga"})
    async with (
        site.at_the_desk("kec.purbalingga") as above,
        site.at_the_desk("kel.bancar") as below,
    ):
        await above.act(filed.ticket, "accept")
        await above.act(filed.ticket, "delegate", unit="kel.bancar")
        by_me = (await above.get("/tugas?delegated=by_me")).text
        assert tickets(by_me) == [filed.ticket]
        assert "Kelurahan Bancar" in by_me[by_me.index(filed.ticket) :].split("</li>")[0]
        assert filed.ticket not in (await above.get("/tugas")).text
        assert tickets((await below.get("/tugas?delegated=to_me")).text) == [filed.ticket]
        await above.act(filed.ticket, "take_back")
        assert filed.ticket in tickets((await above.get("/tugas")).text)
        assert tickets((await below.get("/tugas?delegated=to_me")).text) == []


def polled(page: str) -> str:
    match = re.search(r'hx-get="(/tugas/baru\?[^"]+)" hx-trigger="every 60s"', page)
    assert match
    return unescape(match[1])


async def test_new_work_is_told_of_and_nothing_moves(site: Site) -> None:
    async with site.at_the_desk("koordinator") as coordinator:
        poll = polled((await coordinator.get("/tugas?stage=received")).text)
        none = await coordinator.get(poll, headers=HTMX)
        assert (none.status_code, none.text) == (204, "")
        for _ in range(2):
            await site.report()
        some = await coordinator.get(poll, headers=HTMX)
        assert "2 tugas baru" in some.text
        assert 'href="/tugas?stage=received"' in some.text
        assert "<html" not in some.text
        assert (await coordinator.get(poll)).url.path == "/tugas", "without htmx: the list"
        bad = await coordinator.get("/tugas/baru?sejak=kemarin", headers=HTMX)
        assert bad.url.path == "/tugas"
    async with site.browser() as nobody:
        assert (await nobody.get(poll, headers=HTMX)).status_code == 401


async def test_asking_for_what_is_new_keeps_no_session_alive(site: Site) -> None:
    async with site.at_the_desk("koordinator") as coordinator:
        poll = polled((await coordinator.get("/tugas")).text)
        seen = "SELECT max(last_seen_at) FROM sessions WHERE revoked_at IS NULL"
        async with site.engine.begin() as connection:
            await connection.execute(
                text("UPDATE sessions SET last_seen_at = last_seen_at - interval '90 minutes'")
            )
            before = (await connection.execute(text(seen))).scalar_one()
        assert (await coordinator.get(poll, headers=HTMX)).status_code in (200, 204)
        async with site.engine.connect() as connection:
            assert (await connection.execute(text(seen))).scalar_one() == before
        await coordinator.get("/tugas")
        async with site.engine.connect() as connection:
            assert (await connection.execute(text(seen))).scalar_one() > before


async def save(who: Browser, page: str, name: str, **filters: str) -> tuple[int, str]:
    answer = await who.post("/tampilan", {"page": page, "name": name, **filters})
    return answer.status_code, answer.text


async def test_a_view_is_saved_found_and_forgotten(site: Site) -> None:
    async with site.at_the_desk("dpupr") as unit, site.at_the_desk("koordinator") as other:
        status, page = await save(unit, "aduan", "Jalan   terlambat", late="1", category="bencana")
        assert status == 200
        current = re.search(r'<a href="(/aduan\?[^"]+)" aria-current="page">', page)
        assert current
        assert unescape(current[1]) == "/aduan?category=bencana&late=1"
        assert "Jalan terlambat" in (await unit.get("/aduan")).text
        assert "Jalan terlambat" not in (await unit.get("/tugas")).text
        assert "Jalan terlambat" not in (await other.get("/aduan")).text
        found = re.search(r'action="(/tampilan/[0-9a-f-]+/hapus)"', page)
        assert found
        await other.post(found[1], {"page": "aduan"})
        assert "Jalan terlambat" in (await unit.get("/aduan")).text
        gone = await unit.post(found[1], {"page": "aduan"})
        assert gone.url.path == "/aduan"
        assert "Jalan terlambat" not in gone.text


async def test_what_is_wrong_with_a_view_is_said_beside_its_name(site: Site) -> None:
    async with site.at_the_desk("dpupr") as unit:
        status, page = await save(unit, "tugas", " ", late="1")
        assert status == 422
        assert '<a href="#name">Beri nama tampilan ini.</a>' in page
        assert page.count("Beri nama tampilan ini.") == 2
        status, page = await save(unit, "tugas", "x" * 61, late="1")
        assert (status, "paling banyak 60 huruf" in page) == (422, True)
        assert f'value="{"x" * 60}"' in page
        status, page = await save(unit, "tugas", "Kosong", late="", stage="bukan")
        assert (status, "Pilih saringan dulu" in page) == (422, True)
        assert (await save(unit, "lain", "Apa", late="1"))[0] == 422
        for number in range(20):
            assert (await save(unit, "tugas", f"Ke-{number}", late="1"))[0] == 200
        status, page = await save(unit, "tugas", "Terlalu banyak", late="1")
        assert (status, "Anda sudah menyimpan 20 tampilan" in page) == (422, True)
    async with site.engine.begin() as connection:
        await connection.execute(text("DELETE FROM views"))


async def test_the_list_is_searched_as_one_types_and_by_its_filters(site: Site) -> None:
    filed = await site.report(title="Kelurahan kekurangan blangko")
    loose = "mb " + filed.ticket[3:].replace("-", " ").replace(" 000", " ")
    today = local_date(datetime.now(UTC))
    async with site.at_the_desk("koordinator") as coordinator:
        for query, there in (
            (f"q={loose}", True),
            ("q=blangko kekurangan", True),
            ("q=belangko", True),
            (f"q=blangko&received_from={today}&received_to={today}", True),
            (f"q=blangko&received_to={today - timedelta(days=1)}", False),
            ("q=blangko&received_from=9999-12-31&received_to=x", True),
            ("q=blangko&kecamatan=kec.purbalingga&stage=received", True),
            ("q=blangko&kecamatan=kec.bobotsari", False),
            ("q=blangko&category=bencana", False),
        ):
            page = await coordinator.get(f"/aduan?{query}")
            assert page.status_code == 200
            assert (filed.ticket in tickets(page.text)) is there, query


async def test_only_a_coordinator_searches_by_a_number_and_it_is_on_record(site: Site) -> None:
    filed = await site.report(title="Dari nomor itu", phone=NUMBER, identity="dirahasiakan")
    before = await site.count("lookups")
    async with site.at_the_desk("koordinator") as coordinator:
        assert "/aduan/telepon" in (await coordinator.get("/aduan")).text
        assert (await coordinator.get("/aduan/telepon")).status_code == 200
        for typed in (NUMBER, "+62 813-9876-5432", "081398765432"):
            found = await coordinator.post("/aduan/telepon", {"phone": typed})
            assert tickets(found.text) == [filed.ticket]
            assert "?" not in str(found.url)
        none = await coordinator.post("/aduan/telepon", {"phone": "0813 0000 0000"})
        assert "Tidak ada aduan dari nomor ini" in none.text
        for typed in ("", "bukan nomor"):
            wrong = await coordinator.post("/aduan/telepon", {"phone": typed})
            assert wrong.status_code == 422
            assert '<a href="#phone">' in wrong.text
    assert await site.count("lookups") == before + 4
    for username in ("dpupr", "sekda", "inspektorat", "admin"):
        async with site.at_the_desk(username) as other:
            assert "/aduan/telepon" not in (await other.get("/aduan")).text
            assert (await other.get("/aduan/telepon")).status_code == 403
            assert (await other.post("/aduan/telepon", {"phone": NUMBER})).status_code == 403
    assert await site.count("lookups") == before + 4


@pytest.mark.parametrize("path", ["/tugas", "/tugas?stage=received&late=1", "/aduan", "/disposisi"])
async def test_a_full_page_costs_as_many_statements_as_one_of_few(site: Site, path: str) -> None:
    for number in range(4):
        await site.report(title=f"Satu dari banyak {number}")
    async with site.at_the_desk("koordinator") as coordinator:
        await coordinator.get(path)
        with statements() as full:
            page = await coordinator.get(path)
        assert page.status_code == 200
    async with site.engine.begin() as connection:
        await connection.execute(text("UPDATE cases SET desk = 'none', open = false"))
    async with site.at_the_desk("koordinator") as coordinator:
        await coordinator.get(path)
        with statements() as few:
            await coordinator.get(path)
    async with site.engine.begin() as connection:
        await connection.execute(
            text("UPDATE cases SET desk = 'coordinator', open = true WHERE stage = 'received'")
        )
    assert full["SELECT"] - few["SELECT"] <= 1, "the notes of no rows need not be asked for"
    assert full["SELECT"] <= 6
