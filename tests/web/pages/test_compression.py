"""Pages and assets travel compressed, except where another site may be measuring."""

import re

import httpx
import pytest

from tests.web.pages.house import Site

GZIP = {"Accept-Encoding": "gzip, deflate, br"}


def coding(answer: httpx.Response) -> str | None:
    coding: str | None = answer.headers.get("content-encoding")
    return coding


async def test_assets_are_kept_for_good_and_packed_once(site: Site) -> None:
    async with site.browser(**GZIP) as browser:
        page = (await browser.get("/")).text
        (style,) = re.findall(r'rel="stylesheet" href="([^"]+)"', page)
        packed = await browser.get(style)
        plain = await browser.get(style, headers={"Accept-Encoding": "identity"})
    assert coding(packed) == "gzip"
    assert coding(plain) is None
    assert packed.content == plain.content
    for answer in (packed, plain):
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-type"].startswith("text/css")
        assert answer.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("asked_by", "expected"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, "gzip"),
        ({"Sec-Fetch-Site": "none"}, "gzip"),
        ({"Sec-Fetch-Site": "cross-site"}, None),
        ({"Sec-Fetch-Site": "same-site"}, None),
        ({}, None),
        ({"Sec-Fetch-Site": "none", "Accept-Encoding": "gzip;q=0"}, None),
    ],
)
async def test_a_page_for_somebody_is_packed_when_it_was_asked_for_here(
    site: Site, asked_by: dict[str, str], expected: str | None
) -> None:
    async with site.at_the_desk("koordinator") as coordinator:
        answer = await coordinator.get("/aduan?q=jalan", headers=GZIP | asked_by)
    assert coding(answer) == expected
    assert "Accept-Encoding" in answer.headers["vary"]
    assert "jalan" in answer.text


async def test_a_page_for_anybody_is_packed_wherever_the_link_was(site: Site) -> None:
    async with site.browser(**GZIP) as citizen:
        answer = await citizen.get("/", headers={"Sec-Fetch-Site": "cross-site"})
        assert coding(answer) == "gzip"
        assert int(answer.headers["content-length"]) < len(answer.content) / 2
        missing = await citizen.get("/tidak/ada")
        assert coding(missing) == "gzip"
        assert "Tidak ditemukan" in missing.text
