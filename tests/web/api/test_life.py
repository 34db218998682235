"""One complaint's whole life over HTTP alone."""

import json
from datetime import date, datetime
from hashlib import sha256
from itertools import pairwise
from typing import Any

from tests.web.api.desk import COMPLAINT, DISPOSE, REPORTER, Api, offered

LIFE = ("received", "disposed", "accepted", "progress_reported", "answered", "rated", "closed")


def recompute(trail: dict[str, Any]) -> list[str]:
    """The hashes as an outsider computes them from docs/record.md, with nothing of ours."""
    hashes, prev = [], "0" * 64
    for event in trail["events"]:
        assert event["prev"] == prev
        covered = {k: event[k] for k in ("seq", "type", "at", "actor", "data", "prev")}
        covered["complaint"] = trail["complaint"]
        text = json.dumps(covered, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        prev = sha256(text.encode("utf-8")).hexdigest()
        hashes.append(prev)
    return hashes


async def test_filed_to_closed_and_an_outsider_recomputes_the_chain(api: Api) -> None:
    answer = await api.send(COMPLAINT)
    assert answer.status_code == 201
    assert answer.json().keys() == {"ticket", "receipt"}
    filed = await api.file()
    assert filed.ticket.startswith("MB-2026-")
    assert len(filed.receipt) == 16
    assert filed.receipt.isdecimal()

    for seq, (who, sent, stage) in enumerate(
        (
            ("koordinator", {**DISPOSE, "text": "Mohon dicek."}, "disposed"),
            ("dpupr", {"action": "accept"}, "in_progress"),
            ("dpupr", {"action": "report_progress", "text": "Bahan dipesan."}, "in_progress"),
            ("dpupr", {"action": "answer", "text": "Tali sudah diganti."}, "answered"),
        ),
        start=2,
    ):
        done = await api.act(who, filed, sent)
        assert (done.status_code, done.json()) == (200, {"seq": seq, "stage": stage})
    done = await api.act(REPORTER, filed, {"action": "rate", "score": 5, "text": "Matur nuwun"})
    assert (done.status_code, done.json()) == (200, {"seq": 7, "stage": "closed"})

    trail = await api.read("inspektorat", filed.ticket, "/events")
    assert [event["type"] for event in trail["events"]] == list(LIFE)
    assert [event["seq"] for event in trail["events"]] == list(range(1, 8))
    assert [event["hash"] for event in trail["events"]] == recompute(trail)
    changed = json.loads(json.dumps(trail))
    changed["events"][6]["data"]["with_lead"] = True
    assert recompute(changed)[6] != trail["events"][6]["hash"]


async def test_what_the_case_shows_while_it_is_handled(api: Api) -> None:
    filed = await api.filed((("koordinator", {**DISPOSE, "text": "Mohon dicek."}),))
    case = await api.read("dpupr", filed.ticket)
    assert (case["stage"], case["unit"], case["desk"]) == ("disposed", "dpupr", "unit")
    assert (case["title"], case["body"]) == (COMPLAINT["title"], COMPLAINT["body"])
    assert case["location"]["kecamatan"] == "kec.bobotsari"
    assert [one["texts"] for one in case["timeline"]] == [{}, {"text": "Mohon dicek."}]

    clocks = {one["clock"]: one for one in case["deadlines"]}
    assert {name: clock["state"] for name, clock in clocks.items()} == {
        "follow_up": "running",
        "answer": "running",
        "first_response": "stopped",
        "verification": "stopped",
        "citizen": "running",
    }
    answer = clocks["answer"]
    assert (answer["policy_version"], answer["calendar_version"]) == (1, 1)
    assert sum(run["days"] for run in answer["ledger"] if run["kind"] == "counted") == 14
    assert answer["ledger"][-1]["last"] == answer["due"][:10]
    days = [
        (date.fromisoformat(r["first"]), date.fromisoformat(r["last"])) for r in answer["ledger"]
    ]
    assert all(
        (last - first).days + 1 == run["days"]
        for (first, last), run in zip(days, answer["ledger"], strict=True)
    )
    assert all((first - before).days == 1 for (_, before), (first, _) in pairwise(days))
    assert answer["arithmetic"].startswith("14 hari kerja sejak")
    (hours,) = clocks["first_response"]["ledger"]
    assert (hours["kind"], hours["hours"], hours["days"]) == ("counted", 24, None)
    assert clocks["citizen"]["due"] is None


async def test_the_buttons_say_what_to_send(api: Api) -> None:
    filed = await api.filed()
    case = await api.read("koordinator", filed.ticket)
    assert offered(case) == {
        "dispose",
        "ask_reporter",
        "reporter_reply",
        "archive",
        "hand_back",
        "link_duplicate",
        "reclassify",
        "set_visibility",
        "open_identity",
        "note",
    }
    dispose = next(one for one in case["available"] if one["action"] == "dispose")
    fields = {field["name"]: field for field in dispose["fields"]}
    assert {name for name, field in fields.items() if field["required"]} == {
        "classification",
        "category",
        "unit",
    }
    assert [choice["value"] for choice in fields["classification"]["choices"]] == [
        "permintaan_informasi",
        "tidak_berkadar",
        "berkadar",
        "aspirasi",
    ]
    assert (fields["unit"]["kind"], fields["unit"]["expects"]) == (
        "unit",
        "kode unit, misalnya dpupr",
    )
    rate = next(
        one
        for one in (await api.track(await api.filed(ANSWERED)))["available"]
        if one["action"] == "rate"
    )
    assert rate["fields"][0]["expects"] == "bilangan bulat 1 sampai 5"


ANSWERED = (
    ("koordinator", DISPOSE),
    ("dpupr", {"action": "answer", "text": "Sudah."}),
)


async def test_what_the_reporter_sees(api: Api) -> None:
    filed = await api.filed(
        (
            ("koordinator", {**DISPOSE, "text": "Catatan untuk unit saja."}),
            ("dpupr", {"action": "return", "reason": "Bukan jalan kami."}),
            ("koordinator", {"action": "redispose", "unit": "dinhub", "reason": "Salah alamat."}),
            ("dinhub", {"action": "accept"}),
            ("dinhub", {"action": "note", "text": "Internal."}),
            ("dinhub", {"action": "request_extension", "days": 3, "reason": "Hujan."}),
            ("koordinator", {"action": "grant_extension"}),
            ("dinhub", {"action": "report_progress", "text": "Tukang datang besok."}),
        )
    )
    seen = await api.track(filed)
    assert [one["type"] for one in seen["timeline"]] == [
        "received",
        "disposed",
        "redisposed",
        "extension_granted",
        "progress_reported",
    ]
    told = json.dumps(seen, ensure_ascii=False)
    for internal in ("Catatan", "Bukan jalan", "Salah alamat", "Internal", "Hujan", "account:"):
        assert internal not in told
    assert seen["timeline"][4]["texts"] == {"text": "Tukang datang besok."}
    assert seen["timeline"][3]["data"] == {"days": 3, "due": seen["next"]["due"]}
    assert seen["next"]["clock"] == "answer"
    assert (seen["stage"], seen["unit"]) == ("in_progress", "dinhub")


async def test_every_time_is_utc_and_has_one_form(api: Api) -> None:
    filed = await api.filed(ANSWERED)

    def times(value: Any) -> list[str]:
        if isinstance(value, dict):
            return [t for v in value.values() for t in times(v)]
        if isinstance(value, list):
            return [t for v in value for t in times(v)]
        return [value] if isinstance(value, str) and "T" in value and value[:2] == "20" else []

    listed = (await api.get("koordinator", "/complaints")).json()
    for answer in (await api.read("dpupr", filed.ticket), await api.track(filed), listed):
        found = times(answer)
        assert found
        for moment in found:
            datetime.strptime(moment, "%Y-%m-%dT%H:%M:%S.%fZ")  # noqa: DTZ007
            assert len(moment) == 27
