"""Two languages, complete, and templates that keep the house's rules."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po

from domain.calendar import WIB, Calendar
from tests.web.pages.house import Site
from web.pages.dates import Urgency, moment, standing, urgency
from web.pages.errors import AWAY
from web.pages.language import LANGUAGES, LOCALE, SOURCE
from web.pages.rendering import TEMPLATES
from web.pages.saying import DUTIES, TITLES, TO_REPORTER

ROOT = LOCALE.parent
PLACE = re.compile(r"%\(\w+\)s")


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """All that people read, as the source has it now."""
    pot = tmp_path_factory.mktemp("locale") / "messages.pot"
    CommandLineInterface().run(  # type: ignore[no-untyped-call]
        ["pybabel", "-q", "extract", "-F", str(LOCALE / "babel.cfg"), "-o", str(pot), str(ROOT)]
    )
    return catalogue(pot)


@pytest.mark.parametrize("language", sorted(LANGUAGES.keys() - {SOURCE}))
def test_a_catalogue_says_all_and_nothing_else(language: str, extracted: Catalog) -> None:
    translated = catalogue(LOCALE / language / "LC_MESSAGES" / "messages.po")
    wanted = {message.id for message in extracted if message.id}
    assert wanted > {AWAY, *TITLES.values(), *TO_REPORTER.values(), *DUTIES.values()}
    assert {message.id for message in translated if message.id} == wanted
    for message in translated:
        if message.id:
            assert not message.fuzzy, message.id
            source, *_plural = _forms(message.id)
            for form in _forms(message.string):
                assert form, message.id
                assert set(PLACE.findall(form)) == set(PLACE.findall(source)), message.id


def _forms(text: str | Sequence[str] | None) -> Sequence[str]:
    """Singular and plural."""
    return (text,) if isinstance(text, str) else tuple(text or ())


async def test_the_browser_asks_and_the_user_decides(site: Site) -> None:
    async with site.browser(**{"Accept-Language": "en-US,en;q=0.9,id;q=0.8"}) as browser:
        assert '<html lang="en">' in (await browser.get("/")).text
        chosen = await browser.post("/bahasa", {"bahasa": "id", "lanjut": "/lacak"})
        assert chosen.url.path == "/lacak"
        assert '<html lang="id">' in chosen.text
        outside = await browser.post("/bahasa", {"bahasa": "xx", "lanjut": "//jahat.example"})
        assert outside.url.path == "/"
        assert '<html lang="id">' in outside.text
    async with site.browser(**{"Accept-Language": "fr, de;q=x"}) as browser:
        assert '<html lang="id">' in (await browser.get("/")).text


async def test_an_english_case_page_is_english(site: Site) -> None:
    filed = await site.disposed()
    async with site.at_the_desk("dpupr") as unit:
        unit.http.headers["Accept-Language"] = "en"
        page = (await unit.get(f"/aduan/{filed.ticket}")).text
        assert ">Accept the task</button>" in page
        assert "Assigned to Dinas Pekerjaan Umum" in page
        assert re.search(r"\d+ \w+ 2026 at \d\d:\d\d WIB", page)
        refused = (await unit.get("/aduan/MB-2026-999999")).text
        assert "There is no such complaint" in refused


def test_moments_are_said_in_purbalinggas_time() -> None:
    at = datetime(2026, 11, 24, 9, 5, tzinfo=UTC)
    assert moment(at) == "24 November 2026 pukul 16.05 WIB"
    assert moment("2026-11-24T09:05:00.000000Z") == "24 November 2026 pukul 16.05 WIB"


@pytest.mark.parametrize(
    ("due", "says", "group"),
    [
        ((2026, 11, 20), "terlambat 2 hari kerja", Urgency.VERY_LATE),
        ((2026, 11, 23), "terlambat 1 hari kerja", Urgency.LATE),
        ((2026, 11, 24, 8), "terlambat sejak pukul 08.00", Urgency.LATE),
        ((2026, 11, 24), "berakhir hari ini pukul 16.00", Urgency.TODAY),
        ((2026, 11, 26), "sisa 2 hari kerja", Urgency.SOON),
        ((2026, 11, 27), "sisa 3 hari kerja", Urgency.LATER),
    ],
)
def test_a_deadline_says_how_it_stands(due: tuple[int, ...], says: str, group: Urgency) -> None:
    now = datetime(2026, 11, 24, 10, tzinfo=WIB)
    year, month, day, hour = (*due, 16)[:4]
    due_at = datetime(year, month, day, hour, tzinfo=WIB)
    calendar = Calendar(version=1)
    assert standing(due_at, now, calendar) == says
    assert urgency(due_at, now, calendar, very_late_after=2) is group


def test_a_clock_of_hours_over_the_weekend_leaves_less_than_a_working_day() -> None:
    friday = datetime(2026, 11, 27, 10, tzinfo=WIB)
    due_at = friday + timedelta(hours=24)
    assert standing(due_at, friday, Calendar(version=1)) == "kurang dari 1 hari kerja"


FORBIDDEN = {
    "inline style": r"\sstyle=",
    "inline script": r"<script(?![^>]*\ssrc=)",
    "event attribute": r"\son\w+=",
    "hx-on": r"hx-on",
    "javascript in hx": r"hx-[\w-]+=\"js:",
    "trigger filter": r"hx-trigger=\"[^\"]*\[",
    "markup passed through": r"\|\s*safe|Markup",
}


@pytest.mark.parametrize("template", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_a_template_needs_no_exception_from_the_policy(template: Path) -> None:
    source = template.read_text()
    assert not [why for why, pattern in FORBIDDEN.items() if re.search(pattern, source)]
