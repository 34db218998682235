"""Every fault of the practice portals at once: each report comes, each thing is told once."""

import pytest

from portals.protocol import Away, Push, Throttled
from practice.config import Config
from practice.store import Filing, Report
from tests.portals.conftest import MANY, Meet, Pair, a_push, ids

REPORTS, TELLINGS = 30, 3
FAULTS = {
    "error": 0.1, "slow": 0.1, "slow_s": 0.05, "throttle": 0.1, "maintenance": 0.1, "repeat": 0.1,
    "revoke": 0.1, "lost": 0.1,
}  # fmt: skip


@pytest.mark.parametrize("code", ["sp4n", "laporgub", "open311"])
async def test_everything_arrives_once_and_in_order(code: str, meet: Meet) -> None:
    given = Config(
        client_secret="s", webhook_secret="w", api_key="k", per_minute=MANY, page_size=5, seed=11
    )
    async with meet(code, given, "" if code == "laporgub" else "page_size = 5") as pair:
        filed = [
            pair.portal.file(Filing(title=f"L{n}", text=f"Laporan {n}")) for n in range(REPORTS)
        ]
        pair.fail(**FAULTS)

        assert await _pulled(pair) == {report.id for report in filed}
        for report in filed:
            for n in range(TELLINGS):
                await _told(pair, report, a_push(text=f"Kabar {n}.", n=n))

        for report in filed:
            told = [entry.text[:7] for entry in pair.portal.store.entries(report.id)]
            assert told == [f"Kabar {n}" for n in range(TELLINGS)]
        assert {0, 200, 429, 500, 502} <= pair.portal.gate.answered.keys()


async def _pulled(pair: Pair) -> set[str | None]:
    """The ids of all, each page asked for until it comes, as the engine does."""
    found: set[str | None] = set()
    cursor, more = None, True
    while more:
        try:
            page = await pair.connector.pull(cursor)
        except (Away, Throttled):
            continue
        found |= set(ids(list(page.reports)))
        cursor, more = page.cursor, page.more
    return found


async def _told(pair: Pair, report: Report, push: Push) -> None:
    for attempt in range(50):
        try:
            assert await pair.connector.push(report.id, push, again=attempt > 0)
        except (Away, Throttled):
            continue
        return
    raise AssertionError("fifty attempts were not enough")
