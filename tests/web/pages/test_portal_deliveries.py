"""What a portal refused: who sees it, who sends it again or settles it, and what is on record."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

import pytest

from record.cases import get_case
from record.entries import entries_of
from record.portals.attempts import begin, refused
from record.portals.content import content_of
from record.portals.deliveries import Delivery, deliveries_of, delivery, steps_of
from record.portals.state import Mode, ensure_portal
from tests.domain.cast import COORDINATOR
from tests.record.office import statements
from tests.web.pages.house import DISPOSAL, Browser, Site
from tests.web.pages.test_relay import ticket_of
from tests.web.pages.test_typed_reports import typed

WORDS = "Catatan terlalu pendek."
NOTICE = "kiriman ditolak portal menunggu Anda"
_numbers = count(5_000_000)


@dataclass(frozen=True)
class Told:
    """A case of DPUPR, that came by SP4N, and what SP4N is to be told of it."""

    ticket: str
    deliveries: dict[str, Delivery]

    def url(self, kind: str) -> str:
        return f"/portal/kiriman/{self.deliveries[kind].id}"


@pytest.fixture
async def told(site: Site) -> Told:
    return await a_case(site)


async def a_case(site: Site) -> Told:
    """SP4N is served by hand, so that nobody else tells it meanwhile."""
    await ensure_portal(site.engine, "sp4n", Mode.RELAY, datetime.now(UTC))
    async with site.at_the_desk("koordinator") as clerk:
        number = str(next(_numbers))
        await typed(clerk, external_id=number)
        ticket = await ticket_of(site, number)
        await clerk.act(ticket, "dispose", **DISPOSAL)
    async with site.at_the_desk("dpupr") as unit:
        await unit.act(ticket, "accept")
        await unit.act(ticket, "report_progress", text="Tim sudah ke lokasi.")
    file = await get_case(site.engine, COORDINATOR, ticket, datetime.now(UTC))
    assert file is not None
    lane = await deliveries_of(site.engine, file.complaint_id)
    return Told(ticket, {one.kind: one for one in lane})


async def refuse(site: Site, told: Told, kind: str) -> None:
    now = datetime.now(UTC)
    attempt = await begin(site.engine, told.deliveries[kind].id, now)
    assert attempt is not None
    await refused(site.engine, attempt, WORDS, now)


async def now_is(site: Site, told: Told, kind: str) -> Delivery:
    found = await delivery(site.engine, told.deliveries[kind].id)
    assert found is not None
    return found


async def said(site: Site, found: Delivery) -> list[str]:
    return [step.what for step in await steps_of(site.engine, found.id)]


async def notices(browser: Browser) -> int:
    found = re.search(rf"(\d+) {NOTICE}", (await browser.get("/tugas")).text)
    return int(found[1]) if found else 0


async def test_a_refused_answer_is_a_task_of_its_unit_which_edits_it_and_sends_it_again(
    site: Site, told: Told
) -> None:
    async with site.at_the_desk("dpupr") as unit:
        before = await notices(unit)
        await refuse(site, told, "progress_reported")
        assert await notices(unit) == before + 1
        listed = await unit.get("/portal/kiriman")
        assert f'href="{told.url("progress_reported")}"' in listed.text
        page = (await unit.get(told.url("progress_reported"))).text
        assert f"“{WORDS}”" in page
        assert "Tim sudah ke lokasi." in page
        empty = await unit.post(told.url("progress_reported") + "/kirim", {"text": "  "})
        assert empty.status_code == 422
        assert 'href="#text"' in empty.text
        text = "Tim sudah ke lokasi dan mulai menambal jalan."
        sent = await unit.post(told.url("progress_reported") + "/kirim", {"text": text})
        assert "Akan dikirim lagi." in sent.text
        assert text in sent.text
        assert await notices(unit) == before
        again = await unit.post(told.url("progress_reported") + "/kirim", {"text": text})
        assert again.status_code == 409
    found = await now_is(site, told, "progress_reported")
    assert found.state == "waiting"
    assert (await content_of(site.engine, found)).text == text
    assert await said(site, found) == ["refused", "edited"]
    entry = (await entries_of(site.engine, found.complaint_id))[found.entry_id or found.id]
    assert entry.author.startswith("account:")


async def test_what_is_sent_again_as_it_was_leaves_no_new_text(site: Site, told: Told) -> None:
    await refuse(site, told, "disposed")
    before = await now_is(site, told, "disposed")
    async with site.at_the_desk("koordinator") as clerk:
        page = (await clerk.get(told.url("disposed"))).text
        shown = re.search(r'<textarea id="text"[^>]*>\n([^<]*)</textarea>', page)
        assert shown
        browsers_own = shown[1].replace("\n", "\r\n")
        await clerk.post(told.url("disposed") + "/kirim", {"text": browsers_own})
    found = await now_is(site, told, "disposed")
    assert (found.state, found.entry_id) == ("waiting", None)
    assert await said(site, found) == ["refused", "sent_again"]
    assert found.key != before.key, "the portal may have kept the old one with its refusal"


async def test_it_is_settled_by_hand_with_the_portals_reference(site: Site, told: Told) -> None:
    await refuse(site, told, "received")
    url = told.url("received") + "/selesai"
    async with site.at_the_desk("koordinator") as clerk:
        wrong = await clerk.post(url, {"reference": " "})
        assert wrong.status_code == 422
        assert 'href="#reference"' in wrong.text
        long = await clerk.post(url, {"reference": "x" * 201})
        assert long.status_code == 422
        done = await clerk.post(url, {"reference": "TL-2026-77"})
        assert "Sudah ditandai selesai" in done.text
        assert "TL-2026-77" in done.text
        assert "Diselesaikan petugas" in done.text
        assert "Kirim lagi" not in done.text
    found = await now_is(site, told, "received")
    assert (found.state, found.receipt) == ("settled", "TL-2026-77")


@pytest.mark.parametrize(
    ("who", "kind", "reads", "mends"),
    [
        ("koordinator", "progress_reported", 200, True),
        ("dpupr", "progress_reported", 200, True),
        ("dpupr", "disposed", 200, False),
        ("kepala.dpupr", "progress_reported", 200, False),
        ("sekda", "progress_reported", 200, False),
        ("inspektorat", "progress_reported", 200, False),
        ("kec.bobotsari", "progress_reported", 404, False),
        ("admin", "progress_reported", 403, False),
    ],
)
async def test_who_reads_and_who_mends(
    site: Site, told: Told, who: str, kind: str, reads: int, mends: bool
) -> None:
    async with site.at_the_desk(who) as browser:
        before = await notices(browser)
        await refuse(site, told, kind)
        assert await notices(browser) == before + mends, "a task of those who mend it"
        page = await browser.get(told.url(kind))
        assert page.status_code == reads
        assert ("Kirim lagi" in page.text) is mends
        if not mends:
            for deed, fields in (("kirim", {"text": "x"}), ("selesai", {"reference": "x"})):
                sent = await browser.post(f"{told.url(kind)}/{deed}", fields)
                assert sent.status_code == (403 if reads == 200 else reads), deed
            assert (await now_is(site, told, kind)).state == "refused"
        listed = await browser.get("/portal/kiriman")
        assert (told.url(kind) in listed.text) is (reads == 200 and listed.status_code == 200)


async def test_a_portals_list_tells_what_waits_and_what_it_refused(site: Site, told: Told) -> None:
    await refuse(site, told, "received")
    async with site.at_the_desk("sekda") as reader:
        first = (await reader.get("/portal/sp4n/kiriman")).text
        assert told.url("received") in first, "what was refused comes first"
        assert WORDS in first
        waiting = (await reader.get("/portal/sp4n/kiriman?keadaan=menunggu")).text
        assert told.url("received") not in waiting
        assert told.url("disposed") in waiting
    async with site.at_the_desk("admin") as administrator:
        assert (await administrator.get("/portal/sp4n/kiriman")).status_code == 403
        page = (await administrator.get("/portal/sp4n")).text
        assert "Kiriman ditolak" in page
        assert "/portal/sp4n/kiriman" not in page


async def test_a_long_list_goes_on_and_costs_the_same(site: Site) -> None:
    for _ in range(9):  # three deliveries each
        await a_case(site)
    url = "/portal/sp4n/kiriman?keadaan=menunggu"
    seen: list[str] = []
    costs = set()
    async with site.at_the_desk("koordinator") as clerk:
        await clerk.get(url)
        while url:
            with statements() as sent:
                page = (await clerk.get(url)).text
            costs.add(sum(sent.values()))
            seen += re.findall(r'class="row-link" href="/portal/kiriman/([0-9a-f-]{36})"', page)
            further = re.search(r'href="(/portal/sp4n/kiriman\?[^"]*setelah=\d+)"', page)
            url = further[1].replace("&amp;", "&") if further else ""
    assert len(seen) == len(set(seen)) >= 27
    assert costs == {7}, "six, and whose session it is"
