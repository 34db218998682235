"""Lists, their filters and pages; and that no page asks the record more often as it grows."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.record.office import statements
from tests.web.api.desk import DISPOSE, REPORTER, Api, Filed, is_problem


@pytest.fixture(scope="module")
async def three(api: Api) -> list[Filed]:
    """One received, one at DPUPR, one at Bancar and late; oldest first."""
    received = await api.file(title="Lampu taman alun-alun mati")
    disposed = await api.filed((("koordinator", DISPOSE),))
    late = await api.filed(
        (("koordinator", {**DISPOSE, "unit": "kel.bancar"}),), title="Drainase mampet"
    )
    async with api.engine.begin() as connection:
        await connection.exec_driver_sql(
            "UPDATE cases SET due_at = %s WHERE complaint_id = %s",
            (datetime(2026, 1, 2, tzinfo=UTC), await api.complaint(late)),
        )
    return [received, disposed, late]


async def tickets(api: Api, who: str = "koordinator", **query: Any) -> list[str]:
    answer = await api.get(who, "/complaints", **query)
    assert answer.status_code == 200, answer.text
    return [row["ticket"] for row in answer.json()["complaints"]]


async def test_newest_first_and_page_by_page(api: Api, three: list[Filed]) -> None:
    newest_first = [filed.ticket for filed in reversed(three)]
    assert await tickets(api) == newest_first
    seen, after = [], None
    while True:
        query = {"limit": 1} | ({"after": after} if after else {})
        page = (await api.get("koordinator", "/complaints", **query)).json()
        seen += [row["ticket"] for row in page["complaints"]]
        after = page["after"]
        if after is None:
            break
    assert seen == newest_first


async def test_filters(api: Api, three: list[Filed]) -> None:
    received, disposed, late = (filed.ticket for filed in three)
    assert await tickets(api, stage="received") == [received]
    assert await tickets(api, stage="disposed") == [late, disposed]
    assert await tickets(api, unit="dpupr") == [disposed]
    assert await tickets(api, unit="kec.purbalingga") == [late], "its sub-units too"
    assert await tickets(api, channel="matur") == [late, disposed, received]
    assert await tickets(api, channel="sp4n") == []
    assert await tickets(api, late="true") == [late]
    assert await tickets(api, late="false") == [disposed, received]
    assert await tickets(api, stage="disposed", late="false", unit="dpupr") == [disposed]
    assert await tickets(api, "dpupr") == [disposed]
    assert await tickets(api, "kec.bobotsari") == []
    assert await tickets(api, "dpupr", unit="kel.bancar") == []


async def test_search(api: Api, three: list[Filed]) -> None:
    received, _, late = (filed.ticket for filed in three)
    assert await tickets(api, q="drainase") == [late]
    assert await tickets(api, q=received) == [received]
    assert await tickets(api, q="xyzzy'); DROP TABLE cases; --") == []
    answer = (await api.get("koordinator", "/complaints", q="drainse")).json()
    assert ([row["ticket"] for row in answer["complaints"]], answer["corrected"]) == (
        [late],
        "drainase",
    )


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"stage": "entah"}, "stage"),
        ({"unit": "entah"}, "unit"),
        ({"channel": "entah"}, "channel"),
        ({"late": "entah"}, "late"),
        ({"limit": 0}, "limit"),
        ({"limit": 101}, "limit"),
        ({"after": "entah"}, "after"),
        ({"q": "x" * 201}, "q"),
    ],
)
async def test_a_filter_that_means_nothing(api: Api, query: dict[str, Any], field: str) -> None:
    answer = await api.get("koordinator", "/complaints", **query)
    assert is_problem(answer, 422)
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_a_row_says_where_the_case_stands(api: Api, three: list[Filed]) -> None:
    rows = (await api.get("koordinator", "/complaints")).json()["complaints"]
    late, disposed, received = rows
    assert (late["late"], late["due"]) == (True, "2026-01-02T00:00:00.000000Z")
    assert (disposed["stage"], disposed["unit"], disposed["desk"], disposed["desk_unit"]) == (
        "disposed",
        "dpupr",
        "unit",
        "dpupr",
    )
    assert (received["desk"], received["due_clock"], received["late"]) == (
        "coordinator",
        "first_response",
        False,
    )


async def test_the_number_of_queries_does_not_grow(api: Api, three: list[Filed]) -> None:
    async def asked(who: str | None, path: str, **query: Any) -> int:
        with statements() as sent:
            answer = await api.get(who, path, **query)
        assert answer.status_code == 200
        return sum(sent.values())

    filed = three[1]
    await asked("koordinator", f"/complaints/{filed.ticket}", limit=1)  # units and rules are kept
    before = (
        await asked("koordinator", f"/complaints/{filed.ticket}"),
        await asked("koordinator", f"/complaints/{filed.ticket}/events"),
        await asked("koordinator", "/complaints"),
    )
    assert before == (4, 3, 2)
    for number in range(5):
        await api.file()
        await api.do(
            filed,
            ("koordinator", {"action": "note", "text": f"Catatan {number}."}),
            ("koordinator", {"action": "ask_reporter", "text": "Di mana?"}),
            (REPORTER, {"action": "reporter_reply", "text": "Di sini."}),
        )
    assert before == (
        await asked("koordinator", f"/complaints/{filed.ticket}"),
        await asked("koordinator", f"/complaints/{filed.ticket}/events"),
        await asked("koordinator", "/complaints"),
    )
    with statements() as sent:
        await api.do(filed, ("koordinator", {"action": "note", "text": "Satu lagi."}))
    assert sum(sent.values()) == 2, "who asks about which case with what they typed, and the event"
    with statements() as sent:
        await api.file()
    assert sum(sent.values()) == 2, "stored, and known to be started"
