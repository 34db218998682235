"""Who sees what, and that nobody sees who reported."""

import logging
from datetime import UTC, datetime
from typing import Any

import pytest

from record.access import revoke_token
from record.entries import erase_texts
from record.identity import erase_identity
from settings import Settings
from tests.web.api.desk import (
    COMPLAINT,
    DISPOSE,
    EMAIL,
    NAME,
    REPORTER,
    Api,
    Filed,
    is_problem,
    offered,
)

BERKADAR = {
    **DISPOSE,
    "classification": "berkadar",
    "unit": "inspektorat",
    "reported_unit": "dpupr",
}
WHO = (NAME, "Sukirman", EMAIL, "81234567890")


async def statuses(api: Api, filed: Filed, who: str) -> set[int]:
    """What this account is answered wherever the case might show."""
    answers = [
        await api.get(who, f"/complaints/{filed.ticket}"),
        await api.get(who, f"/complaints/{filed.ticket}/events"),
        await api.act(who, filed, {"action": "note", "text": "Saya lihat."}),
    ]
    listed = (await api.get(who, "/complaints", q=filed.ticket)).json()["complaints"]
    assert bool(listed) == (answers[0].status_code == 200)
    return {answer.status_code for answer in answers}


@pytest.mark.parametrize("who", ["dinhub", "kec.bobotsari", "admin"])
async def test_a_case_of_others_is_not_there(api: Api, who: str) -> None:
    filed = await api.filed((("koordinator", DISPOSE),))
    assert await statuses(api, filed, who) == {404}
    unknown = await api.get(who, "/complaints/MB-2026-999999")
    hidden = await api.get(who, f"/complaints/{filed.ticket}")
    assert is_problem(hidden, 404, "tidak ada atau bukan kewenangan")
    assert hidden.json() == unknown.json()


async def test_what_a_stranger_types_about_a_case_is_not_kept(api: Api) -> None:
    filed = await api.filed((("koordinator", DISPOSE),))
    kept = "SELECT count(*) FROM entries WHERE texts IS NOT NULL"
    before = await api.count(kept)
    for who, words in (("dinhub", "Kata orang lain."), ("admin", "Kata administrator.")):
        answer = await api.act(who, filed, {"action": "note", "text": words})
        assert answer.status_code == 404
    assert await api.count(kept) == before
    await api.do(filed, ("dpupr", {"action": "note", "text": "Kata yang menangani."}))
    assert await api.count(kept) == before + 1


async def test_a_reported_unit_does_not_see_the_case(api: Api) -> None:
    filed = await api.filed((("koordinator", BERKADAR),))
    assert await statuses(api, filed, "dpupr") == {404}
    assert await statuses(api, filed, "kepala.dpupr") == {404}
    assert await statuses(api, filed, "irban") == {200}
    assert await statuses(api, filed, "inspektorat") == {200, 403}
    assert (await api.read("irban", filed.ticket))["secret"] is True


async def test_a_secret_case_is_its_unit_alone(api: Api) -> None:
    to_village = (
        ("koordinator", {**DISPOSE, "unit": "kel.bancar", "secret": True}),
        ("kel.bancar", {"action": "accept"}),
    )
    filed = await api.filed(to_village)
    assert await statuses(api, filed, "kec.purbalingga") == {404}
    assert await statuses(api, filed, "kel.bancar") == {200}
    open_one = await api.filed((("koordinator", {**DISPOSE, "unit": "kel.bancar"}),))
    assert await statuses(api, open_one, "kec.purbalingga") == {200}


async def test_nobody_reads_who_reported_until_it_is_opened(api: Api) -> None:
    filed = await api.filed((("koordinator", DISPOSE),))
    for who in ("koordinator", "dpupr", "kepala.dpupr", "sekda", "inspektorat"):
        for path in ("", f"/{filed.ticket}", f"/{filed.ticket}/events"):
            shown = (await api.get(who, f"/complaints{path}")).text
            assert not [word for word in WHO if word in shown]
    assert not [word for word in WHO if word in str(await api.track(filed))]

    done = await api.act("dpupr", filed, {"action": "open_identity", "reason": "Meninjau."})
    assert done.json() == {
        "seq": 3,
        "stage": "disposed",
        "identity": {"name": NAME, "phone": "+6281234567890", "email": EMAIL, "source": None},
    }
    told = (await api.read("inspektorat", filed.ticket))["timeline"][-1]
    assert (told["type"], told["texts"]) == ("identity_opened", {"reason": "Meninjau."})
    assert told["actor"].startswith("account:")
    await erase_identity(api.engine, await api.complaint(filed))
    done = await api.act("koordinator", filed, {"action": "open_identity", "reason": "Lagi."})
    assert done.json()["identity"] is None


async def test_a_unit_may_not_open_an_anonymous_reporters_identity(api: Api) -> None:
    filed = await api.filed((("koordinator", DISPOSE),), anonymous=True)
    assert "open_identity" not in offered(await api.read("dpupr", filed.ticket))
    assert "open_identity" in offered(await api.read("koordinator", filed.ticket))
    opening = {"action": "open_identity", "reason": "Ingin tahu."}
    answer = await api.act("dpupr", filed, opening)
    assert is_problem(answer, 409, "hanya dapat dibuka oleh koordinator")
    assert NAME not in answer.text


async def test_who_gives_no_identity_leaves_none(api: Api) -> None:
    filed = await api.file(reporter=None, anonymous=True)
    stored = await api.count(
        "SELECT count(*) FROM identities WHERE complaint_id = :id", id=await api.complaint(filed)
    )
    assert stored == 0
    opening = {"action": "open_identity", "reason": "Ingin tahu."}
    answer = await api.act("koordinator", filed, opening)
    assert is_problem(answer, 409, "Pelapor tidak meninggalkan identitas.")


async def test_a_reporter_hides_more_and_never_less(api: Api) -> None:
    filed = await api.file(anonymous=True)
    show = {"action": "set_visibility", "anonymous": False, "secret": True}
    assert is_problem(await api.act(REPORTER, filed, show), 409, "hanya dapat menyembunyikan")
    await api.do(filed, (REPORTER, {**show, "anonymous": True}))
    seen = await api.track(filed)
    assert (seen["anonymous"], seen["secret"]) == (True, True)
    assert seen["timeline"][-1]["by"] == "reporter"
    assert "set_visibility" not in offered(seen)


async def test_what_was_erased_is_null_and_the_rest_stays(api: Api) -> None:
    filed = await api.filed(
        (("koordinator", {**DISPOSE, "text": "Catatan."}), ("dpupr", {"action": "accept"}))
    )
    before = await api.read("inspektorat", filed.ticket, "/events")
    await erase_texts(api.engine, await api.complaint(filed))
    case = await api.read("dpupr", filed.ticket)
    assert (case["title"], case["body"], case["location"]["address"]) == (None, None, None)
    assert case["timeline"][1]["texts"] is None
    assert (await api.track(filed))["title"] is None
    listed = (await api.get("dpupr", "/complaints", q=filed.ticket)).json()["complaints"]
    assert listed[0]["title"] is None
    assert await api.read("inspektorat", filed.ticket, "/events") == before


async def test_a_wrong_receipt_and_an_unknown_ticket_are_answered_alike(api: Api) -> None:
    filed = await api.file()
    wrong = await api.http.post("/track", json={**filed.opens, "receipt": "0" * 16})
    unknown = await api.http.post("/track", json={**filed.opens, "ticket": "MB-2026-999999"})
    assert is_problem(wrong, 404, "tidak cocok")
    assert wrong.json() == unknown.json()
    spaced = f"{filed.receipt[:4]} {filed.receipt[4:8]}-{filed.receipt[8:]}"
    found = await api.http.post("/track", json={"ticket": filed.ticket.lower(), "receipt": spaced})
    assert found.status_code == 200
    assert found.json()["ticket"] == filed.ticket


async def test_without_a_token_that_is_valid_nothing_is_shown(api: Api, settings: Settings) -> None:
    filed = await api.file()
    for path in (
        "/complaints",
        f"/complaints/{filed.ticket}",
        f"/complaints/{filed.ticket}/events",
    ):
        answer = await api.get(None, path)
        assert is_problem(answer, 401, "token")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    for sent in ("Bearer mb_salah", "Basic a29vcmRpbmF0b3I6eA==", "Bearer ", "ä"):
        headers = [(b"Authorization", sent.encode("latin-1"))]
        answer = await api.http.post(
            f"/complaints/{filed.ticket}/actions", json={"action": "note"}, headers=headers
        )
        assert is_problem(answer, 401)
    await revoke_token(
        api.engine, api.tokens["bupati"], datetime.now(UTC), secret=settings.secret_bytes
    )
    assert is_problem(await api.get("bupati", "/complaints"), 401)


async def test_the_logs_repeat_nothing_that_was_typed(
    api: Api, engineless: Api, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret_words = (COMPLAINT["title"], "Penambongan", *WHO, "kata sandi saya", "Krajan")
    caplog.set_level(logging.DEBUG)

    async def fails(*_: Any, **__: Any) -> None:
        raise ValueError(f"{COMPLAINT['title']} {NAME} kata sandi saya")

    filed = await engineless.file()
    await engineless.act("koordinator", filed, {"action": "note", "text": "kata sandi saya"})
    await api.act("koordinator", filed, {"action": "archive", "text": "kata sandi saya"})
    await api.get("koordinator", "/complaints", q="kata sandi saya")
    monkeypatch.setattr("web.filing.file", fails)
    assert is_problem(await api.send(COMPLAINT), 500)
    logged = [f"{record.msg} {record.args}" for record in caplog.records]
    assert [line for line in logged if "not known to be started" in line]
    assert not [line for line in logged if any(word in line for word in secret_words)]
