"""A city that speaks Open311, in both its formats; against the practice portal over HTTP."""

from datetime import UTC, datetime, timedelta

import pytest

from portals.open311 import Walk
from portals.protocol import Away, BadSignature, Misread, Refused, Report, Sent, Told
from practice.store import Filing
from tests.portals.conftest import Meet, a_push, ids

FORMATS = pytest.mark.parametrize("overlay", ['format = "json"', 'format = "xml"'])
TREE = Filing(
    text="Pohon tumbang & menutup jalan. Tolong.",
    category="Pohon tumbang atau rawan",
    address="Jalan Jenderal Soedirman",
    lat=-7.39,
    lng=109.36,
)


@FORMATS
async def test_a_report_is_read_whole(overlay: str, meet: Meet) -> None:
    async with meet("open311", overlay=overlay) as pair:
        photo = pair.portal.keep("pohon.jpg", "image/jpeg", b"jpeg")
        filed = pair.portal.file(Filing(**{**vars(TREE), "files": (photo,)}))

        [report], _ = await pair.all()

        assert isinstance(report, Report)
        assert (report.id, report.title) == (filed.id, "Pohon tumbang & menutup jalan")
        assert report.body == TREE.text
        assert (report.lat, report.lng, report.category) == (-7.39, 109.36, TREE.category)
        assert report.anonymous
        assert not report.closed
        assert abs(report.filed_at - filed.filed_at) < timedelta(seconds=1)
        [attachment] = report.attachments
        assert attachment.name == "pohon.jpg"
        assert await pair.connector.fetch(attachment, 4) == b"jpeg"
        assert ids([await pair.connector.report(filed.id)]) == [filed.id]  # type: ignore[list-item]
        assert await pair.connector.report("9") is None


@FORMATS
async def test_every_report_comes_though_pages_repeat(overlay: str, meet: Meet) -> None:
    async with meet("open311", overlay=f"{overlay}\npage_size = 5") as pair:
        filed = set()
        for n in range(23):
            filed.add(pair.portal.file(Filing(text=f"Laporan {n}")).id)
            # Secret ones are no part of an open interface: a page may be short.
            pair.portal.file(Filing(text="Rahasia", secret=True))
        pair.fail(repeat=1)

        reports, cursor = await pair.all()

        assert set(ids(reports)) == filed
        new = pair.portal.file(TREE)
        after, _ = await pair.all(cursor)
        assert new.id in ids(after)


async def test_a_city_that_does_not_page_is_read_once(meet: Meet) -> None:
    async with meet("open311", overlay='[parameters]\npage = "halaman_lain"') as pair:
        filed = {pair.portal.file(Filing(text=f"Laporan {n}")).id for n in range(23)}

        reports, _ = await pair.all()

        assert set(ids(reports)) == filed
        assert len(pair.turns) == 3  # the page, the same again, the updates


async def test_more_than_a_search_may_span_is_taken_in_parts(meet: Meet) -> None:
    async with meet("open311") as pair:
        now = datetime.now(UTC)
        filed = [
            pair.portal.file(Filing(text=f"L{days}"), at=now - timedelta(days=days)).id
            for days in (250, 150, 60, 1)
        ]
        pair.portal.reply(pair.portal.store.need(filed[0]), "Masih")

        reports, _ = await pair.all(Walk(since=now - timedelta(days=251)).model_dump_json())

        assert set(ids(reports)) == set(filed)
        [told] = [one for one in reports if isinstance(one, Report) and one.messages]
        assert (told.id, told.messages[0].text) == (filed[0], "Masih")


async def test_a_quiet_city_is_asked_twice(meet: Meet) -> None:
    """For requests and for updates; once more only where a page may be a full one."""
    async with meet("open311") as pair:
        old = datetime.now(UTC) - timedelta(days=1)
        for n in range(12):
            pair.portal.file(Filing(text=f"Lama {n}"), at=old)
        _, cursor = await pair.all()
        pair.portal.file(TREE)
        pair.turns.clear()

        found, cursor = await pair.all(cursor)
        assert (len(found), len(pair.turns)) == (1, 2)
        for n in range(11):
            pair.portal.file(Filing(text=f"Baru {n}"))
        found, cursor = await pair.all(cursor)
        assert len(found) == 12


async def test_what_is_old_is_not_asked_for_again(meet: Meet) -> None:
    async with meet("open311") as pair:
        pair.portal.file(Filing(text="Lama"), at=datetime.now(UTC) - timedelta(hours=1))
        first, cursor = await pair.all()
        assert len(first) == 1

        again, _ = await pair.all(cursor)
        assert again == []


@FORMATS
async def test_the_reporters_words_come_with_the_report(overlay: str, meet: Meet) -> None:
    async with meet("open311", overlay=overlay) as pair:
        old = datetime.now(UTC) - timedelta(days=2)
        reports = [pair.portal.file(Filing(text=f"L{n}"), at=old) for n in range(3)]
        _, cursor = await pair.all()
        pair.portal.answer(reports[0], "Kami periksa", status="investigating")
        pair.portal.reply(reports[1], "Masih tumbang")
        photo = pair.portal.keep("a.jpg", "image/jpeg", b"jpeg")
        pair.portal.reply(reports[1], "Ini fotonya", (photo,))

        found, _ = await pair.all(cursor)

        [report] = found
        assert isinstance(report, Report)
        assert report.id == reports[1].id
        assert [one.text for one in report.messages] == ["Masih tumbang", "Ini fotonya"]
        assert [one.name for one in report.messages[1].attachments] == ["a.jpg"]


async def test_many_reports_that_were_written_to_come_in_parts(meet: Meet) -> None:
    async with meet("open311") as pair:
        old = datetime.now(UTC) - timedelta(days=2)
        reports = [pair.portal.file(Filing(text=f"L{n}"), at=old) for n in range(120)]
        _, cursor = await pair.all()
        for report in reports:
            pair.portal.reply(report, "Halo")

        found, _ = await pair.all(cursor)

        assert sorted(str(id_) for id_ in ids(found)) == sorted(one.id for one in reports)


@FORMATS
async def test_each_thing_is_told_in_the_portals_words(overlay: str, meet: Meet) -> None:
    async with meet("open311", overlay=overlay) as pair:
        report = pair.portal.file(TREE)
        for n, told in enumerate(Told):
            assert await pair.connector.push(
                report.id, a_push(told, f"Kami: {told}", n=n), again=True
            )

        entries = list(pair.portal.store.entries(report.id))
        assert [entry.status for entry in entries] == [
            "open", "investigating", "open", "in_progress", "in_progress", "in_progress",
            "closed", "no_further_action", "not_councils_responsibility", "investigating", "open",
        ]  # fmt: skip
        assert entries[5].text == "Kami: answered\n\n[MB-2026-000123/5]"
        assert entries[5].title == "DPUPR"


@FORMATS
async def test_told_once_where_the_answer_is_lost(overlay: str, meet: Meet) -> None:
    async with meet("open311", overlay=overlay) as pair:
        report = pair.portal.file(TREE)
        photo = Sent(name="a.jpg", media_type="image/jpeg", data=b"\xff")
        push = a_push(Told.ANSWERED, "Sudah diangkat.", photo)
        pair.fail(lost=1)
        with pytest.raises(Away):
            await pair.connector.push(report.id, push, again=False)
        pair.fail(lost=0)

        receipt = await pair.connector.push(report.id, push, again=True)

        [entry] = pair.portal.store.entries(report.id)
        assert receipt
        assert receipt.id == str(entry.number)
        assert [file.data for file in pair.portal.files(entry.files)] == [b"\xff"]


@FORMATS
async def test_a_refusal_has_the_citys_words(overlay: str, meet: Meet) -> None:
    async with meet("open311", overlay=overlay) as pair:
        report = pair.portal.file(TREE)
        pair.portal.close(report)
        with pytest.raises(Refused) as caught:
            await pair.connector.push(report.id, a_push(), again=False)
        pair.fail(revoke=1)
        with pytest.raises(Away) as keyless:
            await pair.connector.push(report.id, a_push(), again=False)

    assert caught.value.words == f"Laporan {report.id} sudah ditutup pelapor (HTTP 409)"
    assert keyless.value.outcome == "refused"


@FORMATS
async def test_what_cannot_be_understood_is_kept_whole(overlay: str, meet: Meet) -> None:
    async with meet("open311", overlay=overlay) as pair:
        pair.portal.file(Filing(text="Jauh", lat=999, lng=1))

        [misread], _ = await pair.all()

        assert isinstance(misread, Misread)
        assert misread.reason == "lat: bukan angka yang mungkin"
        assert misread.id
        assert pair.connector.read(misread.raw) == misread
        assert isinstance(pair.connector.read(misread.raw.replace(b"999", b"9")), Report)


async def test_nobody_hints(meet: Meet) -> None:
    async with meet("open311") as pair:
        with pytest.raises(BadSignature):
            pair.connector.hint({}, b"{}", datetime.now(UTC))
