"""Disposing several complaints at once."""

import re
from collections.abc import Mapping, Sequence
from html import unescape

import httpx

from tests.record.office import statements
from tests.web.pages.house import DISPOSAL, SAME_ORIGIN, Browser, Site

WHAT = {
    "classification": "tidak_berkadar",
    "category": "infrastruktur",
    "unit": "dpupr",
    "text": "Sekalian ditangani.",
}


async def send(
    who: Browser, path: str, tickets: Sequence[str], fields: Mapping[str, str]
) -> httpx.Response:
    data = {**fields, "ticket": list(tickets)}
    return await who.http.post(path, data=data, headers=SAME_ORIGIN)


def carried(html: str) -> dict[str, list[str]]:
    """The hidden fields of the form that disposes."""
    form = html[html.index('<form method="post" action="/disposisi">') :]
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form):
        found.setdefault(name, []).append(unescape(value))
    return found


async def press(who: Browser, html: str) -> httpx.Response:
    return await who.http.post("/disposisi", data=carried(html), headers=SAME_ORIGIN)


async def test_several_are_read_back_and_disposed_by_one_press(site: Site) -> None:
    filed = [(await site.report(title=f"Lubang {number}")).ticket for number in range(3)]
    async with site.at_the_desk("koordinator") as coordinator:
        assert 'href="/disposisi"' in (await coordinator.get("/tugas")).text
        chosen = (await coordinator.get("/disposisi")).text
        for ticket in filed:
            assert f'type="checkbox" name="ticket" value="{ticket}"' in chosen
        events = await site.count("events")
        with statements() as sent:
            check = await send(coordinator, "/disposisi/periksa", filed, WHAT)
        assert sent["SELECT"] <= 5
        assert "Akan didisposisikan (3)" in check.text
        assert "Sekalian ditangani." in check.text
        assert check.text.count("Jawaban paling lambat") == 3
        assert await site.count("events") == events, "nothing happens before it is read"
        done = await press(coordinator, check.text)
        assert "3 dari 3 aduan didisposisikan ke Dinas Pekerjaan Umum" in done.text
        assert done.text.count("tag--done") == 3
        assert await site.count("events") == events + 3
        again = await press(coordinator, check.text)
        assert "3 dari 3" in again.text, "the same key tells the same"
        assert await site.count("events") == events + 3, "and does nothing twice"
    async with site.at_the_desk("dpupr") as unit:
        inbox = (await unit.get("/tugas")).text
    assert all(ticket in inbox for ticket in filed)


async def test_what_cannot_be_disposed_is_told_with_why(site: Site) -> None:
    good, gone = await site.report(), await site.report()
    async with site.at_the_desk("koordinator") as coordinator:
        await coordinator.act(gone.ticket, "dispose", **DISPOSAL)
        tickets = [good.ticket, gone.ticket, "MB-2026-999999", good.ticket]
        check = (await send(coordinator, "/disposisi/periksa", tickets, WHAT)).text
        assert "Akan didisposisikan (1)" in check
        assert "Tidak dapat didisposisikan (2)" in check
        assert "hanya dapat dilakukan saat diterima" in check
        assert "MB-2026-999999" in check
        assert carried(check)["ticket"] == [good.ticket]
        about = {**WHAT, "reported_unit": "dpupr"}
        own = (await send(coordinator, "/disposisi/periksa", [good.ticket], about)).text
        assert "Aduan tidak boleh ditangani oleh unit yang dilaporkan." in own
        assert "Akan didisposisikan" not in own
        await coordinator.act(good.ticket, "archive", reason="repeated", text="Sudah ada.")
        late = await press(coordinator, check)
        assert "0 dari 1" in late.text
        assert "Status aduan ini diarsipkan" in late.text


async def test_what_is_missing_is_named_and_what_was_chosen_stays(site: Site) -> None:
    filed = await site.report()
    async with site.at_the_desk("koordinator") as coordinator:
        none = await send(coordinator, "/disposisi/periksa", [], {**WHAT, "unit": "bukan"})
        assert none.status_code == 422
        assert '<a href="#ticket">Pilih paling sedikit satu aduan.</a>' in none.text
        assert '<a href="#unit">Isi atau pilih: Unit tujuan.</a>' in none.text
        assert "Sekalian ditangani.</textarea>" in none.text
        many = [f"MB-2026-{number:06}" for number in range(26)]
        too_many = await send(coordinator, "/disposisi/periksa", many, WHAT)
        assert too_many.status_code == 422
        assert "paling banyak 25" in too_many.text
        assert (await send(coordinator, "/disposisi", many, WHAT)).status_code == 422
        check = (await send(coordinator, "/disposisi/periksa", [filed.ticket], WHAT)).text
        sent = carried(check)
        back = await coordinator.http.post("/disposisi/pilih", data=sent, headers=SAME_ORIGIN)
        assert back.status_code == 200
        assert re.search(rf'value="{filed.ticket}" checked', back.text)
        assert "Sekalian ditangani.</textarea>" in back.text
        assert f'value="{sent["key"][0]}"' in back.text


async def test_with_the_engine_away_it_is_sent_once_more_and_done_once(
    site: Site, engineless: Site
) -> None:
    filed = [(await site.report()).ticket for _ in range(2)]
    async with engineless.at_the_desk("koordinator") as coordinator:
        check = (await send(coordinator, "/disposisi/periksa", filed, WHAT)).text
        away = await press(coordinator, check)
        assert away.status_code == 503
        assert away.text.count("tag--wait") == 2
        assert carried(away.text)["ticket"] == filed
        assert carried(away.text)["key"] == carried(check)["key"]
    events = await site.count("events")
    async with site.at_the_desk("koordinator") as coordinator:
        done = await press(coordinator, away.text)
        assert "2 dari 2" in done.text
    assert await site.count("events") == events + 2


async def test_it_is_the_coordinators_alone(site: Site) -> None:
    filed = await site.report()
    for username in ("dpupr", "kepala.dpupr", "sekda", "inspektorat", "admin"):
        async with site.at_the_desk(username) as other:
            assert "/disposisi" not in (await other.get("/tugas")).text
            assert (await other.get("/disposisi")).status_code == 403
            for path in ("/disposisi", "/disposisi/periksa", "/disposisi/pilih"):
                answer = await send(other, path, [filed.ticket], WHAT)
                assert answer.status_code == 403
                assert "Hanya koordinator" in answer.text
