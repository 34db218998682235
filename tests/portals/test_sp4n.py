"""SP4N: token, opaque cursor, keys, signed hints; against the practice portal over HTTP."""

import asyncio
import hmac
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from portals.protocol import Away, BadSignature, Expired, Misread, Refused, Report, Sent, Told
from practice.config import Config
from practice.store import Filing
from tests.portals.conftest import MANY, Meet, a_push, ids

POTHOLE = Filing(
    title="Jalan berlubang",
    text="Jalan di depan SD berlubang.\r\nSudah dua bulan.\x00",
    category="Infrastruktur jalan",
    happened_on="2026-11-20",
    address="Desa Bojongsari",
    lat=-7.33,
    lng=109.35,
    region="33.03.09.2001",
    secret=True,
    name="Siti Aminah",
    phone="081234567890",
)
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


async def test_a_report_is_read_whole(meet: Meet) -> None:
    async with meet("sp4n") as pair:
        photo = pair.portal.keep("lubang.jpg", "image/jpeg", b"jpeg")
        filed = pair.portal.file(Filing(**{**vars(POTHOLE), "files": (photo,)}))

        [report], _ = await pair.all()

        assert isinstance(report, Report)
        assert (report.id, report.title) == (filed.id, "Jalan berlubang")
        assert report.body == "Jalan di depan SD berlubang.\nSudah dua bulan."
        assert report.reporter
        assert (report.reporter.name, report.reporter.phone) == ("Siti Aminah", "081234567890")
        assert report.occurred_on
        assert report.occurred_on.isoformat() == "2026-11-20"
        assert (report.lat, report.lng, report.region_code) == (-7.33, 109.35, "33.03.09.2001")
        assert (report.secret, report.anonymous, report.closed) == (True, False, False)
        assert abs(report.filed_at - filed.filed_at) < timedelta(seconds=1)
        [attachment] = report.attachments
        assert (attachment.name, attachment.size) == ("lubang.jpg", 4)
        assert await pair.connector.fetch(attachment, 4) == b"jpeg"


async def test_every_report_comes_once_however_pages_repeat(meet: Meet) -> None:
    async with meet("sp4n", overlay="page_size = 5") as pair:
        filed = [pair.portal.file(Filing(title=f"L{n}", text="x")).id for n in range(23)]
        pair.fail(repeat=1)

        reports, cursor = await pair.all()
        assert list(dict.fromkeys(ids(reports))) == filed

        again, cursor = await pair.all(cursor)
        assert set(ids(again)) <= set(filed[-5:])
        pair.fail(repeat=0)
        changed = pair.portal.store.need(filed[3])
        pair.portal.reply(changed, "Masih berlubang")
        after, cursor = await pair.all(cursor)
        assert ids(after) == [filed[3]]
        assert await pair.all(cursor) == ([], cursor)


async def test_a_cursor_that_the_portal_forgot_begins_anew(meet: Meet) -> None:
    async with meet("sp4n") as pair:
        filed = pair.portal.file(POTHOLE)

        reports, _ = await pair.all("kacau")
        assert ids(reports) == [filed.id]

    async with meet("sp4n", overlay='agency = "1"') as pair:
        with pytest.raises(Refused) as caught:
            await pair.connector.pull("kacau")
        assert caught.value.words == "Instansi ini bukan milik klien (HTTP 403)"


async def test_a_revoked_token_is_replaced_once(meet: Meet) -> None:
    async with meet("sp4n") as pair:
        pair.portal.file(POTHOLE)
        await pair.all()
        pair.portal.store.revoke_tokens()
        pair.turns.clear()

        reports, _ = await pair.all()

        assert len(reports) == 1
        assert len(pair.turns) == 3  # refused, a token, again

        pair.fail(revoke=1)
        with pytest.raises(Away) as caught:
            await pair.connector.pull(None)
        assert caught.value.outcome == "refused"


async def test_a_token_revoked_under_many_calls_is_replaced_once(meet: Meet) -> None:
    async with meet("sp4n") as pair:
        report = pair.portal.file(POTHOLE)
        await pair.all()
        pair.portal.store.revoke_tokens()
        pair.turns.clear()

        await asyncio.gather(*(pair.connector.messages(report.id, None) for _ in range(8)))

        assert len(pair.turns) == 17  # each refused and repeated, with one token for all


async def test_wrong_credentials_say_so(meet: Meet) -> None:
    given = Config(client_secret="lain", per_minute=MANY)
    async with meet("sp4n", given) as pair:
        with pytest.raises(Away) as caught:
            await pair.connector.pull(None)

    assert caught.value.words == "Klien tidak dikenal (HTTP 401)"
    assert caught.value.outcome == "refused"


async def test_messages_come_after_the_last(meet: Meet) -> None:
    async with meet("sp4n") as pair:
        report = pair.portal.file(POTHOLE)
        pair.portal.reply(report, "Satu")
        pair.portal.answer(report, "Kami periksa")
        photo = pair.portal.keep("b.png", "image/png", b"png")
        pair.portal.reply(report, "Dua", (photo,))

        talk = await pair.connector.messages(report.id, None)
        assert [(one.text, one.by_reporter) for one in talk] == [
            ("Satu", True), ("Kami periksa", False), ("Dua", True),
        ]  # fmt: skip
        whole = await pair.connector.report(report.id)
        assert isinstance(whole, Report)
        assert [one.id for one in whole.messages] == [one.id for one in talk]
        rest = await pair.connector.messages(report.id, talk[0].id)
        assert [one.text for one in rest] == ["Kami periksa", "Dua"]
        assert [one.name for one in rest[1].attachments] == ["b.png"]


async def test_each_thing_is_told_in_the_portals_words(meet: Meet) -> None:
    async with meet("sp4n") as pair:
        report = pair.portal.file(POTHOLE)
        receipts = [
            await pair.connector.push(report.id, a_push(told, f"Kami: {told}"), again=False)
            for told in Told
        ]

        entries = list(pair.portal.store.entries(report.id))
        assert [entry.text for entry in entries] == [f"Kami: {told}" for told in Told]
        statuses = {entry.text.removeprefix("Kami: "): entry.status for entry in entries}
        assert statuses == {
            "received": None, "answered": None, "disposed": "diproses", "asked": "ditunda",
            "progress_reported": "diproses", "extension_granted": "diproses",
            "closed": "selesai", "archived": "diarsipkan", "handed_back": "bukan_wewenang",
            "linked": "diproses", "reopened": "diproses",
        }  # fmt: skip
        assert [receipt and receipt.id for receipt in receipts] == [
            str(entry.number) for entry in entries
        ]


async def test_an_answer_brings_its_files(meet: Meet) -> None:
    async with meet("sp4n") as pair:
        report = pair.portal.file(POTHOLE)
        photo = Sent(name="sesudah.jpg", media_type="image/jpeg", data=b"\xff\xd8")

        await pair.connector.push(report.id, a_push(Told.PROGRESS, "Foto.", photo), again=False)

        [entry] = pair.portal.store.entries(report.id)
        [file] = pair.portal.files(entry.files)
        assert (file.name, file.media_type, file.data) == ("sesudah.jpg", "image/jpeg", b"\xff\xd8")
        assert entry.title == "DPUPR"


async def test_told_once_where_the_answer_is_lost(meet: Meet) -> None:
    async with meet("sp4n") as pair:
        report, push = pair.portal.file(POTHOLE), a_push()
        await pair.connector.pull(None)
        pair.fail(lost=1)
        with pytest.raises(Away):
            await pair.connector.push(report.id, push, again=False)
        pair.fail(lost=0)

        receipt = await pair.connector.push(report.id, push, again=True)

        [entry] = pair.portal.store.entries(report.id)
        assert receipt
        assert receipt.id == str(entry.number)


async def test_a_refusal_has_the_portals_words(meet: Meet) -> None:
    async with meet("sp4n") as pair:
        report = pair.portal.file(POTHOLE)
        pair.portal.close(report)
        push = a_push()
        with pytest.raises(Refused) as closed:
            await pair.connector.push(report.id, push, again=False)
        with pytest.raises(Refused) as missing:
            await pair.connector.push("9", push, again=False)

        assert "sudah ditutup pelapor" in closed.value.words
        assert missing.value.words == "Laporan tidak ditemukan (HTTP 404)"
        assert str(closed.value) == "Refused"  # words are for the record, not for logs


async def test_the_same_key_with_another_text_is_refused(meet: Meet) -> None:
    async with meet("sp4n") as pair:
        report, push = pair.portal.file(POTHOLE), a_push()
        await pair.connector.push(report.id, push, again=False)
        other = a_push(text="Lain")
        object.__setattr__(other, "key", push.key)

        with pytest.raises(Refused):
            await pair.connector.push(report.id, other, again=True)

        assert len(list(pair.portal.store.entries(report.id))) == 1


async def test_an_expired_attachment_has_a_fresh_address_in_the_report(meet: Meet) -> None:
    given = Config(client_secret="s", per_minute=MANY, attachment_s=-1)
    async with meet("sp4n", given) as pair:
        photo = pair.portal.keep("a.jpg", "image/jpeg", b"jpeg")
        filed = pair.portal.file(Filing(title="A", text="x", files=(photo,)))
        report = await pair.connector.report(filed.id)
        assert isinstance(report, Report)
        with pytest.raises(Expired):
            await pair.connector.fetch(report.attachments[0], 100)

        object.__setattr__(pair.portal.config, "attachment_s", 60)
        fresh = await pair.connector.report(filed.id)
        assert isinstance(fresh, Report)
        assert await pair.connector.fetch(fresh.attachments[0], 100) == b"jpeg"
        assert await pair.connector.report("9") is None


async def test_a_token_that_was_revoked_does_not_expire_an_attachment(meet: Meet) -> None:
    async with meet("sp4n") as pair:
        photo = pair.portal.keep("a.jpg", "image/jpeg", b"jpeg")
        pair.portal.file(Filing(title="A", text="x", files=(photo,)))
        [report], _ = await pair.all()
        assert isinstance(report, Report)
        pair.portal.store.revoke_tokens()

        assert await pair.connector.fetch(report.attachments[0], 100) == b"jpeg"


async def test_what_cannot_be_understood_is_kept_and_can_be_read_again(meet: Meet) -> None:
    async with meet("sp4n") as pair:
        pair.portal.file(Filing(title="Baik", text="x"))
        pair.portal.file(Filing(title="", text="tanpa judul"))
        pair.portal.file(Filing(title="Jauh", text="x", lat=999, lng=1))

        [good, untitled, far], _ = await pair.all()

        assert isinstance(good, Report)
        assert isinstance(untitled, Misread)
        assert isinstance(far, Misread)
        assert untitled.reason == "judul: tidak ada atau kosong"
        assert far.reason == "lokasi.lat: bukan angka yang mungkin"
        assert untitled.id
        assert pair.connector.read(untitled.raw) == untitled
        mended = untitled.raw.replace(b'"judul": ""', b'"judul": "Ada"')
        assert isinstance(pair.connector.read(mended), Report)
        assert isinstance(pair.connector.read(b"\xff"), Misread)


def signed(body: bytes, at: datetime, key: str = "w") -> dict[str, str]:
    t = str(int(at.timestamp()))
    digest = hmac.new(key.encode(), t.encode() + b"." + body, sha256).hexdigest()
    return {"x-sp4n-signature": f"t={t},v1={digest}"}


async def test_a_signed_hint_says_what_happened(meet: Meet) -> None:
    body = b'{"event": "laporan.balasan", "tracking_id": "1916449", "pada": "2026-11-24"}'
    async with meet("sp4n") as pair:
        hint = pair.connector.hint(signed(body, NOW), body, NOW + timedelta(minutes=4))

    assert (hint.event, hint.report) == ("laporan.balasan", "1916449")


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, b"{}"),
        ({"X-SP4N-Signature": "x"}, b"{}"),
        ({"X-SP4N-Signature": "t=1,v1=\u00e9"}, b"{}"),
        (signed(b"{}", NOW), b"{} "),
        (signed(b"{}", NOW, "lain"), b"{}"),
        (signed(b"{}", NOW - timedelta(seconds=301)), b"{}"),
        (signed(b"{}", NOW + timedelta(seconds=301)), b"{}"),
        (signed(b"kacau", NOW), b"kacau"),
    ],
)
async def test_a_hint_that_is_not_the_portals_is_refused(
    headers: dict[str, str], body: bytes, meet: Meet
) -> None:
    async with meet("sp4n") as pair:
        with pytest.raises(BadSignature):
            pair.connector.hint(headers, body, NOW)
