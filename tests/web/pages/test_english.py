"""Pages in English hold no Indonesian but what people typed, and names."""

import json
import re
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from sqlalchemy import text
from starlette.types import Receive, Scope, Send

from domain import actions as a
from domain.actors import REPORTER
from domain.explain import explain
from domain.sentences import Said
from domain.terms import ClockName
from record.identity import Keyring
from record.portals.content import content_of
from record.portals.deliveries import Delivery, deliveries_of
from record.portals.quarantine import Kind, keep
from record.portals.state import Mode, ensure_portal, pull_failed
from tests.domain.cast import COORDINATOR, DPUPR_ADMIN
from tests.domain.life import TYPED, answered, at, disposed, in_progress, received
from tests.web.pages.house import Browser, Reported, Site
from tests.web.pages.test_importing import chosen, send
from tests.web.pages.test_portal_deliveries import WORDS, Told, refuse
from tests.web.pages.test_relay import ticket_of
from tests.web.pages.test_typed_reports import typed
from web.pages.dates import working_days
from web.pages.language import LanguageMiddleware, _
from web.pages.reckoning import counted

ENGLISH = {"Accept-Language": "en"}
COMMON = """
yang dan untuk dengan tidak anda sudah belum pada dari ke di ini itu atau oleh kami akan dapat
bukan lagi sejak sampai pukul jam hari kerja waktu aduan laporan pelapor petugas tenggat
jawaban kirim tulis pilih kembali masuk keluar simpan hapus ubah lihat buka semua nomor nama
kata sandi alasan isi jenis peran berkas foto kejadian perintah pengawas pengaturan dijeda
dilewati ditambah menunggu diterima ditangani terlambat paling sedikit banyak satu hanya boleh
harus wajib
"""
"""In Indonesian, and no words of English."""
INDONESIAN = frozenset(COMMON.split())
SECRET = re.compile(r"\b[A-Z2-7]{4}(?: [A-Z2-7]{4}){7}\b")
"""The key of a second factor: chance, in which any short word may stand (`6DI5`)."""
SPOKEN = ("aria-label", "alt", "title", "placeholder")
"""Attributes that are read out or shown."""


class Words(HTMLParser):
    """What a page says, without its choice of language."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.links: set[str] = set()
        self._silent = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in ("script", "style") or "languages" in given.get("class", "").split():
            self._silent += 1
        if tag == "a" and given.get("href", "").startswith("/"):
            self.links.add(given["href"].partition("#")[0])
        if tag == "meta" and given.get("name") == "description":
            self.said.append(given["content"])
        self.said += [given[name] for name in SPOKEN if given.get(name)]

    def handle_endtag(self, tag: str) -> None:
        if self._silent and tag in ("script", "style", "form"):
            self._silent -= 1

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.said.append(data)


def left(html: str, theirs: Iterable[str]) -> Mapping[str, Collection[str]]:
    """Indonesian words of the page, by the text they stand in; `theirs` is not looked at."""
    found = {}
    for said in Words(html).said:
        rest = SECRET.sub("", " ".join(said.split()))
        for one in theirs:
            rest = rest.replace(one, " ")
        words = INDONESIAN.intersection(re.findall(r"[a-z_]+", rest.lower()))
        # The map cuts names short.
        if words and not (rest.istitle() and any(f" {rest}" in one for one in theirs)):
            found[rest.strip()] = words
    return found


@pytest.fixture(scope="module")
async def filed(site: Site) -> Mapping[str, Reported]:
    """Complaints told in English, at several points of their lives."""
    english = {
        "title": "Pothole in front of the school",
        "body": "A big hole. Somebody fell into it.",
        "address": "Sungkono Street",
    }
    said, why = {"text": "Seen and noted."}, {"reason": "It seems so."}
    found = {name: await site.report(**english) for name in ("new", "asked", "refused", "busy")}
    found |= {name: await site.report(**english) for name in ("answered", "returned", "copy")}
    dispose = {"classification": "tidak_berkadar", "category": "infrastruktur", "unit": "dpupr"}
    async with site.at_the_desk("koordinator") as coordinator:
        for name in ("busy", "answered", "returned"):
            await _do(coordinator, found[name], "dispose", **dispose, **said)
        await _do(coordinator, found["asked"], "ask_reporter", **said)
        reason = {"reason": "repeated"} | said
        await _do(coordinator, found["refused"], "archive", **reason)
        lead = {"lead": found["busy"].ticket} | why
        await _do(coordinator, found["copy"], "link_duplicate", **lead)
    async with site.at_the_desk("dpupr") as unit:
        for name in ("busy", "answered"):
            await _do(unit, found[name], "accept")
        await _do(unit, found["busy"], "report_progress", **said)
        await _do(unit, found["busy"], "request_extension", days="1", **why)
        await _do(unit, found["answered"], "answer", **said)
        await _do(unit, found["returned"], "return", **why)
    return found


async def _do(browser: Browser, filed: Reported, action: str, **fields: str) -> None:
    answer = await browser.act(filed.ticket, action, **fields)
    assert answer.status_code == 200, (action, answer.text)


@pytest.fixture(scope="module")
async def told(site: Site) -> Told:
    """Three portals: one served by hand, that refused a delivery and waits for another; one by
    files, with a sheet to be taken in and something in quarantine; one that is asked and fails."""
    now = datetime.now(UTC)
    modes = {"sp4n": Mode.RELAY, "laporgub": Mode.FILE, "open311": Mode.API}
    for code, mode in modes.items():
        await ensure_portal(site.engine, code, mode, now)
    await pull_failed(site.engine, "open311", "unreadable: service_requests: bukan daftar", now)
    await keep(
        site.engine, "laporgub", Kind.REPORT, "LGWP04350955", b'{"tiket": "LGWP04350955"}',
        "tanggal: bukan waktu", now,
        secret=site.secret, keyring=Keyring({"k1": site.secret}),
    )  # fmt: skip
    english = {"title": "Street lamp out", "body": "It has been out for a week."}
    async with site.at_the_desk("koordinator") as clerk:
        await typed(clerk, external_id="7000001", **english)
        ticket = await ticket_of(site, "7000001")
        dispose = {"classification": "tidak_berkadar", "category": "infrastruktur", "unit": "dpupr"}
        await clerk.act(ticket, "dispose", text="Please look.", **dispose)
        columns = await send(clerk, b"Ticket;Text\nA1;Blocked drain\n;No number\n", "laporgub")
        picked = {"id": "0", "body": "1"} | chosen(columns.text)
        await clerk.post(columns.url.path, picked)
        await typed(clerk, external_id="7000002", **english)
        copied = await ticket_of(site, "7000002")
    refused, *later = await _lane(site, ticket)
    waiting, *_none = await _lane(site, copied)
    named = {"refused": refused, "waiting": waiting} | {one.kind: one for one in later}
    told = Told(ticket, named)
    await refuse(site, told, "refused")
    return told


async def _lane(site: Site, ticket: str) -> list[Delivery]:
    query = text("SELECT id FROM complaints WHERE ticket = :ticket")
    async with site.engine.connect() as connection:
        case = (await connection.execute(query, {"ticket": ticket})).scalar_one()
    return list(await deliveries_of(site.engine, case))


@pytest.fixture(scope="module")
async def theirs(site: Site, filed: Mapping[str, Reported], told: Told) -> list[str]:
    """Names that are the same in every language, and what portals say or are told; the longest
    first."""
    found = {"Matur Bupati", "SP4N-LAPOR!", "LaporGub", "lapor.go.id", WORDS}
    for one in told.deliveries.values():
        found.add(" ".join((await content_of(site.engine, one)).text.split()))
    async with site.engine.connect() as connection:
        for query in ("SELECT name FROM units", "SELECT name FROM accounts"):
            found |= set((await connection.execute(text(query))).scalars())
        days = (await connection.execute(text("SELECT data FROM calendars"))).scalars()
        found |= {name for one in days for name in re.findall(r'"([^"]+)"', json.dumps(one))}
    return sorted(found, key=len, reverse=True)


STARTS: Mapping[str | None, Collection[str]] = {
    None: ("/", "/lapor", "/lapor/isi", "/lapor/terkirim", "/lacak", "/publik", "/masuk"),
    "koordinator": (
        "/portal", "/portal/sp4n", "/portal/sp4n/kiriman", "/portal/sp4n/kiriman?keadaan=menunggu",
        "/portal/sp4n/ubah/jeda", "/portal/laporgub", "/portal/laporgub/karantina",
        "/portal/open311", "/portal/kiriman", "/relai", "/impor",
        "/disposisi", "/catat", "/templat/baru", "/aduan/telepon", "/saran",
    ),
    "dpupr": ("/tugas", "/portal/kiriman", "/catat", "/templat", "/akun"),
    "kepala.dpupr": ("/tugas", "/eskalasi"),
    "sekda": ("/portal", "/eskalasi", "/audit", "/audit/periksa", "/saran"),
    "inspektorat": ("/portal", "/audit", "/audit/periksa", "/aduan"),
    "admin": ("/portal", "/portal/sp4n/ubah/jeda", "/pengaturan", "/pengaturan/akun-baru"),
}  # fmt: skip
"""Where everybody begins; from there they follow every link."""
WRONG: Mapping[str | None, Mapping[str, Mapping[str, str]]] = {
    None: {
        "/lapor/isi": {},
        "/lapor/kontak": {},
        "/lacak": {"ticket": "1", "receipt": "1"},
        "/masuk": {"username": "nobody", "password": "nothing"},
        "/berkas/1": {},
    },
    "koordinator": {
        "/catat": {},
        "/disposisi/periksa": {},
        "/templat/baru": {"body": "{nothing}"},
        "/aduan/telepon": {},
        "/tampilan": {},
        "/aduan/{new}/verifikasi/hasil": {},
        "/aduan/{new}/tindakan/dispose": {},
        "/aduan/{new}/tindakan/archive": {},
        "/aduan/{busy}/tindakan/accept": {},
        "/portal/kiriman/{refused}/kirim": {"text": ""},
        "/portal/kiriman/{refused}/selesai": {},
        "/relai/{waiting}": {},
        "/impor": {},
        "/impor/acuan": {},
    },
    "dpupr": {
        "/aduan/{busy}/tindakan/answer": {},
        "/aduan/{busy}/tindakan/request_extension": {"days": "many"},
        "/aduan/{busy}/tindakan/dispose": {},
        "/akun/kata-sandi": {"current": "a", "new": "b", "again": "c"},
        "/akun/faktor-kedua": {},
    },
    "sekda": {"/eskalasi/{busy}/perintah": {}},
    "admin": {"/pengaturan/akun-baru": {}},
}
"""What is refused, and says why."""
MOST = 120
"""Pages of one person."""


def _kind(path: str, chosen: Collection[str]) -> str:
    """Pages of one kind are looked at once a case, and once where only what is asked differs."""
    place, _mark, query = path.partition("?")
    names = re.findall(r"(?:^|&)([a-z]+)=", query)
    place = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", place)
    known = any(ticket in place for ticket in chosen)
    return f"{place if known else re.sub(r'MB-[0-9-]+', 'MB', place)}?{','.join(names)}"


@pytest.mark.parametrize("who", STARTS, ids=str)
async def test_no_page_keeps_a_word_of_indonesian(
    site: Site, filed: Mapping[str, Reported], told: Told, theirs: list[str], who: str | None
) -> None:
    tickets = {told.ticket, *(one.ticket for one in filed.values())}
    names = {name: one.ticket for name, one in filed.items()}
    names |= {name: str(told.deliveries[name].id) for name in ("refused", "waiting")}
    wrong: dict[str, Mapping[str, Collection[str]]] = {}
    async with _person(site, who) as browser:
        waiting, met, looked = [*STARTS[who], "/no-such-page", "/aduan/MB-1"], set[str](), 0
        while waiting and looked < MOST:
            path = waiting.pop(0)
            if (kind := _kind(path, tickets)) in met:
                continue
            met.add(kind)
            answer = await browser.get(path)
            if "text/html" not in answer.headers.get("content-type", ""):
                continue
            looked += 1
            assert '<html lang="en">' in answer.text, path
            waiting += sorted(Words(answer.text).links)
            if found := left(answer.text, theirs):
                wrong[path] = found
        for template, fields in WRONG.get(who, {}).items():
            path = template.format_map(names)
            answer = await browser.post(path, fields)
            assert answer.status_code in (401, 403, 404, 405, 409, 422), (path, answer.status_code)
            if found := left(answer.text, theirs):
                wrong[f"{answer.status_code} {path}"] = found
    assert looked > 5
    assert not wrong


@asynccontextmanager
async def _person(site: Site, who: str | None) -> AsyncIterator[Browser]:
    if who is None:
        async with site.browser(**ENGLISH) as browser:
            yield browser
    else:
        async with site.at_the_desk(who) as browser:
            browser.http.headers.update(ENGLISH)
            yield browser


@pytest.mark.parametrize("language", ["id", "en"])
async def test_a_reckoning_is_said_in_the_readers_language(language: str) -> None:
    start = at("2026-03-17", "09:00")
    extended = in_progress(at("2026-08-18"))
    extended.do(DPUPR_ADMIN, a.RequestExtension(days=1, entry=TYPED))
    extended.do(COORDINATOR, a.GrantExtension())
    extended.do(DPUPR_ADMIN, a.AskReporter(entry=TYPED), at("2026-08-19"))
    extended.do(REPORTER, a.ReporterReply(entry=TYPED), at("2026-08-21"))
    rated = answered(start)
    rated.do(REPORTER, a.Rate(score=5), at("2026-03-25", "08:05"))
    clocks = {
        disposed(start).clock(ClockName.FOLLOW_UP): "5 working days from 17 March 2026; "
        "not counted: 18 Mar Cuti Bersama Hari Suci Nyepi, ",
        extended.clock(ClockName.ANSWER): "14 working days from 18 August 2026; not counted: "
        "25 Aug Maulid Nabi Muhammad; extended by 1 working day; paused for 2 working days",
        received(start).clock(ClockName.FIRST_RESPONSE): "24 hours from 17 March 2026 at 09:00",
        rated.clock(ClockName.REOPEN_WINDOW): "30 days from 25 March 2026 at 08:05",
    }
    for clock, english in clocks.items():
        said = await _spoken(language, lambda clock=clock: counted(clock))  # type: ignore[misc]
        if language == "en":
            assert said.startswith(english)
        else:
            assert said == explain(clock.deadline, clock.started_at)


async def test_values_of_a_sentence_are_translated_with_it() -> None:
    choice = Said("Pilih salah satu: %(expected)s.", expected=("'a'", "'b'"))
    assert await _spoken("en", lambda: _(choice)) == "Choose one of: 'a' or 'b'."
    assert await _spoken("id", lambda: _(choice)) == "Pilih salah satu: 'a' atau 'b'."


@pytest.mark.parametrize(
    ("language", "says"),
    [("id", ["1 hari kerja", "2 hari kerja"]), ("en", ["1 working day", "2 working days"])],
)
async def test_one_and_many(language: str, says: list[str]) -> None:
    assert [await _spoken(language, lambda n=n: working_days(n)) for n in (1, 2)] == says  # type: ignore[misc]


async def _spoken(language: str, say: Callable[[], str]) -> str:
    """What it says in the middle of a request in that language."""
    said: list[str] = []

    async def answer(_scope: Scope, _receive: Receive, _send: Send) -> None:
        said.append(say())

    headers = [(b"accept-language", language.encode())]
    scope = {"type": "http", "method": "GET", "path": "/", "headers": headers}
    await LanguageMiddleware(answer)(scope, None, None)  # type: ignore[arg-type]
    return said[0]
