"""Lacak: what opens a complaint, what its reporter reads there, and what they may do."""

import re
from io import BytesIO

import pytest
from PIL import Image

from tests.web.pages.house import SAME_ORIGIN, Site, hidden
from web.pages import tracking


async def test_a_wrong_receipt_opens_nothing(site: Site) -> None:
    filed = await site.report()
    async with site.browser() as citizen:
        for wrong in (
            {"ticket": filed.ticket, "receipt": "0000 0000 0000 0000"},
            {"ticket": "MB-2026-999999", "receipt": filed.receipt},
        ):
            answer = await citizen.post("/lacak", wrong)
            assert answer.status_code == 422
            assert "tidak cocok" in answer.text
            assert "Jalan berlubang" not in answer.text


@pytest.mark.parametrize(
    ("ticket", "receipt", "words"),
    [
        ("", "", ["Tulis nomor aduan, seperti MB-2026-000123.", "Tulis kode tanda terima"]),
        ("aduan saya", "1" * 16, ["Nomor aduan terdiri dari MB, tahun, dan angka"]),
        ("x" * 500, "9" * 500, ["Nomor aduan terdiri dari", "yang Anda tulis 500 angka"]),
        ("MB-2026-000123", "1234 5678", ["yang Anda tulis 8 angka"]),
    ],
)
async def test_what_cannot_be_a_receipt_is_told_with_how_to_mend_it(
    site: Site, ticket: str, receipt: str, words: list[str]
) -> None:
    async with site.browser() as citizen:
        answer = await citizen.post("/lacak", {"ticket": ticket, "receipt": receipt})
    assert answer.status_code == 422
    for one in words:
        assert answer.text.count(one) == 2, "in the summary and beside the field"
    assert f'value="{ticket}"' in answer.text
    assert f'value="{receipt}"' in answer.text


async def test_ticket_and_receipt_are_taken_as_people_type_them(site: Site) -> None:
    filed = await site.report()
    digits = filed.receipt.replace(" ", "")
    year, number = filed.ticket.split("-")[1:]
    async with site.browser() as citizen:
        for ticket, receipt in (
            (filed.ticket.lower(), digits),
            (f"  mb {year} {int(number)} ", "-".join(re.findall("....", digits))),
            (f"MB{year}{number}", " ".join(digits)),
            (f"{year}/{number}.", f"{digits}."),
        ):
            answer = await citizen.post("/lacak", {"ticket": ticket, "receipt": receipt})
            assert answer.status_code == 200, (ticket, receipt)
            assert "Jalan berlubang" in answer.text


async def test_the_reporter_reads_what_is_theirs_and_nothing_internal(site: Site) -> None:
    filed = await site.disposed()
    async with site.at_the_desk("dpupr") as unit:
        await unit.act(filed.ticket, "note", text="Catatan rahasia dapur")
        await unit.act(filed.ticket, "answer", text="Lubang <b>sudah</b> ditambal.")
    async with site.browser() as citizen:
        page = await citizen.post("/lacak", filed.opens)
    assert page.status_code == 200
    assert "Lubang &lt;b&gt;sudah&lt;/b&gt; ditambal." in page.text
    assert "diteruskan kepada Dinas Pekerjaan Umum" in page.text
    assert 'aria-current="step"><span>Dijawab <time' in page.text
    for internal in ("rahasia dapur", "Mohon dicek", "Admin DPUPR", "Koordinator Pengaduan"):
        assert internal not in page.text
    assert filed.receipt.replace(" ", "") not in str(page.url)


async def test_rating_closes_once_however_often_it_is_sent(site: Site) -> None:
    filed = await site.disposed()
    async with site.at_the_desk("dpupr") as unit:
        await unit.act(filed.ticket, "answer", text="Selesai ditambal.")
    async with site.browser() as citizen:
        page = await citizen.post("/lacak", filed.opens)
        sent = filed.opens | hidden(page.text, "key", "seq") | {"score": "4", "text": "Cepat"}
        rated = await citizen.post("/lacak/tindakan/rate", sent)
        again = await citizen.post("/lacak/tindakan/rate", sent)
    for answer in (rated, again):
        assert answer.status_code == 200
        assert "Terima kasih atas penilaian Anda." in answer.text
        assert answer.text.count("Penilaian Anda: 4 dari 5") == 1


async def test_a_refused_action_keeps_what_was_typed(site: Site) -> None:
    filed = await site.report()
    async with site.browser() as citizen:
        page = await citizen.post("/lacak", filed.opens)
        sent = filed.opens | hidden(page.text, "key", "seq")
        empty = await citizen.post("/lacak/tindakan/reporter_reply", sent)
        assert empty.status_code == 422
        assert "Isi “Balasan”." in empty.text
        early = await citizen.post(
            "/lacak/tindakan/reopen", sent | {"reason": "Masih berlubang sekali"}
        )
    assert early.status_code == 409
    assert "Belum tersimpan" in early.text
    assert "Masih berlubang sekali</textarea>" in early.text


async def test_a_reporter_may_hide_more_but_do_nothing_of_the_staffs(site: Site) -> None:
    filed = await site.report(identity="terbuka")
    async with site.browser() as citizen:
        page = await citizen.post("/lacak", filed.opens)
        sent = filed.opens | hidden(page.text, "key", "seq")
        hiding = await citizen.post(
            "/lacak/tindakan/set_visibility", sent | {"anonymous": "true", "secret": "false"}
        )
        assert "Nama Anda tidak terlihat oleh unit" in hiding.text
        assert "/publik/MB" not in hiding.text, "not verified yet"
        assert (await citizen.post("/lacak/tindakan/archive", sent)).status_code == 403
        assert (await citizen.post("/lacak/tindakan/apa_ini", sent)).status_code == 422


async def test_an_answer_to_a_question_goes_back_to_the_desk(site: Site) -> None:
    filed = await site.report()
    async with site.at_the_desk("koordinator") as coordinator:
        await coordinator.act(filed.ticket, "ask_reporter", text="RT berapa?")
        async with site.browser() as citizen:
            page = await citizen.post("/lacak", filed.opens)
            assert 'id="terbaru">Kami meminta keterangan Anda' in page.text
            sent = filed.opens | hidden(page.text, "key", "seq") | {"text": "RT 2.\nRW 3."}
            await citizen.post("/lacak/tindakan/reporter_reply", sent)
        case = await coordinator.get(f"/aduan/{filed.ticket}")
    assert '<p class="typed">RT 2.\nRW 3.</p>' in case.text
    assert ">Terima dan disposisikan</a>" in case.text


async def test_only_units_are_named_and_each_step_has_its_day(site: Site) -> None:
    filed = await site.disposed()
    async with site.at_the_desk("dpupr") as unit:
        await unit.act(filed.ticket, "ask_reporter", text="RT berapa?")
        async with site.browser() as citizen:
            page = await citizen.post("/lacak", filed.opens)
    assert "Dinas Pekerjaan Umum dan Penataan Ruang, <time" in page.text, "who asked"
    assert "Koordinator pengaduan, <time" in page.text, "who disposed"
    assert "Admin DPUPR" not in page.text
    assert page.text.count('class="step-at"') == 3
    assert f'href="/publik/{filed.ticket}"' in page.text
    assert "Balas paling lambat" in page.text
    assert re.search(r'class="tag[^>]*>Menunggu keterangan Anda<', page.text)
    first_form = page.text.index('action="/lacak/tindakan/reporter_reply"')
    assert page.text.index("RT berapa?") < first_form < page.text.index("Perjalanan laporan")


async def test_whoever_left_the_page_alone_is_asked_again_and_loses_nothing(site: Site) -> None:
    filed = await site.report()
    async with site.browser() as citizen:
        page = await citizen.post("/lacak", filed.opens)
        fields = hidden(page.text, "key", "seq", "since")
        old = str(int(fields["since"]) - int(tracking.IDLE.total_seconds()) - 1)
        sent = filed.opens | fields | {"since": old, "text": 'Masih "gelap"'}
        before = await site.count("events")
        again = await citizen.post("/lacak/tindakan/reporter_reply", sent)
        assert await site.count("events") == before
        assert again.status_code == 200
        assert "tulis lagi kode tanda terima" in again.text
        assert filed.receipt not in again.text
        assert "Jalan berlubang" not in again.text
        carried = hidden(again.text, "lanjut", "text", "key")
        assert carried["text"] == 'Masih "gelap"'
        wrong = await citizen.post("/lacak", {**carried, **filed.opens, "receipt": "1"})
        assert hidden(wrong.text, "lanjut", "text", "key") == carried
        back = await citizen.post("/lacak", carried | filed.opens)
        assert "Masih &#34;gelap&#34;</textarea>" in back.text
        form = hidden(back.text, "key", "seq", "since")
        assert form["key"] == carried["key"]
        done = await citizen.post(
            "/lacak/tindakan/reporter_reply", filed.opens | form | {"text": carried["text"]}
        )
    assert "Balasan Anda sudah kami terima." in done.text


async def test_a_pause_shows_nothing_and_keeps_what_was_begun(site: Site) -> None:
    async with site.browser() as citizen:
        for fields, kept in (
            ({"ticket": "MB-2026-000001", "text": "Saya menulis"}, "Saya menulis"),
            ({"ticket": "MB-2026-000001", "reason": "Belum beres"}, "Belum beres"),
            ({"ticket": "MB-2026-000001"}, ""),
        ):
            headers = SAME_ORIGIN | {"HX-Request": "true"}
            block = await citizen.post("/lacak/jeda", fields, headers)
            assert block.status_code == 200
            assert "<html" not in block.text
            assert 'value="MB-2026-000001"' in block.text
            assert kept in block.text
            assert ("tidak hilang" in block.text) is bool(kept)
        for path in ("/lacak/jeda", "/lacak/cetak", "/lacak/tindakan/rate"):
            assert "Nomor aduan" in (await citizen.get(path)).text


async def test_a_printable_version_has_no_receipt_and_no_form(site: Site) -> None:
    filed = await site.disposed()
    async with site.browser() as citizen:
        page = await citizen.post("/lacak/cetak", filed.opens)
        assert page.status_code == 200
        assert "Sudah ada yang jatuh." in page.text
        assert filed.receipt not in page.text
        assert "/lacak/tindakan" not in page.text
        wrong = await citizen.post("/lacak/cetak", filed.opens | {"receipt": "0" * 16})
        assert wrong.status_code == 422


def picture() -> bytes:
    kept = BytesIO()
    Image.new("RGB", (40, 30), "red").save(kept, "JPEG")
    return kept.getvalue()


async def test_a_reply_brings_photos_which_its_reporter_opens_again(site: Site) -> None:
    filed = await site.report()
    async with site.browser() as citizen:
        page = await citizen.post("/lacak", filed.opens)
        sent = filed.opens | hidden(page.text, "key", "seq") | {"text": "Ini fotonya"}
        path = "/lacak/tindakan/reporter_reply"
        wrong = await citizen.http.post(
            path, data=sent, headers=SAME_ORIGIN, files={"berkas": ("a.exe", b"MZ\x90")}
        )
        assert wrong.status_code == 422
        assert "Ini fotonya</textarea>" in wrong.text
        done = await citizen.http.post(
            path, data=sent, headers=SAME_ORIGIN, files={"berkas": ("lubang.jpg", picture())}
        )
        assert "Balasan Anda sudah kami terima." in done.text
        assert "lubang.jpg" in done.text
        (file,) = re.findall(r'action="(/lacak/berkas/[^"]+)"', done.text)
        opened = await citizen.post(file, filed.opens)
        assert opened.headers["content-type"] == "image/jpeg"
        assert (await citizen.post(file, filed.opens | {"receipt": "0" * 16})).status_code == 404


async def test_an_engine_away_keeps_what_was_typed_and_its_key(engineless: Site) -> None:
    filed = await engineless.report()
    async with engineless.browser() as citizen:
        page = await citizen.post("/lacak", filed.opens)
        sent = filed.opens | hidden(page.text, "key", "seq") | {"text": "Jangan hilang"}
        away = await citizen.post("/lacak/tindakan/reporter_reply", sent)
    assert away.status_code == 503
    assert "Jangan hilang</textarea>" in away.text
    assert f'value="{sent["key"]}"' in away.text
