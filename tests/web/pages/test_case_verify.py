"""Verification: one question a page, answers to check, one action; nothing written is lost."""

import asyncio
import re

import pytest

from tests.web.pages.house import DISPOSAL, Browser, Site, hidden
from tests.web.pages.test_case_answer import said

ACCEPT = (
    ("hasil", {"outcome": "terima"}),
    ("klasifikasi", {"classification": "tidak_berkadar"}),
    ("kategori", {"category_other": "infrastruktur"}),
    ("unit", {"unit_other": "dpupr", "text": "Mohon dicek segera."}),
    ("keterbukaan", {"anonymous": "", "secret": "true"}),
)


async def walk(browser: Browser, ticket: str, *steps: tuple[str, dict[str, str]]) -> str:
    """Answer one question after the other; the page that comes of it."""
    text = ""
    for slug, fields in steps:
        page = await browser.post(f"/aduan/{ticket}/verifikasi/{slug}", fields)
        assert page.status_code == 200, page.text
        text = page.text
    return text


async def send(browser: Browser, ticket: str, check: str) -> str:
    assert "Periksa jawaban Anda</h2>" in check, check
    sent = await browser.post(f"/aduan/{ticket}/verifikasi/kirim", hidden(check, "key"))
    return sent.text


async def test_accepting_leads_through_the_questions_to_one_action(site: Site) -> None:
    filed = await site.report()
    async with site.at_the_desk("koordinator") as coordinator:
        case = (await coordinator.get(f"/aduan/{filed.ticket}")).text
        start = f"/aduan/{filed.ticket}/verifikasi"
        assert f'<a class="button button--big" href="{start}">Verifikasi</a>' in case
        assert ">Terima dan disposisikan</a>" in case
        first = (await coordinator.get(start)).text
        for words in ("Terima dan disposisikan", "Duplikat dari aduan lain", "Tolak"):
            assert f"<strong>{words}</strong>" in first
        assert " checked" not in first
        check = await walk(coordinator, filed.ticket, *ACCEPT)
        assert "Mohon dicek segera." in check
        assert "Laporan Anda diteruskan kepada Dinas Pekerjaan Umum dan Penataan Ruang" in check
        assert f'href="{start}/unit">Ubah' in check
        assert await said(site, filed.ticket) == ["received"]
        done = await send(coordinator, filed.ticket, check)
        assert "Sudah tercatat: Terima dan disposisikan" in done
        assert await said(site, filed.ticket) == ["received", "disposed"]
        assert "<dt>Keterbukaan</dt><dd>Rahasia</dd>" in done
        # Pressed twice.
        again = await coordinator.post(f"{start}/kirim", hidden(check, "key"))
        assert again.url.path == f"/aduan/{filed.ticket}"
        assert await said(site, filed.ticket) == ["received", "disposed"]


async def test_a_change_of_one_answer_leads_back_to_the_check(site: Site) -> None:
    filed = await site.report()
    async with site.at_the_desk("koordinator") as coordinator:
        stale = await walk(coordinator, filed.ticket, *ACCEPT)
        check = await walk(coordinator, filed.ticket, ("unit", {"unit_other": "dinhub"}))
        assert "Dinas Perhubungan" in check
        assert "Infrastruktur" in check
        old = await coordinator.post(
            f"/aduan/{filed.ticket}/verifikasi/kirim", hidden(stale, "key")
        )
        assert old.status_code == 409
        assert "baru saja diubah di jendela lain" in old.text
        assert await said(site, filed.ticket) == ["received"]


async def test_going_back_keeps_what_was_written(site: Site) -> None:
    filed = await site.report()
    async with site.at_the_desk("koordinator") as coordinator:
        text = await walk(coordinator, filed.ticket, *ACCEPT[:3])
        assert "Unit mana yang menangani?" in text
        back = {"unit_other": "", "text": "Belum selesai ditulis", "kembali": "1"}
        text = await walk(coordinator, filed.ticket, ("unit", back))
        assert "Apa kategori laporan ini?" in text
        assert '<option value="infrastruktur" selected>' in text
        text = (await coordinator.get(f"/aduan/{filed.ticket}/verifikasi/unit")).text
        assert "Belum selesai ditulis</textarea>" in text
        missing = await coordinator.post(
            f"/aduan/{filed.ticket}/verifikasi/unit", {"unit_other": "", "text": "Tetap ada"}
        )
        assert missing.status_code == 422
        assert '<a href="#unit_other">Pilih unit yang menangani.</a>' in missing.text
        assert "Tetap ada</textarea>" in missing.text


@pytest.mark.parametrize(
    ("steps", "refused", "event", "told"),
    [
        (
            (("hasil", {"outcome": "tolak"}), ("tolak", {"refusal": "repeated"})),
            ("penjelasan", {"text": "Sudah ditangani di aduan lain."}),
            "archived",
            "Sudah ditangani di aduan lain.",
        ),
        (
            (("hasil", {"outcome": "tolak"}), ("tolak", {"refusal": "hand_back"})),
            ("wewenang", {"to": "PLN", "reason": "Aset PLN.", "text": "Hubungi 123."}),
            "handed_back",
            "Hubungi 123.",
        ),
        (
            (("hasil", {"outcome": "tanya"}),),
            ("pertanyaan", {"text": "Di RT berapa?"}),
            "asked",
            "Di RT berapa?",
        ),
    ],
)
async def test_every_refusal_needs_its_words_and_shows_what_will_be_read(
    site: Site,
    steps: tuple[tuple[str, dict[str, str]], ...],
    refused: tuple[str, dict[str, str]],
    event: str,
    told: str,
) -> None:
    filed = await site.report()
    async with site.at_the_desk("koordinator") as coordinator:
        await walk(coordinator, filed.ticket, *steps)
        slug, fields = refused
        empty = dict.fromkeys(fields, " ")
        answer = await coordinator.post(f"/aduan/{filed.ticket}/verifikasi/{slug}", empty)
        assert answer.status_code == 422
        assert len(re.findall(r'class="error" id=', answer.text)) == len(fields)
        check = await walk(coordinator, filed.ticket, refused)
        assert f'<p class="typed">{told}</p>' in check
        await send(coordinator, filed.ticket, check)
        assert await said(site, filed.ticket) == ["received", event]
    async with site.browser() as citizen:
        assert told in (await citizen.post("/lacak", filed.opens)).text


async def test_a_duplicate_names_its_lead_and_each_shows_the_other(site: Site) -> None:
    lead, same = await site.disposed(), await site.report()
    duplicate = (("hasil", {"outcome": "duplikat"}),)
    async with site.at_the_desk("koordinator") as coordinator:
        text = await walk(coordinator, same.ticket, *duplicate)
        assert f'name="lead" value="{lead.ticket}"' in text
        assert "Saran sistem" in text
        assert f'value="{lead.ticket}" checked' not in text
        for wrong, why in (
            ({"lead_other": "MB-2026-999999"}, "tidak ditemukan"),
            ({"lead_other": same.ticket}, "duplikat dari dirinya sendiri"),
            ({}, "Pilih aduan induk, atau tulis nomornya."),
            ({"lead": lead.ticket, "lead_other": same.ticket}, "pakai salah satu"),
        ):
            answer = await coordinator.post(f"/aduan/{same.ticket}/verifikasi/induk", wrong)
            assert answer.status_code == 422, wrong
            assert why in answer.text
        check = await walk(
            coordinator,
            same.ticket,
            ("induk", {"lead": "lain", "lead_other": lead.ticket.lower()}),
            ("alasan", {"reason": "Lubang yang sama, pelapor berbeda."}),
        )
        assert "Ditangani bersama laporan lain" in check
        done = await send(coordinator, same.ticket, check)
        assert "Sudah tercatat: Tautkan sebagai duplikat" in done
        assert "Lubang yang sama, pelapor berbeda." in done
        assert f'href="/aduan/{lead.ticket}"' in done
        assert "Lepaskan dari aduan induk" in done
        assert "tidak ditagih selama mengikuti aduan induk" in done
        other = (await coordinator.get(f"/aduan/{lead.ticket}")).text
        assert f'href="/aduan/{same.ticket}"' in other
        free = await coordinator.act(same.ticket, "unlink_duplicate", reason="Keliru")
        assert "Dilepaskan dari aduan induk" in free.text
        async with asyncio.timeout(20):  # the lead lets go by itself, after the duplicate has gone
            while f'href="/aduan/{same.ticket}"' in other:
                await asyncio.sleep(0.05)
                other = (await coordinator.get(f"/aduan/{lead.ticket}")).text
    async with site.browser() as citizen:
        read = (await citizen.post("/lacak", same.opens)).text
        assert "pelapor berbeda" not in read


async def test_a_unit_does_not_see_what_follows_its_case(site: Site) -> None:
    lead, same = await site.disposed(), await site.report()
    async with site.at_the_desk("koordinator") as coordinator:
        await coordinator.act(same.ticket, "link_duplicate", lead=lead.ticket)
    async with site.at_the_desk("dpupr") as unit:
        page = (await unit.get(f"/aduan/{lead.ticket}")).text
        assert "1 laporan lain tidak dapat Anda buka." in page
        assert same.ticket not in page


async def test_what_another_did_meanwhile_is_told_and_the_words_kept(site: Site) -> None:
    filed = await site.report()
    async with (
        site.at_the_desk("koordinator") as slow,
        site.at_the_desk("sekda") as supervisor,
        site.at_the_desk("koordinator") as quick,
    ):
        start = f"/aduan/{filed.ticket}/verifikasi"
        assert (await supervisor.get(start)).status_code == 403
        assert (await supervisor.post(f"{start}/hasil", {"outcome": "tanya"})).status_code == 403
        assert (await supervisor.post(f"{start}/kirim", {})).status_code == 403
        check = await walk(slow, filed.ticket, *ACCEPT)
        # The same person in another window: the draft is theirs, the case has moved on.
        await quick.act(filed.ticket, "dispose", **DISPOSAL)
        late = await slow.post(f"/aduan/{filed.ticket}/verifikasi/kirim", hidden(check, "key"))
        assert late.status_code == 409
        assert "<li>Didisposisikan kepada Dinas Pekerjaan Umum" in late.text
        assert "Mohon dicek segera." in late.text
        for path in ("", "/unit", "/periksa"):
            over = await slow.get(f"/aduan/{filed.ticket}/verifikasi{path}")
            assert over.status_code == 409
            assert "Tidak menunggu verifikasi lagi" in over.text
            assert "Mohon dicek segera." in over.text
        text = {"unit_other": "dinhub", "text": "Baru saja ditulis"}
        posted = await slow.post(f"/aduan/{filed.ticket}/verifikasi/unit", text)
        assert posted.status_code == 409
        assert "Baru saja ditulis" in posted.text


async def test_what_the_domain_refuses_is_said_before_sending(site: Site) -> None:
    filed = await site.report()
    async with site.at_the_desk("koordinator") as coordinator:
        check = await coordinator.post(
            f"/aduan/{filed.ticket}/verifikasi/hasil", {"outcome": "terima"}
        )
        await walk(
            coordinator,
            filed.ticket,
            ("klasifikasi", {"classification": "berkadar"}),
            ("terlapor", {"reported_unit": "dpupr"}),
            ("kategori", {"category_other": "kepegawaian"}),
            ("unit", {"unit_other": "dinhub"}),
        )
        check = await coordinator.post(
            f"/aduan/{filed.ticket}/verifikasi/keterbukaan", {"anonymous": "", "secret": ""}
        )
        assert check.status_code == 409
        assert "didisposisikan ke Inspektorat dulu" in check.text
        page = await walk(coordinator, filed.ticket, ("unit", {"unit_other": "inspektorat"}))
        assert "didisposisikan ke Inspektorat dulu" not in page


async def test_with_the_engine_away_the_answers_stay_and_are_sent_later(
    site: Site, engineless: Site
) -> None:
    filed = await site.report()
    async with engineless.at_the_desk("koordinator") as coordinator:
        check = await walk(coordinator, filed.ticket, *ACCEPT)
        sent = hidden(check, "key")
        away = await coordinator.post(f"/aduan/{filed.ticket}/verifikasi/kirim", sent)
        assert away.status_code == 503
        assert "Mohon dicek segera." in away.text
    async with site.at_the_desk("koordinator") as coordinator:
        done = await coordinator.post(f"/aduan/{filed.ticket}/verifikasi/kirim", sent)
        assert "Sudah tercatat: Terima dan disposisikan" in done.text
    assert await said(site, filed.ticket) == ["received", "disposed"]
