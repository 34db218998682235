"""How long each page takes: lists, filters, searches, inbox, case; and rendered whole.

Fills a record with 100,000 made-up complaints and another with 1,000,000, each on a PostgreSQL of
its own as `make run` starts it. `PAGES_SIZES=20000` (or several, with commas) fills others.

The time is the server's, for one caller after another: what the record's functions take with all
their statements, in Python and in PostgreSQL; for `whole` pages what the application takes from
the request to the last byte of HTML, session, rules and templates included.
"""

import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bench._complaints import COMMON, TOPICS, fill
from bench._rendered import Rendered, rendered
from bench._report import against, quantile, report
from cli.parts import Postgres, free_port, running
from cli.parts.postgres import APPLICATION, OWNER, SUPERUSER
from domain.actors import Actor, Grant
from domain.terms import Channel, Role, Stage
from record.cases import Filters, get_case
from record.engine import create_engine, fetch
from record.entries import entries_of
from record.events import load_events
from record.ids import uuid7_floor
from record.inbox import Tasks, count_tasks, inbox
from record.migrations import upgrade
from record.notes import latest_notes
from record.public import public_list
from record.search import list_cases
from record.seed import seed

SIZES = (100_000, 1_000_000)
ROUNDS = 100
WARM_UP = 10
P50_LIMIT, P95_LIMIT, GROWTH_LIMIT = 20, 50, 1.5
"""Milliseconds at the first size, and how much more the next may take."""

NOW = datetime.now(UTC)
WHO = ("koordinator", "dpupr", "sekda")


def _actor(role: Role, unit: str) -> Actor:
    return Actor(id="account:00000000-0000-0000-0000-000000000000",
                 grants=(Grant(role=role, unit=unit),))  # fmt: skip


COORDINATOR = _actor(Role.COORDINATOR, "kab/dinkominfo")
SUPERVISOR = _actor(Role.SUPERVISOR, "kab")
DPUPR = _actor(Role.UNIT_ADMIN, "kab/dpupr")
BOBOTSARI = _actor(Role.UNIT_ADMIN, "kab/kec.bobotsari")
BANCAR = _actor(Role.UNIT_ADMIN, "kab/kec.purbalingga/kel.bancar")


@dataclass
class Known:
    """What a page may be asked for."""

    engine: AsyncEngine
    site: Rendered
    rng: random.Random
    tickets: list[str]
    rare: list[str]
    phrases: list[str]
    kecamatan: list[str]

    def moment(self) -> Any:
        """An id to go on after, somewhere in the three years."""
        ago = self.rng.uniform(0, 3 * 365 * 86_400)
        return uuid7_floor(int((NOW.timestamp() - ago) * 1000))


Page = Callable[[Known], Awaitable[object]]


@dataclass(frozen=True)
class Measured:
    """Milliseconds of each of `ROUNDS`, and the HTML's bytes where it is a whole page."""

    taken: list[float]
    sizes: list[int]


def listing(actor: Actor, q: Callable[[Known], str] | str = "", **chosen: Any) -> Page:
    """A list by `actor`; filters and words are values, or drawn anew for each asking."""

    async def page(known: Known) -> object:
        drawn = {name: v(known) if callable(v) else v for name, v in chosen.items()}
        after = drawn.pop("after", None)
        words = q(known) if callable(q) else q
        return await list_cases(known.engine, actor, Filters(**drawn), NOW, q=words, after=after)

    return page


def topical(known: Known) -> str:
    return known.rng.choice(known.rng.choice(list(TOPICS.values())).split())


def misspelt(known: Known) -> str:
    """A word with two letters changed places, or one left out."""
    word = next(w for w in iter(lambda: topical(known), None) if len(w) > 5)
    k = known.rng.randint(1, len(word) - 3)
    if known.rng.random() < 0.5:
        return word[:k] + word[k + 1] + word[k] + word[k + 2 :]
    return word[:k] + word[k + 1 :]


def rare(known: Known) -> str:
    return known.rng.choice(known.rare)


async def case_page(known: Known) -> None:
    case = await get_case(known.engine, SUPERVISOR, known.rng.choice(known.tickets), NOW)
    assert case is not None
    assert await load_events(known.engine, case.complaint_id)
    await entries_of(known.engine, case.complaint_id)


def inbox_of(actor: Actor) -> Page:
    async def page(known: Known) -> None:
        tasks = Tasks(actor)
        found = await inbox(known.engine, tasks, NOW)
        await count_tasks(known.engine, tasks, NOW, (NOW,))
        await latest_notes(known.engine, [row.complaint_id for row in found.rows])

    return page


def whole(who: str, url: Callable[[Known], str] | str) -> Page:
    """A page as `who` gets it; what it gives is its size in bytes."""

    async def page(known: Known) -> int:
        return await known.site.ask(who, url(known) if callable(url) else url)

    return page


def any_kecamatan(known: Known) -> str:
    return known.rng.choice(known.kecamatan)


PAGES: dict[str, Page] = {
    "list: newest": listing(COORDINATOR),
    "list: anywhere": listing(COORDINATOR, after=Known.moment),
    "list: dinas": listing(DPUPR),
    "list: kecamatan": listing(BOBOTSARI),
    "list: kelurahan": listing(BANCAR),
    "list: public": lambda known: public_list(known.engine, NOW),
    "filter: stage, most": listing(COORDINATOR, stage=Stage.CLOSED),
    "filter: stage, few": listing(COORDINATOR, stage=Stage.IN_REVIEW),
    "filter: late": listing(COORDINATOR, late=True),
    "filter: unit": listing(SUPERVISOR, unit="kab/bapperida"),
    "filter: units below": listing(SUPERVISOR, unit="kab/kec.bobotsari"),
    "filter: channel, few": listing(COORDINATOR, channel=Channel.OPEN311),
    "filter: kecamatan": listing(COORDINATOR, kecamatan=any_kecamatan),
    "filter: category": listing(COORDINATOR, category="pariwisata_dan_budaya"),
    "filter: four at once": listing(COORDINATOR, category="keuangan_dan_aset", late=True,
                                    channel=Channel.OPEN311, kecamatan=any_kecamatan),
    "filter: few and few": listing(COORDINATOR, stage=Stage.HANDED_BACK,
                                   channel=Channel.OPEN311),
    "search: commonest word": listing(COORDINATOR, "jalan"),
    "search: topic word": listing(COORDINATOR, topical),
    "search: rare word": listing(COORDINATOR, rare),
    "search: two common": listing(COORDINATOR, "jalan rusak"),
    "search: two of topics": listing(COORDINATOR, lambda k: f"{topical(k)} {topical(k)}"),
    "search: common and rare": listing(COORDINATOR, lambda k: f"jalan {rare(k)}"),
    "search: phrase": listing(COORDINATOR, lambda k: f'"{k.rng.choice(k.phrases)}"'),
    "search: misspelt": listing(COORDINATOR, misspelt),
    "search: ticket": listing(COORDINATOR, lambda k: k.rng.choice(k.tickets)),
    "search: common, of few": listing(BANCAR, "jalan"),
    "search: common, kecamatan": listing(COORDINATOR, "jalan", kecamatan=any_kecamatan),
    "search: common, open": listing(COORDINATOR, "jalan", stage=Stage.IN_PROGRESS),
    "search: topic, other topic": listing(COORDINATOR, "puskesmas", category="infrastruktur"),
    "search: topic, late": listing(COORDINATOR, topical, late=True),
    "search: rare, dinas": listing(DPUPR, rare),
    "inbox: coordinator": inbox_of(COORDINATOR),
    "inbox: dinas": inbox_of(DPUPR),
    "inbox: kelurahan": inbox_of(BANCAR),
    "case": case_page,
    "whole inbox: coordinator": whole("koordinator", "/tugas"),
    "whole inbox: dinas": whole("dpupr", "/tugas"),
    "whole list: coordinator": whole("koordinator", "/aduan"),
    "whole list: dinas": whole("dpupr", "/aduan"),
    "whole search: topic word": whole("koordinator", lambda k: f"/aduan?q={topical(k)}"),
    "whole search: misspelt": whole("koordinator", lambda k: f"/aduan?q={misspelt(k)}"),
    "whole search: common, dinas": whole("dpupr", "/aduan?q=jalan"),
    "whole case": whole("koordinator", lambda k: f"/aduan/{k.rng.choice(k.tickets)}"),
    "whole case: history": whole("sekda", lambda k: f"/aduan/{k.rng.choice(k.tickets)}/riwayat"),
    "whole late: escalations": whole("sekda", "/eskalasi"),
    "whole public: list": whole("", "/publik"),
}  # fmt: skip


async def measure(known: Known, page: Page) -> Measured:
    for _ in range(WARM_UP):
        await page(known)
    found = Measured([], [])
    for _ in range(ROUNDS):
        began = time.perf_counter()
        gave = await page(known)
        found.taken.append((time.perf_counter() - began) * 1000)
        if isinstance(gave, int):
            found.sizes.append(gave)
    return found


async def known_of(engine: AsyncEngine, site: Rendered) -> Known:
    tickets = await fetch(
        engine, text("SELECT ticket FROM complaints ORDER BY md5(ticket) LIMIT 1000")
    )
    words = await fetch(engine, text("SELECT word FROM words ORDER BY md5(word) LIMIT 2000"))
    places = await fetch(engine, text("SELECT code FROM units WHERE kind = 'kecamatan'"))
    bodies = await fetch(
        engine, text("SELECT body FROM complaints ORDER BY md5(ticket) DESC LIMIT 1000")
    )
    usual = set(COMMON) | {word for topic in TOPICS.values() for word in topic.split()}
    return Known(
        engine,
        site,
        random.Random(5),
        [row["ticket"] for row in tickets],
        [row["word"] for row in words if row["word"] not in usual],
        [" ".join(row["body"].split()[3:5]) for row in bodies],
        [row["code"] for row in places],
    )


async def bench(size: int) -> dict[str, Measured]:
    """Every page on a record of `size` complaints."""
    with tempfile.TemporaryDirectory(prefix="matur-bench-") as directory:
        Path(directory).chmod(0o755)
        async with running(Postgres(Path(directory) / "postgres", free_port())) as server:
            await asyncio.to_thread(upgrade, server.url(OWNER), APPLICATION)
            engine = create_engine(server.url(APPLICATION))
            await seed(engine, NOW, practice=True)
            began = time.monotonic()
            await asyncio.to_thread(fill, server.url(SUPERUSER), size, NOW)
            print(f"{size:,} complaints stored in {time.monotonic() - began:.0f} s", flush=True)
            async with rendered(server.url(APPLICATION), engine, WHO) as site:
                known = await known_of(engine, site)
                found = {name: await measure(known, page) for name, page in PAGES.items()}
            await engine.dispose()
    return found


def summary(found: dict[int, dict[str, Measured]]) -> None:
    """A line for each page, and one for all pages of a kind together."""
    kinds = dict.fromkeys(name.partition(":")[0] for name in PAGES)
    lines = {kind: [name for name in PAGES if name.startswith(kind)] for kind in kinds}
    lines |= {f"  {name}": [name] for name in PAGES if ":" in name}
    rows = []
    for line, names in lines.items():
        row: dict[str, object] = {"page": line}
        for size, measured in found.items():
            together = [one for name in names for one in measured[name].taken]
            row[f"p50 at {size:,}"] = quantile(together, 0.5)
            row[f"p95 at {size:,}"] = quantile(together, 0.95)
            bytes_ = [one for name in names for one in measured[name].sizes]
            row[f"HTML kB at {size:,}"] = quantile(bytes_, 0.5) / 1000 if bytes_ else ""
        rows.append(row)
    report("pages", rows, verdicts(found, list(kinds), rows))


def verdicts(
    sizes: Collection[int], kinds: Sequence[str], rows: Sequence[Mapping[str, object]]
) -> dict[str, str]:
    """Each kind of page against the limits; a larger size may take so much more."""
    said = {}
    for row in (row for row in rows if row["page"] in kinds):
        for k, size in enumerate(sizes):
            for share, limit in (("p50", P50_LIMIT), ("p95", P95_LIMIT)):
                taken = float(str(row[f"{share} at {size:,}"]))
                most = limit * (GROWTH_LIMIT if k else 1)
                said[f"{row['page']}, {share} at {size:,}, ms"] = against(taken, most, at_most=True)
    return said


async def main() -> None:
    sizes = [int(size) for size in os.environ.get("PAGES_SIZES", "").split(",") if size] or SIZES
    summary({size: await bench(size) for size in sizes})


if __name__ == "__main__":
    asyncio.run(main())
    sys.stdout.flush()
