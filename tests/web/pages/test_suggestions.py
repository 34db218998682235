"""What is suggested at verification, duplicates side by side, and what became of suggestions."""

import asyncio
import re
from datetime import UTC, datetime
from html import unescape

import pytest
from sqlalchemy import text

from activities.suggestions import learn
from record.models import Decided, Imported, import_decisions
from tests.record.office import statements
from tests.suggest.offices import complaints
from tests.web.pages.house import DISPOSAL, Browser, Site

HOLE = {
    "title": "Jalan berlubang di depan Pasar Bancar",
    "body": "Lubang dalam di aspal depan pasar, sudah ada pengendara jatuh.",
    "village_code": "33.03.05.1005",
    "lat": "-7.3880",
    "lng": "109.3650",
}
SAME = HOLE | {
    "title": "Aspal depan pasar Bancar berlubang",
    "body": "Mohon lubang dalam depan pasar segera ditambal, pengendara motor jatuh kemarin.",
    "lat": "-7.3885",
}


async def category_page(browser: Browser, ticket: str) -> str:
    """As far as the question of the category."""
    start = f"/aduan/{ticket}/verifikasi"
    await browser.post(f"{start}/hasil", {"outcome": "terima"})
    await browser.post(f"{start}/klasifikasi", {"classification": "tidak_berkadar"})
    answer = await browser.get(f"{start}/kategori")
    assert answer.url.path == f"{start}/kategori"
    return answer.text


async def unit_page(browser: Browser, ticket: str, category: str) -> str:
    await category_page(browser, ticket)
    answer = await browser.post(f"/aduan/{ticket}/verifikasi/kategori", {"category": category})
    assert answer.url.path == f"/aduan/{ticket}/verifikasi/unit"
    return answer.text


def suggestions(html: str) -> list[str]:
    """The values of the radios that the system suggests."""
    found = re.search(r'<fieldset class="suggestion">.*?</fieldset>', html, re.DOTALL)
    return re.findall(r'type="radio" name="\w+" value="([^"]+)"', found[0]) if found else []


async def shown(site: Site, ticket: str) -> list[tuple[str, int, list[str]]]:
    query = text(
        "SELECT kind, model, guesses FROM suggestions_shown JOIN complaints ON id = complaint_id"
        " WHERE ticket = :ticket ORDER BY 1, 2"
    )
    async with site.engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(query, {"ticket": ticket})]


async def test_the_cold_start_suggests_the_usual_unit_and_nothing_of_categories(
    site: Site,
) -> None:
    filed = await site.report(**HOLE)
    async with site.at_the_desk("koordinator") as coordinator:
        assert suggestions(await category_page(coordinator, filed.ticket)) == []
        assumed = await unit_page(coordinator, filed.ticket, "lingkungan")
        assert suggestions(assumed) == ["dlhperkim"]
        assert "Anggapan awal" in assumed
        assert "checked" not in assumed
        assert await shown(site, filed.ticket) == [("unit", 0, ["kab/dlhperkim"])]

        for _ in range(3):
            other = await site.report(**HOLE)
            await coordinator.act(other.ticket, "dispose", **DISPOSAL)
        usual = await unit_page(coordinator, filed.ticket, "infrastruktur")
        assert suggestions(usual) == ["dpupr"]
        assert "3 dari 3 aduan infrastruktur dari desa ini" in usual
        # What was shown first stays what was shown.
        assert await shown(site, filed.ticket) == [("unit", 0, ["kab/dlhperkim"])]


async def test_likely_duplicates_side_by_side_lead_into_the_verification(site: Site) -> None:
    lead = await site.report(**HOLE)
    filed = await site.report(**SAME)
    async with site.at_the_desk("koordinator") as coordinator:
        first = (await coordinator.get(f"/aduan/{filed.ticket}/verifikasi")).text
        assert "Mungkin duplikat" in first
        assert f"/aduan/{filed.ticket}/mirip?dengan={lead.ticket}" in first

        page = await coordinator.get(f"/aduan/{filed.ticket}/mirip?dengan={lead.ticket}")
        html = page.text
        assert page.status_code == 200
        assert html.count("<mark>pasar</mark>") >= 2
        assert "Jarak kedua lokasi: 60 m" in html
        assert html.count('class="map-place') == 2
        assert "pada hari yang sama" in html
        assert "pelapor yang sama" in html

        with statements() as few:
            await coordinator.get(f"/aduan/{filed.ticket}/mirip?dengan={lead.ticket}")
        for _ in range(3):
            await site.report(**SAME)
        with statements() as many:
            await coordinator.get(f"/aduan/{filed.ticket}/mirip?dengan={lead.ticket}")
        assert many["SELECT"] == few["SELECT"]

        answer = await coordinator.post(f"/aduan/{filed.ticket}/mirip", {"lead": lead.ticket})
        assert answer.url.path == f"/aduan/{filed.ticket}/verifikasi/alasan"
        reason = {"reason": "Lubang yang sama."}
        check = await coordinator.post(f"/aduan/{filed.ticket}/verifikasi/alasan", reason)
        assert check.url.path == f"/aduan/{filed.ticket}/verifikasi/periksa"
        assert lead.ticket in check.text


async def test_nothing_typed_is_markup_on_the_comparison(site: Site) -> None:
    evil = "<script>alert(1)</script> jalan pasar"
    one = await site.report(**HOLE | {"title": evil, "body": f"{evil} &amp; lubang"})
    other = await site.report(**HOLE | {"title": evil, "body": f"{evil} &amp; lubang"})
    async with site.at_the_desk("koordinator") as coordinator:
        html = (await coordinator.get(f"/aduan/{one.ticket}/mirip?dengan={other.ticket}")).text
    assert "<script>alert" not in html
    assert "&lt;<mark>script</mark>&gt;" in html


async def test_without_coordinates_the_place_is_said_in_words(site: Site) -> None:
    plain = {name: value for name, value in HOLE.items() if name not in ("lat", "lng")}
    one = await site.report(**plain)
    other = await site.report(**plain)
    async with site.at_the_desk("koordinator") as coordinator:
        html = (await coordinator.get(f"/aduan/{one.ticket}/mirip?dengan={other.ticket}")).text
    assert '<svg class="map"' not in html
    assert "Kelurahan Bancar, Kecamatan Purbalingga" in html
    assert "desa yang sama" in html


async def test_a_complaint_that_nothing_is_like(site: Site) -> None:
    filed = await site.report(
        title="Perpustakaan keliling", body="Kapan jadwalnya ke Serayu Larangan?"
    )
    async with site.at_the_desk("koordinator") as coordinator:
        page = await coordinator.get(f"/aduan/{filed.ticket}/mirip")
        assert page.status_code == 200
        assert "Tidak ada aduan yang mirip." in page.text
        own = await coordinator.get(f"/aduan/{filed.ticket}/mirip?dengan={filed.ticket}")
        assert own.status_code == 404
        gone = await coordinator.get(f"/aduan/{filed.ticket}/mirip?dengan=MB-2026-999999")
        assert gone.status_code == 404


async def test_only_the_coordinator_compares(site: Site) -> None:
    filed = await site.disposed(**HOLE)
    for username, status in (("dpupr", 403), ("sekda", 403), ("kec.bobotsari", 404)):
        async with site.at_the_desk(username) as browser:
            answer = await browser.get(f"/aduan/{filed.ticket}/mirip")
            assert answer.status_code == status, username
            posted = await browser.post(f"/aduan/{filed.ticket}/mirip", {"lead": filed.ticket})
            assert posted.status_code == status, username


async def test_what_ended_or_follows_may_not_lead(site: Site) -> None:
    ended = await site.report(**HOLE)
    filed = await site.report(**SAME)
    async with site.at_the_desk("koordinator") as coordinator:
        await coordinator.act(ended.ticket, "archive", reason="repeated", text="Sudah pernah.")
        html = (await coordinator.get(f"/aduan/{filed.ticket}/mirip?dengan={ended.ticket}")).text
    assert "tidak dapat menjadi aduan induk" in html
    assert "Jadikan duplikat" not in html


@pytest.fixture(scope="module")
async def learned(site: Site) -> int:
    """The version of a model of made-up decisions."""
    texts, categories = complaints(160)
    rows = [
        Imported(str(number), Decided(body, category, None, None))
        for number, (body, category) in enumerate(zip(texts, categories, strict=True))
    ]
    await import_decisions(site.engine, "lama", rows, datetime.now(UTC))
    version = await learn(site.engine)
    assert version is not None
    return version


async def test_what_was_learnt_is_suggested_and_its_fate_shown(site: Site, learned: int) -> None:
    school = {
        "title": "Guru tidak masuk",
        "body": "Di sekolah kami guru kelas jarang masuk, murid tanpa buku menjelang ujian.",
    }
    taken = await site.report(**school)
    changed = await site.report(**school)
    silent = await site.report(title="Lain", body="Zzz qqq xyzzy.")
    async with site.at_the_desk("koordinator") as coordinator:
        html = ""
        for _ in range(12):  # the web looks for a new version every ten seconds
            html = await category_page(coordinator, taken.ticket)
            if suggestions(html):
                break
            await asyncio.sleep(1)
        assert suggestions(html)[0] == "pendidikan"
        assert re.search(r"keyakinan \d+ %, karena kata: [\w, ]*(guru|murid|sekolah)", html)
        assert "checked" not in html
        await category_page(coordinator, changed.ticket)
        assert suggestions(await category_page(coordinator, silent.ticket)) == []
        assert ("category", learned, []) in await shown(site, silent.ticket)
        for ticket, category in (
            (taken.ticket, "pendidikan"),
            (changed.ticket, "kesehatan"),
            (silent.ticket, "lain_lain"),
        ):
            await coordinator.act(ticket, "dispose", **DISPOSAL | {"category": category})
    for username in ("koordinator", "sekda", "inspektorat"):
        async with site.at_the_desk(username) as reader:
            page = await reader.get("/saran")
        assert page.status_code == 200
        words = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.text)))
        assert "Dari 3 aduan yang sudah didisposisikan" in words
        assert "Saran pertama diambil 1 (33 %)" in words
        assert "Dipilih yang lain 1 (33 %)" in words
        assert "Sistem diam 1 (33 %)" in words
        assert f"Versi {learned}, dari" in words
    for username in ("dpupr", "admin"):
        async with site.at_the_desk(username) as reader:
            assert (await reader.get("/saran")).status_code == 403
