"""Every action of docs/domain.md through the API: accepted once, and refused with its sentence."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pytest

from domain.actions import PersonAction
from tests.web.api.desk import DISPOSE, REPORTER, Api, Step, is_problem

BERKADAR = {
    **DISPOSE,
    "classification": "berkadar",
    "unit": "inspektorat",
    "reported_unit": "dpupr",
}
ANSWER = {"action": "answer", "text": "Tali sudah diganti."}

DISPOSED: tuple[Step, ...] = (("koordinator", DISPOSE),)
ACCEPTED: tuple[Step, ...] = (*DISPOSED, ("dpupr", {"action": "accept"}))
ANSWERED: tuple[Step, ...] = (*DISPOSED, ("dpupr", ANSWER))
CLOSED: tuple[Step, ...] = (*ANSWERED, (REPORTER, {"action": "rate", "score": 4}))
ASKED: tuple[Step, ...] = (
    ("koordinator", {"action": "ask_reporter", "text": "Di mana tepatnya?"}),
)
ARCHIVED: tuple[Step, ...] = (
    ("koordinator", {"action": "archive", "reason": "incomplete", "text": "Kurang jelas."}),
)
HAND_BACK = {
    "action": "hand_back",
    "to": "PLN",
    "reason": "Tiang listrik milik PLN.",
    "text": "Hubungi 123.",
}
RETURNED: tuple[Step, ...] = (*DISPOSED, ("dpupr", {"action": "return", "reason": "Bukan kami."}))
AT_DISTRICT: tuple[Step, ...] = (
    ("koordinator", {**DISPOSE, "unit": "kec.purbalingga"}),
    ("kec.purbalingga", {"action": "accept"}),
)
DELEGATE = {"action": "delegate", "unit": "kel.bancar", "text": "Tolong ditengok."}
DELEGATED: tuple[Step, ...] = (*AT_DISTRICT, ("kec.purbalingga", DELEGATE))
REQUESTED: tuple[Step, ...] = (
    *ACCEPTED,
    ("dpupr", {"action": "request_extension", "days": 5, "reason": "Hujan terus."}),
)
IN_REVIEW: tuple[Step, ...] = (("koordinator", BERKADAR), ("irban", ANSWER))


class Row(NamedTuple):
    """`who` sends `sent` after `steps`: accepted, the case is at `stage`. Then, or after
    `before`, `other` sends the same and is answered `status` with the sentence `why`."""

    steps: Sequence[Step]
    who: str
    sent: Mapping[str, Any]
    stage: str
    before: Sequence[Step]
    other: str
    status: int
    why: str


ROWS = (
    Row((), "koordinator", DISPOSE, "disposed",
        (), "sekda", 403, "Hanya koordinator yang dapat mendisposisikan aduan."),
    Row((), "koordinator", ASKED[0][1], "waiting_reporter",
        ANSWERED, "koordinator", 409, "Status aduan ini dijawab; meminta keterangan pelapor"),
    Row(ASKED, REPORTER, {"action": "reporter_reply", "text": "Di dukuh Krajan."}, "received",
        CLOSED, REPORTER, 409, "Status aduan ini selesai; menyampaikan balasan pelapor"),
    Row((), "koordinator", ARCHIVED[0][1], "archived",
        DISPOSED, "koordinator", 409, "hanya dapat dilakukan saat diterima atau menunggu"),
    Row((), "koordinator", HAND_BACK, "handed_back",
        DISPOSED, "dpupr", 403, "Hanya koordinator yang dapat mengembalikan aduan karena bukan"),
    Row(DISPOSED, "dpupr", {"action": "accept"}, "in_progress",
        ACCEPTED, "dpupr", 409, "menerima tugas hanya dapat dilakukan saat didisposisikan"),
    Row(DISPOSED, "dpupr", {"action": "return", "reason": "Bukan kami."}, "received",
        (*ANSWERED, (REPORTER, {"action": "reopen", "reason": "Belum."})), "dpupr", 409,
        "Aduan yang sudah pernah dijawab tidak dapat dikembalikan"),
    Row(RETURNED, "koordinator", {"action": "redispose", "unit": "dinhub", "reason": "Salah."},
        "disposed", (), "koordinator", 409, "Aduan ini belum pernah didisposisikan"),
    Row(AT_DISTRICT, "kec.purbalingga", DELEGATE, "in_progress",
        ACCEPTED, "dpupr", 409, "hanya dapat diberikan kepada unit di bawah unit Anda"),
    Row(DELEGATED, "kec.purbalingga", {"action": "take_back"}, "in_progress",
        AT_DISTRICT, "kec.purbalingga", 409, "Aduan ini tidak sedang didelegasikan."),
    Row(ACCEPTED, "dpupr", {"action": "report_progress", "text": "Mulai."}, "in_progress",
        DISPOSED, "dpupr", 409, "melaporkan kemajuan hanya dapat dilakukan saat ditangani"),
    Row(ACCEPTED, "dpupr", REQUESTED[2][1], "in_progress",
        REQUESTED, "dpupr", 409, "sudah diajukan dan menunggu keputusan koordinator"),
    Row(REQUESTED, "sekda", {"action": "grant_extension"}, "in_progress",
        ACCEPTED, "koordinator", 409, "Tidak ada permintaan perpanjangan yang menunggu"),
    Row(REQUESTED, "koordinator", {"action": "refuse_extension", "reason": "Cukup."},
        "in_progress", REQUESTED, "dpupr", 403, "Hanya koordinator atau pengawas yang dapat"),
    Row(ACCEPTED, "dpupr", ANSWER, "answered",
        ANSWERED, "dpupr", 409, "Status aduan ini dijawab; menjawab aduan hanya dapat"),
    Row(IN_REVIEW, "inspektur", {"action": "approve_answer"}, "answered",
        IN_REVIEW, "irban", 403, "Hanya penyetuju jawaban yang dapat menyetujui jawaban."),
    Row(IN_REVIEW, "inspektur", {"action": "send_back_answer", "reason": "Perjelas."},
        "in_progress", ANSWERED, "koordinator", 409, "saat menunggu persetujuan jawaban"),
    Row(ANSWERED, REPORTER, {"action": "rate", "score": 5, "text": "Sip"}, "closed",
        CLOSED, REPORTER, 409, "Aduan ini sudah Anda nilai."),
    Row(ANSWERED, REPORTER, {"action": "reopen", "reason": "Masih miring."}, "in_progress",
        ACCEPTED, REPORTER, 409, "membuka lagi aduan hanya dapat dilakukan saat dijawab"),
    Row(DISPOSED, "koordinator",
        {"action": "reclassify", "classification": "aspirasi", "category": "lain_lain",
         "reason": "Usulan."},
        "disposed", DISPOSED, "dpupr", 403, "Hanya koordinator yang dapat mengubah klasifikasi."),
    Row((), REPORTER, {"action": "set_visibility", "anonymous": True, "secret": True}, "received",
        ((REPORTER, {"action": "set_visibility", "anonymous": True, "secret": True}),), REPORTER,
        409, "Aduan ini sudah anonim dan rahasia."),
    Row(DISPOSED, "dpupr", {"action": "open_identity", "reason": "Meninjau lokasi."}, "disposed",
        DISPOSED, "sekda", 403, "yang dapat membuka identitas pelapor."),
    Row(DISPOSED, "bupati", {"action": "instruct", "text": "Segera."}, "disposed",
        CLOSED, "bupati", 409, "Status aduan ini selesai; memberi perintah hanya dapat"),
    Row(DISPOSED, "kepala.dpupr", {"action": "note", "text": "Awasi."}, "disposed",
        (), "inspektorat", 403, "yang dapat menulis catatan internal."),
)  # fmt: skip

LINKING = {"link_duplicate", "unlink_duplicate"}
"""They concern two cases, and have a test of their own."""


def name(row: Row) -> str:
    return str(row.sent["action"])


def test_no_action_is_left_out() -> None:
    everything = {kind.name() for kind in PersonAction.__args__}
    assert {name(row) for row in ROWS} | LINKING == everything
    assert len(ROWS) + len(LINKING) == len(everything)


@pytest.mark.parametrize("row", ROWS, ids=name)
async def test_accepted(api: Api, row: Row) -> None:
    filed = await api.filed(row.steps)
    done = await api.act(row.who, filed, row.sent)
    assert done.status_code == 200, done.text
    answer = done.json()
    assert answer["stage"] == row.stage
    case = await api.read("inspektorat", filed.ticket)
    assert (case["seq"], case["stage"]) == (answer["seq"], row.stage)
    typed = {"text", "reason", "to"} & row.sent.keys()
    if name(row) == "archive":
        typed = {"text"}
    said = [one["texts"] for one in case["timeline"] if one["texts"]]
    assert not typed or said[-1] == {field: row.sent[field] for field in typed}


@pytest.mark.parametrize("row", ROWS, ids=name)
async def test_refused_with_a_sentence(api: Api, row: Row) -> None:
    filed = await api.filed(row.before)
    before = await api.types(filed)
    assert is_problem(await api.act(row.other, filed, row.sent), row.status, row.why)
    assert await api.types(filed) == before


async def test_a_duplicate_follows_its_lead_and_its_reporter_reads_the_answer(api: Api) -> None:
    lead = await api.filed(ACCEPTED)
    same = await api.file(title="Jembatan miring juga")
    link = {"action": "link_duplicate", "lead": lead.ticket}
    assert is_problem(await api.act("sekda", same, link), 403, "Hanya koordinator")
    unknown = await api.act("koordinator", same, {**link, "lead": "MB-2026-999999"})
    assert is_problem(unknown, 422, "tidak ditemukan")
    itself = await api.act("koordinator", same, {**link, "lead": same.ticket})
    assert is_problem(itself, 409)

    done = await api.act("koordinator", same, link)
    assert (done.status_code, done.json()["stage"]) == (200, "duplicate")
    case = await api.read("koordinator", same.ticket)
    assert (case["desk"], case["lead"]) == ("lead", lead.ticket)
    assert {one["state"] for one in case["deadlines"] if one["clock"] != "citizen"} == {"held"}
    assert is_problem(
        await api.act("koordinator", lead, {"action": "link_duplicate", "lead": same.ticket}), 409
    )

    unlink = {"action": "unlink_duplicate", "reason": "Jembatan lain."}
    assert is_problem(await api.act("koordinator", lead, unlink), 409, "Status aduan ini ditangani")
    done = await api.act("koordinator", same, unlink)
    assert (done.status_code, done.json()["stage"]) == (200, "received")

    await api.do(same, ("koordinator", link))
    await api.do(lead, ("dpupr", ANSWER))
    read = [one["texts"] for one in (await api.track(same))["timeline"]]
    assert {"text": ANSWER["text"]} in read
    await api.do(lead, (REPORTER, {"action": "rate", "score": 5, "text": "Punya saya."}))
    while (seen := await api.track(same))["stage"] != "closed":
        assert seen["stage"] == "duplicate"
    read = [one["texts"] for one in seen["timeline"]]
    assert {"text": ANSWER["text"]} in read, "the answer stays to be read after the end"
    assert {"text": "Punya saya."} not in read


async def test_that_an_answer_is_reviewed_is_not_the_reporters_to_know(api: Api) -> None:
    filed = await api.filed(IN_REVIEW)
    done = await api.act(REPORTER, filed, {"action": "reporter_reply", "text": "Tambahan."})
    assert done.json()["stage"] == "in_progress"
    assert (await api.track(filed))["stage"] == "in_progress"
