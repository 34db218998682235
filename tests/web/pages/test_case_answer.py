"""An answer: begun from a template, with files, looked at before it is sent; templates kept."""

import re
from io import BytesIO

from PIL import Image
from sqlalchemy import text

from domain.actors import Grant
from domain.terms import Role
from record.accounts import add_account
from record.seed import PRACTICE_PASSWORD
from tests.web.pages.house import SAME_ORIGIN, Browser, Site, hidden

HTMX = {"HX-Request": "true", **SAME_ORIGIN}


def picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (40, 30), "green").save(out, "JPEG")
    return out.getvalue()


async def template(browser: Browser, name: str, body: str, unit: str = "dpupr") -> str:
    """The id of a new one."""
    page = await browser.post("/templat/baru", {"unit": unit, "name": name, "body": body})
    assert "Perubahan templat sudah disimpan." in page.text, page.text
    found = re.search(rf'href="/templat/([0-9a-f-]+)">{name}</a>', page.text)
    assert found
    return found[1]


async def test_a_template_fills_the_answer_and_never_hides_what_was_written(site: Site) -> None:
    filed = await site.disposed(title="Lubang {unit} di jalan")
    path = f"/aduan/{filed.ticket}/tindakan/answer"
    async with site.at_the_desk("dpupr") as unit:
        chosen = await template(unit, "Selesai ditambal", "Aduan {tiket}, {judul}: {unit} sudah.")
        form = (await unit.get(path)).text
        assert '<optgroup label="Dinas Pekerjaan Umum dan Penataan Ruang">' in form
        sent = hidden(form, "key", "seq") | {"template": chosen, "text": ""}
        for headers in (SAME_ORIGIN, HTMX):
            filled = await unit.post(f"{path}/templat", sent, headers)
            text = (
                f"Aduan {filed.ticket}, Lubang {{unit}} di jalan:"
                " Dinas Pekerjaan Umum dan Penataan Ruang sudah."
            )
            assert f"{text}</textarea>" in filled.text
            assert "Templat sudah dimasukkan" in filled.text
            assert ("<html" in filled.text) is (headers is SAME_ORIGIN)
        added = await unit.post(f"{path}/templat", sent | {"text": "Tulisan saya."})
        assert f"Tulisan saya.\n\n{text}</textarea>" in added.text
        assert "tulisan Anda tidak diubah" in added.text
        nothing = await unit.post(f"{path}/templat", sent | {"template": "", "text": "Tetap"})
        assert nothing.status_code == 422
        assert "Tetap</textarea>" in nothing.text
        assert '<a href="#answer-template">Pilih templat dari daftar.</a>' in nothing.text


async def test_an_answer_is_read_as_the_reporter_will_before_it_is_sent(site: Site) -> None:
    filed = await site.disposed()
    path = f"/aduan/{filed.ticket}/tindakan/answer"
    async with site.at_the_desk("dpupr") as unit:
        sent = hidden((await unit.get(path)).text, "key", "seq") | {
            "text": "Sudah <b>ditambal</b>."
        }
        look = await unit.http.post(
            f"{path}/periksa",
            data=sent,
            files={"berkas": ("tambal.jpg", picture(), "image/jpeg")},
            headers=SAME_ORIGIN,
        )
        assert look.status_code == 200, look.text
        assert look.url.path == f"{path}/periksa"
        assert "Beginilah pelapor akan membacanya" in look.text
        assert "Sudah &lt;b&gt;ditambal&lt;/b&gt;." in look.text
        assert "tambal.jpg" in look.text
        assert ">Jawaban</h3>" in look.text
        assert await said(site, filed.ticket) == ["received", "disposed"]
        # Changed: what was written and what was attached is there again.
        again = (await unit.get(path)).text
        assert "Sudah &lt;b&gt;ditambal&lt;/b&gt;.</textarea>" in again
        assert "tambal.jpg" in again
        assert hidden(again, "key") == {"key": sent["key"]}
        reloaded = (await unit.get(f"{path}/periksa")).text
        final = hidden(reloaded, "key", "seq", "text", "berkas_tersimpan")
        assert final["text"] == sent["text"]
        done = await unit.post(path, final)
        assert "Sudah tercatat: Jawab" in done.text
        assert await said(site, filed.ticket) == ["received", "disposed", "accepted", "answered"]
        files = (await unit.get(f"/aduan/{filed.ticket}/berkas")).text
        assert "tambal.jpg" in files
        assert '<h3 id="berkas-4">Dijawab</h3>' in files
        assert "tambal.jpg" in (await unit.get(f"/aduan/{filed.ticket}/pesan")).text
        # The draft is gone.
        assert await site.count("staff_drafts") == 0
        assert (await unit.get(path)).status_code == 409
    async with site.browser() as citizen:
        tracked = await citizen.post("/lacak", filed.opens)
        assert "Sudah &lt;b&gt;ditambal&lt;/b&gt;." in tracked.text


async def test_a_bad_file_is_told_and_the_text_kept(site: Site) -> None:
    filed = await site.disposed()
    path = f"/aduan/{filed.ticket}/tindakan/answer"
    async with site.at_the_desk("dpupr") as unit:
        sent = hidden((await unit.get(path)).text, "key", "seq") | {"text": "Jangan hilang"}
        answer = await unit.http.post(
            f"{path}/periksa",
            data=sent,
            files={"berkas": ("virus.exe", b"MZ nothing", "image/jpeg")},
            headers=SAME_ORIGIN,
        )
        assert answer.status_code == 422
        assert "Jangan hilang</textarea>" in answer.text
        assert 'id="answer-berkas-error"' in answer.text
        assert 'href="#answer-berkas"' in answer.text
        empty = await unit.post(f"{path}/periksa", sent | {"text": " "})
        assert empty.status_code == 422
        assert "Isi “Jawaban kepada pelapor”." in empty.text


async def test_the_good_files_of_a_mixed_upload_stay(site: Site) -> None:
    filed = await site.disposed()
    path = f"/aduan/{filed.ticket}/tindakan/answer"
    async with site.at_the_desk("dpupr") as unit:
        sent = hidden((await unit.get(path)).text, "key", "seq") | {"text": "Lihat foto."}
        answer = await unit.upload(
            f"{path}/periksa", ("baik.jpg", picture()), ("virus.exe", b"MZ nothing"), **sent
        )
        assert answer.status_code == 422
        assert "baik.jpg" in answer.text
        kept = re.findall(r'name="berkas_tersimpan" value="([^"]+)"', answer.text)
        assert len(kept) == 1
        look = await unit.upload(f"{path}/periksa", **sent, berkas_tersimpan=kept[0])
        assert look.status_code == 200, look.text
        assert "baik.jpg" in look.text
    async with site.engine.connect() as connection:
        query = text("SELECT kept_until > now() + interval '6 days' FROM files WHERE id = :id")
        waits = await connection.execute(query, {"id": kept[0]})
        assert waits.scalar_one(), "a file waits as long as the draft that has it"


async def test_who_is_overtaken_while_looking_keeps_the_answer(site: Site) -> None:
    filed = await site.disposed()
    path = f"/aduan/{filed.ticket}/tindakan/answer"
    async with site.at_the_desk("dpupr") as slow, site.at_the_desk("dpupr") as quick:
        sent = hidden((await slow.get(path)).text, "key", "seq") | {"text": "Jawaban pertama"}
        await slow.post(f"{path}/periksa", sent)
        other = {"key": "another window", "seq": sent["seq"], "text": "Jawaban kedua"}
        assert "Sudah tercatat: Jawab" in (await quick.post(path, other)).text
        for answer in (await slow.get(f"{path}/periksa"), await slow.post(path, sent)):
            assert answer.status_code == 409
            assert "Jawaban pertama</textarea>" in answer.text
            assert "<li>Dijawab, Admin DPUPR, <time" in answer.text


async def test_an_answer_under_four_eyes_says_so_and_waits_to_be_read(site: Site) -> None:
    unit, people = "kab/inspektorat", {"ins.admin": Role.UNIT_ADMIN, "ins.kepala": Role.UNIT_HEAD}
    for username, role in people.items():
        held = [Grant(role=role, unit=unit)]
        await add_account(site.engine, username, username, PRACTICE_PASSWORD, held)
    filed = await site.report()
    disposal = {
        "classification": "berkadar",
        "category": "kepegawaian",
        "unit": "inspektorat",
        "reported_unit": "dpupr",
    }
    async with site.at_the_desk("koordinator") as coordinator:
        await coordinator.act(filed.ticket, "dispose", **disposal)
    path = f"/aduan/{filed.ticket}/tindakan/answer"
    async with site.at_the_desk("ins.admin") as admin:
        sent = hidden((await admin.get(path)).text, "key", "seq") | {"text": "Sudah diperiksa."}
        look = await admin.post(f"{path}/periksa", sent)
        assert "jawaban ini menunggu persetujuan" in look.text
        assert ">Jawaban</h3>" in look.text
        await admin.post(path, hidden(look.text, "key", "seq", "text"))
        assert await said(site, filed.ticket) == [
            "received",
            "disposed",
            "accepted",
            "answer_submitted",
        ]
    async with site.at_the_desk("ins.kepala") as head:
        page = (await head.get(f"/aduan/{filed.ticket}")).text
        assert "Jawaban yang diajukan" in page
        assert '<button class="button button--big">Setujui jawaban</button>' in page
        draft, button = page.index("Sudah diperiksa."), page.index("Setujui jawaban</button>")
        assert draft < button


async def test_templates_belong_to_a_unit_and_those_above_it(site: Site) -> None:
    async with site.at_the_desk("koordinator") as coordinator:
        common = await template(coordinator, "Untuk semua", "Terima kasih.", "kab")
        wrong = {"unit": "dpupr", "name": "", "body": "Halo {nama}"}
        refused = await coordinator.post("/templat/baru", wrong)
        assert refused.status_code == 422
        assert "Tulis nama templat." in refused.text
        assert "Tidak dikenal: {nama}." in refused.text
        assert "Halo {nama}</textarea>" in refused.text
        twice = {"unit": "kab", "name": "Untuk semua", "body": "Lagi"}
        assert "sudah punya templat" in (await coordinator.post("/templat/baru", twice)).text
    async with site.at_the_desk("kec.bobotsari") as unit:
        mine = await template(unit, "Bobotsari", "Halo", "kec.bobotsari")
        foreign = {"unit": "dpupr", "name": "Punya orang", "body": "x"}
        assert (await unit.post("/templat/baru", foreign)).status_code == 422
        assert (await unit.get(f"/templat/{common}")).status_code == 404
        assert (await unit.post(f"/templat/{common}/hapus", {})).status_code == 404
        changed = {"unit": "kec.bobotsari", "name": "Bobotsari baru", "body": "Halo {tiket}"}
        assert "Bobotsari baru" in (await unit.post(f"/templat/{mine}", changed)).text
        assert "tidak berubah" in (await unit.get(f"/templat/{mine}/hapus")).text
        gone = await unit.post(f"/templat/{mine}/hapus", {})
        assert "Belum ada templat." in gone.text
    for username in ("sekda", "inspektorat", "kepala.dpupr"):
        async with site.at_the_desk(username) as other:
            assert (await other.get("/templat")).status_code == 403
    filed = await site.disposed()
    async with site.at_the_desk("dpupr") as unit:
        form = (await unit.get(f"/aduan/{filed.ticket}/tindakan/answer")).text
        assert '<optgroup label="Semua unit">' in form
        assert f'<option value="{common}">Untuk semua</option>' in form


async def said(site: Site, ticket: str) -> list[str]:
    """The types of a case's events."""
    async with site.engine.connect() as connection:
        found = await connection.exec_driver_sql(
            "SELECT type FROM events JOIN complaints ON complaints.id = complaint_id"
            " WHERE ticket = %s ORDER BY seq",
            (ticket,),
        )
        return [str(row[0]) for row in found]
