"""Audit: the search over events, the full history of a case, and whether the record holds."""

import csv
import gzip
import json
import re
from io import StringIO

import psycopg
import pytest

from cli.parts import Postgres
from cli.parts.postgres import SUPERUSER
from record.entries import erase_texts
from record.verify import count_cases
from tests.record.office import COORDINATOR, DISPOSE, MORNING, Office, statements
from tests.record.test_docs import outsider
from tests.web.pages.house import SAME_ORIGIN, Browser, Reported, Site
from web.pages import audit_progress
from web.pages.audit_case import plain
from web.pages.audit_progress import Progress, opened, sealed

HTMX = SAME_ORIGIN | {"HX-Request": "true"}


@pytest.fixture(scope="module")
async def lived(site: Site) -> Reported:
    """A case whose identity was opened, with a note of formulas, delegated to nobody."""
    filed = await site.disposed(title="Drainase tersumbat", identity="terbuka", name="Siti Aminah")
    async with site.at_the_desk("koordinator") as coordinator:
        await coordinator.act(filed.ticket, "open_identity", reason="Perlu dihubungi")
        await coordinator.act(filed.ticket, "note", text="=1+1")
    async with site.at_the_desk("dpupr") as unit:
        await unit.act(filed.ticket, "accept")
    return filed


@pytest.fixture
async def superuser(postgres: Postgres, site: Site) -> psycopg.AsyncConnection:
    url = postgres.url(SUPERUSER, site.database.name).replace("+psycopg", "")
    return await psycopg.AsyncConnection.connect(url, autocommit=True)


async def test_who_may_look(site: Site, lived: Reported) -> None:
    paths = (
        "",
        "/periksa",
        *(f"/{lived.ticket}{end}" for end in ("", "/periksa", "/kejadian.csv", "/kejadian.jsonl")),
    )
    for username, forbidden in (
        ("inspektorat", set()),
        ("sekda", set()),
        ("koordinator", {"/periksa"}),
        ("dpupr", set(paths)),
        ("kepala.dpupr", set(paths)),
        ("admin", set(paths)),
    ):
        async with site.at_the_desk(username) as browser:
            for path in paths:
                answer = await browser.get(f"/audit{path}")
                assert answer.status_code == (403 if path in forbidden else 200), (username, path)
                if path in forbidden:
                    assert "Drainase" not in answer.text
    async with site.browser() as nobody:
        for path in paths:
            assert (await nobody.get(f"/audit{path}")).url.path == "/masuk"


async def test_the_search_finds_what_happened(site: Site, lived: Reported) -> None:
    ticket = lived.ticket
    async with site.at_the_desk("inspektorat") as auditor:
        page = (await auditor.get(f"/audit?ticket={ticket}")).text
        found = re.findall(rf'href="/audit/{ticket}#kejadian-(\d)">([^<]+)</a>', page)
        assert found == [
            ("5", "Tugas diterima"),
            ("4", "Catatan internal"),
            ("3", "Identitas pelapor dibuka"),
            ("2", "Didisposisikan kepada Dinas Pekerjaan Umum dan Penataan Ruang"),
            ("1", "Laporan diterima"),
        ]
        assert "Admin DPUPR" in page
        assert "(admin unit, Dinas Pekerjaan Umum dan Penataan Ruang)" in page
        for query, seqs in (
            ("type=identity_opened", ["3"]),
            ("actor=dpupr", ["5"]),
            ("actor=pelapor", ["1"]),
            ("actor=koordinator", ["4", "3", "2"]),
            ("actor=sistem", []),
            ("unit=dpupr&type=noted", ["4"]),
            ("unit=setda", []),
            ("until=2020-01-01", []),
            ("since=2020-01-01&type=accepted", ["5"]),
            ("type=x&unit=y&since=z&until=9999-99-99&setelah=a~b~c", ["5", "4", "3", "2", "1"]),
        ):
            page = (await auditor.get(f"/audit?ticket={ticket}&{query}")).text
            assert re.findall(rf'href="/audit/{ticket}#kejadian-(\d)"', page) == seqs, query
            assert ("Tidak ada kejadian yang cocok." in page) is (not seqs)
        page = (await auditor.get(f"/audit?ticket={ticket}&type=noted")).text
        assert f'href="/audit?ticket={ticket}"' in page
        assert 'href="/audit?type=noted"' in page


async def test_the_search_goes_on(site: Site, lived: Reported) -> None:
    office = await Office.opened(site.engine)
    for _ in range(60):
        await office.file()
    async with site.at_the_desk("inspektorat") as auditor:
        seen: list[str] = []
        path = "/audit?type=received"
        while path:
            with statements() as sent:
                page = (await auditor.get(path)).text
            assert sent["SELECT"] <= 9
            assert len(gzip.compress(page.encode())) <= 20_000
            seen += re.findall(r'href="/audit/(MB-[\d-]+)#kejadian-1"', page)
            match = re.search(r'href="(/audit\?[^"]*setelah=[^"]+)"', page)
            path = match[1].replace("&amp;", "&") if match else ""
    assert len(seen) == len(set(seen)) == await count_cases(site.engine)


async def test_the_history_says_who_changed_what_and_how_it_was_reckoned(
    site: Site, lived: Reported
) -> None:
    async with site.at_the_desk("inspektorat") as auditor:
        page = (await auditor.get(f"/audit/{lived.ticket}")).text
    assert page.index("1. Laporan diterima") < page.index("5. Tugas diterima")
    assert "<dt>Status</dt><dd><del>Diterima</del>" in page
    assert "<ins>Didisposisikan</ins>" in page
    assert "<del>Koordinator pengaduan</del>" in page
    assert "<strong>Jawaban</strong>: mulai dihitung" in page
    assert re.search(r"14 hari kerja sejak .*; aturan versi 1, kalender versi 1", page)
    assert "<strong>Verifikasi</strong>: berhenti." in page
    hashes = re.findall(r'<p class="hash">hash ([0-9a-f]{64})</p>', page)
    before = re.findall(r"<dt>prev</dt><dd>([0-9a-f]{64})</dd>", page)
    assert len(hashes) == 5
    assert before == ["0" * 64, *hashes[:-1]]
    opened_by = page[page.index("Siapa yang melihat identitas") : page.index("Kejadian <span")]
    assert "Koordinator Pengaduan" in opened_by
    assert "Siti Aminah" not in page
    assert "0812" not in page
    assert "Rantai utuh" not in page, "nobody pressed the button"
    for username, offered in (("sekda", True), ("dpupr", False)):
        async with site.at_the_desk(username) as browser:
            trail = (await browser.get(f"/aduan/{lived.ticket}/jejak")).text
            assert (f'href="/audit/{lived.ticket}"' in trail) is offered


async def test_erased_texts_are_shown_as_erased(site: Site) -> None:
    filed = await site.disposed(title="Rahasia sekali")
    async with site.engine.connect() as connection:
        found = await connection.exec_driver_sql(
            "SELECT id FROM complaints WHERE ticket = %s", (filed.ticket,)
        )
        await erase_texts(site.engine, found.scalar_one())
    async with site.at_the_desk("inspektorat") as auditor:
        page = (await auditor.get(f"/audit/{filed.ticket}/periksa")).text
    assert page.count("Teksnya sudah dihapus") == 2
    assert "Rahasia sekali" not in page
    assert "Mohon dicek" not in page
    assert "Rantai utuh: 2 kejadian." in page


async def test_a_coordinator_finds_nothing_about_their_own_unit(site: Site) -> None:
    office = await Office.opened(site.engine)
    filed, case = await office.file()
    about_us = {"unit": "kab/inspektorat", "reported_unit": "kab/dinkominfo"}
    await office.act(case, DISPOSE.model_copy(update=about_us), COORDINATOR)
    for username, status, count in (("inspektorat", 200, 2), ("koordinator", 404, 0)):
        async with site.at_the_desk(username) as browser:
            assert (await browser.get(f"/audit/{filed.ticket}")).status_code == status
            page = (await browser.get(f"/audit?ticket={filed.ticket}")).text
            assert len(re.findall(rf'href="/audit/{filed.ticket}#', page)) == count


async def test_downloads_can_be_recomputed_and_reckon_nothing(site: Site, lived: Reported) -> None:
    async with site.at_the_desk("inspektorat") as auditor:
        lines = await auditor.get(f"/audit/{lived.ticket}/kejadian.jsonl")
        table = await auditor.get(f"/audit/{lived.ticket}/kejadian.csv")
    for answer in (lines, table):
        assert answer.headers["content-disposition"].startswith("attachment;")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
    events = [json.loads(line) for line in lines.text.splitlines()]
    said = outsider({"complaint": events[0]["complaint"], "events": events})
    assert said.startswith("5 events hold")
    rows = list(csv.reader(StringIO(table.text.removeprefix("\ufeff"))))
    assert [row[0] for row in rows] == ["Nomor", "1", "2", "3", "4", "5"]
    assert rows[2][3].startswith("Didisposisikan kepada")
    assert "Status: Diterima → Didisposisikan" in rows[2][7]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_no_cell_begins_a_formula() -> None:
    for cell in ("=1+1", "+62", "-1", "@x", "\tx", "\rx"):
        assert plain(cell) == f"'{cell}"
    assert plain("a=1") == "a=1"


async def test_the_button_names_the_event_somebody_changed(
    site: Site, superuser: psycopg.AsyncConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_progress, "AT_ONCE", 2)
    filed = await site.disposed(title="Diubah diam-diam")
    async with site.at_the_desk("inspektorat") as auditor:
        whole = await auditor.get(f"/audit/{filed.ticket}/periksa")
        assert "Rantai utuh: 2 kejadian." in whole.text
        assert "tidak utuh" not in await _verify_all(auditor)
        await superuser.execute("ALTER TABLE events DISABLE TRIGGER append_only")
        await superuser.execute(
            'UPDATE events SET data = data || \'{"unit": "kab/setda"}\' WHERE seq = 2 AND'
            " complaint_id = (SELECT id FROM complaints WHERE ticket = %s)",
            [filed.ticket],
        )
        broken = await auditor.get(f"/audit/{filed.ticket}/periksa", headers=HTMX)
        assert "kejadian nomor 2, isinya tidak sesuai dengan hash-nya" in broken.text
        assert "<html" not in broken.text
        end = await _verify_all(auditor)
        assert "1 aduan tidak utuh." in end
        assert (
            f'<a href="/audit/{filed.ticket}/periksa">{filed.ticket}</a>: kejadian nomor 2' in end
        )
        assert "Semuanya utuh." not in end
        # What no version of this house wrote is still shown, as far as it can be read.
        await superuser.execute(
            "UPDATE events SET type = 'menghilang' WHERE seq = 2 AND complaint_id ="
            " (SELECT id FROM complaints WHERE ticket = %s)",
            [filed.ticket],
        )
        unreadable = await auditor.get(f"/audit/{filed.ticket}/periksa")
        assert unreadable.status_code == 200
        assert "2. Kejadian yang tidak dapat dibaca" in unreadable.text
        assert "kejadian nomor 2" in unreadable.text
        listed = await auditor.get(f"/audit?ticket={filed.ticket}")
        assert "menghilang" in listed.text
        table = await auditor.get(f"/audit/{filed.ticket}/kejadian.csv")
        assert "menghilang" in table.text
    await superuser.execute("ALTER TABLE events ENABLE ALWAYS TRIGGER append_only")
    await superuser.close()


async def _verify_all(auditor: Browser) -> str:
    """Press on until all is verified; the last page."""
    path, pages = "/audit/periksa", 0
    while True:
        page = (await auditor.get(path)).text
        pages += 1
        match = re.search(r'href="(/audit/periksa\?lanjut=[^"]+)"', page)
        if not match:
            break
        assert "Semuanya utuh." not in page, "not before all is verified"
        path = match[1]
    assert pages > 2
    checked = re.search(r"(\d+) dari (\d+) aduan sudah diperiksa", page)
    assert checked
    assert checked[1] == checked[2]
    return page


def test_nobody_makes_the_page_say_more_than_was_checked() -> None:
    secret = b"s" * 32
    progress = Progress(
        started_at=MORNING, cases=7, events=9, faults=(("MB-2026-000001", 2, "it is missing"),)
    )
    assert opened(sealed(progress, secret), secret) == progress
    assert opened(sealed(progress, secret), b"x" * 32) is None
    text, _, mark = sealed(progress, secret).partition(".")
    for forged in ("", ".", text, f"{text[:-2]}xx.{mark}", f"{text}.{mark[:-1]}x", f"é.{mark}"):
        assert opened(forged, secret) is None
