"""Sent often, done once; pressed by two at once, done by one."""

import asyncio
from uuid import uuid4

from tests.web.api.desk import COMPLAINT, DISPOSE, NAME, REPORTER, Api, is_problem

NOTE = {"action": "note", "text": "Catatan."}


async def test_twenty_filings_with_one_key_are_one_complaint(api: Api) -> None:
    before = await api.count("SELECT count(*) FROM complaints")
    key = str(uuid4())
    answers = await asyncio.gather(*(api.send(COMPLAINT, key) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert await api.count("SELECT count(*) FROM complaints") == before + 1
    assert await api.count("SELECT count(*) FROM unstarted") == 0


async def test_a_key_that_came_with_another_complaint_is_refused(api: Api) -> None:
    key = str(uuid4())
    assert (await api.send(COMPLAINT, key)).status_code == 201
    answer = await api.send({**COMPLAINT, "title": "Yang lain"}, key)
    assert is_problem(answer, 422, "sudah dipakai")
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


async def test_twenty_actions_with_one_key_are_one_event(api: Api) -> None:
    filed = await api.file()
    key = str(uuid4())
    answers = await asyncio.gather(*(api.act("koordinator", filed, NOTE, key) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.json()["seq"] for answer in answers} == {2}
    assert await api.types(filed) == ["received", "noted"]
    again = await api.act("koordinator", filed, NOTE, str(uuid4()))
    assert again.json()["seq"] == 3


async def test_a_reporters_action_is_done_once_too(api: Api) -> None:
    filed = await api.filed(
        (("koordinator", DISPOSE), ("dpupr", {"action": "answer", "text": "Sudah."}))
    )
    rate, key = {"action": "rate", "score": 3}, str(uuid4())
    answers = [await api.act(REPORTER, filed, rate, key) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {200}
    assert (await api.types(filed)).count("rated") == 1
    assert is_problem(await api.act(REPORTER, filed, rate, str(uuid4())), 409)


async def test_two_press_at_once_and_one_reads_why_not(api: Api) -> None:
    filed = await api.filed((("koordinator", DISPOSE),))
    answers = await asyncio.gather(
        *(api.act("dpupr", filed, {"action": "accept"}, str(uuid4())) for _ in range(2))
    )
    won, lost = sorted(answers, key=lambda answer: answer.status_code)
    assert (won.status_code, won.json()) == (200, {"seq": 3, "stage": "in_progress"})
    assert is_problem(lost, 409, "Status aduan ini ditangani; menerima tugas")
    assert await api.types(filed) == ["received", "disposed", "accepted"]


async def test_a_key_stands_for_one_action_only(api: Api) -> None:
    """Else what was allowed with it would pass for what is not."""
    filed = await api.filed((("koordinator", {**DISPOSE, "anonymous": True}),))
    key = str(uuid4())
    assert (await api.act("dpupr", filed, NOTE, key)).status_code == 200
    opening = {"action": "open_identity", "reason": "Ingin tahu."}
    answer = await api.act("dpupr", filed, opening, key)
    assert is_problem(answer, 409, "hanya dapat dibuka oleh koordinator")
    assert NAME not in answer.text


async def test_a_key_is_its_owners(api: Api) -> None:
    filed = await api.filed((("koordinator", DISPOSE),))
    key = str(uuid4())
    for seq, who in enumerate(("koordinator", "dpupr"), start=3):
        assert (await api.act(who, filed, NOTE, key)).json()["seq"] == seq
