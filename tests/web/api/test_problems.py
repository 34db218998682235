"""What is wrong with a request, field by field; and that nothing sent makes the server fail."""

import json
from typing import Any

import pytest

from tests.web.api.desk import COMPLAINT, DISPOSE, REPORTER, Api, Filed, is_problem
from web.app import LARGEST_BODY


@pytest.fixture(scope="module")
async def filed(api: Api) -> Filed:
    return await api.file()


def fields(answer: Any) -> list[str]:
    return [error["field"] for error in answer.json()["errors"]]


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"title": ""}, "title", "Paling sedikit 1 huruf."),
        ({"title": "  \x00 "}, "title", "Paling sedikit 1 huruf."),
        ({"title": "x" * 151}, "title", "Paling banyak 150 huruf."),
        ({"body": None}, "body", "Isian ini tidak sesuai."),
        ({"body": "\ud800"}, "body", "Paling sedikit 1 huruf."),
        ({"occurred_on": "kemarin"}, "occurred_on", "Tulis tanggal seperti 2026-11-24."),
        ({"occurred_on": "2999-01-01"}, "occurred_on", "masa depan"),
        ({"location": {"village_code": "33.03.09.9999"}}, "location.village_code", "tidak ada"),
        ({"location": {"village_code": "33.02.09.2001"}}, "location.village_code", "tidak sesuai"),
        ({"location": {"lat": 91}}, "location.lat", "Paling besar 90"),
        ({"reporter": {"name": ""}}, "reporter.name", "Paling sedikit 1 huruf."),
        ({"reporter": {"name": "A", "phone": "bukan nomor"}}, "reporter.phone", "0812"),
        ({"reporter": {"name": "A", "email": "salah"}}, "reporter.email", "tidak sesuai"),
        ({"anonymous": "mungkin"}, "anonymous", "true atau false"),
        ({"ktp": "33"}, "ktp", "Isian ini tidak dikenal."),
    ],
)
async def test_a_complaint_with_a_fault(
    api: Api, change: dict[str, Any], field: str, says: str
) -> None:
    answer = await api.http.post(
        "/complaints",
        content=json.dumps({**COMPLAINT, **change}),
        headers={"Content-Type": "application/json"},
    )
    assert is_problem(answer, 422)
    assert fields(answer) == [field]
    assert says in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    "missing", ["title", "body", "location", "reporter", "anonymous", "secret"]
)
async def test_a_complaint_with_a_gap(api: Api, missing: str) -> None:
    sent = {name: value for name, value in COMPLAINT.items() if name != missing}
    answer = await api.send(sent)
    assert is_problem(answer, 422)
    assert answer.json()["errors"] == [{"field": missing, "message": "Wajib diisi."}]


@pytest.mark.parametrize(
    ("sent", "field", "says"),
    [
        ({}, "action", "Wajib diisi."),
        ({"action": "entah"}, "action", "tidak dikenal"),
        ({"action": "breach", "clock": "answer"}, "action", "tidak dikenal"),
        ({"action": ["note"]}, "action", "tidak sesuai"),
        ({"action": "note"}, "text", "Isi “Catatan internal”."),
        ({"action": "note", "text": " \x00 "}, "text", "Isi “Catatan internal”."),
        ({"action": "note", "text": "\ud800"}, "text", "Isi “Catatan internal”."),
        ({"action": "note", "text": 5}, "text", "harus berupa teks"),
        ({"action": "note", "text": "x" * 10_001}, "text", "paling banyak 10000 huruf"),
        ({"action": "note", "text": "A", "seq": 1}, "seq", "Isian ini tidak dikenal."),
        ({**DISPOSE, "unit": "entah"}, "unit", "Unit “entah” tidak dikenal."),
        ({**DISPOSE, "unit": "\ud800"}, "unit", "tidak dikenal"),
        ({**DISPOSE, "unit": {"a": 1}}, "unit", "tidak dikenal"),
        ({**DISPOSE, "category": "entah"}, "category", "Pilih kategori dari daftar."),
        ({**DISPOSE, "classification": "entah"}, "classification", "Pilih salah satu"),
        ({**DISPOSE, "classification": None}, "classification", "Wajib diisi."),
        ({"action": "archive", "text": "A", "reason": "entah"}, "reason", "Pilih salah satu"),
        ({"action": "request_extension", "reason": "A", "days": 0}, "days", "Paling kecil 1."),
        ({"action": "request_extension", "reason": "A", "days": "x"}, "days", "Isi dengan angka."),
    ],
)  # fmt: skip
async def test_an_action_with_a_fault(
    api: Api, filed: Filed, sent: dict[str, Any], field: str, says: str
) -> None:
    headers = {**api.headers("koordinator"), "Content-Type": "application/json"}
    path = f"/complaints/{filed.ticket}/actions"
    answer = await api.http.post(path, content=json.dumps(sent), headers=headers)
    assert is_problem(answer, 422)
    assert fields(answer) == [field]
    assert says in answer.json()["errors"][0]["message"]


async def test_an_entry_cannot_be_smuggled_in(api: Api, filed: Filed) -> None:
    forged = {"id": "01920000-0000-7000-8000-000000000000", "digest": "0" * 64}
    done = await api.act("koordinator", filed, {"action": "note", "text": "A", "entry": forged})
    assert done.status_code == 200
    trail = await api.read("inspektorat", filed.ticket, "/events")
    assert trail["events"][-1]["data"]["entry"]["digest"] != forged["digest"]


async def test_a_reporter_asks_for_nothing_of_staff(api: Api, filed: Filed) -> None:
    answer = await api.act(REPORTER, filed, {"action": "note", "text": "A"})
    assert is_problem(answer, 422)
    assert fields(answer) == ["action"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"[]", 422),
        (b'"teks"', 422),
        (b'{"title": NaN}', 422),
        (b"\xff\xfe", 422),
        (b'{"title": ' + b"1" * 5000 + b"}", 400),
        (b"[" * 100_000, 400),
        (b'{"title": "' + b"x" * LARGEST_BODY + b'"}', 413),
    ],
)
async def test_a_body_that_is_no_complaint(api: Api, body: bytes, status: int) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await api.http.post("/complaints", content=body, headers=headers)
    assert is_problem(answer, status)


async def test_a_large_body_is_refused_before_it_is_read_whole(api: Api) -> None:
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        for _ in range(1000):
            sent += 100_000
            yield b"x" * 100_000

    headers = {"Content-Type": "application/json"}
    answer = await api.http.post("/complaints", content=endless(), headers=headers)
    assert is_problem(answer, 413)


async def test_json_must_be_called_json(api: Api) -> None:
    answer = await api.http.post("/complaints", content=json.dumps(dict(COMPLAINT)))
    assert is_problem(answer, 422)
    assert "Content-Type: application/json" in answer.json()["errors"][0]["message"]


async def test_infinity_is_no_place(api: Api) -> None:
    body = json.dumps({**COMPLAINT, "location": {"lat": float("nan"), "lng": float("inf")}})
    headers = {"Content-Type": "application/json"}
    answer = await api.http.post("/complaints", content=body, headers=headers)
    assert is_problem(answer, 422)
    assert fields(answer) == ["location.lat", "location.lng"]


@pytest.mark.parametrize("key", ["pendek", "x" * 201])
async def test_a_key_too_short_or_too_long(api: Api, key: str) -> None:
    answer = await api.send(COMPLAINT, key)
    assert is_problem(answer, 422)
    assert fields(answer) == ["Idempotency-Key"]


async def test_no_such_address_and_no_such_way(api: Api, filed: Filed) -> None:
    assert is_problem(await api.get("koordinator", "/entah"), 404)
    answer = await api.http.delete(f"/complaints/{filed.ticket}")
    assert is_problem(answer, 405)
    assert answer.headers["Allow"] == "GET"


async def test_what_is_typed_is_kept_as_it_was(api: Api) -> None:
    title = "  Jalan \u202eapa?\x00 <b>“itu”</b> 🙏 "
    filed = await api.file(title=title)
    case = await api.read("koordinator", filed.ticket)
    assert case["title"] == title.replace("\x00", "").strip()
    answer = await api.get("koordinator", f"/complaints/{filed.ticket}")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
