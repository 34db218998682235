"""The chain is what an outsider computes from docs/record.md, and shows every change."""

import hashlib
import json

import pytest

from domain import actions as a
from domain.chain import GENESIS, Recorded, link_hash, stamp, text_digest
from domain.decide import decide
from domain.evolve import fold
from domain.permissions import Refused
from tests.domain.cast import DPUPR_ADMIN
from tests.domain.life import TYPED, answered, at, disposed

START = at("2026-06-02")


def test_an_outsider_recomputes_it_from_what_the_api_shows() -> None:
    life = answered(START)
    head = "0" * 64
    for number, recorded in enumerate(life.recorded, start=1):
        shown = json.loads(recorded.model_dump_json())
        content = {
            "complaint": str(life.case.id),
            "seq": number,
            "type": shown["type"],
            "at": shown["at"],
            "actor": shown["actor"],
            "data": shown["data"],
            "prev": head,
        }
        line = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        head = hashlib.sha256(line.encode()).hexdigest()
        assert shown["hash"] == head
    assert life.case.head == head


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seq", 9),
        ("type", "noted"),
        ("at", "2026-06-02T03:00:00.000001Z"),
        ("actor", "system"),
        ("data", {}),
        ("prev", GENESIS),
    ],
)
def test_whatever_is_changed_shows(name: str, value: object) -> None:
    life = disposed(START)
    recorded = life.recorded[1].model_dump()

    assert link_hash(life.case.id, recorded) == recorded["hash"]
    assert link_hash(life.case.id, recorded | {name: value}) != recorded["hash"]


def test_a_moment_is_written_in_utc_with_microseconds() -> None:
    assert stamp(START) == "2026-06-02T03:00:00.000000Z"


def test_what_was_recorded_is_read_back_alike() -> None:
    life = answered(START)
    through_json = [Recorded.model_validate_json(r.model_dump_json()) for r in life.recorded]

    assert fold(life.case.id, through_json) == life.case


def test_a_case_begins_with_received() -> None:
    life = disposed(START)

    with pytest.raises(ValueError, match="begins with `received`, not `disposed`"):
        fold(life.case.id, life.recorded[1:])


def test_a_digest_stands_for_text_only_with_its_salt() -> None:
    texts = {"text": "Jalan berlubang di depan café"}
    content = b'{"text":"Jalan berlubang di depan caf\xc3\xa9"}'

    assert text_digest(b"a", texts) == hashlib.sha256(b"a" + content).hexdigest()
    assert text_digest(b"b", texts) != text_digest(b"a", texts)


def test_requests_are_remembered_the_last_fifty_of_them() -> None:
    life = disposed(START)
    for number in range(60):
        outcome = decide(
            life.case, a.Note(entry=TYPED), DPUPR_ADMIN, life.now, life.rules, f"nonce-{number}"
        )
        assert not isinstance(outcome, Refused)
        life.append(outcome)

    assert len(life.case.requests) == 50
    assert "nonce-9" not in life.case.requests
    assert life.case.requests["nonce-59"] == life.case.seq
