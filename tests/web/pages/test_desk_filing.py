"""Complaints that staff type in."""

import io
import re
from typing import Any

import httpx
import pytest
from PIL import Image
from sqlalchemy import select, text

from domain.terms import Channel
from record.tables import complaints, events, identities, reporter_phones
from tests.web.pages.house import SAME_ORIGIN, Browser, Site, hidden, reported
from web.pages.counter import router

Upload = tuple[str, tuple[str, bytes, str]]
HTMX = {"HX-Request": "true", "Sec-Fetch-Site": "same-origin"}
TOLD = {
    "channel": "loket",
    "title": "Antrean KTP terlalu panjang",
    "body": "Sudah tiga hari datang dan belum terlayani.",
    "village_code": "33.03.05.1005",
    "name": "Sulastri",
    "phone": "0812 1111 2222",
    "identity": "dirahasiakan",
}


async def blank(who: Browser) -> dict[str, str]:
    return hidden((await who.get("/catat")).text, "key")


async def row_of(site: Site, ticket: str) -> dict[str, Any]:
    query = (
        select(complaints.c.id, complaints.c.channel, events.c.actor, events.c.data)
        .join(events, events.c.complaint_id == complaints.c.id)
        .where(complaints.c.ticket == ticket, events.c.seq == 1)
    )
    async with site.engine.connect() as connection:
        return dict((await connection.execute(query)).mappings().one())


async def account_of(site: Site, username: str) -> str:
    query = text("SELECT 'account:' || id FROM accounts WHERE username = :username")
    async with site.engine.connect() as connection:
        return str((await connection.execute(query, {"username": username})).scalar_one())


async def test_what_was_told_is_filed_in_the_name_of_whoever_typed_it(site: Site) -> None:
    async with site.at_the_desk("dpupr") as clerk:
        done = await clerk.post("/catat", TOLD | await blank(clerk))
        assert done.status_code == 200
        filed = reported(done.text)
        assert done.url.path == f"/catat/{filed.ticket}"
        assert re.fullmatch(r"(\d{4} ){3}\d{4}", filed.receipt)
        again = await clerk.get(f"/catat/{filed.ticket}")
        assert reported(again.text) == filed, "survives a reload"
        assert again.headers["cache-control"] == "no-store"
    row = await row_of(site, filed.ticket)
    assert row["channel"] == Channel.LOKET
    assert row["actor"] == await account_of(site, "dpupr")
    async with site.at_the_desk("koordinator") as coordinator:
        case = (await coordinator.get(f"/aduan/{filed.ticket}/jejak")).text
        assert "Admin DPUPR" in case
        assert (await coordinator.get(f"/catat/{filed.ticket}")).status_code == 404
    async with site.browser() as citizen:
        tracked = await citizen.post("/lacak", filed.opens)
        assert TOLD["title"] in tracked.text, "the receipt opens it for the reporter"


async def test_a_receipt_is_shown_for_an_hour(site: Site) -> None:
    async with site.at_the_desk("koordinator") as clerk:
        filed = reported((await clerk.post("/catat", TOLD | await blank(clerk))).text)
        assert (await clerk.get(f"/catat/{filed.ticket}")).status_code == 200
        citizen = await site.report()
        assert (await clerk.get(f"/catat/{citizen.ticket}")).status_code == 404


async def test_sent_twice_is_one_complaint(site: Site) -> None:
    async with site.at_the_desk("koordinator") as clerk:
        key = await blank(clerk)
        before = await site.count("complaints")
        answers = [await clerk.post("/catat", TOLD | key) for _ in range(3)]
        assert len({str(answer.url) for answer in answers}) == 1
        assert await site.count("complaints") == before + 1
        other = await clerk.post("/catat", TOLD | key | {"body": "Isi lain."})
        assert other.status_code == 422
        assert "sudah pernah dikirim dengan isi lain" in other.text
        assert "Isi lain.</textarea>" in other.text
        assert hidden(other.text, "key") != key
        assert await site.count("complaints") == before + 1


async def test_what_is_missing_is_named_and_the_rest_kept(site: Site) -> None:
    async with site.at_the_desk("koordinator") as clerk:
        answer = await clerk.post(
            "/catat", {"body": "Ceritanya", "phone": "0812 1", "key": "k" * 9}
        )
        assert answer.status_code == 422
        for field in ("channel", "title", "name"):
            assert f'<a href="#{field}">' in answer.text
        assert "Ceritanya</textarea>" in answer.text
        wrong = await clerk.post(
            "/catat", TOLD | await blank(clerk) | {"phone": "x", "channel": "sp4n"}
        )
        assert '<a href="#channel">' in wrong.text
        wrong = await clerk.post("/catat", TOLD | await blank(clerk) | {"phone": "x"})
        assert '<a href="#phone">Tulis nomor telepon seperti 0812 3456 7890.</a>' in wrong.text


async def test_a_link_in_social_media_is_sealed_with_who_wrote_it(site: Site) -> None:
    link = "https://contoh.example/p/lampu-mati"
    fields = {
        "channel": "medsos",
        "title": "Lampu mati di alun-alun",
        "body": "Sejak kemarin gelap.",
        "source": link,
    }
    async with site.at_the_desk("koordinator") as clerk:
        filed = reported((await clerk.post("/catat", fields | await blank(clerk))).text)
        row = await row_of(site, filed.ticket)
        assert row["channel"] == Channel.MEDSOS
        assert row["data"]["identified"] is True
        page = (await clerk.get(f"/aduan/{filed.ticket}")).text
        assert link not in page
        opened = await clerk.act(filed.ticket, "open_identity", reason="Perlu ditanya")
        assert link in opened.text
    async with site.engine.connect() as connection:
        for table in (complaints, identities):
            for stored in (await connection.execute(select(table))).all():
                assert link not in str(stored)


async def test_nobody_need_be_named_and_a_number_is_found_again(site: Site) -> None:
    fields = {"channel": "loket", "title": "Tanpa nama", "body": "Tidak mau disebut."}
    async with site.at_the_desk("koordinator") as clerk:
        # A link belongs to social media; at the counter it is not kept.
        filed = reported(
            (await clerk.post("/catat", fields | await blank(clerk) | {"source": "x"})).text
        )
        row = await row_of(site, filed.ticket)
        assert row["data"]["identified"] is False
        named = TOLD | {"phone": "0812 7777 8888"} | await blank(clerk)
        other = reported((await clerk.post("/catat", named)).text)
        found = await clerk.post("/aduan/telepon", {"phone": "+6281277778888"})
        assert other.ticket in found.text
    async with site.engine.connect() as connection:
        kept = select(reporter_phones).where(reporter_phones.c.complaint_id == row["id"])
        assert (await connection.execute(kept)).first() is None


async def test_what_sounds_alike_is_hinted_at_and_nothing_typed_is_lost(site: Site) -> None:
    known = await site.report(title="Jembatan gantung Karanganyar putus")
    typed = TOLD | {"title": "Jembatan Karanganyar hampir putus", "village_code": ""}
    async with site.at_the_desk("koordinator") as clerk:
        block = await clerk.post("/catat/mirip", typed, HTMX)
        assert block.status_code == 200
        assert "<html" not in block.text
        assert known.ticket in block.text
        whole = await clerk.post("/catat/mirip", typed)
        assert known.ticket in whole.text
        assert f'value="{typed["title"]}"' in whole.text
        nothing = await clerk.post("/catat/mirip", typed | {"title": "Zebra qwerty uiop"}, HTMX)
        assert "Tidak ada aduan mirip" in nothing.text
        elsewhere = typed | {"village_code": "33.03.09.2001"}
        assert known.ticket not in (await clerk.post("/catat/mirip", elsewhere, HTMX)).text
        odd = await clerk.post("/catat/mirip", typed | {"title": '"-or -- \x00 (:*&'}, HTMX)
        assert odd.status_code == 200
    async with site.at_the_desk("kec.bobotsari") as other:
        assert known.ticket not in (await other.post("/catat/mirip", typed, HTMX)).text


@pytest.mark.parametrize("username", ["kepala.dpupr", "sekda", "inspektorat", "admin"])
async def test_others_do_not_type_in(site: Site, username: str) -> None:
    before = await site.count("complaints")
    async with site.at_the_desk(username) as other:
        assert (await other.get("/catat")).status_code == 403
        assert (await other.get("/catat/MB-2026-000001")).status_code == 403
        for path in ("/catat", "/catat/mirip"):
            assert (await other.post(path, TOLD)).status_code == 403
    assert await site.count("complaints") == before


async def test_without_login_nothing_of_it_opens(site: Site) -> None:
    async with site.browser() as nobody:
        for route in router.routes:
            path = getattr(route, "path", "").replace("{ticket}", "MB-2026-000001")
            if "GET" in getattr(route, "methods", ()):
                assert (await nobody.get(path)).url.path == "/masuk"
            else:
                assert (await nobody.post(path, TOLD)).status_code == 401


async def test_photos_come_along_and_are_not_chosen_twice(site: Site) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(picture, "PNG")
    photo = ("berkas", ("ktp.png", picture.getvalue(), "image/png"))
    broken = ("berkas", ("rusak.png", b"not a picture", "image/png"))
    async with site.at_the_desk("koordinator") as clerk:

        async def send(fields: dict[str, str], *files: Upload) -> httpx.Response:
            return await clerk.http.post(
                "/catat", data=fields, files=list(files), headers=SAME_ORIGIN
            )

        key = await blank(clerk)
        first = await send(TOLD | key | {"title": ""}, photo, broken)
        assert first.status_code == 422
        assert '<a href="#berkas">' in first.text
        kept = hidden_choice(first.text)
        assert "<span>ktp" in first.text
        done = await send(TOLD | key | {"berkas_tersimpan": kept}, ("berkas", ("", b"", "")))
        filed = reported(done.text)
        again = await send(TOLD | key | {"berkas_tersimpan": kept}, ("berkas", ("", b"", "")))
        assert reported(again.text) == filed, "also where the first press has filed them"
        page = (await clerk.get(f"/aduan/{filed.ticket}/berkas")).text
        assert "ktp" in page
    async with site.browser() as citizen:
        tracked = (await citizen.post("/lacak", filed.opens)).text
        assert "ktp" in tracked


def hidden_choice(html: str) -> str:
    match = re.search(r'name="berkas_tersimpan" value="([^"]+)"', html)
    assert match
    return match[1]
