"""The desk: inbox, list, case page, actions, trail."""

import gzip
import re

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from record.engine import database_url
from tests.web.pages.house import DISPOSAL, REPORT, Site, hidden

HTMX = {"HX-Request": "true", "Sec-Fetch-Site": "same-origin"}


async def test_the_inbox_says_what_to_do_next(site: Site) -> None:
    filed = await site.report(title="Lampu jalan mati di Bancar")
    async with site.at_the_desk("koordinator") as coordinator:
        page = (await coordinator.get("/tugas")).text
    count = int(re.findall(r"<h1>Tugas saya \((\d+)\)</h1>", page)[0])
    assert count >= 1
    assert f'href="/aduan/{filed.ticket}">Verifikasi: Lampu jalan mati di Bancar</a>' in page
    assert "Tenggat respons pertama" in page
    assert "WIB" in page


async def test_the_inbox_goes_on_where_it_ended(site: Site) -> None:
    for number in range(26):
        await site.report(title=f"Sampah nomor {number}")
    seen: list[str] = []
    async with site.at_the_desk("koordinator") as coordinator:
        path: str | None = "/tugas"
        while path:
            page = (await coordinator.get(path)).text
            seen += re.findall(r'class="row-link" href="/aduan/([^"]+)"', page)
            further = re.search(r'href="(/tugas\?setelah=[^"]+)"', page)
            path = further[1] if further else None
        count = int(re.findall(r"Tugas saya \((\d+)\)", page)[0])
    assert len(seen) == len(set(seen)) == count > 25


async def test_the_list_is_filtered_by_its_url(site: Site) -> None:
    filed = await site.disposed(title="Gorong-gorong mampet")
    async with site.at_the_desk("sekda") as supervisor:
        for query, found in (
            ("q=gorong", True),
            (f"q={filed.ticket}", True),
            ("stage=disposed&unit=dpupr&channel=matur&q=gorong", True),
            ("stage=closed&q=gorong", False),
            ("unit=kec.bobotsari&q=gorong", False),
            ("late=1&q=gorong", False),
            ("channel=sp4n", False),
            ("stage=&unit=&channel=&late=&q=gorong&after=bukan-id", True),
        ):
            page = await supervisor.get(f"/aduan?{query}")
            assert page.status_code == 200
            assert (filed.ticket in page.text) is found, query
        page = await supervisor.get("/aduan?q=gorong&stage=disposed")
        assert 'href="/aduan?q=gorong"' in page.text
        assert 'href="/aduan?stage=disposed"' in page.text


async def test_a_unit_reads_anonim_and_acts_by_one_button(site: Site) -> None:
    filed = await site.disposed(title="Trotoar rusak", body="Baris satu.\n<script>x</script>")
    async with site.at_the_desk("dpupr") as unit:
        page = (await unit.get(f"/aduan/{filed.ticket}")).text
        assert "<dt>Pelapor</dt><dd>Anonim</dd>" in page
        assert "Baris satu.\n&lt;script&gt;x&lt;/script&gt;" in page
        assert page.count("button--big") == 1
        sent = hidden(page, "key", "seq")
        done = await unit.post(f"/aduan/{filed.ticket}/tindakan/accept", sent)
        assert "Sudah tercatat: Terima tugas" in done.text
        assert ">Jawab</a>" in done.text
        assert "Sudah tercatat" not in (await unit.get(f"/aduan/{filed.ticket}")).text
        twice = await unit.post(f"/aduan/{filed.ticket}/tindakan/accept", sent)
        assert twice.text.count("Tugas diterima") == 1
    async with site.at_the_desk("koordinator") as coordinator:
        page = (await coordinator.get(f"/aduan/{filed.ticket}")).text
        assert "Dinas Pekerjaan Umum dan Penataan Ruang harus menjawab aduan ini" in page
        assert "button--big" not in page


async def test_what_is_not_theirs_is_not_there(site: Site) -> None:
    filed = await site.disposed()
    for username in ("kec.bobotsari", "admin"):
        async with site.at_the_desk(username) as other:
            for path in ("", "/jejak", "/tindakan/note"):
                answer = await other.get(f"/aduan/{filed.ticket}{path}")
                assert answer.status_code == 404
                assert "bukan kewenangan Anda" in answer.text
                assert "Jalan berlubang" not in answer.text


async def test_an_action_not_open_to_them_says_why(site: Site) -> None:
    filed = await site.disposed()
    async with site.at_the_desk("dpupr") as unit:
        never = await unit.get(f"/aduan/{filed.ticket}/tindakan/dispose")
        assert never.status_code == 403
        assert "Hanya koordinator yang dapat mendisposisikan aduan." in never.text
        later = await unit.get(f"/aduan/{filed.ticket}/tindakan/report_progress")
        assert later.status_code == 409
        assert (await unit.get(f"/aduan/{filed.ticket}/tindakan/breach")).status_code == 422


async def test_what_is_missing_is_named_and_the_rest_kept(site: Site) -> None:
    filed = await site.report()
    async with site.at_the_desk("koordinator") as coordinator:
        answer = await coordinator.act(filed.ticket, "dispose", text="Segera", unit="dpupr")
    assert answer.status_code == 422
    assert '<a href="#dispose-classification">Isi atau pilih: Klasifikasi.</a>' in answer.text
    assert "Segera</textarea>" in answer.text
    assert '<option value="dpupr" selected>' in answer.text


@pytest.mark.parametrize("headers", [HTMX, {"Sec-Fetch-Site": "same-origin"}])
async def test_who_comes_second_keeps_the_text_and_reads_who_did_what(
    site: Site, headers: dict[str, str]
) -> None:
    filed = await site.report()
    path = f"/aduan/{filed.ticket}/tindakan"
    async with (
        site.at_the_desk("koordinator") as first,
        site.at_the_desk("koordinator") as second,
    ):
        form = hidden((await second.get(f"{path}/archive")).text, "key", "seq")
        await first.act(filed.ticket, "dispose", **DISPOSAL)
        late = form | {"reason": "repeated", "text": "Sudah pernah dilaporkan"}
        answer = await second.post(f"{path}/archive", late, headers)
        assert answer.status_code == 409
        assert "Sudah pernah dilaporkan</textarea>" in answer.text
        assert "Sejak Anda membuka formulir ini:" in answer.text
        assert (
            "<li>Didisposisikan kepada Dinas Pekerjaan Umum dan Penataan Ruang, "
            "Koordinator Pengaduan, <time" in answer.text
        )
        assert ("<html" in answer.text) is ("HX-Request" not in headers)
        assert '<strong class="tag tag--new">Didisposisikan</strong>' in answer.text
        assert answer.headers["hx-retarget"] == "#kasus"
        assert hidden(answer.text, "key") != {"key": form["key"]}
        note = await second.act(filed.ticket, "note", text="Jadi didisposisikan saja")
        assert note.status_code == 200


async def test_htmx_gets_a_block_of_the_same_page(site: Site) -> None:
    filed = await site.report()
    path = f"/aduan/{filed.ticket}/tindakan/note"
    async with site.at_the_desk("koordinator") as coordinator:
        block = await coordinator.get(path, headers=HTMX)
        whole = await coordinator.get(path)
        back = await coordinator.get(path, headers=HTMX | {"HX-History-Restore-Request": "true"})
        assert "<html" not in block.text
        assert '<form class="action"' in block.text
        assert "HX-Request" in block.headers["vary"]
        assert "<html" in whole.text
        assert "<html" in back.text
        assert len(gzip.compress(block.text.encode())) <= 8_000
        done = await coordinator.post(
            path, hidden(block.text, "key", "seq") | {"text": "Catat"}, HTMX
        )
        assert done.headers["hx-retarget"] == "#kasus"
        assert done.headers["hx-replace-url"] == f"/aduan/{filed.ticket}"
        assert done.text.lstrip().startswith('<div id="kasus">')
        wrong = await coordinator.get("/aduan/MB-2026-999999", headers=HTMX)
        assert wrong.status_code == 404
        assert wrong.headers["hx-retarget"] == "#galat"
        assert "<html" not in wrong.text


async def test_with_the_engine_away_nothing_typed_is_lost(site: Site, engineless: Site) -> None:
    filed = await site.report()
    path = f"/aduan/{filed.ticket}/tindakan/note"
    async with engineless.at_the_desk("koordinator") as coordinator:
        sent = hidden((await coordinator.get(path)).text, "key", "seq") | {"text": "Jangan hilang"}
        whole = await coordinator.post(path, sent)
        assert whole.status_code == 503
        assert "Jangan hilang</textarea>" in whole.text
        assert hidden(whole.text, "key", "seq") == {key: sent[key] for key in ("key", "seq")}
        block = await coordinator.post(path, sent, HTMX)
        assert block.status_code == 503
        assert block.headers["hx-retarget"] == "#galat"
    async with site.at_the_desk("koordinator") as coordinator:
        done = await coordinator.post(path, sent)
        assert done.text.count('<p class="typed">Jangan hilang</p>') == 1


async def test_filing_is_taken_while_the_engine_is_away(engineless: Site) -> None:
    filed = await engineless.report()
    assert filed.ticket.startswith("MB-")


async def test_an_identity_is_shown_once_and_its_opening_is_on_record(site: Site) -> None:
    filed = await site.report(identity="terbuka", name="Siti Aminah")
    async with site.at_the_desk("koordinator") as coordinator:
        opened = await coordinator.act(filed.ticket, "open_identity", reason="Perlu dihubungi")
        assert "Siti Aminah" in opened.text
        assert "+6281234567890" in opened.text
        assert opened.headers["cache-control"] == "no-store"
        page = await coordinator.get(f"/aduan/{filed.ticket}")
        assert "Siti Aminah" not in page.text
        assert "Identitas pelapor dibuka" in page.text
        assert "Perlu dihubungi" in page.text


async def test_a_case_that_leaves_ones_sight_leads_home(site: Site) -> None:
    filed = await site.disposed()
    async with site.at_the_desk("dpupr") as unit:
        answer = await unit.act(filed.ticket, "return", reason="Jalan provinsi")
        assert answer.url.path == "/tugas"
        assert "Sudah tercatat: Kembalikan, salah alamat" in answer.text


async def test_a_task_is_delegated_below_and_taken_back(site: Site) -> None:
    filed = await site.report()
    async with site.at_the_desk("koordinator") as coordinator:
        await coordinator.act(filed.ticket, "dispose", **DISPOSAL | {"unit": "kec.bobotsari"})
    async with site.at_the_desk("kec.bobotsari") as unit:
        path = f"/aduan/{filed.ticket}/tindakan"
        await unit.post(f"{path}/accept", {"key": "accepted"})
        form = (await unit.get(f"{path}/delegate")).text
        codes = re.findall(r'<option value="([^"]+)">', form)
        assert "kec.bobotsari" not in codes
        assert len(codes) > 5
        assert "Dibaca oleh unit yang diberi tugas" in form
        done = await unit.act(filed.ticket, "delegate", unit=codes[0], text="Tolong dicek.")
        assert "Sudah tercatat: Delegasikan ke unit di bawah" in done.text
        assert "<dt>Didelegasikan kepada</dt>" in done.text
        assert "harus menjawab aduan ini" in done.text
        assert "<strong>Delegasi</strong>" in done.text
        back = await unit.act(filed.ticket, "take_back", reason="Kami kerjakan sendiri.")
        assert "Delegasi ditarik kembali" in back.text
        assert ">Jawab</a>" in back.text
    other = await site.disposed()
    async with site.at_the_desk("dpupr") as unit:  # which has nobody below
        await unit.post(f"/aduan/{other.ticket}/tindakan/accept", {"key": "accepted"})
        assert "Delegasikan" not in (await unit.get(f"/aduan/{other.ticket}")).text


async def test_two_clocks_and_how_they_are_counted(site: Site) -> None:
    filed = await site.disposed()
    async with site.at_the_desk("dpupr") as unit:
        page = (await unit.get(f"/aduan/{filed.ticket}")).text
    assert "<strong>Jawaban</strong>" in page
    assert "14 hari kerja sejak" in page
    assert "aturan versi 1, kalender versi 1" in page
    assert "<strong>Jam pelapor</strong>" in page
    assert "tidak pernah dijeda" in page


async def test_the_trail_shows_the_chain_and_where_it_breaks(site: Site) -> None:
    filed = await site.disposed()
    async with site.at_the_desk("inspektorat") as auditor:
        whole = (await auditor.get(f"/aduan/{filed.ticket}/jejak")).text
        assert "Rantai utuh: 2 kejadian." in whole
        assert whole.index("1. Laporan diterima") < whole.index("2. Didisposisikan kepada")
        assert len(re.findall(r"hash [0-9a-f]{64}", whole)) == 2
        owner = create_async_engine(database_url(site.database.owner_url))
        async with owner.begin() as connection:
            await connection.execute(text("ALTER TABLE events DISABLE TRIGGER append_only"))
            await connection.execute(
                text(
                    "UPDATE events SET actor = 'system' WHERE seq = 2 AND complaint_id ="
                    " (SELECT id FROM complaints WHERE ticket = :ticket)"
                ),
                {"ticket": filed.ticket},
            )
            await connection.execute(text("ALTER TABLE events ENABLE ALWAYS TRIGGER append_only"))
        await owner.dispose()
        broken = (await auditor.get(f"/aduan/{filed.ticket}/jejak")).text
    assert "kejadian nomor 2, isinya tidak sesuai dengan hash-nya" in broken
    assert "Rantai utuh" not in broken


async def test_pages_keep_within_the_budget(site: Site) -> None:
    filed = await site.report(**{**REPORT, "body": "Panjang sekali. " * 100})
    async with site.at_the_desk("koordinator") as coordinator:
        for path in (
            "/tugas",
            "/aduan",
            f"/aduan/{filed.ticket}",
            f"/aduan/{filed.ticket}/tindakan/dispose",
            f"/aduan/{filed.ticket}/jejak",
            "/lapor",
            "/lacak",
        ):
            page = await coordinator.get(path)
            assert page.status_code == 200
            assert len(gzip.compress(page.text.encode())) <= 20_000, path
