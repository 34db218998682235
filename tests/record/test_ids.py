"""Ids that are cursors."""

import time

import pytest

from record.ids import uuid7, uuid7_floor


def test_an_id_says_when_it_was_made() -> None:
    before = time.time_ns() // 1_000_000
    made = uuid7()
    after = time.time_ns() // 1_000_000
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert before <= made.int >> 80 <= after
    assert uuid7_floor(before) <= made < uuid7_floor(after + 1)


def test_ids_grow_even_if_the_clock_steps_back(monkeypatch: pytest.MonkeyPatch) -> None:
    made = [uuid7() for _ in range(10_000)]
    ten_minutes_ago = time.time_ns() - 600 * 10**9
    monkeypatch.setattr(time, "time_ns", lambda: ten_minutes_ago)
    made += [uuid7() for _ in range(10_000)]
    assert made == sorted(set(made))
    assert all(one.version == 7 for one in made)
