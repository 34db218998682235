"""The pages of a case: one bar, history by kind, files, what the reporter reads, and their cost."""

import re

import pytest

from tests.record.office import statements
from tests.web.pages.house import SAME_ORIGIN, Browser, Reported, Site, hidden
from tests.web.pages.test_case_answer import picture

PARTS = ("", "/riwayat", "/berkas", "/pesan", "/jejak")


@pytest.fixture(scope="module")
async def lived(site: Site) -> Reported:
    """A case with all kinds of happenings, and files of the reporter's, an answer's, a note's."""
    filed = await site.disposed(title="Selokan mampet di pasar")
    async with site.at_the_desk("dpupr") as unit:
        path = f"/aduan/{filed.ticket}/tindakan"
        await unit.post(f"{path}/accept", {"key": "accept"})
        await unit.act(filed.ticket, "ask_reporter", text="Sisi mana?")
        await unit.act(filed.ticket, "reporter_reply", text="Sisi timur.")
        await unit.act(filed.ticket, "request_extension", days="3", reason="Hujan terus.")
        note = hidden((await unit.get(f"{path}/note")).text, "key", "seq") | {"text": "Bau sekali"}
        await unit.http.post(
            f"{path}/note",
            data=note,
            files={"berkas": ("dalam.jpg", picture(), "image/jpeg")},
            headers=SAME_ORIGIN,
        )
        answer = {"key": "answer", "seq": "7", "text": "Sudah dibersihkan."}
        done = await unit.http.post(
            f"{path}/answer",
            data=answer,
            files={"berkas": ("bersih.jpg", picture(), "image/jpeg")},
            headers=SAME_ORIGIN,
        )
        assert "Dijawab" in done.text, done.text
    return filed


async def test_every_page_has_the_bar_and_says_where_one_is(site: Site, lived: Reported) -> None:
    async with site.at_the_desk("dpupr") as unit:
        bars = set()
        for part in PARTS:
            page = (await unit.get(f"/aduan/{lived.ticket}{part}")).text
            bar = re.search(r'<div class="bar">.*?</div>\s*(?=<section|<nav)', page, re.DOTALL)
            assert bar
            assert f'href="/aduan/{lived.ticket}{part}" aria-current="page"' in page
            bars.add(bar[0].strip())
        assert len(bars) == 1
        (bar_text,) = bars
        assert "Selokan mampet di pasar" in bar_text
        assert "Dijawab" in bar_text
        assert "Tenggat tanggapan pelapor" in bar_text


@pytest.mark.parametrize(
    ("topic", "there", "gone"),
    [
        ("semua", ("Bau sekali", "Sisi timur.", "Tugas diterima", "Perpanjangan 3"), ()),
        ("keputusan", ("Tugas diterima", "Didisposisikan"), ("Bau sekali", "Sisi timur.")),
        ("pesan", ("Sisi timur.", "Sudah dibersihkan."), ("Bau sekali", "Tugas diterima")),
        ("internal", ("Bau sekali", "Mohon dicek segera."), ("Sisi timur.", "Tugas diterima")),
        ("tenggat", ("Perpanjangan 3 hari kerja diminta",), ("Bau sekali", "Sisi timur.")),
        ("apa-saja", ("Bau sekali", "Sisi timur."), ()),
    ],
)
async def test_history_by_kind(
    site: Site, lived: Reported, topic: str, there: tuple[str, ...], gone: tuple[str, ...]
) -> None:
    async with site.at_the_desk("koordinator") as coordinator:
        page = (await coordinator.get(f"/aduan/{lived.ticket}/riwayat?jenis={topic}")).text
    for words in there:
        assert words in page
    for words in gone:
        assert words not in page
    newest, oldest = page.find("Dijawab</h3>"), page.find("Laporan diterima</h3>")
    assert topic != "semua" or 0 < newest < oldest
    if "Bau sekali" in there:
        assert '<span class="tag tag--internal">Internal</span>' in page


async def test_files_stand_beside_what_they_came_with(site: Site, lived: Reported) -> None:
    async with site.at_the_desk("dpupr") as unit:
        page = (await unit.get(f"/aduan/{lived.ticket}/berkas")).text
        assert page.index("bersih.jpg") < page.index("dalam.jpg")
        assert len(re.findall(r'src="/berkas/[0-9a-f-]+/kecil"', page)) == 2
        assert 'Catatan internal <span class="tag tag--internal">' in page
    empty = await site.disposed()
    async with site.at_the_desk("dpupr") as unit:
        page = (await unit.get(f"/aduan/{empty.ticket}/berkas")).text
        assert "Belum ada berkas pada aduan ini." in page


async def test_the_talk_is_what_the_reporter_reads(site: Site, lived: Reported) -> None:
    async with site.at_the_desk("dpupr") as unit:
        page = (await unit.get(f"/aduan/{lived.ticket}/pesan")).text
    async with site.browser() as citizen:
        tracked = (await citizen.post("/lacak", lived.opens)).text
    event = r'<h\d class="event-title">([^<]+)</h\d>\s*<p class="event-meta">([^<]+),'
    assert re.findall(event, page) == re.findall(event, tracked)
    assert len(re.findall(event, page)) >= 5
    assert "bersih.jpg" in page
    for internal in ("Bau sekali", "dalam.jpg", "Mohon dicek segera.", "Hujan terus."):
        assert internal not in page
        assert internal not in tracked
    assert "Beginilah pelapor membacanya" in page


async def test_who_may_read_a_case_reads_its_parts_and_no_one_else(
    site: Site, lived: Reported
) -> None:
    for username, status in (("sekda", 200), ("inspektorat", 200), ("kec.bobotsari", 404)):
        async with site.at_the_desk(username) as other:
            for part in PARTS:
                answer = await other.get(f"/aduan/{lived.ticket}{part}")
                assert answer.status_code == status, (username, part)
    async with site.browser() as nobody:
        for part in (*PARTS, "/verifikasi", "/tindakan/answer/periksa"):
            answer = await nobody.get(f"/aduan/{lived.ticket}{part}")
            assert answer.url.path == "/masuk"


LIMITS = {"": 8, "/riwayat": 7, "/berkas": 7, "/pesan": 8, "/jejak": 9}


async def test_a_page_costs_as_much_however_long_the_case(site: Site, lived: Reported) -> None:
    short = await site.disposed()
    async with site.at_the_desk("dpupr") as unit:
        for number in range(10):
            await unit.act(lived.ticket, "note", text=f"Catatan {number}")
        for part, most in LIMITS.items():
            cost = {
                ticket: await fewest(unit, f"/aduan/{ticket}{part}")
                for ticket in (short.ticket, lived.ticket)
            }
            assert cost[lived.ticket] <= cost[short.ticket] <= most, (part, cost)


async def fewest(browser: Browser, path: str) -> int:
    """The statements of a page, without what a process keeps for ten seconds, or does beside it."""
    counts = []
    for _ in range(3):
        with statements() as sent:
            assert (await browser.get(path)).status_code == 200
        counts.append(sent.total())
    return min(counts)
