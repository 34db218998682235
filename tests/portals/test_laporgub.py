"""LaporGub: shifting pages, minutes, HTML, and no key; against the practice portal over HTTP."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest

from portals.protocol import Away, BadSignature, Misread, Refused, Report, Sent, Told
from portals.registry import connect, load
from practice.store import Filing
from tests.portals.conftest import CREDENTIALS, Meet, a_push, ids

LAMP = Filing(
    text="Lampu jalan padam di Kutasari.\n\nGelap & rawan <begal>.",
    category="Infrastruktur",
    address="Kutasari, dekat balai desa",
    secret=True,
    name="Budi",
    email="budi@contoh.id",
    same_as="1916449",
)


async def test_a_report_is_read_whole(meet: Meet) -> None:
    async with meet("laporgub") as pair:
        photo = pair.portal.keep("lampu mati.jpg", "image/jpeg", b"jpeg")
        at = datetime(2026, 11, 24, 3, 2, 59, tzinfo=UTC)
        filed = pair.portal.file(Filing(**{**vars(LAMP), "files": (photo,)}), at=at)

        report = await pair.connector.report(filed.id)

        assert isinstance(report, Report)
        assert report.title == "Lampu jalan padam di Kutasari"
        assert report.body == "Lampu jalan padam di Kutasari.\n\nGelap & rawan <begal>."
        assert report.same_as == ("sp4n", "1916449")
        assert (report.secret, report.anonymous) == (True, False)
        assert report.reporter
        assert (report.reporter.name, report.reporter.email) == ("Budi", "budi@contoh.id")
        assert report.filed_at == at.replace(second=0)
        assert report.filed_at.tzinfo == ZoneInfo("Asia/Jakarta")
        [attachment] = report.attachments
        assert attachment.name == "lampu mati.jpg"
        assert await pair.connector.fetch(attachment, 4) == b"jpeg"


async def test_who_is_anonymous_has_no_name(meet: Meet) -> None:
    async with meet("laporgub") as pair:
        pair.portal.file(Filing(text="Rahasia saya", anonymous=True, name="Budi", phone="0812"))

        [report], _ = await pair.all()

        assert isinstance(report, Report)
        assert report.anonymous
        assert report.reporter is None


async def test_nothing_is_missed_though_pages_shift(meet: Meet) -> None:
    """A report arrives between any two calls, and an old one changes."""
    async with meet("laporgub") as pair:
        filed = {pair.portal.file(Filing(text=f"Laporan {n}")).id for n in range(23)}
        seen: set[str | None] = set()
        cursor, more, n = None, True, 0
        while more:
            page = await pair.connector.pull(cursor)
            seen |= set(ids(list(page.reports)))
            cursor, more, n = page.cursor, page.more, n + 1
            if n < 20:
                filed.add(pair.portal.file(Filing(text=f"Di tengah {n}")).id)
        following, _ = await pair.all(cursor)

        assert filed <= seen | set(ids(following))
        assert n > 5


async def test_a_repeated_page_loses_nothing(meet: Meet) -> None:
    async with meet("laporgub") as pair:
        filed = {pair.portal.file(Filing(text=f"Laporan {n}")).id for n in range(23)}
        pair.fail(repeat=1)

        reports, _ = await pair.all()

        assert set(ids(reports)) == filed


async def test_the_next_walk_begins_before_the_last_one_did(meet: Meet) -> None:
    """Minutes are the finest step: what comes within the same minute comes again, older not."""
    async with meet("laporgub") as pair:
        now = datetime.now(UTC)
        pair.portal.file(Filing(text="Lama"), at=now - timedelta(hours=2))
        new = pair.portal.file(Filing(text="Baru"), at=now - timedelta(minutes=1))
        first, cursor = await pair.all()
        assert len(first) == 2

        again, cursor = await pair.all(cursor)
        assert ids(again) == [new.id]
        old = pair.portal.store.newest(2)[1]
        pair.portal.reply(old, "Masih gelap")
        after, _ = await pair.all(cursor)
        assert set(ids(after)) == {old.id, new.id}


async def test_the_portals_clock_counts_not_ours(tmp_path: Path) -> None:
    """One that is two days slow is asked from its own time on."""
    asked: list[str] = []

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = (await reader.readuntil(b"\r\n\r\n")).split(b" ")[1].decode()
        asked.append(parse_qs(urlsplit(line).query)["sejak"][0])
        body = b'{"halaman": 1, "total_halaman": 1, "aduan": []}'
        writer.write(
            b"HTTP/1.1 200 OK\r\nDate: Sun, 22 Nov 2026 03:02:59 GMT\r\n"
            b"Content-Length: %d\r\nConnection: close\r\n\r\n%b" % (len(body), body)
        )
        writer.close()

    server = await asyncio.start_server(slow, "127.0.0.1", 0)
    (tmp_path / "laporgub.toml").write_text(
        f'address = "http://127.0.0.1:{server.sockets[0].getsockname()[1]}"\n'
        f"[credentials]\n{CREDENTIALS['laporgub']}"
    )

    async def no_turn() -> None: ...

    connector = connect(load(tmp_path)["laporgub"], no_turn)
    async with server:
        first = await connector.pull(None)
        await connector.pull(first.cursor)
    await connector.close()

    assert asked[1] == "22-11-2026 09:59"


async def test_a_cursor_of_another_make_begins_anew(meet: Meet) -> None:
    async with meet("laporgub") as pair:
        filed = pair.portal.file(LAMP)

        reports, _ = await pair.all('{"halaman": 3}')

        assert ids(reports) == [filed.id]


async def test_the_reporters_words_come_with_the_report(meet: Meet) -> None:
    async with meet("laporgub") as pair:
        report = pair.portal.file(LAMP)
        pair.portal.answer(report, "Kami periksa", title="Proses", status="progres")
        pair.portal.reply(report, "Terima kasih, a < b")
        pair.portal.reply(report, "Masih gelap")

        [found], _ = await pair.all()

        assert isinstance(found, Report)
        assert [(one.id, one.text) for one in found.messages] == [
            ("#1", "Terima kasih, a < b"), ("#2", "Masih gelap"),
        ]  # fmt: skip
        assert all(one.by_reporter for one in found.messages)
        assert found.status == "progres"
        assert await pair.connector.messages(report.id, "#1") == ()


async def test_each_thing_is_told_in_the_portals_words(meet: Meet) -> None:
    async with meet("laporgub") as pair:
        report = pair.portal.file(LAMP)
        for n, told in enumerate(Told):
            assert await pair.connector.push(
                report.id, a_push(told, f"Kami: {told}", n=n), again=True
            )

        entries = list(pair.portal.store.entries(report.id))
        assert [(entry.title, entry.status) for entry in entries] == [
            ("Laporan diterima", "verifikasi"),
            ("Diteruskan ke perangkat daerah", "progres"),
            ("Mohon keterangan tambahan", "dikembalikan"),
            ("Perkembangan", "progres"),
            ("Tambahan waktu", "progres"),
            ("Jawaban", "progres"),
            ("Selesai", "selesai"),
            ("Diarsipkan", "tidak layak"),
            ("Bukan wewenang", "bukan wewenang"),
            ("Digabung dengan laporan lain", "progres"),
            ("Dibuka kembali", "progres"),
        ]
        assert entries[5].text == "Kami: answered\n\n[MB-2026-000123/5]"


async def test_an_answer_brings_its_files(meet: Meet) -> None:
    async with meet("laporgub") as pair:
        report = pair.portal.file(LAMP)
        photos = [Sent(name=f"{n}.jpg", media_type="image/jpeg", data=b"\xff") for n in (1, 2)]

        await pair.connector.push(report.id, a_push(Told.ANSWERED, "Nyala.", *photos), again=False)

        [entry] = pair.portal.store.entries(report.id)
        assert [file.name for file in pair.portal.files(entry.files)] == ["1.jpg", "2.jpg"]


async def test_told_once_where_the_answer_is_lost(meet: Meet) -> None:
    async with meet("laporgub") as pair:
        report, push = pair.portal.file(LAMP), a_push()
        pair.fail(lost=1)
        with pytest.raises(Away):
            await pair.connector.push(report.id, push, again=False)
        pair.fail(lost=0)

        receipt = await pair.connector.push(report.id, push, again=True)

        assert len(list(pair.portal.store.entries(report.id))) == 1
        assert receipt
        assert receipt.id == push.reference


async def test_a_longer_reference_and_a_reporters_quote_are_not_ours(meet: Meet) -> None:
    async with meet("laporgub") as pair:
        report = pair.portal.file(LAMP)
        await pair.connector.push(report.id, a_push(n=71), again=False)
        pair.portal.reply(report, "Anda tulis [MB-2026-000123/7]")

        await pair.connector.push(report.id, a_push(n=7), again=True)

        ours = [one for one in pair.portal.store.entries(report.id) if one.author == "agency"]
        assert len(ours) == 2


async def test_where_the_timeline_cannot_be_read_nothing_is_told(meet: Meet) -> None:
    async with meet("laporgub") as pair:
        report = pair.portal.file(LAMP)
        pair.fail(maintenance=1)
        with pytest.raises(Away):
            await pair.connector.push(report.id, a_push(), again=True)
        pair.fail(maintenance=0)

        assert list(pair.portal.store.entries(report.id)) == []
        assert len(pair.turns) == 1


async def test_a_refusal_has_the_portals_words(meet: Meet) -> None:
    async with meet("laporgub") as pair:
        report = pair.portal.file(LAMP)
        pair.portal.close(report)

        with pytest.raises(Refused) as caught:
            await pair.connector.push(report.id, a_push(), again=False)

        assert caught.value.words == f"Aduan {report.id} sudah ditutup oleh pelapor (HTTP 422)"
        [found], _ = await pair.all()
        assert isinstance(found, Report)
        assert found.closed


async def test_what_cannot_be_understood_is_kept_whole(meet: Meet) -> None:
    async with meet("laporgub") as pair:
        pair.portal.file(Filing(text=" "))

        [misread], _ = await pair.all()

        assert isinstance(misread, Misread)
        assert misread.reason == "isi: tidak ada atau kosong"
        assert misread.id
        mended = misread.raw.replace(b"<p> </p>", b"<p>Ada</p>")
        assert isinstance(pair.connector.read(mended), Report)


async def test_nobody_hints(meet: Meet) -> None:
    async with meet("laporgub") as pair:
        with pytest.raises(BadSignature):
            pair.connector.hint({}, b"{}", datetime.now(UTC))
